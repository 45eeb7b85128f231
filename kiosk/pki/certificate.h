/*
 * certificate.h - X.509 certificates: what they say, whether they chain, whether a token's
 * signature verifies with them (RFC 5280).
 */
#ifndef KIOSK_PKI_CERTIFICATE_H
#define KIOSK_PKI_CERTIFICATE_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/core/facts.h"

#define CERTIFICATE_CHALLENGE_MAX 384 /* bytes: the block of RSA-3072 */

enum certificate_key {
    CERTIFICATE_KEY_P256,
    CERTIFICATE_KEY_P384,
    CERTIFICATE_KEY_RSA2048,
    CERTIFICATE_KEY_RSA3072,
    CERTIFICATE_KEY_OTHER,
};

/* The roots and issuing CAs that are trusted, from PEM files. */
struct trust;

/* Read every certificate of the PEM file at `path`: self-signed ones are roots, the others
 * intermediates. ERR_IO, ERR_MALFORMED, ERR_NOT_FOUND (none in it). Free with trust_destroy(). */
MUST_CHECK struct err trust_create(const char *path, struct trust **out_trust);
void trust_destroy(struct trust *trust);

/*
 * The facts of a DER certificate, all but `slot` and `profile`; chain_ok says whether it is
 * signed up to a root of `trust`, with its dates left aside (a lapsed one still is what it is);
 * without any trust (NULL) none is.
 * ERR_MALFORMED: not one canonical DER certificate, or bytes behind it.
 */
MUST_CHECK struct err certificate_read(struct bytes der, const struct trust *trust,
                                       struct fact_certificate *out_facts);

/* The kind of its public key. ERR_MALFORMED as above. */
MUST_CHECK struct err certificate_key(struct bytes der, enum certificate_key *out_key);

/* Its public key as SubjectPublicKeyInfo DER to `out`, which has `size` bytes. ERR_MALFORMED as
 * above, ERR_NO_ROOM. */
MUST_CHECK struct err certificate_public(struct bytes der, uint8_t *out, size_t size,
                                         size_t *out_len);

/*
 * The one certificate in the file at `path`, DER or PEM, to `out`, which has `size` bytes. ERR_IO
 * (cannot be read), ERR_MALFORMED (no canonical certificate, or more than one), ERR_NO_ROOM.
 */
MUST_CHECK struct err certificate_open(const char *path, uint8_t *out, size_t size,
                                       size_t *out_len);

/* The DER of a certificate as PEM (RFC 7468, 5) to `out`, which has CERTIFICATE_PEM_SIZE bytes:
 * room for 3,000 of DER. ERR_NO_ROOM, ERR_IO (the library failed). */
#define CERTIFICATE_PEM_SIZE 4352
MUST_CHECK struct err certificate_print(struct bytes der, char *out);

/*
 * May `issued` replace `old` on the token: same public key, same subject and issuer, another
 * serial, chain verifies with `trust` at `now_s` or at its own start if that is later, CA:FALSE,
 * key usages not widened, and expiry at `want_not_after_s` give or take one day. ERR_DENIED with
 * the reason in `site` otherwise.
 */
MUST_CHECK struct err certificate_renews(struct bytes issued, struct bytes old,
                                         const struct trust *trust, int64_t want_not_after_s,
                                         int64_t now_s);

/*
 * What the token is to sign so that certificate_proves() can check it: from 32 random bytes, the
 * digest for an EC key or the padded block (EMSA-PKCS1-v1_5, SHA-256; RFC 8017, 9.2) for RSA.
 * `out` has CERTIFICATE_CHALLENGE_MAX bytes. ERR_UNSUPPORTED: a key of another kind.
 */
MUST_CHECK struct err certificate_challenge(struct bytes der, const uint8_t random[32],
                                            uint8_t *out, size_t *out_len);

/* Whether `signature` over the challenge of `random` verifies with the certificate's key.
 * ERR_DENIED when not. */
MUST_CHECK struct err certificate_proves(struct bytes der, const uint8_t random[32],
                                         struct bytes signature);

#endif
