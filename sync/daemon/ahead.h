/*
 * ahead.h - a visitor does not wait for the queue: with a long one, what the visit at the end of
 * the journal reports about its order goes to the platform before its turn (sync/wire/batch.h).
 *
 *     create --> step, step, ... (look in between) --> destroy
 *
 * It is a courtesy: what is lost here comes in its turn. Nothing that comes back moves the journal
 * on, and a refusal is no trouble of the line.
 */
#ifndef SYNC_DAEMON_AHEAD_H
#define SYNC_DAEMON_AHEAD_H

#include "sync/daemon/desk.h"

#define AHEAD_QUEUE_MIN BATCH_ENTRIES_MAX /* entries; what fits into one batch is soon there */
#define AHEAD_TIMEOUT_MS 10000
#define AHEAD_LOOK_MS 1000 /* without a word from the kiosk */

struct ahead;

/* ERR_NO_ROOM. `desk` outlives it. NULL is fine to destroy. */
MUST_CHECK struct err ahead_create(struct desk *desk, const char *journal_path,
                                   struct ahead **out_ahead);
void ahead_destroy(struct ahead *ahead);

/* Somebody says that there is something new in the journal. */
void ahead_look(struct ahead *ahead);

/* Take an answer, send what there is. */
void ahead_step(struct ahead *ahead, uint64_t now_ms);

#endif
