/* Certificates made here, by OpenSSL and a CA that lives as long as the test. */
#include "tests/unit/unit.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/hash.h"
#include "kiosk/pki/certificate.h"

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

static void extend(X509 *x509, int nid, const char *value)
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

static X509 *make(const struct spec *spec)
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

static void encode(X509 *x509, struct der *out)
{
    memset(out, 0, sizeof(*out));
    unsigned char *at = out->at;
    int len = i2d_X509(x509, NULL);
    assert_in_range(len, 1, DER_MAX);
    out->len = (size_t)i2d_X509(x509, &at);
}

static struct bytes view(const struct der *der)
{
    return (struct bytes){der->at, der->len};
}

static struct spec old_spec(void)
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

static struct spec new_spec(void)
{
    struct spec spec = old_spec();
    spec.serial = 0x5678;
    spec.from_s = NOW_S - 60;
    spec.to_s = NEW_END_S;
    return spec;
}

static void der_of(const struct spec *spec, struct der *out)
{
    X509 *x509 = make(spec);
    encode(x509, out);
    X509_free(x509);
}

static int make_hall(void **state)
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

static int raze_hall(void **state)
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

static void says_what_the_certificate_says(void **state)
{
    (void)state;
    struct der der;
    struct spec spec = old_spec();
    der_of(&spec, &der);
    struct fact_certificate facts = {.slot = 0x9A, .profile = 7};
    assert_int_equal(certificate_read(view(&der), trust, &facts).code, ERR_NONE);
    assert_string_equal(facts.holder, "景德镇某某建设有限公司");
    assert_string_equal(facts.issuer, "江西CA");
    assert_string_equal(facts.serial, "1234");
    assert_int_equal(facts.not_before_s, OLD_START_S);
    assert_int_equal(facts.not_after_s, OLD_END_S);
    assert_true(facts.chain_ok);
    struct hash hash = hash_of(view(&der));
    assert_memory_equal(facts.fingerprint, hash.at, sizeof(hash.at));
    assert_int_equal(facts.slot, 0x9A);
    assert_int_equal(facts.profile, 7);
}

static void a_lapsed_certificate_still_chains(void **state)
{
    (void)state;
    struct der der;
    struct spec spec = old_spec();
    spec.from_s = NOW_S - 800 * DAY_S;
    spec.to_s = NOW_S - 400 * DAY_S;
    der_of(&spec, &der);
    struct fact_certificate facts = {0};
    assert_int_equal(certificate_read(view(&der), trust, &facts).code, ERR_NONE);
    assert_true(facts.chain_ok);
}

static void a_forged_issuer_name_does_not_chain(void **state)
{
    (void)state;
    struct der der;
    struct spec spec = old_spec();
    spec.issuer_key = other_key;
    der_of(&spec, &der);
    struct fact_certificate facts = {0};
    assert_int_equal(certificate_read(view(&der), trust, &facts).code, ERR_NONE);
    assert_string_equal(facts.issuer, "江西CA");
    assert_false(facts.chain_ok);
}

static void a_leaf_cannot_be_an_issuer(void **state)
{
    (void)state;
    struct spec middle = old_spec();
    X509 *leaf = make(&middle);
    struct spec spec = old_spec();
    spec.issuer = leaf;
    spec.issuer_key = ec_key;
    spec.key = other_key;
    struct der der;
    der_of(&spec, &der);
    X509_free(leaf);
    struct fact_certificate facts = {0};
    assert_int_equal(certificate_read(view(&der), trust, &facts).code, ERR_NONE);
    assert_false(facts.chain_ok);
}

static void a_failed_read_leaves_the_facts_alone(void **state)
{
    (void)state;
    struct fact_certificate facts = {.slot = 0x9A, .holder = "before"};
    assert_int_equal(certificate_read((struct bytes){(const uint8_t *)"x", 1}, trust, &facts).code,
                     ERR_MALFORMED);
    assert_string_equal(facts.holder, "before");
}

/* Find `what` in the DER and put `with` in its place, of the same length. */
static void patch(struct der *der, const void *what, const void *with, size_t len)
{
    uint8_t *at = memmem(der->at, der->len, what, len);
    assert_non_null(at);
    memcpy(at, with, len);
}

