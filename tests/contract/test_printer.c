/*
 * What printer.h promises, asked of every driver: of the simulator always, of escpos when
 * CERTKIOSK_BIN names the folder with certkiosk-vprinter, which then runs for real behind a pty.
 */
#include "hw/printer/printer.h"

#include <png.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/printer/printer_sim.h"
#include "hw/sim/control.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define WIDTH PRINTER_WIDTH_80MM
#define ROW_BYTES (WIDTH / 8)
#define ROWS 700 /* three bands */
#define MARGIN 36
#define PATH_SIZE 256
#define ASK_MS 2000

/* One driver with something behind it that can be told, in the words of the virtual printer. */
struct subject {
    void (*start)(void);
    void (*stop)(void);
    void (*say)(const char *words);
    uint32_t (*slips)(void);
    bool (*last_is)(const struct printer_page *page);
};

static struct printer *printer;
static const struct subject *subject;
static uint8_t dots[ROWS * ROW_BYTES];
static uint8_t other_dots[ROWS * ROW_BYTES];
static const struct printer_page page = {WIDTH, ROWS, dots};
static const struct printer_page other_page = {WIDTH, ROWS, other_dots};

/* The simulator in memory. */

static void sim_start(void)
{
    const struct printer_config config = {"sim", "", WIDTH};
    assert_false(failed(printer_open(&config, &printer)));
}

static void sim_stop(void)
{
    printer_close(printer);
    printer = NULL;
}

struct sim_words {
    const char *words;
    enum printer_state state;
};

static const struct sim_words sim_states[] = {
    {"paper ok", PRINTER_READY},
    {"paper low", PRINTER_PAPER_LOW},
    {"paper out", PRINTER_PAPER_OUT},
    {"cover open", PRINTER_COVER_OPEN},
    {"cover closed", PRINTER_READY},
    {"printer on", PRINTER_READY},
    {"printer off", PRINTER_SILENT},
    {"printer silent", PRINTER_SILENT},
    {"printer cutter-error", PRINTER_FAILED},
};

struct sim_fault {
    const char *words;
    enum err_code code;
    enum printer_state after;
};

static const struct sim_fault sim_faults[] = {
    {"fault paper-out-after 40000", ERR_NO_ROOM, PRINTER_PAPER_OUT},
    {"fault cover-open-after 40000", ERR_BLOCKED, PRINTER_COVER_OPEN},
    {"fault silent-after 40000", ERR_TIMEOUT, PRINTER_SILENT},
    {"fault off-after 40000", ERR_GONE, PRINTER_SILENT},
};

static void sim_say(const char *words)
{
    struct printer_sim *sim = printer_sim_of(printer);
    for (size_t i = 0; i < ARRAY_LEN(sim_states); i++) {
        if (text_same(words, sim_states[i].words))
            sim->state = sim_states[i].state;
    }
    for (size_t i = 0; i < ARRAY_LEN(sim_faults); i++) {
        if (text_same(words, sim_faults[i].words)) {
            sim->fail_next = sim_faults[i].code;
            sim->state_after = sim_faults[i].after;
        }
    }
}

static uint32_t sim_slips(void)
{
    return printer_sim_of(printer)->pages;
}

static bool sim_last_is(const struct printer_page *expected)
{
    const struct printer_sim *sim = printer_sim_of(printer);
    return sim->last_width == expected->width && sim->last_rows == expected->rows &&
           memcmp(sim->last_dots, expected->dots,
                  (size_t)expected->rows * (expected->width / 8U)) == 0;
}

/* The virtual printer, a process of its own. */

static char folder[PATH_SIZE];
static pid_t vprinter;

static void vprinter_run(const char *bin)
{
    int ready[2];
    char line[16] = "";
    assert_int_equal(pipe(ready), 0);
    vprinter = fork();
    assert_true(vprinter >= 0);
    if (vprinter == 0) {
        char program[PATH_SIZE];
        (void)text_print(program, sizeof(program), "%s/certkiosk-vprinter", bin);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ready[1], STDOUT_FILENO);
        (void)close(ready[0]);
        (void)close(ready[1]);
        (void)execl(program, program, folder, "--width", STRINGIFY(PRINTER_WIDTH_80MM), NULL);
        _exit(127);
    }
    (void)close(ready[1]);
    assert_true(read(ready[0], line, sizeof(line) - 1) > 0);
    assert_string_equal(line, "ready\n");
    (void)close(ready[0]);
}

