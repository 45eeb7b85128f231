/* Requests and cipher texts for keys that stand for a token's, judged by the openssl program. */
#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/decrypt_test.h"
#include "kiosk/pki/request.h"

#define DER_MAX 3000
#define SIGNATURE_MAX 512

enum { P256, P384, RSA2048, RSA3072, KINDS };

static EVP_PKEY *keys[KINDS];
static char folder[] = "/tmp/test_request.XXXXXX";
static char path[64];

struct der {
    size_t len;
    uint8_t at[DER_MAX];
};

static struct bytes view(const struct der *der)
{
    return (struct bytes){der->at, der->len};
}

static int make_keys(void **state)
{
    (void)state;
    keys[P256] = EVP_EC_gen("P-256");
    keys[P384] = EVP_EC_gen("P-384");
    keys[RSA2048] = EVP_RSA_gen(2048);
    keys[RSA3072] = EVP_RSA_gen(3072);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/request.der", folder);
    return 0;
}

static int drop_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++)
        EVP_PKEY_free(keys[i]);
    (void)unlink(path);
    return rmdir(folder);
}

static struct der public_of(const EVP_PKEY *key)
{
    struct der der = {.len = 0};
    unsigned char *at = der.at;
    der.len = (size_t)i2d_PUBKEY(key, &at);
    assert_in_range(der.len, 1, DER_MAX);
    return der;
}

/* C=CN, O and CN in UTF-8, and a serial number of two values in one RDN: a name as CAs make it. */
static X509_NAME *make_name(void)
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

static struct der name_der(void)
{
    struct der der = {.len = 0};
    unsigned char *at = der.at;
    X509_NAME *name = make_name();
    der.len = (size_t)i2d_X509_NAME(name, &at);
    X509_NAME_free(name);
    return der;
}

static struct der certificate_for(EVP_PKEY *key, const char *usage)
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

/* As a token signs: a digest, or a padded block raw. */
static struct der sign(EVP_PKEY *key, struct bytes block)
{
    struct der signature = {.len = SIGNATURE_MAX};
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (EVP_PKEY_is_a(key, "RSA") == 1)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(context, signature.at, &signature.len, block.at, block.len), 1);
    EVP_PKEY_CTX_free(context);
    return signature;
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

/* What a token answers to token_decrypt(). */
static struct der decipher(EVP_PKEY *key, struct bytes input)
{
    struct der plain = {.len = DER_MAX};
    EVP_PKEY *peer = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        assert_int_equal(EVP_PKEY_decrypt_init(context), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
        assert_int_equal(EVP_PKEY_decrypt(context, plain.at, &plain.len, input.at, input.len), 1);
    } else {
        peer = EVP_PKEY_new();
        assert_int_equal(EVP_PKEY_copy_parameters(peer, key), 1);
        assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, input.at, input.len), 1);
        assert_int_equal(EVP_PKEY_derive_init(context), 1);
        assert_int_equal(EVP_PKEY_derive_set_peer(context, peer), 1);
        assert_int_equal(EVP_PKEY_derive(context, plain.at, &plain.len), 1);
    }
    EVP_PKEY_free(peer);
    EVP_PKEY_CTX_free(context);
    return plain;
}

static void only_its_key_opens_what_was_made_for_it(void **state)
{
    (void)state;
    static const size_t inputs[KINDS] = {65, 97, 256, 384};
    static const size_t plains[KINDS] = {32, 48, 256, 384};
    for (size_t i = 0; i < KINDS; i++) {
        struct decrypt_test test;
        struct der der = certificate_for(keys[i], NULL);
        assert_int_equal(decrypt_test_begin(view(&der), &test).code, ERR_NONE);
        assert_int_equal(test.input_len, inputs[i]);
        struct der plain = decipher(keys[i], (struct bytes){test.input, test.input_len});
        assert_int_equal(plain.len, plains[i]);
        assert_int_equal(decrypt_test_check(&test, view(&plain)).code, ERR_NONE);

        struct der wrong = plain;
        wrong.at[wrong.len - 1] ^= 1;
        assert_int_equal(decrypt_test_check(&test, view(&wrong)).code, ERR_DENIED);
        wrong = plain;
        wrong.len--;
        assert_int_equal(decrypt_test_check(&test, view(&wrong)).code, ERR_DENIED);
        wrong.len = 0;
        assert_int_equal(decrypt_test_check(&test, view(&wrong)).code, ERR_DENIED);

        struct decrypt_test again;
        assert_int_equal(decrypt_test_begin(view(&der), &again).code, ERR_NONE);
        assert_int_equal(decrypt_test_check(&again, view(&plain)).code, ERR_DENIED);
        decrypt_test_wipe(&test);
        for (size_t k = 0; k < sizeof(test.expected); k++)
            assert_int_equal(test.expected[k], 0);
    }
}

static void padding_that_is_not_there_is_no_answer(void **state)
{
    (void)state;
    struct decrypt_test test;
    struct der der = certificate_for(keys[RSA2048], NULL);
    assert_int_equal(decrypt_test_begin(view(&der), &test).code, ERR_NONE);
    struct der plain = decipher(keys[RSA2048], (struct bytes){test.input, test.input_len});
    static const struct {
        const char *sentence;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"the first byte is not 00", 0, 0x01},
        {"block type 01 is for signatures", 1, 0x01},
        {"the padding ends after 3 bytes", 5, 0x00},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct der wrong = plain;
        wrong.at[rows[i].at] = rows[i].value;
        if (decrypt_test_check(&test, view(&wrong)).code != ERR_DENIED)
            fail_msg("%s", rows[i].sentence);
    }
    struct der solid = {.len = 256};
    memset(solid.at, 0xAA, 256);
    solid.at[0] = 0x00;
    solid.at[1] = 0x02;
    assert_int_equal(decrypt_test_check(&test, view(&solid)).code, ERR_DENIED);
}

static void usage_says_whether_one_may_encrypt_for_it(void **state)
{
    (void)state;
    static const struct {
        const char *usage;
        bool applies;
    } rows[] = {
        {NULL, true},
        {"critical,digitalSignature,nonRepudiation", false},
        {"critical,keyEncipherment", true},
        {"critical,digitalSignature,dataEncipherment", true},
        {"keyAgreement", true},
        {"keyCertSign,cRLSign", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool applies = !rows[i].applies;
        struct der der = certificate_for(keys[P256], rows[i].usage);
        assert_int_equal(decrypt_test_applies(view(&der), &applies).code, ERR_NONE);
        if (applies != rows[i].applies)
            fail_msg("%s", rows[i].usage == NULL ? "no usage" : rows[i].usage);
    }
    bool applies = false;
    assert_int_equal(decrypt_test_applies((struct bytes){NULL, 0}, &applies).code, ERR_MALFORMED);
}

static void keys_of_another_kind_get_no_cipher_text(void **state)
{
    (void)state;
    struct decrypt_test test = {.input_len = 5};
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct der der = certificate_for(edwards, NULL);
    EVP_PKEY_free(edwards);
    assert_int_equal(decrypt_test_begin(view(&der), &test).code, ERR_UNSUPPORTED);
    assert_int_equal(decrypt_test_begin((struct bytes){der.at, der.len - 1}, &test).code,
                     ERR_MALFORMED);
    assert_int_equal(test.input_len, 5);
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
        cmocka_unit_test(only_its_key_opens_what_was_made_for_it),
        cmocka_unit_test(padding_that_is_not_there_is_no_answer),
        cmocka_unit_test(usage_says_whether_one_may_encrypt_for_it),
        cmocka_unit_test(keys_of_another_kind_get_no_cipher_text),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
