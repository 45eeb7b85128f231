/* certificate_room.h - certificates made by OpenSSL and by a CA that lives as long as the test. */
#ifndef TESTS_UNIT_CERTIFICATE_ROOM_H
#define TESTS_UNIT_CERTIFICATE_ROOM_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/pki/certificate.h"
#include "tests/unit/unit.h"

#define DER_MAX 3000
#define DAY_S INT64_C(86400)
#define NOW_S INT64_C(1700000000)
#define OLD_START_S (NOW_S - 335 * DAY_S)
#define OLD_END_S (NOW_S + 30 * DAY_S)
#define NEW_END_S (OLD_END_S + 365 * DAY_S)

struct der {
    size_t len;
    uint8_t at[DER_MAX];
};

struct spec {
    const char *cn;
    EVP_PKEY *key;
    X509 *issuer; /* NULL: self-signed */
    EVP_PKEY *issuer_key;
    long serial;
    int64_t from_s, to_s;
    const char *basic, *usage, *extended, *names; /* NULL: without */
};

static EVP_PKEY *root_key, *ca_key, *ec_key, *p384_key, *rsa_key, *rsa3072_key, *other_key;
static X509 *root, *ca;
static struct trust *trust;
static char folder[] = "/tmp/test_certificate.XXXXXX";
static char trust_path[64];

static inline void extend(X509 *x509, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static inline X509 *make(const struct spec *spec)
{
    X509 *x509 = X509_new();
    assert_non_null(x509);
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), spec->serial);
    ASN1_TIME_set(X509_getm_notBefore(x509), spec->from_s);
    ASN1_TIME_set(X509_getm_notAfter(x509), spec->to_s);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                               (const unsigned char *)spec->cn, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(spec->issuer ? spec->issuer : x509));
    X509_set_pubkey(x509, spec->key);
    extend(x509, NID_basic_constraints, spec->basic);
    extend(x509, NID_key_usage, spec->usage);
    extend(x509, NID_ext_key_usage, spec->extended);
    extend(x509, NID_subject_alt_name, spec->names);
    assert_true(X509_sign(x509, spec->issuer_key, EVP_sha256()) > 0);
    return x509;
}

static inline void encode(X509 *x509, struct der *out)
{
    memset(out, 0, sizeof(*out));
    unsigned char *at = out->at;
    int len = i2d_X509(x509, NULL);
    assert_in_range(len, 1, DER_MAX);
    out->len = (size_t)i2d_X509(x509, &at);
}

static inline struct bytes view(const struct der *der)
{
    return (struct bytes){der->at, der->len};
}

static inline struct spec old_spec(void)
{
    return (struct spec){.cn = "景德镇某某建设有限公司",
                         .key = ec_key,
                         .issuer = ca,
                         .issuer_key = ca_key,
                         .serial = 0x1234,
                         .from_s = OLD_START_S,
                         .to_s = OLD_END_S,
                         .basic = "critical,CA:FALSE",
                         .usage = "critical,digitalSignature,nonRepudiation",
                         .extended = "clientAuth,emailProtection"};
}

static inline void der_of(const struct spec *spec, struct der *out)
{
    X509 *x509 = make(spec);
    encode(x509, out);
    X509_free(x509);
}

static inline int make_hall(void **state)
{
    (void)state;
    root_key = EVP_EC_gen("P-256");
    ca_key = EVP_EC_gen("P-256");
    ec_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    p384_key = EVP_EC_gen("P-384");
    rsa_key = EVP_RSA_gen(2048);
    rsa3072_key = EVP_RSA_gen(3072);
    root = make(&(struct spec){.cn = "Root",
                               .key = root_key,
                               .issuer_key = root_key,
                               .serial = 1,
                               .from_s = NOW_S - 3650 * DAY_S,
                               .to_s = NOW_S + 3650 * DAY_S,
                               .basic = "critical,CA:TRUE",
                               .usage = "critical,keyCertSign"});
    ca = make(&(struct spec){.cn = "江西CA",
                             .key = ca_key,
                             .issuer = root,
                             .issuer_key = root_key,
                             .serial = 2,
                             .from_s = NOW_S - 3000 * DAY_S,
                             .to_s = NOW_S + 3000 * DAY_S,
                             .basic = "critical,CA:TRUE,pathlen:0",
                             .usage = "critical,keyCertSign"});
    assert_non_null(mkdtemp(folder));
    (void)snprintf(trust_path, sizeof(trust_path), "%s/trust.pem", folder);
    FILE *file = fopen(trust_path, "w");
    assert_non_null(file);
    PEM_write_X509(file, ca);
    PEM_write_X509(file, root);
    (void)fclose(file);
    return trust_create(trust_path, &trust).code == ERR_NONE ? 0 : -1;
}

static inline int raze_hall(void **state)
{
    (void)state;
    trust_destroy(trust);
    X509_free(root);
    X509_free(ca);
    EVP_PKEY *keys[] = {root_key, ca_key, ec_key, other_key, p384_key, rsa_key, rsa3072_key};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        EVP_PKEY_free(keys[i]);
    (void)unlink(trust_path);
    (void)rmdir(folder);
    return 0;
}

#endif
