/* The trusted certificates in OpenSSL's store, and its verification of chains. */
#include "kiosk/pki/x509.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#define TRUST_CERTIFICATES_MAX 256
#define CHAIN_DEPTH_MAX 8
#define CHAIN_AUTH_LEVEL 2 /* 112 bits: no SHA-1, no RSA below 2048 */

struct trust {
    X509_STORE *roots;
    STACK_OF(X509) * intermediates;
};

static void free_trust(struct trust **at)
{
    trust_destroy(*at);
}

static void free_context(X509_STORE_CTX **at)
{
    X509_STORE_CTX_free(*at);
}

void trust_destroy(struct trust *trust)
{
    if (trust == NULL)
        return;
    X509_STORE_free(trust->roots);
    sk_X509_pop_free(trust->intermediates, X509_free);
    free(trust);
}

static struct err allocate(struct trust **out_trust)
{
    struct trust *trust = calloc(1, sizeof(*trust));
    if (trust == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    trust->roots = X509_STORE_new();
    trust->intermediates = sk_X509_new_null();
    if (trust->roots == NULL || trust->intermediates == NULL) {
        trust_destroy(trust);
        return ERR(ERR_NO_ROOM, 0, "X509_STORE_new");
    }
    *out_trust = trust;
    return ERR_OK;
}

static struct err add(struct trust *trust, X509 *x509)
{
    int self_signed = X509_self_signed(x509, 1);
    if (self_signed < 0)
        return ERR(ERR_MALFORMED, 0, "X509_self_signed");
    if (self_signed == 1) {
        return X509_STORE_add_cert(trust->roots, x509) == 1
                   ? ERR_OK
                   : ERR(ERR_NO_ROOM, 0, "X509_STORE_add_cert");
    }
    if (X509_up_ref(x509) != 1)
        return ERR(ERR_NO_ROOM, 0, "X509_up_ref");
    if (sk_X509_push(trust->intermediates, x509) == 0) {
        X509_free(x509);
        return ERR(ERR_NO_ROOM, 0, "sk_X509_push");
    }
    return ERR_OK;
}

/* Add every certificate of `file`. */
static struct err add_all(struct trust *trust, BIO *file)
{
    for (size_t count = 0; count <= TRUST_CERTIFICATES_MAX; count++) {
        CLEANUP(x509_free) X509 *x509 = PEM_read_bio_X509(file, NULL, NULL, NULL);
        if (x509 == NULL) {
            bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
            ERR_clear_error();
            if (!end)
                return ERR(ERR_MALFORMED, 0, "PEM_read_bio_X509");
            return count > 0 ? ERR_OK : ERR(ERR_NOT_FOUND, 0, "certificate");
        }
        struct err e = add(trust, x509);
        if (failed(e))
            return e;
    }
    return ERR(ERR_NO_ROOM, TRUST_CERTIFICATES_MAX, "certificates");
}

struct err trust_create(const char *path, struct trust **out_trust)
{
    errno = 0;
    CLEANUP(x509_bio_free) BIO *file = BIO_new_file(path, "r");
    if (file == NULL) {
        int number = errno;
        ERR_clear_error();
        return ERR(ERR_IO, number, "trust");
    }

    CLEANUP(free_trust) struct trust *trust = NULL;
    struct err e = allocate(&trust);
    if (!failed(e))
        e = add_all(trust, file);
    if (failed(e))
        return e;
    *out_trust = trust;
    trust = NULL;
    return ERR_OK;
}

bool x509_chains(const X509 *x509, const struct trust *trust, int64_t at_s)
{
    if (trust == NULL)
        return false;
    CLEANUP(free_context) X509_STORE_CTX *context = X509_STORE_CTX_new();
    /* The library takes no const certificate, though it only counts and caches on it. */
    CLEANUP(x509_free) X509 *leaf = X509_dup(x509);
    if (context == NULL || leaf == NULL ||
        X509_STORE_CTX_init(context, trust->roots, leaf, trust->intermediates) != 1)
        return false;

    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH_MAX);
    X509_VERIFY_PARAM_set_auth_level(param, CHAIN_AUTH_LEVEL);
    if (at_s == X509_ANY_TIME) {
        (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
    } else {
        X509_VERIFY_PARAM_set_time(param, at_s);
    }
    bool chains = X509_verify_cert(context) == 1;
    ERR_clear_error();
    return chains;
}
