/* What a certificate says, and whether one may take the place of another. */
#include "kiosk/pki/certificate.h"

#include <openssl/objects.h>
#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/proof.h"

#define SERIAL_LEN_MAX ((FACTS_ID_SIZE - 1) / 2)
#define EXPIRY_SLACK_S 86400

static void free_usages(EXTENDED_KEY_USAGE **at)
{
    EXTENDED_KEY_USAGE_free(*at);
}

/* The most specific common name of `name`, empty when it has none. */
static struct err common_name(const X509_NAME *name, char out[FACTS_NAME_SIZE])
{
    int last = -1;
    for (int at = last; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
        last = at;
    if (last < 0) {
        out[0] = '\0';
        return ERR_OK;
    }

    unsigned char *text = NULL;
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last));
    int len = ASN1_STRING_to_UTF8(&text, value);
    if (len < 0)
        return ERR(ERR_MALFORMED, 0, "common name");
    bool valid = text_valid((char *)text, (size_t)len);
    if (valid)
        (void)text_print(out, FACTS_NAME_SIZE, "%.*s", len, (char *)text);
    OPENSSL_free(text);
    return valid ? ERR_OK : ERR(ERR_MALFORMED, 0, "common name");
}

static struct err serial_hex(const X509 *x509, char out[FACTS_ID_SIZE])
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);
    int len = ASN1_STRING_length(serial);
    if (ASN1_STRING_type(serial) != V_ASN1_INTEGER || len <= 0 || len > SERIAL_LEN_MAX)
        return ERR(ERR_MALFORMED, len, "serial number");
    hex_print(out, (struct bytes){ASN1_STRING_get0_data(serial), (size_t)len});
    return ERR_OK;
}

struct err certificate_read(struct bytes der, const struct trust *trust,
                            struct fact_certificate *out_facts)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct fact_certificate facts = *out_facts;
    struct err e = x509_read(der, &x509);
    if (!failed(e))
        e = common_name(X509_get_subject_name(x509), facts.holder);
    if (!failed(e))
        e = common_name(X509_get_issuer_name(x509), facts.issuer);
    if (!failed(e))
        e = serial_hex(x509, facts.serial);
    if (!failed(e))
        e = x509_time(X509_get0_notBefore(x509), &facts.not_before_s);
    if (!failed(e))
        e = x509_time(X509_get0_notAfter(x509), &facts.not_after_s);
    if (failed(e))
        return e;

    struct hash fingerprint = hash_of(der);
    memcpy(facts.fingerprint, fingerprint.at, sizeof(facts.fingerprint));
    facts.chain_ok = x509_chains(x509, trust, X509_ANY_TIME);
    *out_facts = facts;
    return ERR_OK;
}

struct err certificate_key(struct bytes der, enum certificate_key *out_key)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(der, &x509);
    if (failed(e))
        return e;

    *out_key = proof_kind(X509_get0_pubkey(x509));
    return ERR_OK;
}

struct err certificate_public(struct bytes der, uint8_t *out, size_t size, size_t *out_len)
{
    CLEANUP(x509_free) X509 *x509 = NULL;
    struct err e = x509_read(der, &x509);
    if (failed(e))
        return e;
    X509_PUBKEY *key = X509_get_X509_PUBKEY(x509);
    int len = i2d_X509_PUBKEY(key, NULL);
    if (len <= 0)
        return ERR(ERR_MALFORMED, 0, "i2d_X509_PUBKEY");
    if ((size_t)len > size)
        return ERR(ERR_NO_ROOM, len, "i2d_X509_PUBKEY");
    *out_len = (size_t)i2d_X509_PUBKEY(key, &out);
    return ERR_OK;
}

static bool usage_stands(const EXTENDED_KEY_USAGE *usages, const ASN1_OBJECT *usage)
{
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        if (OBJ_cmp(sk_ASN1_OBJECT_value(usages, i), usage) == 0)
            return true;
    }
    return false;
}