static void trailing_byte(struct der *der)
{
    der->at[der->len++] = 0;
}

static void cut_short(struct der *der)
{
    der->len--;
}

static void empty(struct der *der)
{
    der->len = 0;
}

static void long_length(struct der *der)
{
    memmove(der->at + 3, der->at + 2, der->len - 2);
    der->at[1] = 0x83;
    der->at[2] = 0;
    der->len++;
}

static void indefinite_length(struct der *der)
{
    memmove(der->at + 2, der->at + 4, der->len - 4);
    der->at[1] = 0x80;
    der->at[der->len - 2] = 0;
    der->at[der->len - 1] = 0;
}

static void odd_true(struct der *der)
{
    patch(der, "\x01\x01\xff", "\x01\x01\x01", 3);
}

static void default_written_out(struct der *der)
{
    patch(der, "\x01\x01\xff", "\x01\x01\x00", 3);
}

static void broken_utf8(struct der *der)
{
    patch(der, "\xe6\x99\xaf", "\xe6\x99\x2f", 3);
}

static void overlong_utf8(struct der *der)
{
    patch(der, "\xe6\x99\xaf", "\xe0\x80\xaf", 3);
}

static void control_character(struct der *der)
{
    patch(der, "\xe6\x99\xaf", "\n\n\n", 3);
}

static void padding_bits(struct der *der)
{
    uint8_t *key = memmem(der->at, der->len, "\x03\x42\x00\x04", 4);
    assert_non_null(key);
    key[2] = 1;
    key[2 + 65] |= 1;
}

static void only_canonical_certificates_are_read(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct der *);
    } rows[] = {
        {"a byte behind it", trailing_byte},
        {"the last byte missing", cut_short},
        {"nothing at all", empty},
        {"a length with a leading zero", long_length},
        {"an indefinite length", indefinite_length},
        {"TRUE that is not FF", odd_true},
        {"a default that is written out", default_written_out},
        {"broken UTF-8 in a name", broken_utf8},
        {"overlong UTF-8 in a name", overlong_utf8},
        {"a control character in a name", control_character},
        {"unused bits that are set in a key", padding_bits},
    };
    (void)state;
    struct spec spec = old_spec();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct der der;
        struct fact_certificate facts = {0};
        enum certificate_key kind = CERTIFICATE_KEY_OTHER;
        der_of(&spec, &der);
        rows[i].change(&der);
        if (certificate_read(view(&der), trust, &facts).code != ERR_MALFORMED ||
            certificate_key(view(&der), &kind).code != ERR_MALFORMED)
            fail_msg("%s was accepted", rows[i].what);
    }
}

static void every_key_has_a_kind(void **state)
{
    (void)state;
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    const struct {
        EVP_PKEY *key;
        enum certificate_key kind;
    } rows[] = {
        {ec_key, CERTIFICATE_KEY_P256},     {p384_key, CERTIFICATE_KEY_P384},
        {rsa_key, CERTIFICATE_KEY_RSA2048}, {small, CERTIFICATE_KEY_OTHER},
        {edwards, CERTIFICATE_KEY_OTHER},   {rsa3072_key, CERTIFICATE_KEY_RSA3072},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct spec spec = old_spec();
        struct der der;
        enum certificate_key kind = CERTIFICATE_KEY_OTHER;
        spec.key = rows[i].key;
        der_of(&spec, &der);
        assert_int_equal(certificate_key(view(&der), &kind).code, ERR_NONE);
        assert_int_equal(kind, rows[i].kind);
    }
    EVP_PKEY_free(small);
    EVP_PKEY_free(edwards);
}

