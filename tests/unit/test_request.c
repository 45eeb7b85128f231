/* Requests for keys that stand for a token's, judged by the openssl program. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/request.h"
#include "tests/unit/key_room.h"

static char folder[] = "/tmp/test_request.XXXXXX";
static char path[64];

static int make_room(void **state)
{
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/request.der", folder);
    return make_keys(state);
}

static int drop_room(void **state)
{
    (void)unlink(path);
    return drop_keys(state) == 0 ? rmdir(folder) : -1;
}

static struct der public_of(const EVP_PKEY *key)
{
    struct der der = {.len = 0};
    unsigned char *at = der.at;
    der.len = (size_t)i2d_PUBKEY(key, &at);
    assert_in_range(der.len, 1, DER_MAX);
    return der;
}

static struct der name_der(void)
{
    struct der der = {.len = 0};
    unsigned char *at = der.at;
    X509_NAME *name = make_name();
    der.len = (size_t)i2d_X509_NAME(name, &at);
    X509_NAME_free(name);
    return der;
}

/* What `openssl req` says of the request with `options`. */
static int foreign_says(const struct der *der, const char *options, char *out, size_t size)
{
    char command[256];
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(der->at, 1, der->len, file), der->len);
    assert_int_equal(fclose(file), 0);
    assert_true(text_print(command, sizeof(command), "openssl req -inform DER -in %s %s 2>&1", path,
                           options));
    FILE *from = popen(command, "r"); /* NOLINT(cert-env33-c): a program that is not ours */
    assert_non_null(from);
    size_t len = fread(out, 1, size - 1, from);
    out[len] = '\0';
    return pclose(from);
}

static void another_program_verifies_the_request(void **state)
{
    (void)state;
    static const struct {
        const char *algorithm;
        enum certificate_key kind;
        size_t to_sign;
    } rows[KINDS] = {
        [P256] = {"ecdsa-with-SHA256", CERTIFICATE_KEY_P256, 32},
        [P384] = {"ecdsa-with-SHA384", CERTIFICATE_KEY_P384, 48},
        [RSA2048] = {"sha256WithRSAEncryption", CERTIFICATE_KEY_RSA2048, 256},
        [RSA3072] = {"sha256WithRSAEncryption", CERTIFICATE_KEY_RSA3072, 384},
    };
    struct der name = name_der();
    for (size_t i = 0; i < KINDS; i++) {
        static struct request request;
        struct der spki = public_of(keys[i]);
        struct der whole = {.len = 0};
        char said[8192];
        char pem[REQUEST_PEM_MAX];
        uint8_t der[REQUEST_MAX];
        assert_int_equal(request_begin(view(&name), view(&spki), &request).code, ERR_NONE);
        assert_int_equal(request.key, rows[i].kind);
        assert_int_equal(request.to_sign_len, rows[i].to_sign);
        struct der signature = sign(keys[i], (struct bytes){request.to_sign, request.to_sign_len});
        assert_int_equal(request_finish(&request, view(&signature), der, &whole.len).code,
                         ERR_NONE);
        memcpy(whole.at, der, whole.len);

        assert_int_equal(foreign_says(&whole, "-noout -verify", said, sizeof(said)), 0);
        assert_non_null(strstr(said, "verify OK"));
        assert_int_equal(request_print(view(&whole), pem).code, ERR_NONE);
        assert_int_equal(foreign_says(&whole, "-outform PEM", said, sizeof(said)), 0);
        assert_string_equal(said, pem);
        assert_int_equal(foreign_says(&whole, "-noout -text -nameopt utf8", said, sizeof(said)), 0);
        assert_non_null(strstr(said, rows[i].algorithm));
        assert_non_null(strstr(said, "CN=江城市宏远机电有限公司"));
        assert_non_null(strstr(said, "OU=未知"));
        assert_non_null(strstr(said, "Version: 1 (0x0)"));
    }
}

/* A verification that cannot fail proves nothing. */
static void another_program_refuses_a_changed_request(void **state)
{
    (void)state;
    static struct request request;
    struct der name = name_der();
    struct der spki = public_of(keys[P256]);
    struct der whole = {.len = 0};
    char said[1024];
    assert_int_equal(request_begin(view(&name), view(&spki), &request).code, ERR_NONE);
    struct der signature = sign(keys[P256], (struct bytes){request.to_sign, request.to_sign_len});
    assert_int_equal(request_finish(&request, view(&signature), whole.at, &whole.len).code,
                     ERR_NONE);
    uint8_t *country = memmem(whole.at, whole.len, "CN", 2);
    assert_non_null(country);
    country[1] = 'H';
    (void)foreign_says(&whole, "-noout -verify", said, sizeof(said));
    assert_null(strstr(said, "verify OK"));
}

