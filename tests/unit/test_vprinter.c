/* The virtual printer without its cables: what it answers, and what comes out on paper. */
#include "hw/sim/vprinter.h"

#include <stdlib.h>
#include <string.h>

#include "hw/sim/control.h"
#include "hw/sim/vprinter_words.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define WIDTH 64
#define HEARD_MAX 64
#define LINK 1

struct bench {
    struct vprinter printer;
    struct vprinter_words words;
    uint8_t heard[HEARD_MAX];
    size_t heard_len;
    size_t slips;
    struct vprinter_paper slip; /* the last */
};

static struct bench *bench;

static void on_reply(void *context, size_t link, struct bytes bytes)
{
    (void)context;
    assert_int_equal(link, LINK);
    assert_true(bench->heard_len + bytes.len <= HEARD_MAX);
    memcpy(bench->heard + bench->heard_len, bytes.at, bytes.len);
    bench->heard_len += bytes.len;
}

static void on_slip(void *context, const struct vprinter_paper *paper)
{
    (void)context;
    bench->slips++;
    bench->slip = *paper;
}

static int set_up(void **state)
{
    (void)state;
    const struct vprinter_host host = {NULL, on_reply, on_slip};
    bench = calloc(1, sizeof(*bench));
    if (bench == NULL)
        return -1;
    vprinter_init(&bench->printer, WIDTH, &host);
    bench->words.printer = &bench->printer;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(bench);
    return 0;
}

static void feed(const char *bytes, size_t len)
{
    vprinter_receive(&bench->printer, LINK, (struct bytes){(const uint8_t *)bytes, len});
}

#define FEED(text) feed((text), sizeof(text) - 1)

static void assert_heard(const char *bytes, size_t len)
{
    assert_int_equal(bench->heard_len, len);
    assert_memory_equal(bench->heard, bytes, len);
    bench->heard_len = 0;
}

#define ASSERT_HEARD(text) assert_heard((text), sizeof(text) - 1)

static bool say(const char *line, char *out_text, size_t size)
{
    struct control_request request = {.count = 0};
    struct control_reply reply = {.done = false};
    char copy[128];
    char *rest = copy;
    (void)text_copy(copy, sizeof(copy), line);
    while (rest != NULL)
        request.word[request.count++] = strsep(&rest, " ");
    vprinter_words_answer(&bench->words, &request, &reply);
    (void)text_copy(out_text, size, reply.text);
    return reply.done;
}

static void tell(const char *line)
{
    char text[256];
    if (!say(line, text, sizeof(text)))
        fail_msg("%s: %s", line, text);
}

struct status_row {
    const char *words;
    char realtime[4]; /* DLE EOT 1 to 4 */
    char automatic[4];
};

static const struct status_row status_rows[] = {
    {"paper ok", "\x16\x12\x12\x12", {0x14, 0x00, 0x00, 0x00}},
    {"paper low", "\x16\x12\x12\x1e", {0x14, 0x00, 0x03, 0x00}},
    {"paper out", "\x1e\x32\x12\x7e", {0x1c, 0x00, 0x0f, 0x00}},
    {"cover open", "\x1e\x36\x12\x7e", {0x3c, 0x00, 0x0f, 0x00}},
    {"paper ok", "\x1e\x16\x12\x12", {0x3c, 0x00, 0x00, 0x00}},
    {"cover closed", "\x16\x12\x12\x12", {0x14, 0x00, 0x00, 0x00}},
    {"printer cutter-error", "\x1e\x52\x1a\x12", {0x1c, 0x08, 0x00, 0x00}},
};

static void test_status_in_real_time_and_by_itself(void **state)
{
    (void)state;
    FEED("\x1d"
         "a\xff");
    ASSERT_HEARD("\x14\x00\x00\x00");
    for (size_t i = 0; i < ARRAY_LEN(status_rows); i++) {
        tell(status_rows[i].words);
        assert_heard(status_rows[i].automatic, 4);
        FEED("\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04");
        assert_heard(status_rows[i].realtime, 4);
    }
}