static void change_nothing(struct spec *spec)
{
    (void)spec;
}
static void change_key(struct spec *spec)
{
    spec->key = other_key;
}
static void change_subject(struct spec *spec)
{
    spec->cn = "另一家公司";
}
static void change_issuer(struct spec *spec)
{
    spec->issuer = root;
    spec->issuer_key = root_key;
}
static void change_signer(struct spec *spec)
{
    spec->issuer_key = other_key;
}
static void keep_serial(struct spec *spec)
{
    spec->serial = 0x1234;
}
static void make_ca(struct spec *spec)
{
    spec->basic = "critical,CA:TRUE";
}
static void widen_usage(struct spec *spec)
{
    spec->usage = "critical,digitalSignature,nonRepudiation,keyAgreement";
}
static void drop_usage(struct spec *spec)
{
    spec->usage = NULL;
}
static void narrow_usage(struct spec *spec)
{
    spec->usage = "critical,digitalSignature";
}
static void widen_extended(struct spec *spec)
{
    spec->extended = "clientAuth,emailProtection,1.3.6.1.4.1.311.20.2.2";
}
static void drop_extended(struct spec *spec)
{
    spec->extended = NULL;
}
static void narrow_extended(struct spec *spec)
{
    spec->extended = "clientAuth";
}
static void add_name(struct spec *spec)
{
    spec->names = "email:somebody@example.com";
}
static void end_a_day_late(struct spec *spec)
{
    spec->to_s += DAY_S;
}
static void end_two_days_late(struct spec *spec)
{
    spec->to_s += DAY_S + 1;
}
static void end_two_days_early(struct spec *spec)
{
    spec->to_s -= DAY_S + 1;
}
static void start_tomorrow(struct spec *spec)
{
    spec->from_s = NOW_S + DAY_S;
}
static void start_after_the_ca(struct spec *spec)
{
    spec->from_s = NOW_S + 3001 * DAY_S;
    spec->to_s = NEW_END_S;
}

static void only_its_renewal_may_take_its_place(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct spec *);
        enum err_code expected;
    } rows[] = {
        {"the renewal as ordered", change_nothing, ERR_NONE},
        {"another public key", change_key, ERR_DENIED},
        {"another subject", change_subject, ERR_DENIED},
        {"another issuer", change_issuer, ERR_DENIED},
        {"a signature by someone else", change_signer, ERR_DENIED},
        {"the old serial number", keep_serial, ERR_DENIED},
        {"a CA certificate", make_ca, ERR_DENIED},
        {"one more key usage", widen_usage, ERR_DENIED},
        {"no key usage, that is all", drop_usage, ERR_DENIED},
        {"one key usage less", narrow_usage, ERR_NONE},
        {"one more extended usage", widen_extended, ERR_DENIED},
        {"no extended usage, that is all", drop_extended, ERR_DENIED},
        {"one extended usage less", narrow_extended, ERR_NONE},
        {"another name beside the subject", add_name, ERR_DENIED},
        {"a day more than ordered", end_a_day_late, ERR_NONE},
        {"more than a day more", end_two_days_late, ERR_DENIED},
        {"more than a day less", end_two_days_early, ERR_DENIED},
        {"a start in the future", start_tomorrow, ERR_NONE},
        {"a start after the CA has lapsed", start_after_the_ca, ERR_DENIED},
    };
    (void)state;
    struct spec before = old_spec();
    struct der old;
    der_of(&before, &old);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct spec spec = new_spec();
        struct der issued;
        rows[i].change(&spec);
        der_of(&spec, &issued);
        struct err e = certificate_renews(view(&issued), view(&old), trust, NEW_END_S, NOW_S);
        if (e.code != rows[i].expected)
            fail_msg("%s: %s (%s)", rows[i].what, err_name(e.code), e.site ? e.site : "");
    }
}

static void a_lapsed_renewal_is_refused(void **state)
{
    (void)state;
    struct der old;
    struct der issued;
    struct spec before = old_spec();
    struct spec after = new_spec();
    der_of(&before, &old);
    der_of(&after, &issued);
    assert_int_equal(
        certificate_renews(view(&issued), view(&old), trust, NEW_END_S, NEW_END_S + 1).code,
        ERR_DENIED);
}

static size_t sign(EVP_PKEY *key, struct bytes block, bool raw, uint8_t *out, size_t size)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (raw)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
    size_t len = size;
    assert_int_equal(EVP_PKEY_sign(context, out, &len, block.at, block.len), 1);
    EVP_PKEY_CTX_free(context);
    return len;
}

