#include "hw/token/tlv.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

/* clang-format off */
#define HEX(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static const struct {
    const char *name;
    struct bytes in;
    enum err_code want;
    uint32_t tag;
    size_t value_len;
    size_t rest_len;
} rows[] = {
    /* name                  bytes                         code           tag       value rest */
    {"nothing",             HEX(""),                     ERR_MALFORMED, 0,        0,    0},
    {"one byte tag",        HEX("\x4F\x02\xAA\xBB"),     ERR_NONE,      0x4F,     2,    0},
    {"three byte tag",      HEX("\x5F\xC1\x02\x00"),     ERR_NONE,      0x5FC102, 0,    0},
    {"leaves what follows", HEX("\x4F\x00\x50\x00"),     ERR_NONE,      0x4F,     0,    2},
    {"long form length",    HEX("\x4F\x81\x01\xAA"),     ERR_NONE,      0x4F,     1,    0},
    {"two byte length",     HEX("\x4F\x82\x00\x01\xAA"), ERR_NONE,      0x4F,     1,    0},
    {"length past the end", HEX("\x4F\x03\xAA\xBB"),     ERR_MALFORMED, 0,        0,    0},
    {"length of 64 KiB",    HEX("\x4F\x82\xFF\xFF\x00"), ERR_MALFORMED, 0,        0,    0},
    {"three byte length",   HEX("\x4F\x83\x00\x00\x00"), ERR_MALFORMED, 0,        0,    0},
    {"indefinite length",   HEX("\x4F\x80\x00\x00"),     ERR_MALFORMED, 0,        0,    0},
    {"tag without an end",  HEX("\x5F\xFF\xFF\xFF\x00"), ERR_MALFORMED, 0,        0,    0},
    {"tag cut short",       HEX("\x5F"),                 ERR_MALFORMED, 0,        0,    0},
    {"length missing",      HEX("\x4F"),                 ERR_MALFORMED, 0,        0,    0},
    {"length cut short",    HEX("\x4F\x82\x01"),         ERR_MALFORMED, 0,        0,    0},
};
/* clang-format on */

static void one_element_is_taken_or_nothing(void **state)
{
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bytes rest = rows[i].in;
        struct tlv got = {0};

        print_message("  %s\n", rows[i].name);
        struct err e = tlv_take(&rest, &got);
        assert_int_equal(e.code, rows[i].want);
        if (failed(e)) {
            assert_ptr_equal(rest.at, rows[i].in.at);
            continue;
        }
        assert_int_equal(got.tag, rows[i].tag);
        assert_int_equal(got.value.len, rows[i].value_len);
        assert_int_equal(rest.len, rows[i].rest_len);
    }
}

static void an_element_is_found_by_its_tag(void **state)
{
    static const uint8_t in[] = {0x30, 0x01, 0xAA, 0x5F, 0xC1, 0x02, 0x01, 0xBB, 0x70, 0x05};
    struct bytes value = {NULL, 0};
    (void)state;

    assert_int_equal(tlv_find((struct bytes){in, 8}, 0x5FC102, &value).code, ERR_NONE);
    assert_int_equal(value.len, 1);
    assert_int_equal(value.at[0], 0xBB);
    assert_int_equal(tlv_find((struct bytes){in, 8}, 0x70, &value).code, ERR_NOT_FOUND);
    assert_int_equal(tlv_find((struct bytes){in, 10}, 0x70, &value).code, ERR_MALFORMED);
    assert_int_equal(tlv_find((struct bytes){NULL, 0}, 0x70, &value).code, ERR_NOT_FOUND);
}

static void what_is_written_is_read_again_at_every_length(void **state)
{
    static const size_t lens[] = {0, 1, 0x7F, 0x80, 0xFF, 0x100, 3000};
    static const uint32_t tags[] = {0x53, 0x5F49, 0x5FC102};
    static uint8_t value[3000];
    static uint8_t buffer[sizeof(value) + TLV_HEAD_MAX];
    (void)state;

    memset(value, 0x5A, sizeof(value));
    for (size_t i = 0; i < ARRAY_LEN(lens) * ARRAY_LEN(tags); i++) {
        size_t len = lens[i / ARRAY_LEN(tags)];
        uint32_t tag = tags[i % ARRAY_LEN(tags)];
        struct tlv_writer writer = {.at = buffer, .max = sizeof(buffer)};
        struct tlv got = {0};

        tlv_put(&writer, tag, (struct bytes){value, len});
        assert_false(writer.full);
        assert_int_equal(writer.len, tlv_size(tag, len));
        struct bytes rest = {buffer, writer.len};
        assert_false(failed(tlv_take(&rest, &got)));
        assert_int_equal(rest.len, 0);
        assert_int_equal(got.tag, tag);
        assert_int_equal(got.value.len, len);
        if (len > 0)
            assert_memory_equal(got.value.at, value, len);
    }
}

static void a_full_writer_writes_no_more(void **state)
{
    uint8_t buffer[5] = {0};
    const uint8_t value[3] = {1, 2, 3};
    struct tlv_writer writer = {.at = buffer, .max = sizeof(buffer) - 1};
    (void)state;

    tlv_put(&writer, 0x53, (struct bytes){value, sizeof(value)});
    assert_true(writer.full);
    tlv_put(&writer, 0x53, (struct bytes){NULL, 0});
    assert_int_equal(writer.len, 0);
    writer = (struct tlv_writer){.at = buffer, .max = sizeof(buffer)};
    tlv_put(&writer, 0x53, (struct bytes){value, sizeof(value)});
    assert_false(writer.full);
    assert_int_equal(writer.len, 5);
    tlv_put_raw(&writer, (struct bytes){value, 1});
    assert_true(writer.full);
    assert_int_equal(writer.len, 5);
}

static void heads_and_raw_bytes_make_nested_elements(void **state)
{
    uint8_t buffer[8];
    struct tlv_writer writer = {.at = buffer, .max = sizeof(buffer)};
    (void)state;

    tlv_put_head(&writer, 0x30, 4);
    tlv_put_head(&writer, 0x02, 2);
    tlv_put_raw(&writer, (struct bytes){(const uint8_t *)"\x00", 1});
    tlv_put_raw(&writer, (struct bytes){(const uint8_t *)"\x81", 1});
    tlv_put_raw(&writer, (struct bytes){NULL, 0});
    assert_false(writer.full);
    assert_int_equal(writer.len, 6);
    assert_memory_equal(buffer, "\x30\x04\x02\x02\x00\x81", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_element_is_taken_or_nothing),
        cmocka_unit_test(an_element_is_found_by_its_tag),
        cmocka_unit_test(what_is_written_is_read_again_at_every_length),
        cmocka_unit_test(a_full_writer_writes_no_more),
        cmocka_unit_test(heads_and_raw_bytes_make_nested_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
