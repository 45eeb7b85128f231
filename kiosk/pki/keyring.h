/*
 * keyring.h - the platform's public keys that a kiosk knows, and whether a seal of one of them
 * counts. Used by certkiosk and certkiosk-syncd.
 *
 * They are distributed beforehand in a file, the first rank first:
 *
 *     [key1]
 *     public = 32 bytes in hexadecimal, the raw Ed25519 key (RFC 8032)
 *     not_before = 2026-11-01
 *     not_after = 2046-11-01
 *     revoked = no
 *     [key2]
 *     ...
 *
 * A key counts for what arrives from not_before up to not_after, both beginnings of the day in
 * Beijing, by proven time and never by the machine's clock alone. What has arrived keeps counting
 * when its key ends, until the key is revoked.
 */
#ifndef KIOSK_PKI_KEYRING_H
#define KIOSK_PKI_KEYRING_H

#include "kiosk/pki/seal.h"

#define KEYRING_FILE_MAX 8 /* keys in a file */
#define KEYRING_ALLOWED "a file with the platform's public keys, platform.keys of the enrolment"

struct keyring_key {
    char id[SEAL_KEY_ID_SIZE];
    uint8_t public_key[SEAL_PUBLIC_LEN];
    int64_t not_before_s, not_after_s; /* since 1970 UTC */
    bool revoked;                      /* for good */
};

struct keyring {
    size_t count;
    struct keyring_key keys[KEYRING_FILE_MAX];
};

/*
 * Read the file. ERR_IO (native: errno), ERR_MALFORMED; `out_message`, of CONFIG_MESSAGE_MAX bytes,
 * then says in one line what, where and what is allowed.
 */
MUST_CHECK struct err keyring_read(const char *path, struct keyring *out_ring, char *out_message);

/* The same for text in memory; `name` stands in messages. */
MUST_CHECK struct err keyring_parse(const char *name, const char *text, struct keyring *out_ring,
                                    char *out_message);

/* The key with this id; NULL: not known. */
const struct keyring_key *keyring_find(const struct keyring *ring, const char *id);

/* Whether `seal` is over `message` by the key `key_id`, and that key counts. ERR_DENIED when not.
 */
MUST_CHECK struct err keyring_verify_arriving(const struct keyring *ring, int64_t now_s,
                                              const char *key_id,
                                              const struct seal_message *message,
                                              const uint8_t seal[SEAL_LEN]);

/* The same for what arrived before: whenever that was. */
MUST_CHECK struct err keyring_verify_stored(const struct keyring *ring, const char *key_id,
                                            const struct seal_message *message,
                                            const uint8_t seal[SEAL_LEN]);

#endif
