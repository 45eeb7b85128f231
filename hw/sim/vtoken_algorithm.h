/* vtoken_algorithm.h - the algorithms of the virtual token, numbered as PIV numbers them (NIST SP
 * 800-78-5 table 6-2), RSA-3072 among them. Pure. */
#ifndef HW_SIM_VTOKEN_ALGORITHM_H
#define HW_SIM_VTOKEN_ALGORITHM_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/macros.h"

enum vtoken_algorithm {
    VTOKEN_3DES = 0x03,
    VTOKEN_RSA3072 = 0x05,
    VTOKEN_RSA1024 = 0x06,
    VTOKEN_RSA2048 = 0x07,
    VTOKEN_AES128 = 0x08,
    VTOKEN_AES192 = 0x0A,
    VTOKEN_AES256 = 0x0C,
    VTOKEN_P256 = 0x11,
    VTOKEN_P384 = 0x14
};

/* "p256", "rsa2048", "aes192" and so on, and back: false when there is no such name. */
const char *vtoken_algorithm_name(enum vtoken_algorithm algorithm);
MUST_CHECK bool vtoken_algorithm_find(const char *name, enum vtoken_algorithm *out_algorithm);

/* The algorithm of this number; false when a token has none such. */
MUST_CHECK bool vtoken_algorithm_of(uint32_t number, enum vtoken_algorithm *out_algorithm);

/* Whether it is a key pair's, not a cipher. */
bool vtoken_algorithm_is_pair(enum vtoken_algorithm algorithm);

/* Bits of its modulus; 0 when it is not RSA. */
unsigned vtoken_algorithm_rsa_bits(enum vtoken_algorithm algorithm);

#endif
