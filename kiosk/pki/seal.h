/*
 * seal.h - signatures of the platform on what it sends: Ed25519 (RFC 8032) over
 *
 *     context NUL  part NUL ... NUL  body
 *
 * with the context naming the kind of message, so that one can never pass for another.
 */
#ifndef KIOSK_PKI_SEAL_H
#define KIOSK_PKI_SEAL_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define SEAL_DOCUMENT "certkiosk-document-1" /* parts: kiosk id, type, id, version in decimal */
#define SEAL_STATEMENT "certkiosk-key-1"     /* about a key, for every kiosk: id, version */
#define SEAL_ACK "certkiosk-ack-1"           /* an acknowledgement: kiosk id */
#define SEAL_LEN 64
#define SEAL_PUBLIC_LEN 32
#define SEAL_KEY_ID_SIZE \
    17 /* first 8 bytes of SHA-256 of the raw public key in hex, with the NUL */
#define SEAL_PARTS_MAX 4
#define SEAL_BODY_MAX (4 << 20) /* bytes */

struct seal_message {
    const char *context;
    const char *parts[SEAL_PARTS_MAX]; /* NULL after the last */
    struct bytes body;
};

struct seal_key; /* a private or a public key */

/* Read a PEM key file (PKCS#8 private, or SubjectPublicKeyInfo). ERR_IO, ERR_MALFORMED,
 * ERR_UNSUPPORTED (not Ed25519). */
MUST_CHECK struct err seal_key_create(const char *path, struct seal_key **out_key);
void seal_key_destroy(struct seal_key *key);

/* The key's id; never NULL. And its public half, raw. */
const char *seal_key_id(const struct seal_key *key);
const uint8_t *seal_key_public(const struct seal_key *key);

/* The id of a public key. */
void seal_public_id(const uint8_t public_key[SEAL_PUBLIC_LEN], char out_id[SEAL_KEY_ID_SIZE]);

/* Sign. ERR_UNSUPPORTED with a public key only, ERR_NO_ROOM: a body above SEAL_BODY_MAX. */
MUST_CHECK struct err seal_sign(const struct seal_key *key, const struct seal_message *message,
                                uint8_t out_seal[SEAL_LEN]);

/* ERR_DENIED when the seal is not this key's over this message; ERR_NO_ROOM as above. */
MUST_CHECK struct err seal_verify(const uint8_t public_key[SEAL_PUBLIC_LEN],
                                  const struct seal_message *message, struct bytes seal);

#endif
