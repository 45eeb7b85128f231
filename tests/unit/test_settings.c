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
    "[ledger]\ndir = /l\n[platform]\nkeys = /k\ntrust = /t\ncheck_url = https://p\n"
    "[assets]\ndir = assets\n[profiles]\nnames = norinco\n";

#define KEY "[token]\nadmin_key = /a\n"

/* clang-format off */
static const struct {
    const char *name;
    const char *more;   /* stands behind `whole` */
    const char *says;   /* NULL: it is read; else what stands behind the path in the message */
} rows[] = {
    {"the least there must be is enough", KEY, NULL},
    {"a master key stands in place of a shared one", "[token]\nmaster_key = /m\nmaster_cipher = aes192\n", NULL},
    {"without any key of tokens both are named", "", ": [token] admin_key or master_key is missing: the path of a file"},
    {"with both the second's line is named", KEY "master_key = /m\n", ":19: [token] master_key stands beside admin_key; allowed: one of both"},
    {"an empty path is no path", "[token]\nmaster_key =\n", ":18: [token] master_key = : a text of 1 to 256 bytes in UTF-8"},
    {"a cipher that there is not names those that there are", "[token]\nmaster_key = /m\nmaster_cipher = des\n", ":19: [token] master_cipher = des: one of: 3des aes128 aes192 aes256"},
    {"a word that is no choice names the choices", KEY "[screen]\norientation = sideways\n", ":20: [screen] orientation = sideways: one of: portrait landscape"},
    {"a key that does not exist names those that do", "[screen]\nmod = window\n", ":18: [screen] has no key \"mod\"; allowed: mode, orientation, language, width, height, describe"},
    {"a section that does not exist is refused", "[scren]\nmode = window\n", ":18: there is no section [scren]; allowed: kiosk, screen, token, printer, ledger, platform, assets, profiles"},
    {"a number out of range says the range", "[screen]\nwidth = 12\n", ":18: [screen] width = 12: a whole number from 360 to 7680"},
    {"a key that stands twice is refused", "[screen]\nmode = window\nmode = window\n", ":19: [screen] mode stands twice; a key may stand once"},
    {"a paper width that no printer has is refused", "[printer]\nwidth = 400\n", ":18: [printer] width = 400: one of: 384 576"},
    {"a token driver that there is not names those that there are", "[token]\ndriver = skf\n", ":18: [token] driver = skf: one of: piv sim"},
    {"a printer driver too", "[printer]\ndriver = cups\n", ":18: [printer] driver = cups: one of: escpos sim"},
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
        assert_memory_equal(message, "/tmp/settings-", 14);
        assert_string_equal(message + strlen("/tmp/settings-XXXXXX"), rows[i].says);
        assert_string_equal(settings.kiosk_id, "before");
    }
}

/* clang-format off */
static const struct {
    const char *name;
    const char *line, *instead; /* of `whole` */
    const char *says;
} changed[] = {
    {"an id that no platform gives", "id = k1\n", "id = a b!\n", ":2: [kiosk] id = a b!: 1 to 32 of a-z, 0-9 and -"},
    {"an address of another scheme", "check_url = https://p\n", "check_url = ftp://x\n", ":12: [platform] check_url = ftp://x: https://HOST or https://HOST:PORT (1 to 65535), without a path"},
    {"a port that there is not", "check_url = https://p\n", "check_url = https://p:99999\n", ":12: [platform] check_url = https://p:99999: https://HOST or https://HOST:PORT (1 to 65535), without a path"},
};
/* clang-format on */

static void test_what_is_there_and_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
        char path[] = "/tmp/settings-XXXXXX";
        char message[CONFIG_MESSAGE_MAX] = "";
        struct settings settings = {.kiosk_id = "before"};
        const char *at = strstr(whole, changed[i].line);
        int fd = mkstemp(path);

        print_message("  %s\n", changed[i].name);
        assert_true(fd >= 0 && at != NULL);
        assert_true(dprintf(fd, "%.*s%s%s%s", (int)(at - whole), whole, changed[i].instead,
                            at + strlen(changed[i].line), KEY) > 0);
        assert_int_equal(close(fd), 0);
        assert_int_equal(settings_read(path, &settings, message).code, ERR_MALFORMED);
        assert_int_equal(unlink(path), 0);
        assert_memory_equal(message, path, strlen(path));
        assert_string_equal(message + strlen(path), changed[i].says);
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
    assert_string_equal(least.device_key, sample.device_key);
    assert_string_equal(least.token_driver, sample.token_driver);
    assert_string_equal(least.printer_driver, sample.printer_driver);
    assert_int_equal(least.printer_width, sample.printer_width);
    assert_int_equal(least.ledger_reserve_mb, sample.ledger_reserve_mb);
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
        cmocka_unit_test(test_what_is_there_and_wrong_is_said),
        cmocka_unit_test(test_defaults_are_those_of_the_sample),
        cmocka_unit_test(test_landscape_turns_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
