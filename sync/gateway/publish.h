/*
 * publish.h - documents for the kiosks: written to the feed when what they tell has changed.
 *
 * Every enrolled kiosk gets every document, but for those of orders:
 *
 *   order     all, as soon as it is paid: any kiosk can finish it, none sells the token another
 *             one; before that, and when it comes to nothing, the kiosk that ordered and askers
 *   issued    the kiosk that ordered and askers, while it is to be written: it names the holder
 *
 * Askers are kiosks where the holder's PIN was verified since (orders_ask). What ended long ago is
 * sent to nobody any more. Each call is made inside the transaction that changed the facts; a
 * document that says what it said before is not published again.
 */
#ifndef SYNC_GATEWAY_PUBLISH_H
#define SYNC_GATEWAY_PUBLISH_H

#include "sync/gateway/account.h"
#include "sync/gateway/order_row.h"
#include "sync/gateway/platform.h"
#include "sync/wire/batch.h"
#include "sync/wire/document.h"

MUST_CHECK struct err publish_account(struct store *store, const struct account *account);
MUST_CHECK struct err publish_order(const struct platform *platform, const struct order_row *order);
MUST_CHECK struct err publish_issued(struct store *store, const struct issued *issued);
MUST_CHECK struct err publish_notice(struct store *store, const char *id,
                                     const struct fact_announcement *notice);

/* What the platform says of the key `id`, as a new version also when it says what it did: it is
 * told once key_desk.c has sealed it. */
MUST_CHECK struct err publish_key(struct store *store, const char *id, struct bytes body,
                                  uint64_t *out_version);

/* What is said of an order stands in the feed anew, for who asked since. */
MUST_CHECK struct err publish_again(struct store *store, const char *order);

struct publish_reader {
    const char *kiosk;
    uint64_t cursor; /* what it has */
    int64_t now_s;
};

/*
 * The documents for the reader that changed after its cursor, in order of change, as many as
 * fit into one answer, without their seals. Statements about keys have theirs and stand first, in
 * each answer until the cursor is past them: they tell of the keys that sealed the rest.
 * `*out_cursor` is where to go on.
 */
MUST_CHECK struct err published_after(struct store *store, const struct publish_reader *reader,
                                      struct feed_document out_documents[FEED_DOCUMENTS_MAX],
                                      size_t *out_count, uint64_t *out_cursor);

/* The cursor of the newest document; 0: none yet. */
MUST_CHECK struct err published_newest(struct store *store, uint64_t *out_cursor);

#endif
