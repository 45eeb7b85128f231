/*
 * token_key.h - management keys and PUKs that differ from token to token, all from one master key.
 *
 *     token_master_open --> token_key_derive, token_puk_derive (for any token) -->
 * token_master_destroy
 *
 * The master key never leaves this room: outside it is an opaque handle. Whoever learns the key of
 * one token learns nothing about another's.
 *
 * Derivation: NIST SP 800-108r1, 4.1, KDF in counter mode with HMAC-SHA-256 and the 32 bytes of
 * the master key as K_IN. Its input for counter i (from 1) is, byte by byte:
 *
 *     [i]      4 bytes, big-endian
 *     Label    17 bytes   "certkiosk-token-1"
 *     00       1 byte
 *     Context  purpose    "3des", "aes128", "aes192", "aes256" or "puk"
 *              00         1 byte
 *              token id   as struct token_identity has it: "s" and the serial number, or "g" and
 *                         the GUID; 1 to TOKEN_KEY_ID_MAX printable ASCII characters
 *              00         1 byte
 *              attempt    1 byte, from 0
 *     [L]      4 bytes, big-endian: length of the output in bits
 *
 * AES key: the output as it is (attempt is 0). 3DES key: the 24 bytes with the lowest bit of each
 * set to odd parity (SP 800-67r2, 3.1); when one of its three parts is one of the 16 weak and
 * semi-weak keys of DES, or two parts are equal, the next attempt is taken. PUK: the 4 bytes as a
 * big-endian number n; from 4,200,000,000 on the next attempt is taken, so that all are as likely;
 * else n modulo 100,000,000 as eight digits.
 *
 * Test vector: master key 00 01 02 ... 1f, token "s10000001":
 *     3des     7afbef9b29a2efa7cbcb0251492fc79725ced6e38092fe34
 *     aes256   b68593f78e61184b8dab43d8f4ef81e8
 *              9a5270da2359d8aa743e7e6e0591b39b
 *     puk      27706989
 * The second, by another program ([L] follows from -keylen):
 *     openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt mac:HMAC -kdfopt hexkey:000102...1f
 *         -kdfopt salt:certkiosk-token-1 -kdfopt hexinfo:616573323536007331303030303030310000
 *         KBKDF
 */
#ifndef KIOSK_PKI_TOKEN_KEY_H
#define KIOSK_PKI_TOKEN_KEY_H

#include "kiosk/base/err.h"
#include "kiosk/base/secret.h"

#define TOKEN_MASTER_LEN 32
#define TOKEN_KEY_ID_MAX 40
#define TOKEN_PUK_DIGITS 8

enum token_cipher {
    TOKEN_CIPHER_3DES, /* 24 bytes */
    TOKEN_CIPHER_AES128,
    TOKEN_CIPHER_AES192,
    TOKEN_CIPHER_AES256,
    TOKEN_CIPHER_COUNT,
};

struct token_master;

/*
 * Read the master key from the file at `path`: 64 hexadecimal digits and at most a line's end. A
 * new one: `openssl rand -hex 32`. Into locked memory. Free with token_master_destroy().
 *
 * ERR_DENIED, with the reason in `site`: others may read or change the file. The group may read it
 * only when it is not our own: systemd lends a credential by an ACL, which shows as group bits.
 * ERR_MALFORMED (something else in it), ERR_IO (cannot be read, or is no file), ERR_NO_ROOM (no
 * locked memory).
 */
MUST_CHECK struct err token_master_open(const char *path, struct token_master **out_master);

/* Wipes it. NULL is fine. */
void token_master_destroy(struct token_master *master);

/*
 * The management key of the token `token_id`: as many bytes as `cipher` takes. The caller
 * wipes it. ERR_MALFORMED: no id as above; ERR_IO: the library failed.
 */
MUST_CHECK struct err token_key_derive(const struct token_master *master, const char *token_id,
                                       enum token_cipher cipher, struct secret *out_key);

/* The PUK of the token: TOKEN_PUK_DIGITS digits. Errors as above. */
MUST_CHECK struct err token_puk_derive(const struct token_master *master, const char *token_id,
                                       struct secret *out_puk);

/* Bytes of a key for `cipher`. */
size_t token_key_len(enum token_cipher cipher);

/* A key of random bytes, for a token that has no master key; with parity and not weak, as above.
 * ERR_IO: no random numbers. */
MUST_CHECK struct err token_key_random(enum token_cipher cipher, struct secret *out_key);

/* `count` random digits, each as likely; at most SECRET_LEN_MAX. ERR_IO. */
MUST_CHECK struct err token_digits_random(size_t count, struct secret *out_digits);

#endif
