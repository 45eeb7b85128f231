/* proof.c - hides how a block for RSA is padded and how the library verifies a signature. */
#include "kiosk/pki/proof.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <string.h>

#define SHA256_LEN 32
#define DIGEST_MAX 48

/* DigestInfo of SHA-256 up to the digest (RFC 8017, 9.2, note 1). */
static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static void free_context(EVP_MD_CTX **at)
{
    EVP_MD_CTX_free(*at);
}

static enum certificate_key ec_kind(const EVP_PKEY *key)
{
    char group[32];
    size_t len = 0;
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1)
        return CERTIFICATE_KEY_OTHER;
    switch (OBJ_txt2nid(group)) {
    case NID_X9_62_prime256v1:
        return CERTIFICATE_KEY_P256;
    case NID_secp384r1:
        return CERTIFICATE_KEY_P384;
    default:
        return CERTIFICATE_KEY_OTHER;
    }
}

static enum certificate_key rsa_kind(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_bits(key)) {
    case 2048:
        return CERTIFICATE_KEY_RSA2048;
    case 3072:
        return CERTIFICATE_KEY_RSA3072;
    default:
        return CERTIFICATE_KEY_OTHER;
    }
}

enum certificate_key proof_kind(const EVP_PKEY *key)
{
    if (key != NULL && EVP_PKEY_is_a(key, "EC") == 1)
        return ec_kind(key);
    if (key != NULL && EVP_PKEY_is_a(key, "RSA") == 1)
        return rsa_kind(key);
    return CERTIFICATE_KEY_OTHER;
}

const EVP_MD *proof_digest(enum certificate_key kind)
{
    return kind == CERTIFICATE_KEY_P384 ? EVP_sha384() : EVP_sha256();
}

static void pad(const uint8_t digest[SHA256_LEN], uint8_t *out, size_t len)
{
    size_t tail = sizeof(digest_info) + SHA256_LEN;
    memset(out, 0xFF, len);
    out[0] = 0x00;
    out[1] = 0x01;
    out[len - tail - 1] = 0x00;
    memcpy(out + len - tail, digest_info, sizeof(digest_info));
    memcpy(out + len - SHA256_LEN, digest, SHA256_LEN);
}

struct err proof_block(enum certificate_key kind, struct bytes message, uint8_t *out,
                       size_t *out_len)
{
    uint8_t digest[DIGEST_MAX];
    unsigned digest_len = 0;
    size_t rsa_len = 0;

    if (EVP_Digest(message.at, message.len, digest, &digest_len, proof_digest(kind), NULL) != 1)
        return ERR(ERR_IO, 0, "EVP_Digest");
    switch (kind) {
    case CERTIFICATE_KEY_P256:
    case CERTIFICATE_KEY_P384:
        memcpy(out, digest, digest_len);
        *out_len = digest_len;
        return ERR_OK;
    case CERTIFICATE_KEY_RSA2048:
        rsa_len = 256;
        break;
    case CERTIFICATE_KEY_RSA3072:
        rsa_len = 384;
        break;
    case CERTIFICATE_KEY_OTHER:
        return ERR(ERR_UNSUPPORTED, 0, "key");
    }
    pad(digest, out, rsa_len);
    *out_len = rsa_len;
    return ERR_OK;
}

bool proof_verifies(EVP_PKEY *key, struct bytes message, struct bytes signature)
{
    CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool verifies =
        context != NULL &&
        EVP_DigestVerifyInit(context, NULL, proof_digest(proof_kind(key)), NULL, key) == 1 &&
        EVP_DigestVerify(context, signature.at, signature.len, message.at, message.len) == 1;
    ERR_clear_error();
    return verifies;
}
