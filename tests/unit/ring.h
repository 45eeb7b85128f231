/* ring.h - a keyring with one key of the platform, good for all times. */
#ifndef TESTS_UNIT_RING_H
#define TESTS_UNIT_RING_H

#include <string.h>

#include "kiosk/pki/keyring.h"

static inline struct keyring ring_of(const struct seal_key *key)
{
    struct keyring ring = {.count = 1, .keys = {{.not_after_s = INT64_MAX}}};
    memcpy(ring.keys[0].id, seal_key_id(key), SEAL_KEY_ID_SIZE);
    memcpy(ring.keys[0].public_key, seal_key_public(key), SEAL_PUBLIC_LEN);
    return ring;
}

#endif
