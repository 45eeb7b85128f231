/*
 * identity.h - the files that syncd.conf names, tried before the first connection: what is wrong
 * with them would otherwise look like a line that is down.
 */
#ifndef SYNC_DAEMON_IDENTITY_H
#define SYNC_DAEMON_IDENTITY_H

#include "sync/daemon/settings.h"

/* The platform's part of them: its authority and its keys. Errors as below. */
MUST_CHECK struct err identity_check_platform(const struct settings *settings, char *out_message);

/*
 * Whether the certificates and keys are there, are what they must be and go together, and whether
 * the kiosk's certificate is one of its id. ERR_MALFORMED; `out_message`, of CONFIG_MESSAGE_MAX
 * bytes, then says in which line, what is wrong and what is allowed.
 */
MUST_CHECK struct err identity_check(const struct settings *settings, char *out_message);

#endif
