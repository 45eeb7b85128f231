#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "sync/daemon/settings.h"
#include "tests/unit/unit.h"

#define PLATFORM "[platform]\nca = /c/ca.pem\nkeys = /c/platform.keys\n"
#define KIOSK "[kiosk]\nid = hall-1\nkey = kiosk.key\ncertificate = /c/kiosk.crt\n"
#define LEDGER "[ledger]\ndir = /s\n"
#define URL "url = https://127.0.0.1:8443\n"
#define URL_ALLOWED "https://HOST or https://HOST:PORT (1 to 65535), without a path"
#define LONG_NAME "0123456789012345678901234567890123456789"

/* clang-format off */
static const struct {
    const char *name;
    const char *text;
    const char *want; /* NULL: it is fine; else what stands behind the path in the message */
} rows[] = {
    {"all that is needed",              LEDGER PLATFORM URL KIOSK, NULL},
    {"a port is not needed",            LEDGER PLATFORM "url = https://platform.example\n" KIOSK, NULL},
    {"an IPv6 host",                    LEDGER PLATFORM "url = https://[::1]:8443\n" KIOSK, NULL},
    {"no ledger",                       PLATFORM URL KIOSK, ": [ledger] dir is missing: a text of 1 to 80 bytes in UTF-8"},
    {"no URL",                          LEDGER PLATFORM KIOSK, ": [platform] url is missing: " URL_ALLOWED},
    {"plain HTTP",                      LEDGER PLATFORM "url = http://127.0.0.1\n" KIOSK, ":6: [platform] url = http://127.0.0.1: " URL_ALLOWED},
    {"a URL with a path",               LEDGER PLATFORM "url = https://127.0.0.1/api\n" KIOSK, ":6: [platform] url = https://127.0.0.1/api: " URL_ALLOWED},
    {"a port that there is not",        LEDGER PLATFORM "url = https://127.0.0.1:99999\n" KIOSK, ":6: [platform] url = https://127.0.0.1:99999: " URL_ALLOWED},
    {"a URL with a user",               LEDGER PLATFORM "url = https://me@127.0.0.1\n" KIOSK, ":6: [platform] url = https://me@127.0.0.1: " URL_ALLOWED},
    {"a URL without a host",            LEDGER PLATFORM "url = https://\n" KIOSK, ":6: [platform] url = https://: " URL_ALLOWED},
    {"a kiosk id with a slash",         LEDGER PLATFORM URL "[kiosk]\nid = a/b\nkey = k\ncertificate = c\n", ":8: [kiosk] id = a/b: 1 to 32 of a-z, 0-9 and -"},
    {"a kiosk id that is too long",     LEDGER PLATFORM URL "[kiosk]\nid = " LONG_NAME "\nkey = k\ncertificate = c\n", ":8: [kiosk] id = " LONG_NAME ": 1 to 32 of a-z, 0-9 and -"},
    {"a key that nobody knows",         LEDGER "path = x\n" PLATFORM URL KIOSK, ":3: [ledger] has no key \"path\"; allowed: dir"},
    {"a folder too deep for a socket",  "[ledger]\ndir = /" LONG_NAME LONG_NAME "\n" PLATFORM URL KIOSK, ":2: [ledger] dir = /" LONG_NAME LONG_NAME ": a text of 1 to 80 bytes in UTF-8"},
};
/* clang-format on */

static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char path[] = "/tmp/test_syncd_settings.XXXXXX";
        char message[CONFIG_MESSAGE_MAX] = "";
        struct settings settings;
        print_message("  %s\n", rows[i].name);
        write_file(path, rows[i].text);
        struct err e = settings_read(path, NULL, message, &settings);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(e.code, rows[i].want == NULL ? ERR_NONE : ERR_MALFORMED);
        if (rows[i].want == NULL)
            continue;
        assert_memory_equal(message, path, strlen(path));
        assert_string_equal(message + strlen(path), rows[i].want);
    }
}

static void test_a_bare_key_is_a_credential(void **state)
{
    (void)state;
    char path[] = "/tmp/test_syncd_settings.XXXXXX";
    char message[CONFIG_MESSAGE_MAX] = "";
    struct settings settings;
    write_file(path, rows[0].text);
    assert_false(failed(settings_read(path, "/run/credentials/x", message, &settings)));
    assert_string_equal(settings.key, "/run/credentials/x/kiosk.key");
    assert_string_equal(settings.certificate, "/c/kiosk.crt");
    assert_false(failed(settings_read(path, NULL, message, &settings)));
    assert_string_equal(settings.key, "kiosk.key");
    assert_int_equal(unlink(path), 0);
}

static void test_the_sample_is_right(void **state)
{
    (void)state;
    char message[CONFIG_MESSAGE_MAX] = "";
    struct settings settings;
    struct err e =
        settings_read("assets/config/syncd.conf", "/run/credentials/x", message, &settings);
    assert_string_equal(message, "");
    assert_false(failed(e));
    assert_string_equal(settings.key, "/var/lib/certkiosk/sync/kiosk.pem");
    assert_string_equal(settings.certificate, settings.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_a_bare_key_is_a_credential),
        cmocka_unit_test(test_the_sample_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
