/* chip.h - what the chip of a token makes with a key pair, by OpenSSL. */
#ifndef TESTS_UNIT_CHIP_H
#define TESTS_UNIT_CHIP_H

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "kiosk/base/bytes.h"

/* A signature of a digest, or of a padded block with RSA; `*in_out_len` is the room there is. */
static inline bool chip_sign(EVP_PKEY *pair, struct bytes input, uint8_t *out, size_t *in_out_len)
{
    bool rsa = EVP_PKEY_is_a(pair, "RSA") == 1;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    bool good = context != NULL && EVP_PKEY_sign_init(context) == 1 &&
                (!rsa || EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1) &&
                EVP_PKEY_sign(context, out, in_out_len, input.at, input.len) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}

/* The padded block of a cipher text with RSA, the secret shared with a point otherwise. */
static inline bool chip_decipher(EVP_PKEY *pair, struct bytes input, uint8_t *out,
                                 size_t *in_out_len)
{
    EVP_PKEY *peer = EVP_PKEY_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    bool good = peer != NULL && context != NULL;
    if (good && EVP_PKEY_is_a(pair, "RSA") == 1) {
        good = EVP_PKEY_decrypt_init(context) == 1 &&
               EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 &&
               EVP_PKEY_decrypt(context, out, in_out_len, input.at, input.len) == 1;
    } else if (good) {
        good = EVP_PKEY_copy_parameters(peer, pair) == 1 &&
               EVP_PKEY_set1_encoded_public_key(peer, input.at, input.len) == 1 &&
               EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer) == 1 &&
               EVP_PKEY_derive(context, out, in_out_len) == 1;
    }
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    return good;
}

#endif
