#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/pki/der.h"

#define D(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
    const char *what;
    const uint8_t *at;
    size_t len;
    bool fine;
} rows[] = {
    {"an empty sequence", D("\x30\x00"), true},
    {"nothing", D(""), false},
    {"a tag alone", D("\x30"), false},
    {"a length beyond the end", D("\x04\x02\x01"), false},
    {"a byte behind the value", D("\x05\x00\x00"), false},
    {"a long form for a short length", D("\x04\x81\x01\x00"), false},
    {"an indefinite length", D("\x30\x80\x00\x00"), false},
    {"a length of four bytes", D("\x04\x84\x00\x00\x00\x01\x00"), false},
    {"a tag number of several bytes", D("\x1f\x81\x00\x00"), false},
    {"an end of contents", D("\x30\x02\x00\x00"), false},
    {"TRUE", D("\x01\x01\xff"), true},
    {"a TRUE of another value", D("\x01\x01\x01"), false},
    {"a BOOLEAN of two bytes", D("\x01\x02\x00\x00"), false},
    {"an INTEGER", D("\x02\x01\x00"), true},
    {"an INTEGER of no bytes", D("\x02\x00"), false},
    {"an INTEGER that needs its zero", D("\x02\x02\x00\x80"), true},
    {"an INTEGER with a zero too many", D("\x02\x02\x00\x7f"), false},
    {"a negative INTEGER with an FF too many", D("\x02\x02\xff\x80"), false},
    {"a BIT STRING of no bits", D("\x03\x01\x00"), true},
    {"unused bits of no bits", D("\x03\x01\x01"), false},
    {"unused bits that are zero", D("\x03\x02\x04\xf0"), true},
    {"unused bits that are set", D("\x03\x02\x04\xf8"), false},
    {"eight unused bits", D("\x03\x02\x08\x00"), false},
    {"a constructed BIT STRING", D("\x23\x04\x03\x02\x00\x00"), false},
    {"NULL with contents", D("\x05\x01\x00"), false},
    {"an OBJECT IDENTIFIER", D("\x06\x03\x55\x04\x03"), true},
    {"an OBJECT IDENTIFIER that does not end", D("\x06\x02\x55\x84"), false},
    {"an arc with a leading 80", D("\x06\x03\x55\x80\x03"), false},
    {"UTF-8", D("\x0c\x03\xe6\x99\xaf"), true},
    {"half a character", D("\x0c\x02\xe6\x99"), false},
    {"a NUL in a text",
     D("\x0c\x03"
       "a\0b"),
     false},
    {"a time in Zulu",
     D("\x17\x0d"
       "260101000000Z"),
     true},
    {"a time without seconds",
     D("\x17\x0b"
       "2601010000Z"),
     false},
    {"a time with an offset",
     D("\x17\x11"
       "260101000000+0800"),
     false},
    {"a generalized time",
     D("\x18\x0f"
       "20260101000000Z"),
     true},
    {"a generalized time with a fraction",
     D("\x18\x11"
       "20260101000000.5Z"),
     false},
    {"a set in order", D("\x31\x06\x02\x01\x01\x02\x01\x02"), true},
    {"a set out of order", D("\x31\x06\x02\x01\x02\x02\x01\x01"), false},
    {"a sequence in any order", D("\x30\x06\x02\x01\x02\x02\x01\x01"), true},
    {"a universal type that no certificate has", D("\x09\x01\x00"), false},
    {"a context tag of any bytes", D("\x80\x01\x00"), true},
    {"a fault below a context tag", D("\xa0\x03\x01\x01\x01"), false},
};

static void only_der_is_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        enum err_code code = der_check((struct bytes){rows[i].at, rows[i].len}).code;
        if (code != (rows[i].fine ? ERR_NONE : ERR_MALFORMED))
            fail_msg("%s: %s", rows[i].what, err_name(code));
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    uint8_t nested[(size_t)2 * (DER_DEPTH_MAX + 1)];
    for (size_t deep = DER_DEPTH_MAX; deep <= DER_DEPTH_MAX + 1; deep++) {
        for (size_t i = 0; i < deep; i++) {
            nested[2 * i] = 0x30;
            nested[2 * i + 1] = (uint8_t)(2 * (deep - i - 1));
        }
        enum err_code expected = deep < DER_DEPTH_MAX ? ERR_NONE : ERR_MALFORMED;
        assert_int_equal(der_check((struct bytes){nested, 2 * deep}).code, expected);
    }
    for (size_t i = 0; i < DER_DEPTH_MAX - 1; i++) {
        nested[2 * i] = 0x30;
        nested[2 * i + 1] = (uint8_t)(2 * (DER_DEPTH_MAX - 1 - i - 1));
    }
    assert_int_equal(der_check((struct bytes){nested, (size_t)2 * (DER_DEPTH_MAX - 1)}).code,
                     ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_der_is_der),
        cmocka_unit_test(depth_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
