/* des_key.h - what makes 24 bytes a good key of 3DES (NIST SP 800-67r2, 3.1 and 3.4.2). Pure. */
#ifndef KIOSK_PKI_DES_KEY_H
#define KIOSK_PKI_DES_KEY_H

#include <stdbool.h>
#include <stdint.h>

#define DES_KEY_LEN 24

/* Set the lowest bit of each byte so that the number of its ones is odd. */
void des_key_set_parity(uint8_t key[DES_KEY_LEN]);

/* Whether one of the three parts is a weak or semi-weak key of DES, or two parts are equal.
 * `key` has odd parity. */
bool des_key_weak(const uint8_t key[DES_KEY_LEN]);

#endif
