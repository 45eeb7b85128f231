#include "kiosk/pki/decrypt_test.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "kiosk/pki/proof.h"

#define RSA_SECRET_LEN 32
#define PADDING_MIN 8 /* bytes of PS (RFC 8017, 7.2.1) */

static void free_context(EVP_PKEY_CTX **at)
{
    EVP_PKEY_CTX_free(*at);
}

struct err decrypt_test_applies(struct bytes der, bool *out_applies)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(der, &x509);
    if (!failed(e)) { /* all bits are set when the extension is not there */
        *out_applies = (X509_get_key_usage(x509) &
                        (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0;
    }
    return e;
}

static bool encipher(EVP_PKEY *key, struct decrypt_test *test)
{
    CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    test->expected_len = RSA_SECRET_LEN;
    test->input_len = sizeof(test->input);
    return context != NULL && RAND_bytes(test->expected, RSA_SECRET_LEN) == 1 &&
           EVP_PKEY_encrypt_init(context) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_encrypt(context, test->input, &test->input_len, test->expected,
                            RSA_SECRET_LEN) == 1;
}

static bool agree(EVP_PKEY *key, struct decrypt_test *test)
{
    const char *group = test->key == CERTIFICATE_KEY_P384 ? "P-384" : "P-256";
    CLEANUP(x509_key_free) EVP_PKEY *own = EVP_EC_gen(group);
    CLEANUP(free_context) EVP_PKEY_CTX *context = own == NULL ? NULL : EVP_PKEY_CTX_new(own, NULL);
    test->expected_len = sizeof(test->expected);
    return context != NULL &&
           EVP_PKEY_set_utf8_string_param(own, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                          OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1 &&
           EVP_PKEY_get_octet_string_param(own, OSSL_PKEY_PARAM_PUB_KEY, test->input,
                                           sizeof(test->input), &test->input_len) == 1 &&
           EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, key) == 1 &&
           EVP_PKEY_derive(context, test->expected, &test->expected_len) == 1;
}

struct err decrypt_test_begin(struct bytes der, struct decrypt_test *out_test)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    CLEANUP(decrypt_test_wipe) struct decrypt_test test = {.input_len = 0};
    struct err e = x509_read(der, &x509);
    if (failed(e))
        return e;

    bool made = false;
    EVP_PKEY *key = X509_get0_pubkey(x509);
    test.key = proof_kind(key);
    switch (test.key) {
    case CERTIFICATE_KEY_P256:
    case CERTIFICATE_KEY_P384:
        made = agree(key, &test);
        break;
    case CERTIFICATE_KEY_RSA2048:
    case CERTIFICATE_KEY_RSA3072:
        made = encipher(key, &test);
        break;
    case CERTIFICATE_KEY_OTHER:
        return ERR(ERR_UNSUPPORTED, 0, "key");
    }
    ERR_clear_error();
    if (!made)
        return ERR(ERR_IO, 0, "no cipher text could be made");
    *out_test = test;
    return ERR_OK;
}

/* 00 02 PS 00 M, whole: what a token answers may be anything. */
static bool unpad(struct bytes block, struct bytes *out_message)
{
    if (block.len < 3 || block.at[0] != 0x00 || block.at[1] != 0x02)
        return false;
    const uint8_t *end = memchr(block.at + 2, 0x00, block.len - 2);
    if (end == NULL || end - block.at - 2 < PADDING_MIN)
        return false;
    *out_message = (struct bytes){end + 1, block.len - (size_t)(end + 1 - block.at)};
    return true;
}

struct err decrypt_test_check(const struct decrypt_test *test, struct bytes plain)
{
    bool rsa = test->key == CERTIFICATE_KEY_RSA2048 || test->key == CERTIFICATE_KEY_RSA3072;
    struct bytes message = plain;
    if (rsa && (plain.len != test->input_len || !unpad(plain, &message)))
        return ERR(ERR_DENIED, plain.len, "padding");
    if (message.len != test->expected_len ||
        CRYPTO_memcmp(message.at, test->expected, message.len) != 0)
        return ERR(ERR_DENIED, 0, "another plain text");
    return ERR_OK;
}

void decrypt_test_wipe(struct decrypt_test *test)
{
    explicit_bzero(test, sizeof(*test));
}
