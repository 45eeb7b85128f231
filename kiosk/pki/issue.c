/* Certificates put together and signed. */
#include "kiosk/pki/issue.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/ca.h"

#define SERIAL_LEN 16
#define NAMES_MAX 1024

static const struct {
    const char *key_usage, *extended;
} profiles[ISSUE_PROFILE_COUNT] = {
    [ISSUE_HOLDER] = {"critical,digitalSignature,nonRepudiation", "clientAuth,emailProtection"},
    [ISSUE_TLS_SERVER] = {"critical,digitalSignature", "serverAuth"},
    [ISSUE_TLS_CLIENT] = {"critical,digitalSignature", "clientAuth"},
};

static void free_extension(X509_EXTENSION **at)
{
    X509_EXTENSION_free(*at);
}

static void free_number(BIGNUM **at)
{
    BN_free(*at);
}

struct err issue_name(X509_NAME *name, const struct issue_subject *subject)
{
    const struct {
        const char *field, *value;
    } fields[] = {
        {"C", subject->country ? "CN" : NULL},    {"O", subject->o},   {"OU", subject->ou},
        {"serialNumber", subject->serial_number}, {"CN", subject->cn},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const char *value = fields[i].value;
        if (value == NULL || value[0] == '\0')
            continue;
        if (!text_valid(value, strlen(value)) ||
            X509_NAME_add_entry_by_txt(name, fields[i].field, MBSTRING_UTF8,
                                       (const unsigned char *)value, -1, -1, 0) != 1) {
            ERR_clear_error();
            return ERR(ERR_MALFORMED, 0, "subject");
        }
    }
    return ERR_OK;
}

/* The top bits make the number positive and always as long. */
static struct err new_serial(X509 *x509)
{
    uint8_t random[SERIAL_LEN];
    if (RAND_bytes(random, sizeof(random)) != 1)
        return ERR(ERR_IO, 0, "RAND_bytes");
    random[0] = (uint8_t)((random[0] & 0x3F) | 0x40);
    CLEANUP(free_number) BIGNUM *number = BN_bin2bn(random, sizeof(random), NULL);
    if (number == NULL || BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) == NULL)
        return ERR(ERR_IO, 0, "serial number");
    return ERR_OK;
}

struct err issue_date(X509 *x509, struct issue_term term)
{
    if (term.not_after_s <= term.not_before_s)
        return ERR(ERR_MALFORMED, 0, "term");
    if (ASN1_TIME_set(X509_getm_notBefore(x509), term.not_before_s) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(x509), term.not_after_s) == NULL) {
        ERR_clear_error();
        return ERR(ERR_MALFORMED, 0, "term");
    }
    return new_serial(x509);
}

struct err issue_extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    CLEANUP(free_extension)
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL || X509_add_ext(x509, extension, -1) != 1) {
        ERR_clear_error();
        return ERR(ERR_MALFORMED, nid, "extension");
    }
    return ERR_OK;
}

struct err issue_sign(X509 *x509, const struct issue_ca *ca)
{
    if (X509_sign(x509, ca->key->pair, EVP_sha256()) <= 0) {
        ERR_clear_error();
        return ERR(ERR_IO, 0, "X509_sign");
    }
    return ERR_OK;
}

/* "IP:127.0.0.1,DNS:localhost". The library's own syntax must not be reachable from a name. */
static struct err host_names(const struct issue_order *order, char out[NAMES_MAX])
{
    size_t used = 0;
    for (size_t i = 0; i < ISSUE_HOSTS_MAX && order->hosts[i] != NULL; i++) {
        const char *host = order->hosts[i];
        uint8_t address[16];
        bool ip = inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
        if (!ip && (host[0] == '\0' ||
                    host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789.-*")] != '\0'))
            return ERR(ERR_MALFORMED, i, "host");
        if (!text_print(out + used, NAMES_MAX - used, "%s%s:%s", used > 0 ? "," : "",
                        ip ? "IP" : "DNS", host))
            return ERR(ERR_NO_ROOM, i, "hosts");
        used += strlen(out + used);
    }
    return used > 0 ? ERR_OK : ERR(ERR_MALFORMED, 0, "no host");
}

static struct err extend_leaf(X509 *x509, const struct issue_ca *ca,
                              const struct issue_order *order)
{
    const struct {
        int nid;
        const char *value;
    } rows[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, profiles[order->profile].key_usage},
        {NID_ext_key_usage, profiles[order->profile].extended},
        {NID_subject_key_identifier, "hash"},
        {NID_authority_key_identifier, "keyid:always"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = issue_extend(x509, ca->x509, rows[i].nid, rows[i].value);
        if (failed(e))
            return e;
    }
    if (order->profile != ISSUE_TLS_SERVER)
        return ERR_OK;

    char names[NAMES_MAX];
    struct err e = host_names(order, names);
    return failed(e) ? e : issue_extend(x509, ca->x509, NID_subject_alt_name, names);
}

static struct err set_key(X509 *x509, struct bytes public_key)
{
    const unsigned char *at = public_key.at;
    CLEANUP(x509_key_free) EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)public_key.len);
    if (key == NULL || at != public_key.at + public_key.len || X509_set_pubkey(x509, key) != 1) {
        ERR_clear_error();
        return ERR(ERR_MALFORMED, 0, "public key");
    }
    return ERR_OK;
}

static struct err give(const X509 *x509, struct issue_certificate *out)
{
    return x509_write(x509, out->der, sizeof(out->der), &out->len);
}

struct err issue_certificate_of(const struct issue_ca *ca, struct issue_certificate *out)
{
    return give(ca->x509, out);
}

struct err issue_leaf(const struct issue_ca *ca, const struct issue_order *order,
                      struct issue_certificate *out_certificate)
{
    CLEANUP(x509_free) X509 *x509 = X509_new();
    if (x509 == NULL || X509_set_version(x509, X509_VERSION_3) != 1 ||
        X509_set_issuer_name(x509, X509_get_subject_name(ca->x509)) != 1)
        return ERR(ERR_IO, 0, "X509_new");

    struct err e = issue_name(X509_get_subject_name(x509), &order->subject);
    if (!failed(e))
        e = issue_date(x509, order->term);
    if (!failed(e))
        e = set_key(x509, order->public_key);
    if (!failed(e))
        e = extend_leaf(x509, ca, order);
    if (!failed(e))
        e = issue_sign(x509, ca);
    return failed(e) ? e : give(x509, out_certificate);
}

struct err issue_renew(const struct issue_ca *ca, struct bytes old, struct issue_term term,
                       struct issue_certificate *out_certificate)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(old, &x509);
    if (failed(e))
        return e;
    if (X509_NAME_cmp(X509_get_issuer_name(x509), X509_get_subject_name(ca->x509)) != 0 ||
        X509_verify(x509, X509_get0_pubkey(ca->x509)) != 1) {
        ERR_clear_error();
        return ERR(ERR_DENIED, 0, "another issuer");
    }

    e = issue_date(x509, term);
    if (!failed(e))
        e = issue_sign(x509, ca);
    return failed(e) ? e : give(x509, out_certificate);
}
