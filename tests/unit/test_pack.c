#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/wire/batch.h"
#include "tests/unit/unit.h"

#define PLAIN_LEN 200000

static void test_what_is_packed_unpacks(void **state)
{
    (void)state;
    uint8_t *plain = malloc(PLAIN_LEN), *packed = NULL, *got = NULL;
    size_t packed_len = 0, len = 0;
    assert_non_null(plain);
    for (size_t i = 0; i < PLAIN_LEN; i++)
        plain[i] = (uint8_t)(i * i >> 3);

    assert_false(failed(wire_pack((struct bytes){plain, PLAIN_LEN}, &packed, &packed_len)));
    assert_false(failed(wire_unpack((struct bytes){packed, packed_len}, PLAIN_LEN, &got, &len)));
    assert_int_equal(len, PLAIN_LEN);
    assert_memory_equal(got, plain, len);
    free(got);
    got = NULL;
    assert_int_equal(
        wire_unpack((struct bytes){packed, packed_len}, PLAIN_LEN - 1, &got, &len).code,
        ERR_NO_ROOM);
    assert_int_equal(
        wire_unpack((struct bytes){packed, packed_len - 1}, PLAIN_LEN, &got, &len).code,
        ERR_MALFORMED);
    assert_null(got);
    free(packed);
    free(plain);
}

static void test_a_bomb_is_refused(void **state)
{
    (void)state;
    size_t bomb_len = (size_t)64 * 1024 * 1024, packed_len = 0, len = 0;
    uint8_t *zeros = calloc(1, bomb_len), *packed = NULL, *got = NULL;
    assert_non_null(zeros);
    assert_false(failed(wire_pack((struct bytes){zeros, bomb_len}, &packed, &packed_len)));
    free(zeros);
    assert_true(packed_len < 10000);
    assert_int_equal(
        wire_unpack((struct bytes){packed, packed_len}, BATCH_BYTES_MAX, &got, &len).code,
        ERR_NO_ROOM);
    assert_null(got);
    free(packed);
}

static void test_what_is_not_zstd_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "plain text", "\x28\xB5\x2F\xFD", "\x1F\x8B\x08"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t *got = NULL;
        size_t len = 0;
        struct bytes packed = {(const uint8_t *)rows[i], strlen(rows[i])};
        assert_int_equal(wire_unpack(packed, BATCH_BYTES_MAX, &got, &len).code, ERR_MALFORMED);
        assert_null(got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_packed_unpacks),
        cmocka_unit_test(test_a_bomb_is_refused),
        cmocka_unit_test(test_what_is_not_zstd_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
