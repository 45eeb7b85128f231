/*
 * uplink.h - journal.db goes up: rows -> batch -> POST -> signed acknowledgement.
 *
 *     create --> step, step, ... (look, hear in between) --> destroy
 *
 * The journal is read beside its writer, and waited for when it is not there yet. A batch may
 * arrive twice at the platform and be answered once or never; only an acknowledgement moves on.
 * While one is on its way the next is packed.
 *
 * After a fork nothing is sent. Every UPLINK_FORK_MS the journal is opened anew, for staff may have
 * put the right one back: if it has what the platform acknowledged the platform is sent what is
 * left, and its signed word alone, in answer or by the feed, ends the fork.
 */
#ifndef SYNC_DAEMON_UPLINK_H
#define SYNC_DAEMON_UPLINK_H

#include "sync/daemon/desk.h"

#define UPLINK_TIMEOUT_MS 20000
/* Batches grow while they are answered fast and shrink when they are not, so that the slowest line
 * carries one within its time limit. */
#define UPLINK_BATCH_FIRST 100
#define UPLINK_FAST_MS 2000
#define UPLINK_SLOW_MS 8000
#define UPLINK_LOOK_MS 1000 /* without a word from the kiosk */
#define UPLINK_FORK_MS 15000

struct uplink;

/* ERR_NO_ROOM. `desk` outlives it. NULL is fine to destroy. */
MUST_CHECK struct err uplink_create(struct desk *desk, const char *journal_path,
                                    struct uplink **out_uplink);
void uplink_destroy(struct uplink *uplink);

/* Somebody says that there is something new in the journal. */
void uplink_look(struct uplink *uplink);

/* Take an answer, send what there is. Fails only when the inbox does: stop then. */
MUST_CHECK struct err uplink_step(struct uplink *uplink, uint64_t now_ms);

/* An acknowledgement that came with the feed: its high-water mark is compared with the journal. A
 * mark that the journal does not have is a fork; one that is later said and lower: what is behind
 * it is sent again. */
void uplink_hear(struct uplink *uplink, const struct ack *ack, const struct sealed_ack *sealed,
                 uint64_t now_ms);

/* The platform was put back, and has the journal up to where its word says: go on from there. */
void uplink_restart(struct uplink *uplink, const struct ack *ack, uint64_t now_ms);

/* The newest entry as last seen; 0 when there is none or no journal. */
uint64_t uplink_head_seq(const struct uplink *uplink);

#endif
