/*
 * downlink.h - documents come down: a long-poll that is asked again as soon as it is answered.
 *
 *     create --> step, step, ... --> destroy
 *
 * Every document's seal is checked before it is stored; one bad seal and nothing of that answer is
 * stored, the cursor stays, and staff are told. Statements about the platform's keys are judged
 * each by itself, before all else: one that does not count is left out, logged and counted for
 * staff, and the rest of the answer is taken.
 */
#ifndef SYNC_DAEMON_DOWNLINK_H
#define SYNC_DAEMON_DOWNLINK_H

#include "sync/daemon/desk.h"
#include "sync/daemon/uplink.h"

#define DOWNLINK_WAIT_S 10        /* so long the platform may keep us waiting for news */
#define DOWNLINK_TIMEOUT_MS 15000 /* beyond that, for the answer itself */
#define DOWNLINK_PACE_MS 500      /* between answers without news, if it does not make us wait */

struct downlink;

/* ERR_NO_ROOM. `desk` and `uplink` outlive it. NULL is fine to destroy. */
MUST_CHECK struct err downlink_create(struct desk *desk, struct uplink *uplink,
                                      struct downlink **out_downlink);
void downlink_destroy(struct downlink *downlink);

/* Take an answer, ask again. Fails only when the inbox does: stop then. */
MUST_CHECK struct err downlink_step(struct downlink *downlink, uint64_t now_ms);

#endif
