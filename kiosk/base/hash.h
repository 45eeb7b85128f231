/* hash.h - SHA-256 (FIPS 180-4) and HMAC over it (RFC 2104), by OpenSSL. */
#ifndef KIOSK_BASE_HASH_H
#define KIOSK_BASE_HASH_H

#include <stdbool.h>

#include "kiosk/base/bytes.h"

#define HASH_LEN 32

struct hash {
    uint8_t at[HASH_LEN];
};

/* The digest of `bytes`. Dies when the library cannot hash: nothing can be trusted then. */
struct hash hash_of(struct bytes bytes);

/* HMAC-SHA256 of `bytes` under `key`, of any length. Dies as hash_of(). */
struct hash hash_keyed(struct bytes key, struct bytes bytes);

/* Whether they are the same, in a time that does not tell where they differ. */
bool hash_same(const struct hash *a, const struct hash *b);

#endif
