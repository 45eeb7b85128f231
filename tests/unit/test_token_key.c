/* Derived keys, compared with what the openssl program derives from the documented bytes. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/des_key.h"
#include "kiosk/pki/token_key.h"
#include "tests/unit/file_room.h"
#include "tests/unit/foreign_kdf.h"

#define MASTER "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define LINE_MAX_LEN 512

static struct token_master *master_of(const char *text)
{
    struct token_master *master = NULL;
    put(text, 0600);
    struct err e = token_master_open(path, &master);
    assert_int_equal(e.code, ERR_NONE);
    return master;
}

/* What `openssl kdf` derives: SP 800-108 in counter mode, from the bytes that the header names. */
static void foreign_derive(const char *purpose, const char *id, unsigned attempt, size_t len,
                           uint8_t *out)
{
    char context[128];
    char options[LINE_MAX_LEN];

    hex_print(context, (struct bytes){(const uint8_t *)purpose, strlen(purpose) + 1});
    hex_print(context + strlen(context), (struct bytes){(const uint8_t *)id, strlen(id) + 1});
    assert_true(text_print(options, sizeof(options),
                           "-kdfopt mac:HMAC -kdfopt hexkey:" MASTER
                           " -kdfopt salt:certkiosk-token-1 -kdfopt hexinfo:%s%02x KBKDF",
                           context, attempt));
    foreign_kdf(options, len, out);
}

static void keys_are_what_another_program_derives(void **state)
{
    (void)state;
    static const char *const ids[] = {"s10000001", "s1", "g00112233445566778899aabbccddeeff",
                                      "s4294967295"};
    static const struct {
        enum token_cipher cipher;
        const char *purpose;
        size_t len;
    } rows[] = {
        {TOKEN_CIPHER_3DES, "3des", 24},
        {TOKEN_CIPHER_AES128, "aes128", 16},
        {TOKEN_CIPHER_AES192, "aes192", 24},
        {TOKEN_CIPHER_AES256, "aes256", 32},
    };
    struct token_master *master = master_of(MASTER "\n");
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
            uint8_t wanted[64];
            struct secret key = {.len = 0};
            foreign_derive(rows[k].purpose, ids[i], 0, rows[k].len, wanted);
            if (rows[k].cipher == TOKEN_CIPHER_3DES)
                des_key_set_parity(wanted);
            assert_int_equal(token_key_derive(master, ids[i], rows[k].cipher, &key).code, ERR_NONE);
            assert_int_equal(key.len, rows[k].len);
            assert_memory_equal(key.at, wanted, rows[k].len);
        }
    }
    token_master_destroy(master);
}

static void puks_are_what_another_program_derives(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *id;
        unsigned attempt;
    } rows[] = {
        {"the first attempt counts", "s10000001", 0},
        {"a first attempt that would favour some numbers is passed over", "s23", 1},
    };
    struct token_master *master = master_of(MASTER);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t at[4];
        char wanted[9];
        struct secret puk = {.len = 0};
        foreign_derive("puk", rows[i].id, rows[i].attempt, sizeof(at), at);
        uint32_t number =
            (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        (void)snprintf(wanted, sizeof(wanted), "%08u", number % 100000000U);
        assert_int_equal(token_puk_derive(master, rows[i].id, &puk).code, ERR_NONE);
        assert_int_equal(puk.len, 8);
        if (memcmp(puk.at, wanted, 8) != 0)
            fail_msg("%s", rows[i].sentence);
    }
    token_master_destroy(master);
}