static void a_token_proves_its_key(void **state)
{
    (void)state;
    const struct {
        EVP_PKEY *key, *wrong;
        size_t block_len;
    } rows[] = {{ec_key, other_key, 32},
                {p384_key, p384_key, 48},
                {rsa_key, rsa_key, 256},
                {rsa3072_key, rsa3072_key, 384}};
    const uint8_t random[32] = {1, 2, 3};
    const uint8_t another[32] = {1, 2, 4};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct spec spec = old_spec();
        struct der der;
        uint8_t block[CERTIFICATE_CHALLENGE_MAX];
        uint8_t signature[512];
        size_t len = 0;
        spec.key = rows[i].key;
        der_of(&spec, &der);
        assert_int_equal(certificate_challenge(view(&der), random, block, &len).code, ERR_NONE);
        assert_int_equal(len, rows[i].block_len);

        size_t signed_len =
            sign(rows[i].key, (struct bytes){block, len}, len >= 256, signature, sizeof(signature));
        struct bytes whole = {signature, signed_len};
        assert_int_equal(certificate_proves(view(&der), random, whole).code, ERR_NONE);
        assert_int_equal(certificate_proves(view(&der), another, whole).code, ERR_DENIED);
        assert_int_equal(
            certificate_proves(view(&der), random, (struct bytes){signature, signed_len - 1}).code,
            ERR_DENIED);
        if (rows[i].wrong == rows[i].key)
            continue;
        signed_len =
            sign(rows[i].wrong, (struct bytes){block, len}, false, signature, sizeof(signature));
        whole.len = signed_len;
        assert_int_equal(certificate_proves(view(&der), random, whole).code, ERR_DENIED);
    }
}

static void a_key_of_another_kind_is_not_tested(void **state)
{
    (void)state;
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct spec spec = old_spec();
    struct der der;
    uint8_t block[CERTIFICATE_CHALLENGE_MAX];
    size_t len = 99;
    spec.key = edwards;
    der_of(&spec, &der);
    EVP_PKEY_free(edwards);
    assert_int_equal(certificate_challenge(view(&der), (uint8_t[32]){0}, block, &len).code,
                     ERR_UNSUPPORTED);
    assert_int_equal(len, 99);
}

static void trust_needs_a_file_with_certificates(void **state)
{
    static const struct {
        const char *what, *content;
        enum err_code expected;
    } rows[] = {
        {"no file", NULL, ERR_IO},
        {"an empty file", "", ERR_NOT_FOUND},
        {"text without a certificate", "hello\n", ERR_NOT_FOUND},
        {"a certificate of rubbish",
         "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ERR_MALFORMED},
        {"a certificate that is cut off", "-----BEGIN CERTIFICATE-----\nMIIB\n", ERR_MALFORMED},
    };
    (void)state;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/other.pem", folder);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct trust *none = NULL;
        if (rows[i].content != NULL) {
            FILE *file = fopen(path, "w");
            assert_non_null(file);
            (void)fputs(rows[i].content, file);
            (void)fclose(file);
        }
        struct err e = trust_create(path, &none);
        if (e.code != rows[i].expected || none != NULL)
            fail_msg("%s: %s", rows[i].what, err_name(e.code));
    }
    (void)unlink(path);
    trust_destroy(NULL);
}

static void put(const char *path, const char *text, const struct der *der)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    if (der != NULL)
        assert_int_equal(fwrite(der->at, 1, der->len, file), der->len);
    assert_int_equal(fclose(file), 0);
}

static void put_pem(const char *path, X509 *const x509[], size_t count)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("a line that is no certificate\n", file);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(PEM_write_X509(file, x509[i]), 1);
    assert_int_equal(fclose(file), 0);
}

