/*
 * self_test.h - does a private key do what its certificate says? The key is where the caller can
 * reach it, on a token; what it signs and deciphers is made and judged here.
 *
 *     self_test_sign     challenge --> key->sign ----> verified with the certificate
 *     self_test_decrypt  cipher text -> key->decrypt -> compared with what was enciphered
 */
#ifndef KIOSK_PKI_SELF_TEST_H
#define KIOSK_PKI_SELF_TEST_H

#include "kiosk/pki/certificate.h"

#define SELF_TEST_ANSWER_MAX 512 /* bytes of a signature or a plain text */

/* What uses the key: from `input`, as certificate.h and decrypt_test.h make it, to `out`, which
 * has SELF_TEST_ANSWER_MAX bytes. */
struct self_test_key {
    void *context;
    struct err (*sign)(void *context, enum certificate_key kind, struct bytes input, uint8_t *out,
                       size_t *out_len);
    struct err (*decrypt)(void *context, enum certificate_key kind, struct bytes input,
                          uint8_t *out, size_t *out_len);
};

/*
 * The key signs, or deciphers, for the certificate `der`. What the key's function gave back when it
 * failed; ERR_CONFLICT: it did, and the certificate is not its own; ERR_MALFORMED (no canonical
 * certificate), ERR_UNSUPPORTED (a key of another kind), ERR_IO.
 */
MUST_CHECK struct err self_test_sign(struct bytes der, const struct self_test_key *key);
MUST_CHECK struct err self_test_decrypt(struct bytes der, const struct self_test_key *key);

#endif
