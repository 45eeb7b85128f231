/* vtoken_crypto.c - hides OpenSSL's contexts and parameter lists. */
#include "hw/sim/vtoken_crypto.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#define TAG_MODULUS 0x81
#define TAG_EXPONENT 0x82
#define TAG_POINT 0x86
#define POINT_MAX 97 /* uncompressed, P-384 */
#define MODULUS_MAX 384
#define EXPONENT_MAX 4
#define RSA_EXPONENT 65537

static void context_free(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void cipher_free(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

static void number_free(BIGNUM **number)
{
    BN_clear_free(*number);
}

static struct err native(enum err_code code, const char *site)
{
    unsigned long reason = ERR_peek_last_error();
    ERR_clear_error();
    return (struct err){code, (int32_t)ERR_GET_REASON(reason), site};
}

#define OPENSSL_ERR(code, what) native((code), "vtoken_crypto.c:" STRINGIFY(__LINE__) " " what)

void vtoken_random(uint8_t *out, size_t len)
{
    if (RAND_bytes(out, (int)len) != 1)
        abort();
}

static const char *curve_name(enum vtoken_algorithm algorithm)
{
    return algorithm == VTOKEN_P384 ? "P-384" : "P-256";
}

static struct {
    enum vtoken_algorithm algorithm;
    EVP_PKEY *pair; /* NULL: none is ready */
} ready;

struct err vtoken_pair_prepare(enum vtoken_algorithm algorithm)
{
    EVP_PKEY_free(ready.pair);
    ready.pair = NULL;
    ready.algorithm = algorithm;
    return vtoken_pair_generate(algorithm, &ready.pair);
}

struct err vtoken_pair_generate(enum vtoken_algorithm algorithm, EVP_PKEY **out_pair)
{
    EVP_PKEY *pair = NULL;
    if (ready.pair != NULL && ready.algorithm == algorithm) {
        *out_pair = ready.pair;
        ready.pair = NULL;
        return ERR_OK;
    }
    switch (algorithm) {
    case VTOKEN_RSA1024:
    case VTOKEN_RSA2048:
    case VTOKEN_RSA3072:
        pair = EVP_RSA_gen(vtoken_algorithm_rsa_bits(algorithm));
        break;
    case VTOKEN_P256:
    case VTOKEN_P384:
        pair = EVP_EC_gen(curve_name(algorithm));
        break;
    case VTOKEN_3DES:
    case VTOKEN_AES128:
    case VTOKEN_AES192:
    case VTOKEN_AES256:
        return ERR(ERR_UNSUPPORTED, algorithm, "cipher");
    }
    if (pair == NULL)
        return OPENSSL_ERR(ERR_IO, "generate");
    *out_pair = pair;
    return ERR_OK;
}

static struct err pair_build(const char *type, OSSL_PARAM_BLD *builder, EVP_PKEY **out_pair)
{
    CLEANUP(context_free)
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY *pair = NULL;
    bool built = context != NULL && params != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
                 EVP_PKEY_fromdata(context, &pair, EVP_PKEY_KEYPAIR, params) == 1;
    OSSL_PARAM_free(params);
    if (!built)
        return OPENSSL_ERR(ERR_MALFORMED, "fromdata");
    *out_pair = pair;
    return ERR_OK;
}

static void builder_free(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void group_free(EC_GROUP **group)
{
    EC_GROUP_free(*group);
}

static void point_free(EC_POINT **point)
{
    EC_POINT_free(*point);
}

static struct err curve_import(enum vtoken_algorithm algorithm, struct bytes scalar,
                               EVP_PKEY **out_pair)
{
    CLEANUP(number_free) BIGNUM *d = BN_bin2bn(scalar.at, (int)scalar.len, NULL);
    CLEANUP(group_free)
    EC_GROUP *group =
        EC_GROUP_new_by_curve_name(algorithm == VTOKEN_P384 ? NID_secp384r1 : NID_X9_62_prime256v1);
    CLEANUP(point_free) EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    CLEANUP(builder_free) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    uint8_t public_point[POINT_MAX];
    if (d == NULL || point == NULL || builder == NULL || BN_is_zero(d) ||
        BN_cmp(d, EC_GROUP_get0_order(group)) >= 0 ||
        EC_POINT_mul(group, point, d, NULL, NULL, NULL) != 1)
        return OPENSSL_ERR(ERR_MALFORMED, "scalar");
    size_t len = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public_point,
                                    sizeof public_point, NULL);
    if (len == 0 ||
        !OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve_name(algorithm),
                                         0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, public_point, len) ||
        !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d))
        return OPENSSL_ERR(ERR_IO, "parameters");
    return pair_build("EC", builder, out_pair);
}

