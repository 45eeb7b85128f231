/*
 * renewal.h - the kiosk's own certificate is replaced before it expires.
 *
 *     create --> step, step, ... --> destroy
 *
 * When less than a third of its life is left, and the line is up: a new key is made and kept beside
 * the old one (pending.h), its certificate is asked for by the old one, both get the old ones'
 * place by one rename, and every connection is made anew. Until the new one is first used the
 * platform takes both, so a cut at any moment leaves a pair that opens the door.
 *
 * A file that somebody else changed (certkiosk-syncd --enrol) is taken up in the same way.
 */
#ifndef SYNC_DAEMON_RENEWAL_H
#define SYNC_DAEMON_RENEWAL_H

#include "kiosk/pki/client.h"
#include "sync/daemon/desk.h"

#define RENEWAL_LOOK_MS 1000         /* between looks at the file */
#define RENEWAL_PAUSE_FIRST_MS 15000 /* after a failure: twice as long each time */
#define RENEWAL_PAUSE_MAX_MS 21600000
#define RENEWAL_DONE_MS 3600000 /* after one that worked: no loop, whatever the dates */

/* From when on it is renewed: a third of its life before its end, a little later for some kiosks
 * than for others. */
int64_t renewal_due_s(const struct client_term *term);

/* From when on staff are told: a twelfth of its life before its end. */
int64_t renewal_late_s(const struct client_term *term);

struct renewal;

/*
 * Of the PEM files `key` and `certificate`, borrowed, which are readable; two files cannot be
 * replaced by one rename, and are only watched. `desk` outlives it. ERR_NO_ROOM. NULL is fine to
 * destroy.
 */
MUST_CHECK struct err renewal_create(struct desk *desk, const char *key, const char *certificate,
                                     struct renewal **out_renewal);
void renewal_destroy(struct renewal *renewal);

/* Look, ask, take the answer. Fails only when libcurl does: stop then. */
MUST_CHECK struct err renewal_step(struct renewal *renewal, uint64_t now_ms);

#endif
