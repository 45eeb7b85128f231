/*
 * time_proof.h - whose word the proven time is, and what is left of it when that key falls.
 *
 * Proven time never goes back, but for this: a time that was sealed by a key which counts no more
 * is not proven. It falls to what the other proof that is kept still shows, that of the journal's
 * mark, and to nothing without one; the next seal that counts is taken then.
 */
#ifndef SYNC_DAEMON_TIME_PROOF_H
#define SYNC_DAEMON_TIME_PROOF_H

#include "sync/daemon/desk.h"

/* Whose word it is, and what time it is at least without it, in ms since 1970 UTC; 0: nothing is
 * known. ERR_NOT_FOUND: no time is proven; else as store_save(). */
MUST_CHECK struct err time_proof_read(struct desk *desk, char out_key_id[SEAL_KEY_ID_SIZE],
                                      int64_t *out_without_ms);

/* Let the time fall if its key does not count among the desk's; durable on return. Errors as
 * store_save(). */
MUST_CHECK struct err time_proof_judge(struct desk *desk);

#endif
