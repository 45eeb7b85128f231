/* key_room.h - a key of each kind that a token may have, certificates for them, and what the token
 * makes with them. */
#ifndef TESTS_UNIT_KEY_ROOM_H
#define TESTS_UNIT_KEY_ROOM_H

#include <openssl/x509v3.h>

#include "kiosk/base/bytes.h"
#include "tests/unit/chip.h"
#include "tests/unit/unit.h"

#define DER_MAX 3000
#define SIGNATURE_MAX 512

enum { P256, P384, RSA2048, RSA3072, KINDS };

static EVP_PKEY *keys[KINDS];

struct der {
    size_t len;
    uint8_t at[DER_MAX];
};

static inline struct bytes view(const struct der *der)
{
    return (struct bytes){der->at, der->len};
}

static inline int make_keys(void **state)
{
    (void)state;
    keys[P256] = EVP_EC_gen("P-256");
    keys[P384] = EVP_EC_gen("P-384");
    keys[RSA2048] = EVP_RSA_gen(2048);
    keys[RSA3072] = EVP_RSA_gen(3072);
    return 0;
}

static inline int drop_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        EVP_PKEY_free(keys[i]);
    return 0;
}

/* C=CN, O and CN in UTF-8, and a serial number of two values in one RDN: a name as CAs make it. */
static inline X509_NAME *make_name(void)
{
    X509_NAME *name = X509_NAME_new();
    assert_non_null(name);
    const unsigned char *holder = (const unsigned char *)"江城市宏远机电有限公司";
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"CN", -1, -1, 0),
        1);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, holder, -1, -1, 0), 1);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_BMP,
                                                (const unsigned char *)"\x67\x2a\x77\xe5", 4, -1,
                                                0),
                     1);
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, holder, -1, -1, 0), 1);
    return name;
}

static inline struct der certificate_for(EVP_PKEY *key, const char *usage)
{
    struct der der = {.len = 0};
    unsigned char *at = der.at;
    X509 *x509 = X509_new();
    X509_NAME *name = make_name();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 77);
    ASN1_TIME_set(X509_getm_notBefore(x509), 1700000000);
    ASN1_TIME_set(X509_getm_notAfter(x509), 1800000000);
    X509_set_subject_name(x509, name);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, key);
    if (usage != NULL) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage);
        assert_int_equal(X509_add_ext(x509, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(x509, keys[P256], EVP_sha256()) > 0);
    der.len = (size_t)i2d_X509(x509, &at);
    X509_NAME_free(name);
    X509_free(x509);
    return der;
}

static inline struct der sign(EVP_PKEY *key, struct bytes block)
{
    struct der signature = {.len = SIGNATURE_MAX};
    assert_true(chip_sign(key, block, signature.at, &signature.len));
    return signature;
}

static inline struct der decipher(EVP_PKEY *key, struct bytes input)
{
    struct der plain = {.len = DER_MAX};
    assert_true(chip_decipher(key, input, plain.at, &plain.len));
    return plain;
}

#endif
