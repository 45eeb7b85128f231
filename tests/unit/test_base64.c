#include "sync/wire/base64.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define MAX 6

/* clang-format off */
static const struct {
    const char *name;
    const char *text;
    enum err_code want;
    const char *bytes;
} rows[] = {
    /* the vectors of RFC 4648, section 10 */
    {"no bytes are no characters",             "",         ERR_NONE,      ""},
    {"one byte takes two pads",                "Zg==",     ERR_NONE,      "f"},
    {"two bytes take one pad",                 "Zm8=",     ERR_NONE,      "fo"},
    {"three bytes take no pad",                "Zm9v",     ERR_NONE,      "foo"},
    {"four bytes begin a new group",           "Zm9vYg==", ERR_NONE,      "foob"},
    {"six bytes fill two groups",              "Zm9vYmFy", ERR_NONE,      "foobar"},
    {"a missing pad is refused",               "Zg=",      ERR_MALFORMED, NULL},
    {"three pads are refused",                 "Z===",     ERR_MALFORMED, NULL},
    {"pads alone are refused",                 "====",     ERR_MALFORMED, NULL},
    {"a pad inside is refused",                "Zg==Zm9v", ERR_MALFORMED, NULL},
    {"bits that stand for nothing are refused", "Zh==",    ERR_MALFORMED, NULL},
    {"so are they after two bytes",            "Zm9=",     ERR_MALFORMED, NULL},
    {"a line break is refused",                "Zm9\n",    ERR_MALFORMED, NULL},
    {"a leading blank is refused",             " Zm9",     ERR_MALFORMED, NULL},
    {"the URL alphabet is refused",            "Zm9_",     ERR_MALFORMED, NULL},
    {"a byte too many is refused",             "Zm9vYmFyZg==", ERR_NO_ROOM, NULL},
};
/* clang-format on */

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t out[MAX];
        size_t len = 99;
        print_message("  %s\n", rows[i].name);
        struct err e = base64_parse(rows[i].text, strlen(rows[i].text), MAX, out, &len);
        assert_int_equal(e.code, rows[i].want);
        if (failed(e)) {
            assert_int_equal(len, 99);
            continue;
        }
        assert_int_equal(len, strlen(rows[i].bytes));
        assert_memory_equal(out, rows[i].bytes, len);

        char text[BASE64_SIZE(MAX)];
        base64_print(text, (struct bytes){out, len});
        assert_string_equal(text, rows[i].text);
    }
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[256], got[256];
    char text[BASE64_SIZE(256)];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(255 - i);
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        size_t got_len = 0;
        base64_print(text, (struct bytes){bytes, len});
        assert_int_equal(strlen(text) + 1, BASE64_SIZE(len));
        assert_false(failed(base64_parse(text, strlen(text), sizeof(got), got, &got_len)));
        assert_int_equal(got_len, len);
        assert_memory_equal(got, bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_every_byte_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