struct rsa_numbers {
    BIGNUM *p, *q, *n, *e, *d, *p1, *q1, *dp, *dq, *qinv, *phi;
};

static void rsa_numbers_free(struct rsa_numbers *numbers)
{
    BIGNUM **all[] = {&numbers->p,  &numbers->q,    &numbers->n,  &numbers->e,
                      &numbers->d,  &numbers->p1,   &numbers->q1, &numbers->dp,
                      &numbers->dq, &numbers->qinv, &numbers->phi};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        number_free(all[i]);
}

static bool rsa_complete(struct rsa_numbers *r, BN_CTX *scratch)
{
    return BN_set_word(r->e, RSA_EXPONENT) && BN_mul(r->n, r->p, r->q, scratch) &&
           BN_sub(r->p1, r->p, BN_value_one()) && BN_sub(r->q1, r->q, BN_value_one()) &&
           BN_mul(r->phi, r->p1, r->q1, scratch) &&
           BN_mod_inverse(r->d, r->e, r->phi, scratch) != NULL &&
           BN_mod(r->dp, r->d, r->p1, scratch) && BN_mod(r->dq, r->d, r->q1, scratch) &&
           BN_mod_inverse(r->qinv, r->q, r->p, scratch) != NULL;
}

static bool rsa_push(const struct rsa_numbers *r, OSSL_PARAM_BLD *builder)
{
    const struct {
        const char *name;
        const BIGNUM *number;
    } parts[] = {
        {OSSL_PKEY_PARAM_RSA_N, r->n},          {OSSL_PKEY_PARAM_RSA_E, r->e},
        {OSSL_PKEY_PARAM_RSA_D, r->d},          {OSSL_PKEY_PARAM_RSA_FACTOR1, r->p},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, r->q},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, r->dp},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, r->dq}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, r->qinv}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!OSSL_PARAM_BLD_push_BN(builder, parts[i].name, parts[i].number))
            return false;
    }
    return true;
}

static struct err rsa_import(enum vtoken_algorithm algorithm, struct bytes p, struct bytes q,
                             EVP_PKEY **out_pair)
{
    CLEANUP(rsa_numbers_free)
    struct rsa_numbers numbers = {.p = BN_bin2bn(p.at, (int)p.len, NULL),
                                  .q = BN_bin2bn(q.at, (int)q.len, NULL),
                                  .n = BN_new(),
                                  .e = BN_new(),
                                  .d = BN_new(),
                                  .p1 = BN_new(),
                                  .q1 = BN_new(),
                                  .dp = BN_new(),
                                  .dq = BN_new(),
                                  .qinv = BN_new(),
                                  .phi = BN_new()};
    BN_CTX *scratch = BN_CTX_new();
    bool complete = scratch != NULL && rsa_complete(&numbers, scratch);
    BN_CTX_free(scratch);
    if (!complete || BN_num_bits(numbers.n) != (int)vtoken_algorithm_rsa_bits(algorithm))
        return OPENSSL_ERR(ERR_MALFORMED, "primes");
    CLEANUP(builder_free) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder == NULL || !rsa_push(&numbers, builder))
        return OPENSSL_ERR(ERR_IO, "parameters");
    return pair_build("RSA", builder, out_pair);
}

struct err vtoken_pair_import(enum vtoken_algorithm algorithm, struct bytes p, struct bytes q,
                              EVP_PKEY **out_pair)
{
    switch (algorithm) {
    case VTOKEN_RSA1024:
    case VTOKEN_RSA2048:
    case VTOKEN_RSA3072:
        return rsa_import(algorithm, p, q, out_pair);
    case VTOKEN_P256:
    case VTOKEN_P384:
        return curve_import(algorithm, p, out_pair);
    case VTOKEN_3DES:
    case VTOKEN_AES128:
    case VTOKEN_AES192:
    case VTOKEN_AES256:
        break;
    }
    return ERR(ERR_UNSUPPORTED, algorithm, "cipher");
}

static void number_put(const EVP_PKEY *pair, const char *name, uint32_t tag,
                       struct vtoken_writer *writer)
{
    CLEANUP(number_free) BIGNUM *number = NULL;
    uint8_t bytes[MODULUS_MAX];
    if (EVP_PKEY_get_bn_param(pair, name, &number) != 1 || BN_num_bytes(number) > MODULUS_MAX) {
        writer->overflow = true;
        return;
    }
    size_t len = (size_t)BN_bn2bin(number, bytes);
    vtoken_put_tlv(writer, tag, (struct bytes){bytes, len});
}

