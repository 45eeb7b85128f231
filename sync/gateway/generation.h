/*
 * generation.h - which life of the platform's database this is: a UUID that stands in each
 * acknowledgement. After a backup was put back all kiosks get another one by the command
 * `restored`. One that has what it cannot have had from here gets another one of its own at once,
 * and an alarm tells; the others keep theirs, for that is its word alone. A kiosk that is told
 * another one asks for all documents anew, and sends again what was lost of its journal.
 *
 *     serve -> feed_place_settle(): still where this database can have left the kiosk?
 *
 * All calls inside a transaction; errors are those of the store.
 */
#ifndef SYNC_GATEWAY_GENERATION_H
#define SYNC_GATEWAY_GENERATION_H

#include "kiosk/base/chain.h"
#include "sync/gateway/platform.h"

#define GENERATION_SIZE (CHAIN_UUID_LEN + 1)
/* One kiosk, by its own word, at most so often: each makes it ask for everything. */
#define GENERATION_PAUSE_S 600

/* The one that `kiosk` is told; "" is told what all are that have none of their own. */
MUST_CHECK struct err generation_of(struct store *store, const char *kiosk,
                                    char out_generation[GENERATION_SIZE]);

/* Another one for all from now on; who waits for documents is told. */
MUST_CHECK struct err generation_renew(const struct platform *platform);

/* How far a kiosk says that it has come. */
struct feed_place {
    const char *kiosk;
    bool tells; /* its release knows of generations */
    char generation[GENERATION_SIZE];
    uint64_t cursor;
    char epoch[GENERATION_SIZE]; /* of the journal that was acknowledged; "" when none was */
    uint64_t acked_seq;
};

/*
 * Where its feed goes on: 0 when it has come so far in another generation. What it has of this one,
 * and cannot have, says that the database was put back: alarm, and another generation for it.
 */
MUST_CHECK struct err feed_place_settle(const struct platform *platform,
                                        const struct feed_place *place, uint64_t *out_cursor);

#endif
