/*
 * ring.h - the platform's keys as this kiosk knows them: those of the file, and what the platform
 * has said of its keys since, which the inbox keeps.
 */
#ifndef SYNC_DAEMON_RING_H
#define SYNC_DAEMON_RING_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/pki/keyring.h"
#include "sync/wire/batch.h"

/* Add the statements that the inbox keeps to `ring`. Errors as inbox_scan(). */
MUST_CHECK struct err ring_load(struct inbox *inbox, const char *kiosk, struct keyring *ring);

/* Take the statements of a feed into `ring`. Those that their speakers may not make, or that are
 * none, are logged and taken out of the feed, and the rest of it stands. ERR_NO_ROOM: memory. */
MUST_CHECK struct err ring_take(struct feed *feed, const char *kiosk, int64_t now_s,
                                struct keyring *ring, size_t *out_refused);

/* Whether a key counted in `before` and does not in `after`. */
bool ring_lost_one(const struct keyring *before, const struct keyring *after);

#define RING_FOREIGN_MAX 64

struct ring_foreign {
    size_t count;
    struct inbox_name names[RING_FOREIGN_MAX];
};

/* The first RING_FOREIGN_MAX documents of the inbox whose key does not count. Statements are none
 * of them: what was said of a key outlives who said it. Errors as inbox_sealers(). */
MUST_CHECK struct err ring_find_foreign(struct inbox *inbox, const struct keyring *ring,
                                        struct ring_foreign *out_foreign);

#endif