static void vprinter_start(void)
{
    char device[PATH_SIZE];
    const struct printer_config config = {"escpos", device, WIDTH};
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const char *bin = getenv("CERTKIOSK_BIN");

    if (bin == NULL)
        skip();
    (void)text_copy(folder, sizeof(folder), "/tmp/certkiosk-printer-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)text_print(device, sizeof(device), "%s/printer", folder);
    vprinter_run(bin);
    assert_false(failed(printer_open(&config, &printer)));
}

static void vprinter_stop(void)
{
    char path[PATH_SIZE];
    int status = 0;
    if (vprinter <= 0)
        return;
    printer_close(printer);
    printer = NULL;
    assert_int_equal(kill(vprinter, SIGTERM), 0);
    assert_int_equal(waitpid(vprinter, &status, 0), vprinter);
    assert_int_equal(status, 0);
    vprinter = 0;
    for (uint32_t i = 1; i < 10; i++) {
        (void)text_print(path, sizeof(path), "%s/receipts/%04u.png", folder, (unsigned)i);
        (void)unlink(path);
    }
    (void)text_print(path, sizeof(path), "%s/receipts", folder);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void vprinter_tell(const char *words, struct control_reply *out_reply)
{
    char path[PATH_SIZE];
    (void)text_print(path, sizeof(path), "%s/printer.ctl", folder);
    assert_false(failed(control_ask(path, words, ASK_MS, out_reply)));
    if (!out_reply->done)
        fail_msg("%s: %s", words, out_reply->text);
}

static void vprinter_say(const char *words)
{
    struct control_reply reply;
    vprinter_tell(words, &reply);
}

static uint32_t vprinter_slips(void)
{
    struct control_reply reply;
    vprinter_tell("status", &reply);
    const char *at = strstr(reply.text, "slips=");
    assert_non_null(at);
    return (uint32_t)strtoul(at + strlen("slips="), NULL, 10);
}

static bool dot_is_black(const struct printer_page *of, uint32_t x, uint32_t y)
{
    return (of->dots[y * (of->width / 8U) + x / 8] >> (7 - x % 8) & 1U) != 0;
}

static bool vprinter_last_is(const struct printer_page *expected)
{
    struct control_reply reply;
    png_image image = {.version = PNG_IMAGE_VERSION};
    vprinter_tell("receipt", &reply);
    assert_true(png_image_begin_read_from_file(&image, reply.text) != 0);
    image.format = PNG_FORMAT_GRAY;
    uint8_t *picture = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(picture);
    assert_true(png_image_finish_read(&image, NULL, picture, 0, NULL) != 0);

    bool same = image.width == expected->width + 2U * MARGIN &&
                image.height == expected->rows + 2U * MARGIN;
    for (uint32_t i = 0; same && i < (uint32_t)expected->rows * expected->width; i++) {
        uint32_t x = i % expected->width;
        uint32_t y = i / expected->width;
        bool black = picture[(y + MARGIN) * image.width + x + MARGIN] < 128;
        same = black == dot_is_black(expected, x, y);
    }
    free(picture);
    return same;
}

enum {
    SIM,
    ESCPOS,
};

static struct subject subjects[] = {
    [SIM] = {sim_start, sim_stop, sim_say, sim_slips, sim_last_is},
    [ESCPOS] = {vprinter_start, vprinter_stop, vprinter_say, vprinter_slips, vprinter_last_is},
};

static int set_up(void **state)
{
    subject = *state;
    for (size_t i = 0; i < sizeof(dots); i++) {
        dots[i] = (uint8_t)(0x20 | (i * 7 % 31));
        other_dots[i] = (uint8_t)(0x80 | (i * 11 % 63));
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    subject->stop();
    return 0;
}

static void test_a_page_comes_out_dot_for_dot(void **state)
{
    (void)state;
    subject->start();
    assert_int_equal(printer_status(printer), PRINTER_READY);
    assert_int_equal(printer_print(printer, &page).code, ERR_NONE);
    assert_int_equal(subject->slips(), 1);
    assert_true(subject->last_is(&page));
    assert_int_equal(printer_print(printer, &other_page).code, ERR_NONE);
    assert_int_equal(subject->slips(), 2);
    assert_true(subject->last_is(&other_page));
    assert_false(subject->last_is(&page));
}

struct stop_row {
    const char *words;
    enum printer_state state;
    enum err_code code;
    const char *mend;
};

static const struct stop_row stop_rows[] = {
    {"paper low", PRINTER_PAPER_LOW, ERR_NONE, "paper ok"},
    {"paper out", PRINTER_PAPER_OUT, ERR_NO_ROOM, "paper ok"},
    {"cover open", PRINTER_COVER_OPEN, ERR_BLOCKED, "cover closed"},
    {"printer cutter-error", PRINTER_FAILED, ERR_BLOCKED, "printer on"},
    {"printer silent", PRINTER_SILENT, ERR_GONE, "printer on"},
    {"printer off", PRINTER_SILENT, ERR_GONE, "printer on"},
};

static void test_a_printer_that_cannot_print_gets_nothing(void **state)
{
    (void)state;
    subject->start();
    uint32_t slips = 0;
    for (size_t i = 0; i < ARRAY_LEN(stop_rows); i++) {
        const struct stop_row *row = &stop_rows[i];
        subject->say(row->words);
        if (printer_status(printer) != row->state)
            fail_msg("state after: %s", row->words);
        if (printer_print(printer, &page).code != row->code)
            fail_msg("print after: %s", row->words);
        slips += row->code == ERR_NONE ? 1 : 0;
        subject->say(row->mend);
        if (subject->slips() != slips)
            fail_msg("slips after: %s", row->mend);
        if (printer_print(printer, &page).code != ERR_NONE || !subject->last_is(&page))
            fail_msg("print after: %s", row->mend);
        slips++;
    }
}

/* Switched off while the last bytes are on their way: not printed, or not known. */
struct fault_row {
    const char *words;
    enum err_code code;
    enum err_code or_code;
    enum printer_state state;
    const char *mend;
};

static const struct fault_row fault_rows[] = {
    {"fault paper-out-after 40000", ERR_NO_ROOM, ERR_NO_ROOM, PRINTER_PAPER_OUT, "paper ok"},
    {"fault cover-open-after 40000", ERR_BLOCKED, ERR_BLOCKED, PRINTER_COVER_OPEN, "cover closed"},
    {"fault silent-after 40000", ERR_TIMEOUT, ERR_TIMEOUT, PRINTER_SILENT, "printer on"},
    {"fault off-after 40000", ERR_GONE, ERR_TIMEOUT, PRINTER_SILENT, "printer on"},
};

static void test_a_slip_broken_off_never_comes_out_with_the_next(void **state)
{
    (void)state;
    subject->start();
    assert_int_equal(printer_print(printer, &page).code, ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(fault_rows); i++) {
        const struct fault_row *row = &fault_rows[i];
        subject->say(row->words);
        enum err_code code = printer_print(printer, &page).code;
        if (code != row->code && code != row->or_code)
            fail_msg("print with: %s", row->words);
        if (printer_status(printer) != row->state)
            fail_msg("state after: %s", row->words);
        subject->say(row->mend);
        if (printer_print(printer, &other_page).code != ERR_NONE)
            fail_msg("print after: %s", row->mend);
        if (!subject->last_is(&other_page))
            fail_msg("what came out after: %s, %s", row->words, row->mend);
    }
}

static void test_every_call_ends_in_its_time(void **state)
{
    (void)state;
    subject->start();
    subject->say("printer silent");
    uint64_t before_ms = clock_boot_ms();
    assert_int_equal(printer_status(printer), PRINTER_SILENT);
    assert_true(clock_boot_ms() - before_ms < PRINTER_STATUS_TIMEOUT_MS + 500);

    subject->say("printer on");
    subject->say("fault silent-after 40000");
    before_ms = clock_boot_ms();
    assert_int_equal(printer_print(printer, &page).code, ERR_TIMEOUT);
    assert_true(clock_boot_ms() - before_ms < PRINTER_PRINT_TIMEOUT_MS);
}

static void test_an_unknown_driver_is_refused(void **state)
{
    (void)state;
    struct printer *none = NULL;
    const struct printer_config config = {"laser", "/dev/null", WIDTH};
    assert_int_equal(printer_open(&config, &none).code, ERR_UNSUPPORTED);
    assert_null(none);
}

static void test_a_width_that_is_none_is_refused(void **state)
{
    (void)state;
    struct printer *none = NULL;
    const struct printer_config config = {"escpos", "/dev/null", 500};
    assert_int_equal(printer_open(&config, &none).code, ERR_MALFORMED);
    assert_null(none);
}

static void test_a_device_that_is_not_there_is_silent(void **state)
{
    (void)state;
    struct printer *absent = NULL;
    const struct printer_config config = {"escpos", "/nonexistent/printer", WIDTH};
    assert_false(failed(printer_open(&config, &absent)));
    assert_int_equal(printer_status(absent), PRINTER_SILENT);
    assert_int_equal(printer_print(absent, &page).code, ERR_GONE);
    printer_close(absent);
}

#define OVER(driver, test) \
    { \
#driver ": " #test, (test), set_up, tear_down, &subjects[driver] \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(SIM, test_a_page_comes_out_dot_for_dot),
        OVER(ESCPOS, test_a_page_comes_out_dot_for_dot),
        OVER(SIM, test_a_printer_that_cannot_print_gets_nothing),
        OVER(ESCPOS, test_a_printer_that_cannot_print_gets_nothing),
        OVER(SIM, test_a_slip_broken_off_never_comes_out_with_the_next),
        OVER(ESCPOS, test_a_slip_broken_off_never_comes_out_with_the_next),
        OVER(ESCPOS, test_every_call_ends_in_its_time),
        cmocka_unit_test(test_an_unknown_driver_is_refused),
        cmocka_unit_test(test_a_width_that_is_none_is_refused),
        cmocka_unit_test(test_a_device_that_is_not_there_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
