/* What certificates say, whether they chain, and how they are read from files. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/hash.h"
#include "tests/unit/certificate_room.h"

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
        cmocka_unit_test(trust_needs_a_file_with_certificates),
        cmocka_unit_test(a_file_has_a_certificate_in_either_form),
        cmocka_unit_test(its_text_is_read_back_as_its_bytes),
        cmocka_unit_test(its_public_key_is_given_as_it_stands),
        cmocka_unit_test(without_trust_nothing_chains),
    };
    return cmocka_run_group_tests(tests, make_hall, raze_hall);
}