static void the_documented_vector_holds(void **state)
{
    (void)state;
    static const struct {
        enum token_cipher cipher;
        const char *hex;
    } rows[] = {
        {TOKEN_CIPHER_3DES, "7afbef9b29a2efa7cbcb0251492fc79725ced6e38092fe34"},
        {TOKEN_CIPHER_AES256, "b68593f78e61184b8dab43d8f4ef81e89a5270da2359d8aa743e7e6e0591b39b"},
    };
    struct token_master *master = master_of(MASTER "\r\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct secret key = {.len = 0};
        char hex[2 * SECRET_LEN_MAX + 1];
        assert_int_equal(token_key_derive(master, "s10000001", rows[i].cipher, &key).code,
                         ERR_NONE);
        hex_print(hex, (struct bytes){key.at, key.len});
        assert_string_equal(hex, rows[i].hex);
    }
    struct secret puk = {.len = 0};
    assert_int_equal(token_puk_derive(master, "s10000001", &puk).code, ERR_NONE);
    assert_memory_equal(puk.at, "27706989", 8);
    token_master_destroy(master);
}

static void every_token_and_purpose_has_a_key_of_its_own(void **state)
{
    (void)state;
    enum { TOKENS = 200 };
    static struct secret keys[TOKENS];
    struct token_master *master = master_of(MASTER);
    for (unsigned i = 0; i < TOKENS; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "s%u", i + 1);
        assert_int_equal(token_key_derive(master, id, TOKEN_CIPHER_3DES, &keys[i]).code, ERR_NONE);
        assert_false(des_key_weak(keys[i].at));
        for (size_t k = 0; k < keys[i].len; k++)
            assert_int_equal(__builtin_popcount(keys[i].at[k]) % 2, 1);
        for (unsigned k = 0; k < i; k++)
            assert_memory_not_equal(keys[i].at, keys[k].at, 24);
    }
    struct secret same_length = {.len = 0};
    assert_int_equal(token_key_derive(master, "s1", TOKEN_CIPHER_AES192, &same_length).code,
                     ERR_NONE);
    assert_memory_not_equal(same_length.at, keys[0].at, 24);
    token_master_destroy(master);
}

static void no_id_no_key(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "s 1", "s1\n", "s\xc3\xa9",
                                      "s1234567890123456789012345678901234567890"};
    struct token_master *master = master_of(MASTER);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct secret key = {.at = {0x55}, .len = 1};
        assert_int_equal(token_key_derive(master, ids[i], TOKEN_CIPHER_AES128, &key).code,
                         ERR_MALFORMED);
        assert_int_equal(token_puk_derive(master, ids[i], &key).code, ERR_MALFORMED);
        assert_int_equal(key.len, 1);
        assert_int_equal(key.at[0], 0x55);
    }
    token_master_destroy(master);
}

static void files_that_are_no_master_key_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *text;
        mode_t mode;
        enum err_code code;
    } rows[] = {
        {"all may read it", MASTER, 0644, ERR_DENIED},
        {"others may write it", MASTER, 0602, ERR_DENIED},
        {"our own group may read it", MASTER, 0640, ERR_DENIED},
        {"the group may write it", MASTER, 0620, ERR_DENIED},
        {"one digit is missing", "00010203040506070809", 0600, ERR_MALFORMED},
        {"there is a digit too much", MASTER "0", 0600, ERR_MALFORMED},
        {"there is a second line", MASTER "\n\n\n\n", 0600, ERR_MALFORMED},
        {"a line of words follows", MASTER "\nx", 0600, ERR_MALFORMED},
        {"not hexadecimal", "z" MASTER, 0600, ERR_MALFORMED},
        {"it is empty", "", 0600, ERR_MALFORMED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token_master *master = NULL;
        put(rows[i].text, rows[i].mode);
        if (token_master_open(path, &master).code != rows[i].code || master != NULL)
            fail_msg("%s", rows[i].sentence);
    }
    struct token_master *master = NULL;
    assert_int_equal(token_master_open("/dev/null", &master).code, ERR_IO);
    assert_int_equal(token_master_open(folder, &master).code, ERR_IO);
    assert_int_equal(token_master_open("/nowhere/master", &master).code, ERR_IO);
    token_master_destroy(NULL);
}

