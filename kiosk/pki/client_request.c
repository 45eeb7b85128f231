/* client_request.c - hides the library's requests: they are strict DER here, both ways. */
#include <openssl/err.h>
#include <string.h>

#include "kiosk/pki/ca.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/der.h"
#include "kiosk/pki/key.h"
#include "kiosk/pki/proof.h"

static void free_request(X509_REQ **at)
{
    X509_REQ_free(*at);
}

struct err client_request(const struct key *key, const char *name, uint8_t *out, size_t *out_len)
{
    CLEANUP(free_request) X509_REQ *made = X509_REQ_new();
    if (made == NULL)
        return ERR(ERR_IO, 0, "X509_REQ_new");
    struct err e = issue_name(X509_REQ_get_subject_name(made), &(struct issue_subject){.cn = name});
    if (failed(e))
        return e;
    if (X509_REQ_set_version(made, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(made, key->pair) != 1 ||
        X509_REQ_sign(made, key->pair, EVP_sha256()) <= 0) {
        ERR_clear_error();
        return ERR(ERR_IO, 0, "X509_REQ_sign");
    }
    int len = i2d_X509_REQ(made, NULL);
    if (len <= 0 || len > CLIENT_REQUEST_MAX)
        return ERR(ERR_NO_ROOM, len, "request");
    unsigned char *at = out;
    *out_len = (size_t)i2d_X509_REQ(made, &at);
    return ERR_OK;
}

static struct err judge(X509_REQ *request, const char *name)
{
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    if (key == NULL || proof_kind(key) != CERTIFICATE_KEY_P256)
        return ERR(ERR_UNSUPPORTED, 0, "key of the request");
    if (X509_REQ_verify(request, key) != 1)
        return ERR(ERR_DENIED, 0, "signature of the request");
    if (!x509_is_named(X509_REQ_get_subject_name(request), name))
        return ERR(ERR_CONFLICT, 0, "common name of the request");
    return ERR_OK;
}

struct err client_request_check(struct bytes der, const char *name, uint8_t *out, size_t *out_len)
{
    const unsigned char *at = der.at;
    struct err e = der_check(der);
    if (failed(e))
        return e;
    CLEANUP(free_request) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.len);
    bool whole = request != NULL && at == der.at + der.len;
    e = whole ? judge(request, name) : ERR(ERR_MALFORMED, 0, "request");
    ERR_clear_error();
    if (failed(e))
        return e;
    int len = i2d_PUBKEY(X509_REQ_get0_pubkey(request), NULL);
    if (len <= 0 || len > KEY_PUBLIC_MAX)
        return ERR(ERR_MALFORMED, len, "key of the request");
    unsigned char *to = out;
    *out_len = (size_t)i2d_PUBKEY(X509_REQ_get0_pubkey(request), &to);
    return ERR_OK;
}