/* A certificate without the extension may be used for anything (RFC 5280, 4.2.1.12). */
static bool extended_usages_within(const X509 *issued, const X509 *old)
{
    int old_found = 0;
    int issued_found = 0;
    CLEANUP(free_usages)
    EXTENDED_KEY_USAGE *limits = X509_get_ext_d2i(old, NID_ext_key_usage, &old_found, NULL);
    CLEANUP(free_usages)
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(issued, NID_ext_key_usage, &issued_found, NULL);
    if (limits == NULL)
        return old_found == -1;
    if (usages == NULL)
        return false;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        if (!usage_stands(limits, sk_ASN1_OBJECT_value(usages, i)))
            return false;
    }
    return true;
}

/* Asking for flags or usage first makes the library parse the extensions. */
static bool usages_within(X509 *issued, X509 *old)
{
    uint32_t extra = X509_get_key_usage(issued) & ~X509_get_key_usage(old);
    return extra == 0 && extended_usages_within(issued, old);
}

/* The same other names, or none in both. */
static bool names_same(const X509 *issued, const X509 *old)
{
    int a = X509_get_ext_by_NID(issued, NID_subject_alt_name, -1);
    int b = X509_get_ext_by_NID(old, NID_subject_alt_name, -1);
    if (a < 0 || b < 0)
        return a < 0 && b < 0;
    return ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509_get_ext(issued, a)),
                                 X509_EXTENSION_get_data(X509_get_ext(old, b))) == 0;
}

/* That `issued` is the certificate of the same key and holder from the same CA. */
static struct err same_holder(X509 *issued, X509 *old)
{
    const EVP_PKEY *key = X509_get0_pubkey(issued);
    const EVP_PKEY *old_key = X509_get0_pubkey(old);
    if (key == NULL || old_key == NULL || EVP_PKEY_eq(key, old_key) != 1)
        return ERR(ERR_DENIED, 0, "another public key");
    if (X509_NAME_cmp(X509_get_subject_name(issued), X509_get_subject_name(old)) != 0)
        return ERR(ERR_DENIED, 0, "another subject");
    if (X509_NAME_cmp(X509_get_issuer_name(issued), X509_get_issuer_name(old)) != 0)
        return ERR(ERR_DENIED, 0, "another issuer");
    if (!names_same(issued, old))
        return ERR(ERR_DENIED, 0, "other alternative names");
    if (ASN1_INTEGER_cmp(X509_get0_serialNumber(issued), X509_get0_serialNumber(old)) == 0)
        return ERR(ERR_DENIED, 0, "the same serial number");
    return ERR_OK;
}

/* That `issued` may do no more than `old`. */
static struct err no_wider(X509 *issued, X509 *old)
{
    uint32_t flags = X509_get_extension_flags(issued);
    if ((flags & (EXFLAG_INVALID | EXFLAG_NO_FINGERPRINT)) != 0)
        return ERR(ERR_DENIED, 0, "broken extensions");
    if ((flags & EXFLAG_CA) != 0 || X509_check_ca(issued) != 0 ||
        X509_get_version(issued) != X509_VERSION_3)
        return ERR(ERR_DENIED, 0, "a CA certificate");
    if (!usages_within(issued, old))
        return ERR(ERR_DENIED, 0, "key usages widened");
    return ERR_OK;
}

struct err certificate_renews(struct bytes issued, struct bytes old, const struct trust *trust,
                              int64_t want_not_after_s, int64_t now_s)
{
    CLEANUP(x509_free) X509 *new_x509 = NULL;
    CLEANUP(x509_free) X509 *old_x509 = NULL;
    int64_t not_before_s = 0;
    int64_t not_after_s = 0;
    struct err e = x509_read(issued, &new_x509);
    if (!failed(e))
        e = x509_read(old, &old_x509);
    if (!failed(e))
        e = x509_time(X509_get0_notBefore(new_x509), &not_before_s);
    if (!failed(e))
        e = x509_time(X509_get0_notAfter(new_x509), &not_after_s);
    if (!failed(e))
        e = same_holder(new_x509, old_x509);
    if (!failed(e))
        e = no_wider(new_x509, old_x509);
    if (failed(e))
        return e;

    if (not_after_s < want_not_after_s - EXPIRY_SLACK_S ||
        not_after_s > want_not_after_s + EXPIRY_SLACK_S)
        return ERR(ERR_DENIED, 0, "another expiry");
    if (!x509_chains(new_x509, trust, now_s > not_before_s ? now_s : not_before_s))
        return ERR(ERR_DENIED, 0, "chain");
    return ERR_OK;
}
