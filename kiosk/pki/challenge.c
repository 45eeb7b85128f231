/* The self-test of a token's signature: what it signs, and whether it did. */
#include "kiosk/pki/certificate.h"

#include <string.h>

#include "kiosk/pki/proof.h"

/* Keeps a token from being made to sign anything that means something elsewhere. */
#define CHALLENGE_CONTEXT "certkiosk-self-test-1"
#define RANDOM_LEN 32

struct message {
    uint8_t at[sizeof(CHALLENGE_CONTEXT) + RANDOM_LEN];
};

static struct message message_of(const uint8_t random[RANDOM_LEN])
{
    struct message message;
    memcpy(message.at, CHALLENGE_CONTEXT, sizeof(CHALLENGE_CONTEXT));
    memcpy(message.at + sizeof(CHALLENGE_CONTEXT), random, RANDOM_LEN);
    return message;
}

struct err certificate_challenge(struct bytes der, const uint8_t random[32], uint8_t *out,
                                 size_t *out_len)
{
    enum certificate_key kind;
    struct err e = certificate_key(der, &kind);
    if (failed(e))
        return e;
    struct message message = message_of(random);
    return proof_block(kind, (struct bytes){message.at, sizeof(message.at)}, out, out_len);
}

struct err certificate_proves(struct bytes der, const uint8_t random[32], struct bytes signature)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(der, &x509);
    if (failed(e))
        return e;
    EVP_PKEY *key = X509_get0_pubkey(x509);
    if (proof_kind(key) == CERTIFICATE_KEY_OTHER)
        return ERR(ERR_UNSUPPORTED, 0, "key");

    struct message message = message_of(random);
    if (!proof_verifies(key, (struct bytes){message.at, sizeof(message.at)}, signature))
        return ERR(ERR_DENIED, 0, "signature");
    return ERR_OK;
}