static void what_is_refused_for_its_mode_says_what_to_do(void **state)
{
    (void)state;
    struct token_master *master = NULL;
    put(MASTER, 0604);
    struct err e = token_master_open(path, &master);
    assert_int_equal(e.code, ERR_DENIED);
    assert_int_equal(e.native, 0604);
    assert_non_null(strstr(e.site, "others may read"));
    assert_non_null(strstr(e.site, "chmod 600"));
}

/* As systemd lends a credential: owned by another user, an ACL that shows as group bits. */
static void a_lent_credential_is_read(void **state)
{
    (void)state;
    struct token_master *master = NULL;
    if (geteuid() != 0)
        skip();
    put(MASTER, 0440);
    assert_int_equal(chown(path, 1, (gid_t)-1), 0);
    assert_int_equal(token_master_open(path, &master).code, ERR_NONE);
    token_master_destroy(master);
}

static void weak_keys_of_des_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *hex;
        bool weak;
    } rows[] = {
        {"three good parts", "7afbef9b29a2efa7cbcb0251492fc79725ced6e38092fe34", false},
        {"the first part is weak", "0101010101010101cbcb0251492fc79725ced6e38092fe34", true},
        {"the second part is weak", "7afbef9b29a2efa7fefefefefefefefe25ced6e38092fe34", true},
        {"the third part is semi-weak", "7afbef9b29a2efa7cbcb0251492fc797e0fee0fef1fef1fe", true},
        {"the first two are equal", "7afbef9b29a2efa77afbef9b29a2efa725ced6e38092fe34", true},
        {"the last two are equal", "7afbef9b29a2efa725ced6e38092fe3425ced6e38092fe34", true},
        {"the first is the third", "7afbef9b29a2efa7cbcb0251492fc7977afbef9b29a2efa7", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t key[DES_KEY_LEN];
        uint8_t same[DES_KEY_LEN];
        assert_int_equal(hex_parse(rows[i].hex, key, sizeof(key)).code, ERR_NONE);
        memcpy(same, key, sizeof(key));
        des_key_set_parity(same);
        assert_memory_equal(same, key, sizeof(key));
        if (des_key_weak(key) != rows[i].weak)
            fail_msg("%s", rows[i].sentence);
    }
}

static void random_keys_and_digits_are_what_tokens_take(void **state)
{
    (void)state;
    uint32_t counts[10] = {0};
    for (int i = 0; i < 200; i++) {
        struct secret key = {.len = 0};
        struct secret digits = {.len = 0};
        assert_int_equal(token_key_random(TOKEN_CIPHER_3DES, &key).code, ERR_NONE);
        assert_int_equal(key.len, 24);
        assert_false(des_key_weak(key.at));
        for (size_t k = 0; k < key.len; k++)
            assert_int_equal(__builtin_popcount(key.at[k]) % 2, 1);
        assert_int_equal(token_digits_random(8, &digits).code, ERR_NONE);
        assert_int_equal(digits.len, 8);
        for (size_t k = 0; k < digits.len; k++) {
            assert_in_range(digits.at[k], '0', '9');
            counts[digits.at[k] - '0']++;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        assert_in_range(counts[i], 80, 240); /* of 1600; 160 each, 6 deviations away */
    struct secret key = {.len = 0};
    assert_int_equal(token_key_random(TOKEN_CIPHER_AES256, &key).code, ERR_NONE);
    assert_int_equal(key.len, token_key_len(TOKEN_CIPHER_AES256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_what_another_program_derives),
        cmocka_unit_test(puks_are_what_another_program_derives),
        cmocka_unit_test(the_documented_vector_holds),
        cmocka_unit_test(every_token_and_purpose_has_a_key_of_its_own),
        cmocka_unit_test(no_id_no_key),
        cmocka_unit_test(files_that_are_no_master_key_are_refused),
        cmocka_unit_test(what_is_refused_for_its_mode_says_what_to_do),
        cmocka_unit_test(a_lent_credential_is_read),
        cmocka_unit_test(weak_keys_of_des_are_known),
        cmocka_unit_test(random_keys_and_digits_are_what_tokens_take),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
