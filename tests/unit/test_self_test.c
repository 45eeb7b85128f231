/* Challenges and cipher texts for keys that stand for a token's, and what is said of the answers.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/pki/decrypt_test.h"
#include "kiosk/pki/self_test.h"
#include "tests/unit/key_room.h"

static EVP_PKEY *other_key; /* of the first kind too */

static int make_room(void **state)
{
    other_key = EVP_EC_gen("P-256");
    return make_keys(state);
}

static int drop_room(void **state)
{
    EVP_PKEY_free(other_key);
    return drop_keys(state);
}

static void a_token_proves_its_key(void **state)
{
    (void)state;
    static const size_t blocks[KINDS] = {32, 48, 256, 384};
    const uint8_t random[32] = {1, 2, 3};
    const uint8_t another[32] = {1, 2, 4};
    for (size_t i = 0; i < KINDS; i++) {
        struct der der = certificate_for(keys[i], NULL);
        uint8_t block[CERTIFICATE_CHALLENGE_MAX];
        size_t len = 0;
        assert_int_equal(certificate_challenge(view(&der), random, block, &len).code, ERR_NONE);
        assert_int_equal(len, blocks[i]);

        struct der made = sign(keys[i], (struct bytes){block, len});
        assert_int_equal(certificate_proves(view(&der), random, view(&made)).code, ERR_NONE);
        assert_int_equal(certificate_proves(view(&der), another, view(&made)).code, ERR_DENIED);
        made.len--;
        assert_int_equal(certificate_proves(view(&der), random, view(&made)).code, ERR_DENIED);
        if (EVP_PKEY_is_a(keys[i], "RSA") == 1)
            continue;
        made = sign(other_key, (struct bytes){block, len});
        assert_int_equal(certificate_proves(view(&der), random, view(&made)).code, ERR_DENIED);
    }
}

static void a_key_of_another_kind_gets_no_challenge(void **state)
{
    (void)state;
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct der der = certificate_for(edwards, NULL);
    uint8_t block[CERTIFICATE_CHALLENGE_MAX];
    size_t len = 99;
    EVP_PKEY_free(edwards);
    assert_int_equal(certificate_challenge(view(&der), (uint8_t[32]){0}, block, &len).code,
                     ERR_UNSUPPORTED);
    assert_int_equal(len, 99);
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

/* What stands for a token: a key pair, or a refusal. */
struct token_key {
    EVP_PKEY *pair;
    enum err_code refuses;
    enum certificate_key asked; /* the kind that it was last asked for */
};

static struct err token_signs(void *context, enum certificate_key kind, struct bytes input,
                              uint8_t *out, size_t *out_len)
{
    struct token_key *key = context;
    key->asked = kind;
    if (key->refuses != ERR_NONE)
        return ERR(key->refuses, 0, "sign");
    *out_len = SELF_TEST_ANSWER_MAX;
    assert_true(chip_sign(key->pair, input, out, out_len));
    return ERR_OK;
}

static struct err token_deciphers(void *context, enum certificate_key kind, struct bytes input,
                                  uint8_t *out, size_t *out_len)
{
    struct token_key *key = context;
    key->asked = kind;
    if (key->refuses != ERR_NONE)
        return ERR(key->refuses, 0, "decrypt");
    *out_len = SELF_TEST_ANSWER_MAX;
    assert_true(chip_decipher(key->pair, input, out, out_len));
    return ERR_OK;
}

static void a_key_of_each_kind_does_what_its_certificate_says(void **state)
{
    (void)state;
    static const enum certificate_key kinds[KINDS] = {
        [P256] = CERTIFICATE_KEY_P256,
        [P384] = CERTIFICATE_KEY_P384,
        [RSA2048] = CERTIFICATE_KEY_RSA2048,
        [RSA3072] = CERTIFICATE_KEY_RSA3072,
    };
    for (size_t i = 0; i < KINDS; i++) {
        struct der der = certificate_for(keys[i], NULL);
        struct token_key token = {.pair = keys[i], .asked = CERTIFICATE_KEY_OTHER};
        const struct self_test_key key = {&token, token_signs, token_deciphers};
        assert_int_equal(self_test_sign(view(&der), &key).code, ERR_NONE);
        assert_int_equal(token.asked, kinds[i]);
        token.asked = CERTIFICATE_KEY_OTHER;
        assert_int_equal(self_test_decrypt(view(&der), &key).code, ERR_NONE);
        assert_int_equal(token.asked, kinds[i]);
    }
}

static void the_key_of_another_certificate_is_a_conflict(void **state)
{
    (void)state;
    struct der der = certificate_for(keys[P256], NULL);
    struct token_key token = {.pair = other_key};
    const struct self_test_key key = {&token, token_signs, token_deciphers};
    assert_int_equal(self_test_sign(view(&der), &key).code, ERR_CONFLICT);
    assert_int_equal(self_test_decrypt(view(&der), &key).code, ERR_CONFLICT);
}

static void what_a_token_refuses_is_told_as_it_is(void **state)
{
    (void)state;
    static const enum err_code refusals[] = {ERR_DENIED, ERR_GONE, ERR_NOT_FOUND};
    struct der der = certificate_for(keys[P256], NULL);
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct token_key token = {.refuses = refusals[i]};
        const struct self_test_key key = {&token, token_signs, token_deciphers};
        assert_int_equal(self_test_sign(view(&der), &key).code, refusals[i]);
        assert_int_equal(self_test_decrypt(view(&der), &key).code, refusals[i]);
    }
}

static void a_key_of_another_kind_is_not_used(void **state)
{
    (void)state;
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct der der = certificate_for(edwards, NULL);
    struct token_key token = {.refuses = ERR_IO};
    const struct self_test_key key = {&token, token_signs, token_deciphers};
    EVP_PKEY_free(edwards);
    assert_int_equal(self_test_sign(view(&der), &key).code, ERR_UNSUPPORTED);
    assert_int_equal(self_test_decrypt(view(&der), &key).code, ERR_UNSUPPORTED);
    der.len--;
    assert_int_equal(self_test_sign(view(&der), &key).code, ERR_MALFORMED);
    assert_int_equal(self_test_decrypt(view(&der), &key).code, ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_proves_its_key),
        cmocka_unit_test(a_key_of_another_kind_gets_no_challenge),
        cmocka_unit_test(only_its_key_opens_what_was_made_for_it),
        cmocka_unit_test(padding_that_is_not_there_is_no_answer),
        cmocka_unit_test(usage_says_whether_one_may_encrypt_for_it),
        cmocka_unit_test(keys_of_another_kind_get_no_cipher_text),
        cmocka_unit_test(a_key_of_each_kind_does_what_its_certificate_says),
        cmocka_unit_test(the_key_of_another_certificate_is_a_conflict),
        cmocka_unit_test(what_a_token_refuses_is_told_as_it_is),
        cmocka_unit_test(a_key_of_another_kind_is_not_used),
    };
    return cmocka_run_group_tests(tests, make_room, drop_room);
}
