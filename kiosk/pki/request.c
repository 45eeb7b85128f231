/* request.c - hides how the library is made to build a request without having the private key. */
#include "kiosk/pki/request.h"

#include <openssl/err.h>
#include <string.h>

#include "kiosk/pki/der.h"
#include "kiosk/pki/pem.h"
#include "kiosk/pki/proof.h"

#define LABEL "CERTIFICATE REQUEST"

static void free_request(X509_REQ **at)
{
    X509_REQ_free(*at);
}

static void free_name(X509_NAME **at)
{
    X509_NAME_free(*at);
}

static void free_text(unsigned char **at)
{
    OPENSSL_free(*at);
}

static void free_string(ASN1_BIT_STRING **at)
{
    ASN1_BIT_STRING_free(*at);
}

static void free_algorithm(X509_ALGOR **at)
{
    X509_ALGOR_free(*at);
}

static struct err read_key(struct bytes spki, EVP_PKEY **out_key)
{
    const unsigned char *at = spki.at;
    struct err e = der_check(spki);
    if (failed(e))
        return e;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.len);
    ERR_clear_error();
    if (key == NULL)
        return ERR(ERR_MALFORMED, 0, "d2i_PUBKEY");
    *out_key = key;
    return ERR_OK;
}

static struct err read_name(struct bytes der, X509_NAME **out_name)
{
    const unsigned char *at = der.at;
    struct err e = der_check(der);
    if (failed(e))
        return e;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
    ERR_clear_error();
    if (name == NULL || at != der.at + der.len || X509_NAME_entry_count(name) == 0) {
        X509_NAME_free(name);
        return ERR(ERR_MALFORMED, 0, "name");
    }
    *out_name = name;
    return ERR_OK;
}

/* The part that is signed, as the library encodes it. */
static struct err write_info(const X509_NAME *name, EVP_PKEY *key, struct request *request)
{
    CLEANUP(free_request) X509_REQ *made = X509_REQ_new();
    CLEANUP(free_text) unsigned char *info = NULL;
    if (made == NULL || X509_REQ_set_version(made, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_subject_name(made, name) != 1 || X509_REQ_set_pubkey(made, key) != 1)
        return ERR(ERR_IO, 0, "X509_REQ");
    int len = i2d_re_X509_REQ_tbs(made, &info);
    if (len <= 0)
        return ERR(ERR_IO, 0, "i2d_re_X509_REQ_tbs");
    if (len > REQUEST_INFO_MAX)
        return ERR(ERR_NO_ROOM, len, "request");
    memcpy(request->info, info, (size_t)len);
    request->info_len = (size_t)len;
    return ERR_OK;
}

static struct err begin(const X509_NAME *name, struct bytes spki, struct request *out_request)
{
    CLEANUP(x509_key_free) EVP_PKEY *key = NULL;
    struct request request = {.info_len = 0};
    struct err e = read_key(spki, &key);
    if (failed(e))
        return e;
    request.key = proof_kind(key);
    if (request.key == CERTIFICATE_KEY_OTHER)
        return ERR(ERR_UNSUPPORTED, 0, "key");
    e = write_info(name, key, &request);
    if (!failed(e)) {
        e = proof_block(request.key, (struct bytes){request.info, request.info_len},
                        request.to_sign, &request.to_sign_len);
    }
    if (failed(e))
        return e;
    *out_request = request;
    return ERR_OK;
}

struct err request_begin(struct bytes name, struct bytes spki, struct request *out_request)
{
    CLEANUP(free_name) X509_NAME *read = NULL;
    struct err e = read_name(name, &read);
    return failed(e) ? e : begin(read, spki, out_request);
}

struct err request_begin_like(struct bytes certificate, struct bytes spki,
                              struct request *out_request)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(certificate, &x509);
    return failed(e) ? e : begin(X509_get_subject_name(x509), spki, out_request);
}

struct err request_begin_named(const char *cn, struct bytes spki, struct request *out_request)
{
    CLEANUP(free_name) X509_NAME *name = X509_NAME_new();
    if (name == NULL)
        return ERR(ERR_IO, 0, "X509_NAME_new");
    if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)cn,
                                   -1, -1, 0) != 1) {
        ERR_clear_error();
        return ERR(ERR_MALFORMED, 0, "name");
    }
    return begin(name, spki, out_request);
}

