/*
 * device_key.h - the key that is this kiosk: Ed25519 (RFC 8032), made on it, never leaving it.
 *
 *     device_key_make                                       once in a kiosk's life
 *     device_key_open --> derive, sign ... --> destroy      certkiosk
 *     device_head_verify, device_request_verify             the platform, by the public half
 *
 * It signs the head of the kiosk's journal, so that the platform can tell the journal's owner from
 * who copied or rewrote it: a seal (kiosk/pki/seal.h) with context "certkiosk-head-1", parts kiosk
 * id, epoch, seq in decimal, and the entry's hash as body. It signs what the kiosk asks a
 * certificate with, which who has its TLS key alone cannot: context "certkiosk-enrol-1", part kiosk
 * id, body the SHA-256 of the PKCS#10. From its private half come the keys for what never leaves
 * the kiosk.
 */
#ifndef KIOSK_PKI_DEVICE_KEY_H
#define KIOSK_PKI_DEVICE_KEY_H

#include "kiosk/base/hash.h"
#include "kiosk/base/secret.h"
#include "kiosk/pki/seal.h"

#define DEVICE_DERIVED_LEN 32

struct device_key;

/* An entry of a journal, and all before it. */
struct device_head {
    const char *kiosk, *epoch;
    uint64_t seq;
    const struct hash *hash;
};

/* Make a key and keep it at `path` as PEM that only its owner may read, there whole or not at all.
 * ERR_CONFLICT: there is a file already, which stays, unless two make one at once; ERR_IO,
 * ERR_NO_ROOM. */
MUST_CHECK struct err device_key_make(const char *path);

/* Read it. ERR_NOT_FOUND (no file), ERR_DENIED (others may read it), ERR_MALFORMED,
 * ERR_UNSUPPORTED (not Ed25519, or no private key), ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err device_key_open(const char *path, struct device_key **out_key);

/* NULL is fine. */
void device_key_destroy(struct device_key *key);

/* Put its public half at `path`, as PEM that anyone may read. Errors as file_put(). */
MUST_CHECK struct err device_key_save_public(const struct device_key *key, const char *path);

/* The key of DEVICE_DERIVED_LEN bytes for what `label` names, in less than 64 bytes: HKDF-SHA256
 * (RFC 5869) of the private half, salt "certkiosk-device-1", info `label`. ERR_IO: the library
 * failed, or a longer label. */
MUST_CHECK struct err device_key_derive(const struct device_key *key, const char *label,
                                        struct secret *out_secret);

/* Errors as seal_sign(). */
MUST_CHECK struct err device_key_sign_head(const struct device_key *key,
                                           const struct device_head *head,
                                           uint8_t out_signature[SEAL_LEN]);

/* ERR_DENIED: the signature is not that of the raw public key over this head. */
MUST_CHECK struct err device_head_verify(const uint8_t public_key[SEAL_PUBLIC_LEN],
                                         const struct device_head *head, struct bytes signature);

/* The same for a certificate request of the kiosk, by its SHA-256. */
MUST_CHECK struct err device_key_sign_request(const struct device_key *key, const char *kiosk,
                                              const struct hash *request,
                                              uint8_t out_signature[SEAL_LEN]);
MUST_CHECK struct err device_request_verify(const uint8_t public_key[SEAL_PUBLIC_LEN],
                                            const char *kiosk, const struct hash *request,
                                            struct bytes signature);

#endif
