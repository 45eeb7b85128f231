/* The self-test of a token: what it signs, and whether it did. */
#include "kiosk/pki/certificate.h"

#include <openssl/rsa.h>
#include <string.h>

#include "kiosk/pki/x509.h"

#define CHALLENGE_CONTEXT "certkiosk-self-test-1"
#define RSA_BLOCK_LEN 256
#define SHA256_LEN 32
#define SHA384_LEN 48

/* DigestInfo of SHA-256 up to the digest (RFC 8017, 9.2, note 1). */
static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static void free_context(EVP_PKEY_CTX **at)
{
    EVP_PKEY_CTX_free(*at);
}

/* The context keeps a token from being made to sign anything that means something elsewhere. */
static struct err digest_of(const uint8_t random[32], const EVP_MD *md, uint8_t *out)
{
    uint8_t message[sizeof(CHALLENGE_CONTEXT) + 32];
    memcpy(message, CHALLENGE_CONTEXT, sizeof(CHALLENGE_CONTEXT));
    memcpy(message + sizeof(CHALLENGE_CONTEXT), random, 32);
    if (EVP_Digest(message, sizeof(message), out, NULL, md, NULL) != 1)
        return ERR(ERR_IO, 0, "EVP_Digest");
    return ERR_OK;
}

static void pad(uint8_t out[RSA_BLOCK_LEN], const uint8_t digest[SHA256_LEN])
{
    size_t tail = sizeof(digest_info) + SHA256_LEN;
    memset(out, 0xFF, RSA_BLOCK_LEN);
    out[0] = 0x00;
    out[1] = 0x01;
    out[RSA_BLOCK_LEN - tail - 1] = 0x00;
    memcpy(out + RSA_BLOCK_LEN - tail, digest_info, sizeof(digest_info));
    memcpy(out + RSA_BLOCK_LEN - SHA256_LEN, digest, SHA256_LEN);
}

struct err certificate_challenge(struct bytes der, const uint8_t random[32], uint8_t *out,
                                 size_t *out_len)
{
    enum certificate_key kind;
    struct err e = certificate_key(der, &kind);
    if (failed(e))
        return e;

    bool wide = kind == CERTIFICATE_KEY_P384;
    uint8_t digest[SHA384_LEN];
    e = digest_of(random, wide ? EVP_sha384() : EVP_sha256(), digest);
    if (failed(e))
        return e;
    switch (kind) {
    case CERTIFICATE_KEY_P256:
    case CERTIFICATE_KEY_P384:
        *out_len = wide ? SHA384_LEN : SHA256_LEN;
        memcpy(out, digest, *out_len);
        return ERR_OK;
    case CERTIFICATE_KEY_RSA2048:
        *out_len = RSA_BLOCK_LEN;
        pad(out, digest);
        return ERR_OK;
    case CERTIFICATE_KEY_OTHER:
        break;
    }
    return ERR(ERR_UNSUPPORTED, 0, "key");
}

static bool verifies(EVP_PKEY *key, const EVP_MD *md, struct bytes signature, struct bytes digest)
{
    CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    if (context == NULL || EVP_PKEY_verify_init(context) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context, md) != 1)
        return false;
    if (EVP_PKEY_is_a(key, "RSA") == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1)
        return false;
    return EVP_PKEY_verify(context, signature.at, signature.len, digest.at, digest.len) == 1;
}

struct err certificate_proves(struct bytes der, const uint8_t random[32], struct bytes signature)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    enum certificate_key kind;
    struct err e = certificate_key(der, &kind);
    if (!failed(e))
        e = x509_read(der, &x509);
    if (failed(e))
        return e;
    if (kind == CERTIFICATE_KEY_OTHER)
        return ERR(ERR_UNSUPPORTED, 0, "key");

    bool wide = kind == CERTIFICATE_KEY_P384;
    const EVP_MD *md = wide ? EVP_sha384() : EVP_sha256();
    uint8_t digest[SHA384_LEN];
    e = digest_of(random, md, digest);
    if (failed(e))
        return e;
    if (!verifies(X509_get0_pubkey(x509), md, signature,
                  (struct bytes){digest, wide ? SHA384_LEN : SHA256_LEN}))
        return ERR(ERR_DENIED, 0, "signature");
    return ERR_OK;
}
