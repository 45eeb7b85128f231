/* The shapes of a command, and TLV, as the virtual token reads them. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "hw/sim/vtoken_apdu.h"
#include "hw/sim/vtoken_tlv.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/macros.h"

#define BYTES_MAX 64

static struct bytes bytes_from(const char *hex, uint8_t at[BYTES_MAX])
{
    size_t len = strlen(hex) / 2;
    assert_true(len <= BYTES_MAX);
    assert_false(failed(hex_parse(hex, at, len)));
    return (struct bytes){at, len};
}

static void a_command_is_taken_apart_by_its_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *command;
        size_t data_len;
        uint32_t le;
        bool well_formed;
        bool extended;
    } rows[] = {
        {"nothing at all", "", 0, 0, false, false},
        {"a header cut short", "00a404", 0, 0, false, false},
        {"header alone", "00200080", 0, 0, true, false},
        {"Le of one byte", "00f8000004", 0, 4, true, false},
        {"Le 00 is 256", "00cb3fff00", 0, 256, true, false},
        {"data", "00a4040002a000", 2, 0, true, false},
        {"data and Le 00", "00a4040002a00000", 2, 256, true, false},
        {"data and Le", "00a4040002a00010", 2, 16, true, false},
        {"data shorter than said", "00a4040003a000", 0, 0, false, false},
        {"data longer than said", "00a4040001a0000000", 0, 0, false, false},
        {"extended Le", "00cb3fff000100", 0, 256, true, true},
        {"extended Le 0000 is 65536", "00cb3fff000000", 0, 65536, true, true},
        {"extended data", "00cb3fff000002a000", 2, 0, true, true},
        {"extended data and Le", "00cb3fff000002a0000000", 2, 65536, true, true},
        {"extended data shorter than said", "00cb3fff000003a000", 0, 0, false, true},
        {"extended data with half a Le", "00cb3fff000002a00000", 0, 0, false, true},
        {"extended data of length 0", "00cb3fff00000001", 0, 0, false, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t at[BYTES_MAX];
        struct vtoken_apdu apdu = {.cla = 0xEE};
        print_message("    %s\n", rows[i].name);
        bool parsed = vtoken_apdu_parse(bytes_from(rows[i].command, at), &apdu);
        assert_int_equal(parsed, rows[i].well_formed);
        if (!parsed) {
            assert_int_equal(apdu.cla, 0xEE);
            continue;
        }
        assert_int_equal(apdu.data.len, rows[i].data_len);
        assert_int_equal(apdu.le, rows[i].le);
        assert_int_equal(apdu.extended, rows[i].extended);
    }
}

static void an_element_is_taken_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        bool taken;
        uint32_t tag;
        size_t len;
    } rows[] = {
        {"a tag of one byte", "5c0101", true, 0x5C, 1},
        {"a tag of two bytes", "7f490101", true, 0x7F49, 1},
        {"a tag of three bytes", "5fc1050101", true, 0x5FC105, 1},
        {"a tag of four bytes", "5fc185050101", false, 0, 0},
        {"a tag cut short", "5f", false, 0, 0},
        {"no length", "5c", false, 0, 0},
        {"length 0", "8000", true, 0x80, 0},
        {"a length of two bytes", "538102aabb", true, 0x53, 2},
        {"a length of three bytes", "53820002aabb", true, 0x53, 2},
        {"a length of four bytes", "5383000002aabb", false, 0, 0},
        {"a length without end", "5380aabb0000", false, 0, 0},
        {"more promised than there is", "5303aabb", false, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint8_t at[BYTES_MAX];
        struct bytes rest = bytes_from(rows[i].bytes, at);
        struct vtoken_tlv element = {.tag = 0};
        print_message("    %s\n", rows[i].name);
        assert_int_equal(vtoken_tlv_take(&rest, &element), rows[i].taken);
        assert_int_equal(element.tag, rows[i].tag);
        assert_int_equal(element.value.len, rows[i].len);
        assert_int_equal(rest.len, rows[i].taken ? 0 : strlen(rows[i].bytes) / 2);
    }
}

static void what_is_written_is_read_back_at_every_length(void **state)
{
    (void)state;
    static uint8_t value[70000];
    static uint8_t out[70000];
    static const size_t lengths[] = {0, 1, 127, 128, 255, 256, 3052, 65535};
    static const uint32_t tags[] = {0x53, 0x7F49, 0x5FC105};
    for (size_t i = 0; i < ARRAY_LEN(lengths) * ARRAY_LEN(tags); i++) {
        uint32_t tag = tags[i % ARRAY_LEN(tags)];
        size_t len = lengths[i / ARRAY_LEN(tags)];
        struct vtoken_writer writer = {.at = out, .size = sizeof out};
        vtoken_put_tlv(&writer, tag, (struct bytes){value, len});
        assert_false(writer.overflow);
        assert_int_equal(writer.len, vtoken_header_len(tag, len) + len);
        struct bytes rest = {out, writer.len};
        struct vtoken_tlv element;
        assert_true(vtoken_tlv_take(&rest, &element));
        assert_int_equal(element.tag, tag);
        assert_int_equal(element.value.len, len);
        assert_int_equal(rest.len, 0);
    }
}

static void a_full_buffer_takes_nothing_more(void **state)
{
    (void)state;
    uint8_t out[4] = {0, 0, 0, 0xEE};
    struct vtoken_writer writer = {.at = out, .size = 3};
    const uint8_t value[] = {1, 2};
    vtoken_put_tlv(&writer, 0x80, (struct bytes){value, sizeof value});
    assert_true(writer.overflow);
    assert_true(writer.len <= 3);
    assert_int_equal(out[3], 0xEE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_taken_apart_by_its_lengths),
        cmocka_unit_test(an_element_is_taken_or_refused),
        cmocka_unit_test(what_is_written_is_read_back_at_every_length),
        cmocka_unit_test(a_full_buffer_takes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