static void test_a_raster_row_is_printed_as_it_is(void **state)
{
    (void)state;
    FEED("\x1dv0\x00\x02\x00\x02\x00\xA5\x0F\x81\x7E\x1dV\x00");
    assert_int_equal(bench->slips, 1);
    assert_int_equal(bench->slip.rows, 2);
    assert_memory_equal(bench->slip.dots[0], "\xA5\x0F\x00\x00\x00\x00\x00\x00", 8);
    assert_memory_equal(bench->slip.dots[1], "\x81\x7E\x00\x00\x00\x00\x00\x00", 8);
}

struct align_row {
    const char *name;
    char align;
    const char *dots;
};

static void test_images_are_aligned(void **state)
{
    (void)state;
    const struct align_row rows[] = {
        {"left", 0, "\xFF\xFF\x00\x00\x00\x00\x00\x00"},
        {"center", 1, "\x00\x00\x00\xFF\xFF\x00\x00\x00"},
        {"right", 2, "\x00\x00\x00\x00\x00\x00\xFF\xFF"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        FEED("\x1b"
             "a");
        feed(&rows[i].align, 1);
        FEED("\x1d(L\x0C\x00\x30\x70\x30\x01\x01\x31\x10\x00\x01\x00\xFF\xFF");
        FEED("\x1dV\x00");
        assert_int_equal(bench->slips, i + 1);
        if (memcmp(bench->slip.dots[0], rows[i].dots, 8) != 0)
            fail_msg("%s", rows[i].name);
    }
}

static void test_a_cut_on_blank_paper_is_no_slip(void **state)
{
    (void)state;
    FEED("\x1b"
         "d\x05\x1dV\x00");
    assert_int_equal(bench->slips, 0);
    FEED("A\x1dV\x00");
    assert_int_equal(bench->slips, 1);
}

static void test_a_marker_is_answered_behind_the_data(void **state)
{
    (void)state;
    FEED("\x1dv0\x00\x01\x00\x02\x00\xFF");
    FEED("\x1dr\x01");
    ASSERT_HEARD("");
    FEED("\x1dr\x01");
    ASSERT_HEARD("\x00");
}

static void test_without_paper_the_rest_waits_and_comes_out_later(void **state)
{
    (void)state;
    tell("fault paper-out-after 10");
    FEED("\x1dv0\x00\x01\x00\x04\x00\x11\x22\x33\x44\x1dr\x01\x1dV\x00");
    ASSERT_HEARD("");
    assert_int_equal(bench->slips, 0);
    tell("paper ok");
    ASSERT_HEARD("\x00");
    assert_int_equal(bench->slips, 2);
    assert_int_equal(bench->slip.rows, 2);
    assert_int_equal(bench->slip.dots[0][0], 0x33);
}

static void test_without_paper_the_rest_is_gone_once_it_was_cleared(void **state)
{
    (void)state;
    tell("fault paper-out-after 10");
    FEED("\x1dv0\x00\x01\x00\x04\x00\x11\x22\x33\x44\x1dr\x01\x1dV\x00\x10\x05\x02");
    assert_int_equal(bench->printer.count, 0);
    tell("paper ok");
    ASSERT_HEARD("");
    assert_int_equal(bench->slips, 1);
    assert_int_equal(bench->slip.rows, 2);
    FEED("A\x1dV\x00");
    assert_int_equal(bench->slips, 2);
}

static void test_a_clear_inside_of_running_raster_is_only_dots(void **state)
{
    (void)state;
    FEED("\x1dv0\x00\x01\x00\x04\x00\x10\x05\x02\x44\x1dV\x00");
    assert_int_equal(bench->slips, 1);
    assert_int_equal(bench->slip.dots[2][0], 0x02);
    assert_int_equal(bench->slip.dots[3][0], 0x44);
}

static void test_status_is_answered_inside_of_raster_too(void **state)
{
    (void)state;
    FEED("\x1dv0\x00\x01\x00\x04\x00\x10\x04\x01\x44\x1dV\x00");
    ASSERT_HEARD("\x16");
    assert_int_equal(bench->slip.dots[2][0], 0x01);
}

static void test_a_silent_printer_swallows_everything(void **state)
{
    (void)state;
    tell("printer silent");
    FEED("\x10\x04\x01"
         "A\x1dV\x00\x1dr\x01");
    ASSERT_HEARD("");
    tell("printer on");
    FEED("\x10\x04\x01");
    ASSERT_HEARD("\x16");
    assert_int_equal(bench->slips, 0);
}

static void test_identification(void **state)
{
    (void)state;
    FEED("\x1dI\x01\x1dI\x42");
    ASSERT_HEARD("\x20_CERTKIOSK\x00");
}

static void test_text_is_set_in_the_cells_of_the_font(void **state)
{
    (void)state;
    FEED("A\n\x1d!\x11"
         "A\n\x1dV\x00");
    assert_int_equal(bench->slip.rows, 30 + 48);
    /* The foot of the A: black, twice as far right and down on the second line. */
    assert_true((bench->slip.dots[20][0] & 0x40) != 0);
    assert_true((bench->slip.dots[30 + 40][0] & 0x20) != 0);
}

static void test_a_line_too_long_wraps(void **state)
{
    (void)state;
    FEED("AAAAAAAA\n\x1dV\x00");
    assert_int_equal(bench->slip.rows, 60);
}

static void test_a_slip_without_end_is_cut_off_when_the_paper_is_full(void **state)
{
    (void)state;
    for (size_t i = 0; i <= VPRINTER_PAPER_ROWS_MAX; i++)
        FEED("\x1dv0\x00\x01\x00\x01\x00\xFF");
    assert_int_equal(bench->slips, 1);
    assert_int_equal(bench->slip.rows, VPRINTER_PAPER_ROWS_MAX);
    assert_int_equal(bench->printer.paper.rows, 1);
}

static void test_words_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "paper",     "paper blue",      "cover",
        "printer",   "printer fault",   "fault none 3",
        "fault x 3", "fault off-after", "fault off-after -1",
        "receipt 3",
    };
    char text[256];
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (say(lines[i], text, sizeof(text)))
            fail_msg("%s", lines[i]);
    }
    assert_false(say("receipt", text, sizeof(text)));
    assert_string_equal(text, "nothing was printed yet");
}