void vtoken_pair_public(const EVP_PKEY *pair, struct vtoken_writer *writer)
{
    if (EVP_PKEY_is_a(pair, "RSA")) {
        number_put(pair, OSSL_PKEY_PARAM_RSA_N, TAG_MODULUS, writer);
        number_put(pair, OSSL_PKEY_PARAM_RSA_E, TAG_EXPONENT, writer);
        return;
    }
    uint8_t point[POINT_MAX];
    size_t len = 0;
    if (EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) !=
        1) {
        writer->overflow = true;
        return;
    }
    vtoken_put_tlv(writer, TAG_POINT, (struct bytes){point, len});
}

struct err vtoken_pair_sign(EVP_PKEY *pair, struct bytes input, uint8_t out[VTOKEN_SIGNATURE_MAX],
                            size_t *out_len)
{
    CLEANUP(context_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL);
    size_t len = VTOKEN_SIGNATURE_MAX;
    bool rsa = EVP_PKEY_is_a(pair, "RSA");
    if (rsa && input.len != (size_t)EVP_PKEY_get_size(pair))
        return ERR(ERR_MALFORMED, input.len, "input");
    if (context == NULL || EVP_PKEY_sign_init(context) != 1 ||
        (rsa && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) != 1) ||
        EVP_PKEY_sign(context, out, &len, input.at, input.len) != 1)
        return OPENSSL_ERR(ERR_MALFORMED, "sign");
    *out_len = len;
    return ERR_OK;
}

static void pair_free(EVP_PKEY **pair)
{
    EVP_PKEY_free(*pair);
}

struct err vtoken_pair_derive(EVP_PKEY *pair, struct bytes point, uint8_t out[VTOKEN_SIGNATURE_MAX],
                              size_t *out_len)
{
    CLEANUP(pair_free) EVP_PKEY *peer = EVP_PKEY_new();
    CLEANUP(context_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL);
    size_t len = VTOKEN_SIGNATURE_MAX;
    if (!EVP_PKEY_is_a(pair, "EC") || peer == NULL || context == NULL ||
        EVP_PKEY_copy_parameters(peer, pair) != 1 ||
        EVP_PKEY_set1_encoded_public_key(peer, point.at, point.len) != 1 ||
        EVP_PKEY_derive_init(context) != 1 || EVP_PKEY_derive_set_peer(context, peer) != 1 ||
        EVP_PKEY_derive(context, out, &len) != 1)
        return OPENSSL_ERR(ERR_MALFORMED, "derive");
    *out_len = len;
    return ERR_OK;
}

static const EVP_CIPHER *cipher_of(enum vtoken_algorithm algorithm)
{
    switch (algorithm) {
    case VTOKEN_3DES:
        return EVP_des_ede3_ecb();
    case VTOKEN_AES128:
        return EVP_aes_128_ecb();
    case VTOKEN_AES192:
        return EVP_aes_192_ecb();
    case VTOKEN_AES256:
        return EVP_aes_256_ecb();
    case VTOKEN_RSA1024:
    case VTOKEN_RSA2048:
    case VTOKEN_RSA3072:
    case VTOKEN_P256:
    case VTOKEN_P384:
        break;
    }
    return NULL;
}

size_t vtoken_block_len(enum vtoken_algorithm algorithm)
{
    const EVP_CIPHER *cipher = cipher_of(algorithm);
    return cipher == NULL ? 0 : (size_t)EVP_CIPHER_get_block_size(cipher);
}

size_t vtoken_cipher_key_len(enum vtoken_algorithm algorithm)
{
    const EVP_CIPHER *cipher = cipher_of(algorithm);
    return cipher == NULL ? 0 : (size_t)EVP_CIPHER_get_key_length(cipher);
}

struct err vtoken_block_encrypt(enum vtoken_algorithm algorithm, const uint8_t *key,
                                const uint8_t *block, uint8_t *out_block)
{
    const EVP_CIPHER *cipher = cipher_of(algorithm);
    CLEANUP(cipher_free) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t result[2 * VTOKEN_BLOCK_MAX];
    int len = 0;
    if (cipher == NULL || context == NULL)
        return ERR(ERR_UNSUPPORTED, algorithm, "cipher");
    int block_len = EVP_CIPHER_get_block_size(cipher);
    if (EVP_EncryptInit_ex(context, cipher, NULL, key, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_EncryptUpdate(context, result, &len, block, block_len) != 1 || len != block_len)
        return OPENSSL_ERR(ERR_IO, "encrypt");
    memcpy(out_block, result, (size_t)block_len);
    return ERR_OK;
}
