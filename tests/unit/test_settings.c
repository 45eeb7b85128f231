#include "kiosk/app/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

static const char whole[] =
    "[kiosk]\nid = k1\nhall_zh = 大厅\nhall_en = Hall\n"
    "[printer]\ndevice = /dev/usb/lp0\n"
    "[ledger]\ndir = /l\n[platform]\nkey = /k\ntrust = /t\ncheck_url = https://p\n"
    "[assets]\ndir = assets\n[profiles]\nnames = norinco\n";

#define KEY "[token]\nadmin_key = /a\n"

/* clang-format off */
static const struct {
    const char *name;
    const char *more;   /* stands behind `whole` */
    const char *says;   /* NULL: it is read; else words that the message holds */
} rows[] = {
    {"the least there must be is enough", KEY, NULL},
    {"a master key stands in place of a shared one", "[token]\nmaster_key = /m\nmaster_cipher = aes192\n", NULL},
    {"without any key of tokens both are named", "", "admin_key or master_key is missing"},
    {"with both the second's line is named", KEY "master_key = /m\n", ":19: [token] master_key stands beside admin_key; allowed: one of both"},
    {"an empty path is no path", "[token]\nmaster_key =\n", ":18: [token] master_key = : a text of 1 to"},
    {"a cipher that there is not names those that there are", "[token]\nmaster_key = /m\nmaster_cipher = des\n", "3des aes128 aes192 aes256"},
    {"a word that is no choice names the choices", KEY "[screen]\norientation = sideways\n", "portrait"},
    {"a key that does not exist names those that do", "[screen]\nmod = window\n", "mode"},
    {"a section that does not exist is refused", "[scren]\nmode = window\n", "scren"},
    {"a number out of range says the range", "[screen]\nwidth = 12\n", "360"},
    {"a key that stands twice is refused", "[screen]\nmode = window\nmode = window\n", "mode"},
    {"a paper width that no printer has is refused", "[printer]\nwidth = 400\n", "384"},
};
/* clang-format on */

static struct err read_text(const char *more, struct settings *settings, char *message)
{
    char path[] = "/tmp/settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "%s%s", whole, more) > 0);
    assert_int_equal(close(fd), 0);
    struct err e = settings_read(path, settings, message);
    (void)unlink(path);
    return e;
}

static void test_what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct settings settings = {.kiosk_id = "before"};
        char message[CONFIG_MESSAGE_MAX] = "";

        print_message("  %s\n", rows[i].name);
        struct err e = read_text(rows[i].more, &settings, message);
        if (rows[i].says == NULL) {
            assert_false(failed(e));
            continue;
        }
        print_message("    %s\n", message);
        assert_int_equal(e.code, ERR_MALFORMED);
        assert_non_null(strstr(message, rows[i].says));
        assert_non_null(strstr(message, "/tmp/settings-"));
        assert_string_equal(settings.kiosk_id, "before");
    }
}

static void test_defaults_are_those_of_the_sample(void **state)
{
    (void)state;
    struct settings least = {0};
    struct settings sample = {0};
    char message[CONFIG_MESSAGE_MAX] = "";

    assert_false(failed(read_text(KEY, &least, message)));
    struct err e = settings_read("assets/config/kiosk.conf", &sample, message);
    assert_string_equal(message, "");
    assert_false(failed(e));
    assert_string_equal(least.token_driver, sample.token_driver);
    assert_string_equal(least.printer_driver, sample.printer_driver);
    assert_int_equal(least.printer_width, sample.printer_width);
    assert_int_equal(least.screen_width, sample.screen_width);
    assert_int_equal(least.screen_height, sample.screen_height);
    assert_false(sample.screen_describe);
}

static void test_landscape_turns_the_window(void **state)
{
    (void)state;
    struct settings settings = {0};
    char message[CONFIG_MESSAGE_MAX] = "";

    assert_false(failed(read_text(KEY "[screen]\norientation = landscape\n", &settings, message)));
    assert_int_equal(settings.screen_width, 1920);
    assert_int_equal(settings.screen_height, 1080);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_defaults_are_those_of_the_sample),
        cmocka_unit_test(test_landscape_turns_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