/* RFC 5758, 3.2: without parameters for ECDSA; RFC 4055, 5: NULL for RSA. */
static X509_ALGOR *algorithm_of(enum certificate_key kind)
{
    bool rsa = kind == CERTIFICATE_KEY_RSA2048 || kind == CERTIFICATE_KEY_RSA3072;
    int nid = kind == CERTIFICATE_KEY_P384 ? NID_ecdsa_with_SHA384 : NID_ecdsa_with_SHA256;
    X509_ALGOR *algorithm = X509_ALGOR_new();
    if (algorithm != NULL &&
        X509_ALGOR_set0(algorithm, OBJ_nid2obj(rsa ? NID_sha256WithRSAEncryption : nid),
                        rsa ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) != 1) {
        X509_ALGOR_free(algorithm);
        return NULL;
    }
    return algorithm;
}

static ASN1_BIT_STRING *string_of(struct bytes signature)
{
    ASN1_BIT_STRING *string = ASN1_BIT_STRING_new();
    if (string != NULL && ASN1_STRING_set(string, signature.at, (int)signature.len) != 1) {
        ASN1_BIT_STRING_free(string);
        return NULL;
    }
    if (string != NULL) { /* all bits count, zeros at the end too */
        string->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
        string->flags |= ASN1_STRING_FLAG_BITS_LEFT;
    }
    return string;
}

/* SEQUENCE { info, algorithm, signature }: the three are encoded already. */
static struct err wrap(const struct request *request, struct bytes algorithm,
                       struct bytes signature, uint8_t *out, size_t *out_len)
{
    size_t inner = request->info_len + algorithm.len + signature.len;
    int whole = ASN1_object_size(1, (int)inner, V_ASN1_SEQUENCE);
    if (whole <= 0 || whole > REQUEST_MAX)
        return ERR(ERR_NO_ROOM, whole, "request");
    unsigned char *at = out;
    ASN1_put_object(&at, 1, (int)inner, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
    memcpy(at, request->info, request->info_len);
    at += request->info_len;
    memcpy(at, algorithm.at, algorithm.len);
    at += algorithm.len;
    memcpy(at, signature.at, signature.len);
    *out_len = (size_t)whole;
    return ERR_OK;
}

static struct err encode(const struct request *request, struct bytes signature, uint8_t *out,
                         size_t *out_len)
{
    CLEANUP(free_algorithm) X509_ALGOR *algorithm = algorithm_of(request->key);
    CLEANUP(free_string) ASN1_BIT_STRING *string = string_of(signature);
    CLEANUP(free_text) unsigned char *algorithm_der = NULL;
    CLEANUP(free_text) unsigned char *string_der = NULL;
    if (algorithm == NULL || string == NULL)
        return ERR(ERR_IO, 0, "ASN.1");
    int algorithm_len = i2d_X509_ALGOR(algorithm, &algorithm_der);
    int string_len = i2d_ASN1_BIT_STRING(string, &string_der);
    if (algorithm_len <= 0 || string_len <= 0)
        return ERR(ERR_IO, 0, "ASN.1");
    return wrap(request, (struct bytes){algorithm_der, (size_t)algorithm_len},
                (struct bytes){string_der, (size_t)string_len}, out, out_len);
}

static bool verifies(const uint8_t *der, size_t len)
{
    const unsigned char *at = der;
    CLEANUP(free_request) X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)len);
    bool fine = request != NULL && at == der + len &&
                X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1;
    ERR_clear_error();
    return fine;
}

struct err request_finish(const struct request *request, struct bytes signature, uint8_t *out,
                          size_t *out_len)
{
    uint8_t der[REQUEST_MAX];
    size_t len = 0;
    if (signature.len == 0 || signature.len > CERTIFICATE_CHALLENGE_MAX)
        return ERR(ERR_DENIED, signature.len, "signature");
    struct err e = encode(request, signature, der, &len);
    if (failed(e))
        return e;
    if (failed(der_check((struct bytes){der, len})) || !verifies(der, len))
        return ERR(ERR_DENIED, 0, "signature");
    memcpy(out, der, len);
    *out_len = len;
    return ERR_OK;
}

struct err request_print(struct bytes der, char *out)
{
    return pem_print(LABEL, der, out, REQUEST_PEM_MAX);
}