static void the_name_of_a_certificate_is_copied_byte_for_byte(void **state)
{
    (void)state;
    static struct request like;
    static struct request plain;
    struct der name = name_der();
    struct der old = certificate_for(keys[RSA2048], NULL);
    struct der spki = public_of(keys[P384]);
    assert_int_equal(request_begin_like(view(&old), view(&spki), &like).code, ERR_NONE);
    assert_int_equal(request_begin(view(&name), view(&spki), &plain).code, ERR_NONE);
    assert_int_equal(like.info_len, plain.info_len);
    assert_memory_equal(like.info, plain.info, like.info_len);
    assert_non_null(memmem(like.info, like.info_len, name.at, name.len));
    assert_non_null(memmem(like.info, like.info_len, spki.at, spki.len));
}

static void a_name_may_be_given_as_text(void **state)
{
    (void)state;
    static struct request request;
    static const struct {
        const char *cn;
        enum err_code code;
    } rows[] = {
        {"江城市宏远机电有限公司", ERR_NONE},
        {"1234567890123456789012345678901234567890123456789012345678901234", ERR_NONE},
        {"12345678901234567890123456789012345678901234567890123456789012345", ERR_MALFORMED},
        {"\xff\xfe", ERR_MALFORMED},
        {"", ERR_MALFORMED},
    };
    struct der spki = public_of(keys[P256]);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (request_begin_named(rows[i].cn, view(&spki), &request).code != rows[i].code)
            fail_msg("%s", rows[i].cn);
        if (rows[i].code == ERR_NONE)
            assert_non_null(memmem(request.info, request.info_len, rows[i].cn, strlen(rows[i].cn)));
    }
}

static void a_signature_of_another_key_makes_no_request(void **state)
{
    (void)state;
    static struct request request;
    struct der name = name_der();
    struct der spki = public_of(keys[P256]);
    struct der out = {.len = 9};
    EVP_PKEY *other = EVP_EC_gen("P-256");
    assert_int_equal(request_begin(view(&name), view(&spki), &request).code, ERR_NONE);
    struct der signature = sign(other, (struct bytes){request.to_sign, request.to_sign_len});
    EVP_PKEY_free(other);
    const struct {
        const char *sentence;
        struct bytes signature;
    } rows[] = {
        {"of another key", view(&signature)},
        {"of no bytes", {signature.at, 0}},
        {"cut", {signature.at, signature.len - 1}},
        {"longer than any", {signature.at, CERTIFICATE_CHALLENGE_MAX + 1}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (request_finish(&request, rows[i].signature, out.at, &out.len).code != ERR_DENIED ||
            out.len != 9)
            fail_msg("a signature %s", rows[i].sentence);
    }
}

static void what_is_no_name_or_key_is_refused(void **state)
{
    (void)state;
    static struct request request;
    struct der name = name_der();
    struct der spki = public_of(keys[P256]);
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct der unsupported = public_of(edwards);
    EVP_PKEY_free(edwards);
    const uint8_t empty_name[] = {0x30, 0x00};
    const uint8_t text[] = "hello";
    const struct {
        const char *sentence;
        struct bytes name, spki;
        enum err_code code;
    } rows[] = {
        {"a name without entries", {empty_name, 2}, view(&spki), ERR_MALFORMED},
        {"a name that is text", {text, 5}, view(&spki), ERR_MALFORMED},
        {"a name that is cut", {name.at, name.len - 1}, view(&spki), ERR_MALFORMED},
        {"no name", {NULL, 0}, view(&spki), ERR_MALFORMED},
        {"a key that is a name", view(&name), view(&name), ERR_MALFORMED},
        {"a key that is cut", view(&name), {spki.at, spki.len - 1}, ERR_MALFORMED},
        {"a key that tokens of ours do not have", view(&name), view(&unsupported), ERR_UNSUPPORTED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (request_begin(rows[i].name, rows[i].spki, &request).code != rows[i].code)
            fail_msg("%s", rows[i].sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_program_verifies_the_request),
        cmocka_unit_test(another_program_refuses_a_changed_request),
        cmocka_unit_test(the_name_of_a_certificate_is_copied_byte_for_byte),
        cmocka_unit_test(a_name_may_be_given_as_text),
        cmocka_unit_test(a_signature_of_another_key_makes_no_request),
        cmocka_unit_test(what_is_no_name_or_key_is_refused),
    };
    return cmocka_run_group_tests(tests, make_room, drop_room);
}
