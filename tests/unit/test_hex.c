#include <string.h>

#include "kiosk/base/hex.h"
#include "tests/unit/unit.h"

static void bytes_are_printed_in_lower_case(void **state)
{
    const uint8_t bytes[] = {0x00, 0x9A, 0xFF};
    char text[HEX_SIZE(3)];
    (void)state;
    hex_print(text, (struct bytes){bytes, 3});
    assert_string_equal(text, "009aff");
    hex_print(text, (struct bytes){bytes, 0});
    assert_string_equal(text, "");
}

static void every_byte_comes_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        uint8_t back = (uint8_t)~i;
        char text[HEX_SIZE(1)];
        hex_print(text, (struct bytes){&byte, 1});
        assert_false(failed(hex_parse(text, &back, 1)));
        assert_int_equal(back, byte);
    }
}

static void both_cases_are_read(void **state)
{
    uint8_t out[2];
    (void)state;
    assert_false(failed(hex_parse("aFBc", out, 2)));
    assert_int_equal(out[0], 0xAF);
    assert_int_equal(out[1], 0xBC);
}

static void anything_else_is_refused_and_changes_nothing(void **state)
{
    static const char *const texts[] = {"",     "00",   "000",  "00000", "000000",
                                        "00g0", "00 0", "0x00", "000:",  "000/"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint8_t out[2] = {7, 7};
        assert_int_equal(hex_parse(texts[i], out, 2).code, ERR_MALFORMED);
        assert_int_equal(out[0], 7);
        assert_int_equal(out[1], 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_printed_in_lower_case),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(both_cases_are_read),
        cmocka_unit_test(anything_else_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
