/*
 * enrolled.h - by which one-time code the kiosk's certificate came.
 *
 * Whoever types the same code again, because he did not see how it ended, is told that all is well.
 * Without this the platform would be asked with another key, and it would look like a theft there.
 */
#ifndef SYNC_DAEMON_ENROLLED_H
#define SYNC_DAEMON_ENROLLED_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "sync/wire/code.h"

#define ENROLLED_SUFFIX ".code" /* behind the identity's path: a hash, from which no code comes */

/* Keep that `certificate` (DER), which is about to be put at `identity`, came by `code`. Errors as
 * file_put(). */
MUST_CHECK struct err enrolled_note(const char *identity, const struct code *code,
                                    struct bytes certificate);

/* Whether what stands at `identity` came by `code`. */
bool enrolled_by(const char *identity, const struct code *code);

#endif
