/*
 * renewal.h - the kiosk's own certificate is replaced before it expires.
 *
 *     create --> step, step, ... --> destroy
 *
 * When less than a third of its life is left, and the line is up: a new key is made and kept beside
 * the old one (pending.h), certkiosk signs the request with the device key where there is one, the
 * certificate is asked for by the old one, both get the old ones'
 * place by one rename, and every connection is made anew. Until the new one is first used the
 * platform takes both, so a cut at any moment leaves a pair that opens the door.
 *
 * A file that somebody else changed (certkiosk-syncd --enrol) is taken up in the same way.
 */
#ifndef SYNC_DAEMON_RENEWAL_H
#define SYNC_DAEMON_RENEWAL_H

#include "kiosk/pki/client.h"
#include "sync/daemon/desk.h"
#include "sync/daemon/wake.h"

#define RENEWAL_LOOK_MS 1000         /* between looks at the file */
#define RENEWAL_PAUSE_FIRST_MS 15000 /* after a failure: twice as long each time */
#define RENEWAL_PAUSE_MAX_MS 21600000
#define RENEWAL_DONE_MS 3600000 /* after one that worked: no loop, whatever the dates */
#define RENEWAL_SIGN_MS 10000   /* for certkiosk to sign */

/* From when on it is renewed: a third of its life before its end, a little later for some kiosks
 * than for others. */
int64_t renewal_due_s(const struct client_term *term);

/* From when on staff are told: a twelfth of its life before its end. */
int64_t renewal_late_s(const struct client_term *term);

struct renewal;

struct renewal_setup {
    struct desk *desk;
    const struct wake *wake;
    const char *key, *certificate; /* PEM files, readable */
    const char *device_key;        /* its public half, as certkiosk makes it; may be missing */
};

/*
 * What `setup` points to is borrowed. Key and certificate in two files cannot be replaced by one
 * rename, and are only watched. ERR_NO_ROOM. NULL is fine to destroy.
 */
MUST_CHECK struct err renewal_create(const struct renewal_setup *setup,
                                     struct renewal **out_renewal);
void renewal_destroy(struct renewal *renewal);

/* certkiosk has signed a request; what is not that of the pending one changes nothing. */
void renewal_signed(struct renewal *renewal, const struct wake_signature *signature);

/* Look, ask, take the answer. Fails only when libcurl does: stop then. */
MUST_CHECK struct err renewal_step(struct renewal *renewal, uint64_t now_ms);

#endif
