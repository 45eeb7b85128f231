/* hash.h - SHA-256 (FIPS 180-4), by OpenSSL. */
#ifndef KIOSK_BASE_HASH_H
#define KIOSK_BASE_HASH_H

#include "kiosk/base/bytes.h"

#define HASH_LEN 32

struct hash {
    uint8_t at[HASH_LEN];
};

/* The digest of `bytes`. Dies when the library cannot hash: nothing can be trusted then. */
struct hash hash_of(struct bytes bytes);

#endif