static void test_status_in_words(void **state)
{
    (void)state;
    char text[256];
    tell("paper low");
    tell("printer fault silent-after 7");
    assert_true(say("printer status", text, sizeof(text)));
    assert_string_equal(
        text, "power=on paper=low cover=closed cutter=ok fault=silent-after buffered=0 slips=0");
    tell("printer fault none");
    tell("printer off");
    assert_true(say("status", text, sizeof(text)));
    assert_non_null(strstr(text, "power=off"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_status_in_real_time_and_by_itself),
        TEST(test_a_raster_row_is_printed_as_it_is),
        TEST(test_images_are_aligned),
        TEST(test_a_cut_on_blank_paper_is_no_slip),
        TEST(test_a_marker_is_answered_behind_the_data),
        TEST(test_without_paper_the_rest_waits_and_comes_out_later),
        TEST(test_without_paper_the_rest_is_gone_once_it_was_cleared),
        TEST(test_a_clear_inside_of_running_raster_is_only_dots),
        TEST(test_status_is_answered_inside_of_raster_too),
        TEST(test_a_silent_printer_swallows_everything),
        TEST(test_identification),
        TEST(test_text_is_set_in_the_cells_of_the_font),
        TEST(test_a_line_too_long_wraps),
        TEST(test_a_slip_without_end_is_cut_off_when_the_paper_is_full),
        TEST(test_words_that_are_none_are_refused),
        TEST(test_status_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
