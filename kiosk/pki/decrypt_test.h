/*
 * decrypt_test.h - can the key that opens old bids still open them? A cipher text for a
 * certificate, and the check of what the token made of it.
 *
 *     decrypt_test_begin --> test.input --> token_decrypt() --> decrypt_test_check
 *                                                           --> decrypt_test_wipe
 *
 * RSA: 32 random bytes under PKCS#1 v1.5 (RFC 8017, 7.2); the token answers the padded block.
 * EC: a new key's point, uncompressed (SEC 1, 2.3.3); the token answers the shared secret Z (NIST
 * SP 800-56A r3, 5.7.1.2), which was computed here from the other side.
 */
#ifndef KIOSK_PKI_DECRYPT_TEST_H
#define KIOSK_PKI_DECRYPT_TEST_H

#include "kiosk/pki/certificate.h"

#define DECRYPT_TEST_EXPECTED_MAX 48

struct decrypt_test {
    enum certificate_key key;
    size_t input_len;
    uint8_t input[CERTIFICATE_CHALLENGE_MAX]; /* for token_decrypt() */
    size_t expected_len;
    uint8_t expected[DECRYPT_TEST_EXPECTED_MAX]; /* nobody else needs to know it */
};

/* Whether the certificate (DER) is one to encrypt for: its key usage allows key or data
 * encipherment or key agreement, or is not stated. ERR_MALFORMED. */
MUST_CHECK struct err decrypt_test_applies(struct bytes der, bool *out_applies);

/* ERR_MALFORMED (no canonical certificate), ERR_UNSUPPORTED (a key of another kind), ERR_IO. */
MUST_CHECK struct err decrypt_test_begin(struct bytes der, struct decrypt_test *out_test);

/* ERR_DENIED: `plain`, as token_decrypt() gave it, is not what was enciphered. */
MUST_CHECK struct err decrypt_test_check(const struct decrypt_test *test, struct bytes plain);

/* Overwrite with zeros. */
void decrypt_test_wipe(struct decrypt_test *test);

#endif
