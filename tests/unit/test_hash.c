/* SHA-256 and HMAC against the samples of their standards. */
#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/hex.h"

static struct bytes bytes_of(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void assert_hex(const char *what, struct hash hash, const char *expected)
{
    char hex[HEX_SIZE(HASH_LEN)];
    hex_print(hex, (struct bytes){hash.at, HASH_LEN});
    if (strcmp(hex, expected) != 0)
        fail_msg("%s: %s", what, hex);
}

static void the_digest_is_that_of_the_standard(void **state)
{
    (void)state;
    assert_hex("FIPS 180-4, abc", hash_of(bytes_of("abc")),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void the_keyed_digest_is_that_of_the_standard(void **state)
{
    static const struct {
        const char *what, *key, *text, *expected;
    } rows[] = {
        {"RFC 4231, 4.2: a short key",
         "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
         "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"RFC 4231, 4.3: a key of text", "Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_hex(rows[i].what, hash_keyed(bytes_of(rows[i].key), bytes_of(rows[i].text)),
                   rows[i].expected);
}

static void two_digests_are_the_same_only_when_all_of_them_is(void **state)
{
    (void)state;
    const struct hash hash = hash_of(bytes_of("abc"));
    struct hash other = hash;
    assert_true(hash_same(&hash, &other));
    for (size_t i = 0; i < HASH_LEN; i++) {
        other = hash;
        other.at[i] ^= 1;
        assert_false(hash_same(&hash, &other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_is_that_of_the_standard),
        cmocka_unit_test(the_keyed_digest_is_that_of_the_standard),
        cmocka_unit_test(two_digests_are_the_same_only_when_all_of_them_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
