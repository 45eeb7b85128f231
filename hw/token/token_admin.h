/*
 * token_admin.h - the cipher of the card management key (SP 800-73pt2-5, appendix A.1).
 *
 * One block of 3DES or AES, raw: the key proves itself on a random challenge.
 */
#ifndef HW_TOKEN_TOKEN_ADMIN_H
#define HW_TOKEN_TOKEN_ADMIN_H

#include "hw/token/piv.h"
#include "kiosk/base/secret.h"

/* Bytes of a challenge: 8 for 3DES, 16 for AES, 0 when `algorithm` is no cipher or
 * `key_len` is not its key's length. */
size_t admin_block_len(enum piv_algorithm algorithm, size_t key_len);

/* The algorithm of a key of this length; `aes` decides where there are two.
 * PIV_ALGORITHM_NONE when there is none. */
enum piv_algorithm admin_algorithm(size_t key_len, bool aes);

/*
 * Encipher or decipher one block; `in` has the cipher's block length.
 * ERR_MALFORMED when lengths do not fit; ERR_IO when the library refuses.
 */
MUST_CHECK struct err admin_encipher(enum piv_algorithm algorithm, const struct secret *key,
                                     struct bytes in, uint8_t out_block[PIV_CHALLENGE_MAX]);
MUST_CHECK struct err admin_decipher(enum piv_algorithm algorithm, const struct secret *key,
                                     struct bytes in, uint8_t out_block[PIV_CHALLENGE_MAX]);

#define ADMIN_PRINT_LEN 32

/* A hash of the key, by which it is known again. ERR_IO. */
MUST_CHECK struct err admin_print(const struct secret *key, uint8_t out_print[ADMIN_PRINT_LEN]);

/* Use all that this driver needs of the library once, so that nothing is loaded later: before a
 * sandbox is shut. What the machine has configured for the library is not read, if this is the
 * first use of it. ERR_IO when something is missing. */
MUST_CHECK struct err admin_prepare(void);

/* Random bytes for a challenge. ERR_IO. */
MUST_CHECK struct err admin_challenge(uint8_t *out, size_t len);

/* Whether both are the same, in a time that does not depend on where they differ. */
bool admin_same(struct bytes a, struct bytes b);

#endif
