/*
 * client.h - the key and certificate by which a program of ours is known in TLS: whether they are
 * what they must be, before the first connection fails for it.
 */
#ifndef KIOSK_PKI_CLIENT_H
#define KIOSK_PKI_CLIENT_H

#include "kiosk/base/err.h"

/* Whether the first certificate of the PEM file at `path` is one of `name`, its only common name.
 * ERR_IO (native: errno), ERR_NOT_FOUND (none in it), ERR_CONFLICT (of another name). */
MUST_CHECK struct err client_certificate_check(const char *path, const char *name);

/* Whether the PEM file at `path` holds the private key of the certificate at `certificate`.
 * ERR_IO (native: errno), ERR_NOT_FOUND (none in it, or one under a pass phrase), ERR_CONFLICT
 * (that of another certificate). */
MUST_CHECK struct err client_key_check(const char *path, const char *certificate);

#endif
