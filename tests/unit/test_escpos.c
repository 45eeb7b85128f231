#include "hw/printer/escpos.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

struct state_row {
    const char *name;
    uint8_t answers[ESCPOS_STATUS_COUNT];
    enum printer_state state;
};

static const struct state_row state_rows[] = {
    {"nothing to report is ready", {0x16, 0x12, 0x12, 0x12}, PRINTER_READY},
    {"near end is low paper", {0x16, 0x12, 0x12, 0x1E}, PRINTER_PAPER_LOW},
    {"paper end is no paper", {0x1E, 0x32, 0x12, 0x7E}, PRINTER_PAPER_OUT},
    {"paper end without near end is no paper", {0x16, 0x12, 0x12, 0x72}, PRINTER_PAPER_OUT},
    {"paper end told by the off-line cause alone", {0x1E, 0x32, 0x12, 0x12}, PRINTER_PAPER_OUT},
    {"an open cover comes before missing paper", {0x1E, 0x36, 0x12, 0x7E}, PRINTER_COVER_OPEN},
    {"cutter", {0x1E, 0x52, 0x1A, 0x12}, PRINTER_FAILED},
    {"unrecoverable", {0x1E, 0x52, 0x32, 0x12}, PRINTER_FAILED},
    {"hot head", {0x1E, 0x12, 0x52, 0x12}, PRINTER_FAILED},
    {"a failure comes before low paper", {0x1E, 0x52, 0x1A, 0x1E}, PRINTER_FAILED},
    {"off-line without a cause is failed", {0x1E, 0x12, 0x12, 0x12}, PRINTER_FAILED},
};

static void test_states(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(state_rows); i++) {
        if (escpos_state(state_rows[i].answers) != state_rows[i].state)
            fail_msg("%s", state_rows[i].name);
    }
}

struct heard_row {
    const char *name;
    uint8_t bytes[8];
    size_t len;
    size_t realtime, markers, automatics;
};

static const struct heard_row heard_rows[] = {
    {"an answer to DLE EOT", {0x16}, 1, 1, 0, 0},
    {"the answer to a marker", {0x00}, 1, 0, 1, 0},
    {"the answer to a marker with low paper", {0x03}, 1, 0, 1, 0},
    {"automatic status is not four markers", {0x14, 0x00, 0x00, 0x00}, 4, 0, 0, 1},
    {"a marker behind automatic status", {0x14, 0x00, 0x0F, 0x00, 0x0F}, 5, 0, 1, 1},
    {"automatic status cut short by an answer", {0x14, 0x00, 0x12, 0x00}, 4, 1, 1, 0},
    {"automatic status that starts again", {0x10, 0x14, 0x00, 0x00, 0x00}, 5, 0, 0, 1},
    {"flow control says nothing", {0x11, 0x13}, 2, 0, 0, 0},
    {"line noise says nothing", {0xFF, 0x90, 0x80}, 3, 0, 0, 0},
};

static void test_answers_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heard_rows); i++) {
        const struct heard_row *row = &heard_rows[i];
        struct escpos_listener listener = {.automatic_len = 0};
        size_t count[ESCPOS_HEARD_AUTOMATIC + 1] = {0};
        for (size_t k = 0; k < row->len; k++)
            count[escpos_listen(&listener, row->bytes[k])]++;
        if (count[ESCPOS_HEARD_REALTIME] != row->realtime ||
            count[ESCPOS_HEARD_MARKER] != row->markers ||
            count[ESCPOS_HEARD_AUTOMATIC] != row->automatics)
            fail_msg("%s", row->name);
    }
}

#define FIRST_LEN ((size_t)255 * 48)
#define SECOND_LEN ((size_t)45 * 48)

static uint8_t dots[300 * 48];
static uint8_t band[ESCPOS_BAND_MAX];

static void test_a_long_page_goes_out_in_bands_of_at_most_255_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(dots); i++)
        dots[i] = (uint8_t)(i % 7 + 0x20);
    const struct printer_page page = {PRINTER_WIDTH_58MM, 300, dots};
    const uint8_t first[] = {0x1D, 'v', '0', 0, 48, 0, 255, 0};
    const uint8_t second[] = {0x1D, 'v', '0', 0, 48, 0, 45, 0};

    assert_int_equal(escpos_band(&page, 0, band), 8 + FIRST_LEN);
    assert_memory_equal(band, first, sizeof(first));
    assert_memory_equal(band + 8, dots, FIRST_LEN);
    assert_int_equal(escpos_band(&page, 255, band), 8 + SECOND_LEN);
    assert_memory_equal(band, second, sizeof(second));
    assert_memory_equal(band + 8, dots + FIRST_LEN, SECOND_LEN);
}

static void test_dots_never_read_as_a_real_time_command(void **state)
{
    (void)state;
    const uint8_t codes[] = {0x04, 0x05, 0x14};
    for (size_t i = 0; i < sizeof(dots); i++)
        dots[i] = i % 2 == 0 ? 0x10 : codes[i / 2 % sizeof(codes)];
    const struct printer_page page = {PRINTER_WIDTH_58MM, 100, dots};
    size_t len = escpos_band(&page, 0, band);

    for (size_t i = ESCPOS_BAND_HEAD_LEN + 1; i < len; i++) {
        assert_false(band[i - 1] == 0x10 && memchr(codes, band[i], sizeof(codes)) != NULL);
        assert_int_equal(band[i] & dots[i - ESCPOS_BAND_HEAD_LEN], dots[i - ESCPOS_BAND_HEAD_LEN]);
    }
}

static void test_short_requests(void **state)
{
    (void)state;
    uint8_t out[ESCPOS_SHORT_MAX];
    const uint8_t ask[] = {0x10, 0x04, 3};
    const uint8_t clear[] = {0x10, 0x05, 2};
    const uint8_t end[] = {0x1D, 'V', 66, 0, 0x1D, 'r', 1};
    const uint8_t start[] = {0x1B, '@', 0x1D, 'r', 1};

    assert_int_equal(escpos_ask(3, out), sizeof(ask));
    assert_memory_equal(out, ask, sizeof(ask));
    assert_int_equal(escpos_clear(out), sizeof(clear));
    assert_memory_equal(out, clear, sizeof(clear));
    assert_int_equal(escpos_end(out), sizeof(end));
    assert_memory_equal(out, end, sizeof(end));
    assert_int_equal(escpos_start(false, out), sizeof(start));
    assert_memory_equal(out, start, sizeof(start));
    assert_int_equal(escpos_start(true, out), sizeof(start) + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_answers_are_told_apart),
        cmocka_unit_test(test_a_long_page_goes_out_in_bands_of_at_most_255_rows),
        cmocka_unit_test(test_dots_never_read_as_a_real_time_command),
        cmocka_unit_test(test_short_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
