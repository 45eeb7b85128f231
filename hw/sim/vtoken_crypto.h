/*
 * vtoken_crypto.h - the virtual token's keys and ciphers, by OpenSSL, with algorithms named as
 * PIV names them (NIST SP 800-78-5 table 6-2).
 */
#ifndef HW_SIM_VTOKEN_CRYPTO_H
#define HW_SIM_VTOKEN_CRYPTO_H

#include <openssl/evp.h>

#include "hw/sim/vtoken_tlv.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

enum vtoken_algorithm {
    VTOKEN_3DES = 0x03,
    VTOKEN_RSA1024 = 0x06,
    VTOKEN_RSA2048 = 0x07,
    VTOKEN_AES128 = 0x08,
    VTOKEN_AES192 = 0x0A,
    VTOKEN_AES256 = 0x0C,
    VTOKEN_P256 = 0x11,
    VTOKEN_P384 = 0x14
};

#define VTOKEN_SIGNATURE_MAX 256
#define VTOKEN_BLOCK_MAX 16
#define VTOKEN_KEY_DER_MAX 2400

/* Fill with random bytes. The machine having none ends the program. */
void vtoken_random(uint8_t *out, size_t len);

/* A new key pair, owned by the caller (EVP_PKEY_free). ERR_UNSUPPORTED for a cipher. */
MUST_CHECK struct err vtoken_pair_generate(enum vtoken_algorithm algorithm, EVP_PKEY **out_pair);

/* A key pair from the private parts: primes `p` and `q` of RSA (exponent 65537), or the scalar
 * of an elliptic curve in `p`. ERR_MALFORMED when they are none. */
MUST_CHECK struct err vtoken_pair_import(enum vtoken_algorithm algorithm, struct bytes p,
                                         struct bytes q, EVP_PKEY **out_pair);

/* The public key as GENERATE ASYMMETRIC KEY PAIR answers it, inside of 7F49: 81 modulus and 82
 * exponent, or 86 point. */
void vtoken_pair_public(const EVP_PKEY *pair, struct vtoken_writer *writer);

/* A private key operation: RSA on `input` of the length of the modulus, without padding; ECDSA
 * on a digest, DER. ERR_MALFORMED when input does not fit the key. */
MUST_CHECK struct err vtoken_pair_sign(EVP_PKEY *pair, struct bytes input,
                                       uint8_t out[VTOKEN_SIGNATURE_MAX], size_t *out_len);

/* ECDH with the other side's uncompressed point: the x coordinate. */
MUST_CHECK struct err vtoken_pair_derive(EVP_PKEY *pair, struct bytes point,
                                         uint8_t out[VTOKEN_SIGNATURE_MAX], size_t *out_len);

/* Bytes of a block of the admin key's cipher, and of its key; 0 for an asymmetric algorithm. */
size_t vtoken_block_len(enum vtoken_algorithm algorithm);
size_t vtoken_cipher_key_len(enum vtoken_algorithm algorithm);

/* One block through 3DES or AES. */
MUST_CHECK struct err vtoken_block_encrypt(enum vtoken_algorithm algorithm, const uint8_t *key,
                                           const uint8_t *block, uint8_t *out_block);

#endif
