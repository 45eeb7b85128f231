/*
 * enrol.h - certkiosk-syncd --enrol: a new kiosk becomes known to the platform, by a one-time code
 * that its operator made.
 *
 * The key is made here and stays here. Run again after anything went wrong, it goes on where it
 * was: the platform answers the same code and request with the same certificate.
 */
#ifndef SYNC_DAEMON_ENROL_H
#define SYNC_DAEMON_ENROL_H

#include "sync/daemon/settings.h"

#define ENROL_MESSAGE_MAX 640
#define ENROL_TRIES_MAX 3 /* of reaching the platform */

/*
 * Enrol with `code`, as it was typed. `out_message`, of ENROL_MESSAGE_MAX bytes, says in either
 * case what happened and, on failure, what to do. ERR_MALFORMED (the code is mistyped), ERR_DENIED
 * (the platform refuses), ERR_TIMEOUT (it cannot be reached), ERR_IO (the files).
 */
MUST_CHECK struct err enrol_run(const struct settings *settings, const char *code,
                                char *out_message);

#endif
