/* token_bench_keys.c - a token's signatures and decryptions, judged by OpenSSL. */
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "hw/token/token_check.h"
#include "tests/contract/token_bench.h"

#define POINT_MAX 97
#define KNOWN_MAX 4

/* Reading one takes longer than what it is read for, and the same few are asked again and again. */
static struct known_key {
    struct bench_key key;
    EVP_PKEY *pair;
} known[KNOWN_MAX];
static size_t known_next;

static EVP_PKEY *read_key(const struct bench_key *key)
{
    const uint8_t *at = key->spki;
    EVP_PKEY *pair = d2i_PUBKEY(NULL, &at, (long)key->len);
    assert_non_null(pair);
    assert_ptr_equal(at, key->spki + key->len);
    return pair;
}

/* Borrowed until other keys are asked for. */
static EVP_PKEY *key_of(const struct bench_key *key)
{
    for (size_t i = 0; i < KNOWN_MAX; i++) {
        if (known[i].pair != NULL && known[i].key.len == key->len &&
            memcmp(known[i].key.spki, key->spki, key->len) == 0)
            return known[i].pair;
    }
    struct known_key *at = &known[known_next++ % KNOWN_MAX];
    EVP_PKEY_free(at->pair);
    *at = (struct known_key){*key, read_key(key)};
    return at->pair;
}

static bool is_rsa(enum token_key kind)
{
    return kind == TOKEN_KEY_RSA2048 || kind == TOKEN_KEY_RSA3072;
}

/* EMSA-PKCS1-v1_5 of a SHA-256 hash (RFC 8017, 9.2). */
static void pad(const uint8_t hash[SHA256_DIGEST_LENGTH], uint8_t *out, size_t len)
{
    static const uint8_t info[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    size_t tail = sizeof(info) + SHA256_DIGEST_LENGTH;

    memset(out, 0xFF, len);
    out[0] = 0;
    out[1] = 1;
    out[len - tail - 1] = 0;
    memcpy(out + len - tail, info, sizeof(info));
    memcpy(out + len - SHA256_DIGEST_LENGTH, hash, SHA256_DIGEST_LENGTH);
}

static bool signature_right(EVP_PKEY *pair, enum token_key kind, struct bytes signature,
                            struct bytes hash)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    assert_non_null(context);
    assert_int_equal(EVP_PKEY_verify_init(context), 1);
    if (is_rsa(kind)) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
        assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
    }
    bool right = EVP_PKEY_verify(context, signature.at, signature.len, hash.at, hash.len) == 1;
    EVP_PKEY_CTX_free(context);
    return right;
}

enum err_code bench_sign(struct bench *on, uint8_t slot, const struct bench_key *key,
                         bool *out_right)
{
    static uint8_t hash[SHA384_DIGEST_LENGTH];
    uint8_t block[TOKEN_SIGNATURE_MAX], signature[TOKEN_SIGNATURE_MAX];
    size_t len = 0,
           hash_len = is_rsa(key->kind) ? SHA256_DIGEST_LENGTH : token_digest_len(key->kind);
    struct bytes digest = {hash, hash_len};

    hash[0] = (uint8_t)((hash[0] + 1U) & 0xFF); /* never the same twice in a row */
    if (is_rsa(key->kind)) {
        digest = (struct bytes){block, token_digest_len(key->kind)};
        pad(hash, block, digest.len);
    }
    struct err e = token_sign(on->token, slot, key->kind, digest, signature, &len);
    *out_right = false;
    if (failed(e))
        return e.code;
    EVP_PKEY *pair = key_of(key);
    *out_right = signature_right(pair, key->kind, (struct bytes){signature, len},
                                 (struct bytes){hash, hash_len});
    return ERR_NONE;
}

static EVP_PKEY *ephemeral(enum token_key kind)
{
    EVP_PKEY *pair = EVP_EC_gen(kind == TOKEN_KEY_P256 ? "P-256" : "P-384");
    assert_non_null(pair);
    return pair;
}

/* What only the key can open, and what comes out. */
static void seal(EVP_PKEY *pair, enum token_key kind, uint8_t input[TOKEN_PLAIN_MAX],
                 size_t *in_out_len, uint8_t plain[TOKEN_PLAIN_MAX], size_t *out_plain_len)
{
    EVP_PKEY *own = is_rsa(kind) ? NULL : ephemeral(kind);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own != NULL ? own : pair, NULL);
    assert_non_null(context);

    if (own != NULL) {
        assert_int_equal(
            EVP_PKEY_get_octet_string_param(own, "pub", input, TOKEN_PLAIN_MAX, in_out_len), 1);
        *out_plain_len = TOKEN_PLAIN_MAX;
        assert_int_equal(EVP_PKEY_derive_init(context), 1);
        assert_int_equal(EVP_PKEY_derive_set_peer(context, pair), 1);
        assert_int_equal(EVP_PKEY_derive(context, plain, out_plain_len), 1);
    } else {
        *out_plain_len = *in_out_len;
        memset(plain, 0x5A, *in_out_len);
        plain[0] = 0; /* less than the modulus */
        assert_int_equal(EVP_PKEY_encrypt_init(context), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
        assert_int_equal(EVP_PKEY_encrypt(context, input, in_out_len, plain, *out_plain_len), 1);
    }
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(own);
}

enum err_code bench_decrypt(struct bench *on, uint8_t slot, const struct bench_key *key,
                            bool *out_right)
{
    uint8_t input[TOKEN_PLAIN_MAX], plain[TOKEN_PLAIN_MAX], opened[TOKEN_PLAIN_MAX];
    size_t len = token_input_len(key->kind), plain_len = 0, opened_len = 0;
    EVP_PKEY *pair = key_of(key);

    seal(pair, key->kind, input, &len, plain, &plain_len);
    struct err e =
        token_decrypt(on->token, slot, key->kind, (struct bytes){input, len}, opened, &opened_len);
    *out_right = !failed(e) && opened_len == plain_len && memcmp(opened, plain, plain_len) == 0;
    return e.code;
}
