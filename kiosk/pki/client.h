/*
 * client.h - the key and certificate by which a program of ours is known in TLS: made, kept in one
 * file, and tried before the first connection fails for them.
 *
 *     key_create --> client_request --> client_pending_save     a key whose certificate is to come
 *     client_pending_open --> (the platform's answer) --> client_certificate_fits
 *                         --> client_pair_save                  the pair, at its place at once
 *     client_certificate_check, client_key_check, client_term   what the file at its place says
 *     client_request_check                                      at the platform
 *
 * Files are PEM, mode 0600, written beside their place, flushed and renamed.
 */
#ifndef KIOSK_PKI_CLIENT_H
#define KIOSK_PKI_CLIENT_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/pki/issue.h"

#define CLIENT_REQUEST_MAX 3072

/* A PKCS#10 request of `key` (P-256) for the common name `name`, DER, to `out`, which has
 * CLIENT_REQUEST_MAX bytes. ERR_MALFORMED (a name that cannot be), ERR_NO_ROOM, ERR_IO. */
MUST_CHECK struct err client_request(const struct key *key, const char *name, uint8_t *out,
                                     size_t *out_len);

/*
 * Whether `der` is a request as client_request() makes them: canonical, signed by its key, that key
 * on P-256, `name` its only common name. Its public key to `out`, which has KEY_PUBLIC_MAX bytes.
 * ERR_MALFORMED, ERR_UNSUPPORTED (another kind of key), ERR_DENIED (its signature), ERR_CONFLICT
 * (another name).
 */
MUST_CHECK struct err client_request_check(struct bytes der, const char *name, uint8_t *out,
                                           size_t *out_len);

/* Put `key` and its request at `path`. ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err client_pending_save(const struct key *key, struct bytes request,
                                          const char *path);

/* Read them back; `out` has CLIENT_REQUEST_MAX bytes. Free `*out_key` with key_destroy().
 * ERR_IO (native: errno), ERR_MALFORMED (not what client_pending_save() wrote). */
MUST_CHECK struct err client_pending_open(const char *path, struct key **out_key, uint8_t *out,
                                          size_t *out_len);

/* Put `key` and its certificate (DER) at `path`. ERR_IO, ERR_NO_ROOM, ERR_MALFORMED. */
MUST_CHECK struct err client_pair_save(const struct key *key, struct bytes certificate,
                                       const char *path);

/*
 * Whether `certificate` (DER) is one for `key` and `name`, its only common name, for a TLS client,
 * CA:FALSE, and valid at `at_s`. ERR_MALFORMED, ERR_CONFLICT (of another key or name), ERR_DENIED
 * (for something else, or not now).
 */
MUST_CHECK struct err client_certificate_fits(struct bytes certificate, const struct key *key,
                                              const char *name, int64_t at_s);

/* Whether the first certificate of the PEM file at `path` is one of `name`, its only common name.
 * ERR_IO (native: errno), ERR_NOT_FOUND (none in it), ERR_CONFLICT (of another name). */
MUST_CHECK struct err client_certificate_check(const char *path, const char *name);

/* Whether the PEM file at `path` holds the private key of the certificate at `certificate`.
 * ERR_IO (native: errno), ERR_NOT_FOUND (none in it, or one under a pass phrase), ERR_CONFLICT
 * (that of another certificate). */
MUST_CHECK struct err client_key_check(const char *path, const char *certificate);

/* The dates of the first certificate of the PEM file at `path`, and a number by which the clients'
 * certificates differ. ERR_IO (native: errno), ERR_NOT_FOUND, ERR_MALFORMED. */
struct client_term {
    int64_t not_before_s, not_after_s;
    uint32_t spread;
};
MUST_CHECK struct err client_term(const char *path, struct client_term *out_term);

#endif