static void a_file_has_a_certificate_in_either_form(void **state)
{
    (void)state;
    char path[128];
    uint8_t out[DER_MAX];
    size_t len = 0;
    struct der der;
    (void)snprintf(path, sizeof(path), "%s/either", folder);
    encode(ca, &der);

    put(path, "", &der);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_NONE);
    assert_int_equal(len, der.len);
    assert_memory_equal(out, der.at, len);

    put_pem(path, &ca, 1);
    memset(out, 0, sizeof(out));
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_NONE);
    assert_int_equal(len, der.len);
    assert_memory_equal(out, der.at, len);

    len = 7;
    assert_int_equal(certificate_open(path, out, der.len - 1, &len).code, ERR_NO_ROOM);
    put_pem(path, (X509 *const[]){ca, root}, 2);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_MALFORMED);
    put(path, "hello\n", NULL);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_MALFORMED);
    put(path, "", NULL);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_MALFORMED);
    der.len--;
    put(path, "", &der);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_MALFORMED);
    (void)unlink(path);
    assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_IO);
    assert_int_equal(certificate_open("/dev/zero", out, sizeof(out), &len).code, ERR_NO_ROOM);
    assert_int_equal(len, 7);
}

static void its_text_is_read_back_as_its_bytes(void **state)
{
    (void)state;
    EVP_PKEY *const keys[] = {ec_key, rsa3072_key};
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/text", folder);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct spec spec = old_spec();
        struct der der;
        char text[CERTIFICATE_PEM_SIZE];
        uint8_t out[DER_MAX];
        size_t len = 0;
        spec.key = keys[i];
        der_of(&spec, &der);
        assert_int_equal(certificate_print(view(&der), text).code, ERR_NONE);
        put(path, text, NULL);
        assert_int_equal(certificate_open(path, out, sizeof(out), &len).code, ERR_NONE);
        assert_int_equal(len, der.len);
        assert_memory_equal(out, der.at, len);
    }
    (void)unlink(path);
}

static void its_public_key_is_given_as_it_stands(void **state)
{
    (void)state;
    EVP_PKEY *const keys[] = {ec_key, p384_key, rsa_key, rsa3072_key};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        struct spec spec = old_spec();
        struct der der;
        uint8_t out[DER_MAX];
        uint8_t wanted[DER_MAX];
        unsigned char *at = wanted;
        size_t len = 0;
        spec.key = keys[i];
        der_of(&spec, &der);
        int wanted_len = i2d_PUBKEY(keys[i], &at);
        assert_true(wanted_len > 0);
        assert_int_equal(certificate_public(view(&der), out, sizeof(out), &len).code, ERR_NONE);
        assert_int_equal(len, wanted_len);
        assert_memory_equal(out, wanted, len);
        assert_int_equal(certificate_public(view(&der), out, len - 1, &len).code, ERR_NO_ROOM);
    }
}

static void without_trust_nothing_chains(void **state)
{
    (void)state;
    struct der der;
    struct fact_certificate facts = {.chain_ok = true};
    struct spec spec = old_spec();
    der_of(&spec, &der);
    assert_int_equal(certificate_read(view(&der), NULL, &facts).code, ERR_NONE);
    assert_false(facts.chain_ok);
    assert_string_equal(facts.holder, "景德镇某某建设有限公司");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_certificate_says),
        cmocka_unit_test(a_lapsed_certificate_still_chains),
        cmocka_unit_test(a_forged_issuer_name_does_not_chain),
        cmocka_unit_test(a_leaf_cannot_be_an_issuer),
        cmocka_unit_test(a_failed_read_leaves_the_facts_alone),
        cmocka_unit_test(only_canonical_certificates_are_read),
        cmocka_unit_test(every_key_has_a_kind),
        cmocka_unit_test(only_its_renewal_may_take_its_place),
        cmocka_unit_test(a_lapsed_renewal_is_refused),
        cmocka_unit_test(a_token_proves_its_key),
        cmocka_unit_test(a_key_of_another_kind_is_not_tested),
        cmocka_unit_test(trust_needs_a_file_with_certificates),
        cmocka_unit_test(a_file_has_a_certificate_in_either_form),
        cmocka_unit_test(its_text_is_read_back_as_its_bytes),
        cmocka_unit_test(its_public_key_is_given_as_it_stands),
        cmocka_unit_test(without_trust_nothing_chains),
    };
    return cmocka_run_group_tests(tests, make_hall, raze_hall);
}
