/*
 * vtoken_crypto.h - the virtual token's keys and ciphers, by OpenSSL.
 */
#ifndef HW_SIM_VTOKEN_CRYPTO_H
#define HW_SIM_VTOKEN_CRYPTO_H

#include <openssl/evp.h>

#include "hw/sim/vtoken_algorithm.h"
#include "hw/sim/vtoken_tlv.h"
#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define VTOKEN_SIGNATURE_MAX 384
#define VTOKEN_BLOCK_MAX 16
#define VTOKEN_KEY_DER_MAX 2400

/* Fill with random bytes. The machine having none ends the program. */
void vtoken_random(uint8_t *out, size_t len);

/* A new key pair, owned by the caller (EVP_PKEY_free). ERR_UNSUPPORTED for a cipher. */
MUST_CHECK struct err vtoken_pair_generate(enum vtoken_algorithm algorithm, EVP_PKEY **out_pair);

/* Make one now, for the next call above that wants this kind: a token that has its next key ready
 * answers at once. One is kept at a time. ERR_UNSUPPORTED for a cipher. */
MUST_CHECK struct err vtoken_pair_prepare(enum vtoken_algorithm algorithm);

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
