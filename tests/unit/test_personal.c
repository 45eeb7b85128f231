#include <string.h>

#include "kiosk/pki/personal.h"
#include "tests/unit/unit.h"

#define ORDER "01234567-0000-4000-8000-000000000001"
#define EPOCH "01234567-0000-4000-8000-000000000002"

static const char plain[] = "holder: \xE6\xB1\x9F\xE5\x9F\x8E, 13800138000";
static const struct personal_label label = {EPOCH, ORDER, "certificate"};
static struct secret key;

static struct bytes plain_bytes(void)
{
    return (struct bytes){(const uint8_t *)plain, sizeof(plain)};
}

static int set_up(void **state)
{
    uint8_t at[PERSONAL_KEY_LEN];
    (void)state;
    memset(at, 7, sizeof(at));
    return failed(secret_set(&key, (struct bytes){at, sizeof(at)}));
}

static void what_was_sealed_opens_and_shows_nothing_until_then(void **state)
{
    uint8_t sealed[2][sizeof(plain) + PERSONAL_MORE_LEN];
    uint8_t opened[sizeof(plain)];
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(personal_seal(&key, &label, plain_bytes(), sealed[i]).code, ERR_NONE);
    assert_null(memmem(sealed[0], sizeof(sealed[0]), "13800138000", 11));
    assert_memory_not_equal(sealed[0], sealed[1], sizeof(sealed[0])); /* never the same nonce */
    for (int i = 0; i < 2; i++) {
        struct bytes bytes = {sealed[i], sizeof(sealed[i])};
        assert_int_equal(personal_open(&key, &label, bytes, opened).code, ERR_NONE);
        assert_memory_equal(opened, plain, sizeof(plain));
    }
}

static void nothing_is_sealed_too(void **state)
{
    uint8_t sealed[PERSONAL_MORE_LEN];
    uint8_t opened[1] = {9};
    (void)state;
    assert_int_equal(personal_seal(&key, &label, (struct bytes){opened, 0}, sealed).code, ERR_NONE);
    assert_int_equal(
        personal_open(&key, &label, (struct bytes){sealed, sizeof(sealed)}, opened).code, ERR_NONE);
    assert_int_equal(opened[0], 9);
}

static void one_changed_bit_anywhere_is_refused(void **state)
{
    uint8_t sealed[sizeof(plain) + PERSONAL_MORE_LEN];
    uint8_t opened[sizeof(plain)] = {0};
    static const uint8_t untouched[sizeof(plain)];
    size_t tried = 0;
    (void)state;
    assert_int_equal(personal_seal(&key, &label, plain_bytes(), sealed).code, ERR_NONE);
    for (size_t i = 0; i < sizeof(sealed) * 8; i++, tried++) {
        struct bytes bytes = {sealed, sizeof(sealed)};
        sealed[i / 8] ^= (uint8_t)(1U << (i % 8));
        assert_int_equal(personal_open(&key, &label, bytes, opened).code, ERR_DENIED);
        sealed[i / 8] ^= (uint8_t)(1U << (i % 8));
    }
    assert_memory_equal(opened, untouched, sizeof(opened));
    print_message("%zu bits\n", tried);
}

static void what_is_sealed_for_one_opens_for_no_other(void **state)
{
    static const struct personal_label others[] = {
        {ORDER, ORDER, "certificate"},
        {EPOCH, EPOCH, "certificate"},
        {EPOCH, ORDER, "name"},
        {EPOCH, ORDER, ""},
    };
    uint8_t sealed[sizeof(plain) + PERSONAL_MORE_LEN];
    uint8_t opened[sizeof(plain)];
    struct bytes bytes = {sealed, sizeof(sealed)};
    (void)state;
    assert_int_equal(personal_seal(&key, &label, plain_bytes(), sealed).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_int_equal(personal_open(&key, &others[i], bytes, opened).code, ERR_DENIED);
    struct secret other = key;
    other.at[0] ^= 1U;
    assert_int_equal(personal_open(&other, &label, bytes, opened).code, ERR_DENIED);
    for (size_t len = 0; len < sizeof(sealed); len++) {
        bytes.len = len;
        assert_true(failed(personal_open(&key, &label, bytes, opened)));
    }
}

static void more_than_fits_is_not_sealed(void **state)
{
    static const uint8_t much[PERSONAL_PLAIN_MAX + 1];
    static uint8_t sealed[sizeof(much) + PERSONAL_MORE_LEN];
    static uint8_t opened[sizeof(much)];
    (void)state;
    assert_int_equal(personal_seal(&key, &label, (struct bytes){much, sizeof(much)}, sealed).code,
                     ERR_NO_ROOM);
    assert_int_equal(
        personal_open(&key, &label, (struct bytes){sealed, sizeof(sealed)}, opened).code,
        ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_opens_and_shows_nothing_until_then),
        cmocka_unit_test(nothing_is_sealed_too),
        cmocka_unit_test(one_changed_bit_anywhere_is_refused),
        cmocka_unit_test(what_is_sealed_for_one_opens_for_no_other),
        cmocka_unit_test(more_than_fits_is_not_sealed),
    };
    return cmocka_run_group_tests_name("personal", tests, set_up, NULL);
}
