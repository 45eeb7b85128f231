#include "hw/token/token_admin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

/* FIPS-197 appendix C for AES; SP 800-20 table A.1 (variable plaintext) for 3DES. */
static const struct {
    const char *name;
    enum piv_algorithm algorithm;
    const char *key, *plain, *cipher;
} vectors[] = {
    {"3DES with one key thrice", PIV_ALGORITHM_3DES,
     "010101010101010101010101010101010101010101010101", "8000000000000000", "95f8a5e5dd31d900"},
    {"AES-128", PIV_ALGORITHM_AES128, "000102030405060708090a0b0c0d0e0f",
     "00112233445566778899aabbccddeeff", "69c4e0d86a7b0430d8cdb78070b4c55a"},
    {"AES-192", PIV_ALGORITHM_AES192, "000102030405060708090a0b0c0d0e0f1011121314151617",
     "00112233445566778899aabbccddeeff", "dda97ca4864cdfe06eaf70a0ec0d7191"},
    {"AES-256", PIV_ALGORITHM_AES256,
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "00112233445566778899aabbccddeeff", "8ea2b7ca516745bfeafc49904b496089"},
};

static void ciphers_agree_with_their_standards(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        CLEANUP(secret_wipe) struct secret key = {.len = strlen(vectors[i].key) / 2};
        uint8_t plain[PIV_CHALLENGE_MAX];
        uint8_t cipher[PIV_CHALLENGE_MAX];
        uint8_t out[PIV_CHALLENGE_MAX];
        size_t len = strlen(vectors[i].plain) / 2;

        print_message("  %s\n", vectors[i].name);
        assert_false(failed(hex_parse(vectors[i].key, key.at, key.len)));
        assert_false(failed(hex_parse(vectors[i].plain, plain, len)));
        assert_false(failed(hex_parse(vectors[i].cipher, cipher, len)));
        assert_int_equal(admin_block_len(vectors[i].algorithm, key.len), len);
        assert_false(
            failed(admin_encipher(vectors[i].algorithm, &key, (struct bytes){plain, len}, out)));
        assert_memory_equal(out, cipher, len);
        assert_false(
            failed(admin_decipher(vectors[i].algorithm, &key, (struct bytes){cipher, len}, out)));
        assert_memory_equal(out, plain, len);
    }
}

static void a_key_of_another_length_is_refused(void **state)
{
    static const uint8_t in[PIV_CHALLENGE_MAX];
    struct secret key = {.len = 24};
    uint8_t out[PIV_CHALLENGE_MAX];
    (void)state;

    assert_int_equal(admin_encipher(PIV_ALGORITHM_AES128, &key, (struct bytes){in, 16}, out).code,
                     ERR_MALFORMED);
    assert_int_equal(admin_encipher(PIV_ALGORITHM_3DES, &key, (struct bytes){in, 16}, out).code,
                     ERR_MALFORMED);
    assert_int_equal(admin_decipher(PIV_ALGORITHM_P256, &key, (struct bytes){in, 16}, out).code,
                     ERR_MALFORMED);
    assert_int_equal(admin_block_len(PIV_ALGORITHM_AES256, 24), 0);
}

static void the_configured_key_says_its_algorithm(void **state)
{
    (void)state;

    assert_int_equal(admin_algorithm(24, false), PIV_ALGORITHM_3DES);
    assert_int_equal(admin_algorithm(24, true), PIV_ALGORITHM_AES192);
    assert_int_equal(admin_algorithm(16, true), PIV_ALGORITHM_AES128);
    assert_int_equal(admin_algorithm(32, true), PIV_ALGORITHM_AES256);
    assert_int_equal(admin_algorithm(16, false), PIV_ALGORITHM_AES128);
    assert_int_equal(admin_algorithm(32, false), PIV_ALGORITHM_AES256);
    assert_int_equal(admin_algorithm(20, true), PIV_ALGORITHM_NONE);
    assert_int_equal(admin_algorithm(0, true), PIV_ALGORITHM_NONE);
}

static void challenges_differ(void **state)
{
    uint8_t a[PIV_CHALLENGE_MAX] = {0};
    uint8_t b[PIV_CHALLENGE_MAX] = {0};
    (void)state;

    assert_false(failed(admin_challenge(a, sizeof(a))));
    assert_false(failed(admin_challenge(b, sizeof(b))));
    assert_false(admin_same((struct bytes){a, sizeof(a)}, (struct bytes){b, sizeof(b)}));
    assert_true(admin_same((struct bytes){a, sizeof(a)}, (struct bytes){a, sizeof(a)}));
    assert_false(admin_same((struct bytes){a, 8}, (struct bytes){a, sizeof(a)}));
}

/* SHA-256 of 24 zeros, by sha256sum. */
static void a_key_is_known_again_by_its_hash(void **state)
{
    struct secret key = {.len = 24};
    uint8_t print[ADMIN_PRINT_LEN];
    uint8_t want[ADMIN_PRINT_LEN];
    (void)state;

    assert_false(failed(hex_parse(
        "9d908ecfb6b256def8b49a7c504e6c889c4b0e41fe6ce3e01863dd7b61a20aa0", want, sizeof(want))));
    assert_false(failed(admin_print(&key, print)));
    assert_memory_equal(print, want, sizeof(want));
    assert_false(failed(admin_prepare()));
}

/* One that has no cipher at all. First of the tests: the library reads it once. */
static void what_the_machine_configures_for_the_library_is_not_read(void **state)
{
    static const char text[] =
        "openssl_conf = a\n[a]\nproviders = b\n[b]\nnull = c\n[c]\nactivate = 1\n";
    char path[] = "/tmp/test-token-admin-XXXXXX";
    int fd = mkstemp(path);
    (void)state;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    assert_int_equal(close(fd), 0);
    assert_int_equal(setenv("OPENSSL_CONF", path, 1), 0);
    struct err e = admin_prepare();
    assert_int_equal(unlink(path), 0);
    assert_false(failed(e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_machine_configures_for_the_library_is_not_read),
        cmocka_unit_test(ciphers_agree_with_their_standards),
        cmocka_unit_test(a_key_of_another_length_is_refused),
        cmocka_unit_test(the_configured_key_says_its_algorithm),
        cmocka_unit_test(challenges_differ),
        cmocka_unit_test(a_key_is_known_again_by_its_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
