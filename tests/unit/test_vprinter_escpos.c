#include "hw/sim/vprinter_escpos.h"

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define INPUT_MAX 40

struct row {
    const char *name;
    uint8_t bytes[INPUT_MAX];
    size_t len;
    size_t text, control, commands, data; /* how many of each */
};

static const struct row rows[] = {
    {"plain text", "abc", 3, 3, 0, 0, 0},
    {"line feed and tab", "a\n\tb", 4, 2, 2, 0, 0},
    {"a reset has no argument", "\x1b@A", 3, 1, 0, 1, 0},
    {"alignment has one",
     "\x1b"
     "a\x01"
     "A",
     4, 1, 0, 1, 0},
    {"page area has eight", "\x1bW12345678A", 11, 1, 0, 1, 0},
    {"cut without feed",
     "\x1dV\x00"
     "A",
     4, 1, 0, 1, 0},
    {"cut with feed",
     "\x1dV\x42\x05"
     "A",
     5, 1, 0, 1, 0},
    {"raster of 2 bytes by 3 rows",
     "\x1dv0\x00\x02\x00\x03\x00"
     "123456A",
     15, 1, 0, 1, 6},
    {"raster without rows",
     "\x1dv0\x00\x02\x00\x00\x00"
     "A",
     9, 1, 0, 1, 0},
    {"raster holds the bytes of commands",
     "\x1dv0\x00\x01\x00\x04\x00"
     "\x1b@\x10\x04"
     "A",
     13, 1, 0, 1, 4},
    {"graphics by GS ( L",
     "\x1d(L\x02\x00\x30\x32"
     "A",
     8, 1, 0, 1, 2},
    {"graphics by GS 8 L",
     "\x1d"
     "8L\x03\x00\x00\x00\x30\x70\x30"
     "A",
     11, 1, 0, 1, 3},
    {"QR code functions",
     "\x1d(k\x04\x00\x31\x41\x32\x00"
     "A",
     10, 1, 0, 1, 4},
    {"columns of one byte",
     "\x1b*\x00\x03\x00"
     "123A",
     9, 1, 0, 1, 3},
    {"columns of three bytes",
     "\x1b*\x21\x02\x00"
     "123456A",
     12, 1, 0, 1, 6},
    {"bar code that ends with NUL",
     "\x1dk\x04"
     "123\x00"
     "A",
     8, 1, 0, 1, 3},
    {"bar code that is counted",
     "\x1dk\x49\x03"
     "1\x00"
     "3A",
     8, 1, 0, 1, 3},
    {"tab stops end with NUL",
     "\x1b"
     "D\x08\x10\x00"
     "A",
     6, 1, 0, 1, 2},
    {"real-time status in its place",
     "\x10\x04\x01"
     "A",
     4, 1, 0, 1, 0},
    {"real-time status with a device",
     "\x10\x04\x07\x01"
     "A",
     5, 1, 0, 1, 0},
    {"real-time pulse",
     "\x10\x14\x01\x00\x05"
     "A",
     6, 1, 0, 1, 0},
    {"real-time clear of DLE DC4",
     "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
     "A",
     11, 1, 0, 1, 0},
    {"user-defined image",
     "\x1d*\x01\x01"
     "12345678A",
     13, 1, 0, 1, 8},
    {"an unknown command is two bytes",
     "\x1b\x7f"
     "A",
     3, 1, 0, 1, 0},
    {"zeros do nothing",
     "\x00\x00\x00"
     "A",
     4, 1, 0, 0, 0},
    {"a command that is not whole does nothing", "\x1dv0\x00\x02", 5, 0, 0, 0, 0},
};

static void test_commands_are_taken_apart_to_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        size_t count[VPRINTER_EVENT_DATA + 1] = {0};
        struct vprinter_escpos parser;
        vprinter_escpos_init(&parser);
        for (size_t k = 0; k < row->len; k++)
            count[vprinter_escpos_push(&parser, row->bytes[k])]++;
        if (count[VPRINTER_EVENT_TEXT] != row->text ||
            count[VPRINTER_EVENT_CONTROL] != row->control ||
            count[VPRINTER_EVENT_COMMAND] != row->commands ||
            count[VPRINTER_EVENT_DATA] != row->data)
            fail_msg("%s", row->name);
    }
}

static void test_a_claimed_length_of_4_gigabytes_is_only_counted(void **state)
{
    (void)state;
    const uint8_t head[] = {0x1D, '8', 'L', 0xFF, 0xFF, 0xFF, 0xFF};
    struct vprinter_escpos parser;
    vprinter_escpos_init(&parser);
    for (size_t i = 0; i < sizeof(head); i++)
        (void)vprinter_escpos_push(&parser, head[i]);
    assert_true(parser.data_len == UINT32_MAX);
    assert_int_equal(vprinter_escpos_push(&parser, 'A'), VPRINTER_EVENT_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_are_taken_apart_to_the_byte),
        cmocka_unit_test(test_a_claimed_length_of_4_gigabytes_is_only_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
