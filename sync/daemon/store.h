/*
 * store.h - inbox.db with its state in memory: changed by many small words, saved once a round.
 *
 *     open --> documents, take_time, acknowledge, trouble, line ... --> save --> ... --> close
 *
 * A reserve of disk is held beside it (kiosk/ledger/reserve.h) and given up when the disk is full:
 * ERR_NO_ROOM comes when that did not help, and leaves the inbox as it was.
 *
 * documents() is durable on return; the rest is on save(). What is lost with the power before a
 * save() the platform says again.
 */
#ifndef SYNC_DAEMON_STORE_H
#define SYNC_DAEMON_STORE_H

#include "kiosk/ledger/inbox.h"
#include "sync/daemon/lane.h"
#include "sync/daemon/proven.h"
#include "sync/wire/batch.h"

#define STORE_TROUBLE_SIZE 17
#define STORE_TROUBLE_CERTIFICATE "certificate" /* the kiosk's own ends soon, or has ended */

#define STORE_PATH_SIZE 273
#define STORE_RESERVE_BYTES (UINT64_C(4) << 20) /* thousands of orders */

struct store {
    struct inbox *inbox;
    char reserve[STORE_PATH_SIZE];
    struct inbox_state state; /* read only for others */
    char troubles[LANE_COUNT][STORE_TROUBLE_SIZE];
    struct inbox_proof proofs[INBOX_PROVES_COUNT]; /* of what changed since the last save, */
    bool proven[INBOX_PROVES_COUNT];               /* where that is true */
    bool dirty;
    unsigned damaged;   /* inboxes that stand aside */
    bool short_of_room; /* the reserve is not whole */
    bool came;          /* documents have come since somebody cleared this */
    bool news;          /* something that the kiosk should look at; whoever tells it clears this */
};

/* As inbox_open() with create. A damaged inbox is put aside and made anew: the platform sends all
 * of it again. */
MUST_CHECK struct err store_open(const char *path, struct store *out_store);
void store_close(struct store *store);

/* After a call that failed with `e`: a damaged inbox is made anew; any other error is given back.
 */
MUST_CHECK struct err store_mend(struct store *store, const char *path, struct err e);

/* As inbox_put(), with the cursor behind them. An order or a statement that goes back, which only a
 * platform that was put back says, is passed by: what was paid stays paid, a key that was revoked
 * stays so. */
MUST_CHECK struct err store_documents(struct store *store, const struct feed *feed);

/* The platform's database is of another generation, as `ack`, which `sealed` holds, says: cursor
 * and mark are those that it has. Durable on return. Errors as inbox_set_state(). */
MUST_CHECK struct err store_generation(struct store *store, const struct ack *ack,
                                       const struct sealed_ack *sealed);

/* Ask the platform for all documents again: some that are stored do not count any more, or may have
 * been kept from us. Durable on return. */
MUST_CHECK struct err store_refetch(struct store *store);

/* As inbox_erase(); after refetch(), so that no power cut leaves them neither here nor asked for.
 */
MUST_CHECK struct err store_erase(struct store *store, const struct inbox_name *names,
                                  size_t count);

/* `sealed` is what says so. */
void store_take_time(struct store *store, int64_t time_ms, const struct proven_clocks *clocks,
                     const struct sealed_ack *sealed);

/* As inbox_drop_time(): the proven time falls to `time_ms`, durable on return. */
MUST_CHECK struct err store_drop_time(struct store *store, int64_t time_ms,
                                      const struct inbox_proof *instead);

/* All entries of `epoch` up to `seq`, whose hash is `hash`, are at the platform for ever. Less than
 * is known already changes nothing. `sealed` is what says so; NULL when `seq` is 0. */
void store_acknowledge(struct store *store, const char *epoch, uint64_t seq,
                       const struct hash *hash, const struct sealed_ack *sealed);

/* As inbox_quarantine(), for an entry of `epoch`: before acknowledge(), so that no power cut comes
 * between. */
MUST_CHECK struct err store_quarantine(struct store *store, const char *epoch, uint64_t seq,
                                       const char *code);

/* A word for staff about a lane, "" when it is well; after a fork only that counts. True when that
 * is news. */
bool store_trouble(struct store *store, enum lane lane, const char *word);

/* True when that is news. */
bool store_line(struct store *store, bool up, int64_t wall_ms);

/* Hold the reserve, which was given up perhaps, as soon as there is room for it. */
void store_hold_reserve(struct store *store);

/* Make the state durable if it changed. */
MUST_CHECK struct err store_save(struct store *store);

#endif
