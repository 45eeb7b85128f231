#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/config.h"
#include "tests/unit/unit.h"

#define NAME_SIZE 9

struct sample {
    char name[NAME_SIZE];
    int64_t number;
    bool flag;
    int64_t choice;
    int64_t date;
};

#define AT(member) offsetof(struct sample, member)
static const struct config_row sample_rows[] = {
    {"one", "name", CONFIG_TEXT, 1, NAME_SIZE, NULL, AT(name), true},
    {"one", "number", CONFIG_NUMBER, -3, 3650, NULL, AT(number), false},
    {"two", "flag", CONFIG_FLAG, 0, 0, NULL, AT(flag), false},
    {"two", "choice", CONFIG_CHOICE, 0, 0, "portrait landscape", AT(choice), false},
    {"two", "date", CONFIG_DATE, 0, 0, NULL, AT(date), false},
};
#define ROW_COUNT (sizeof(sample_rows) / sizeof(sample_rows[0]))

struct row {
    const char *sentence;
    const char *text;
    const char *message;
};

/* clang-format off */
static struct row refused[] = {
    {"a number that is a word", "[one]\nname=a\nnumber = soon\n", "x.ini:3: [one] number = soon: a whole number from -3 to 3650"},
    {"a number above its range", "[one]\nname=a\nnumber = 3651\n", "x.ini:3: [one] number = 3651: a whole number from -3 to 3650"},
    {"a number below its range", "[one]\nname=a\nnumber = -4\n", "x.ini:3: [one] number = -4: a whole number from -3 to 3650"},
    {"a number that overflows", "[one]\nname=a\nnumber = 99999999999999999999\n", "x.ini:3: [one] number = 99999999999999999999: a whole number from -3 to 3650"},
    {"a number with something behind it", "[one]\nname=a\nnumber = 3x\n", "x.ini:3: [one] number = 3x: a whole number from -3 to 3650"},
    {"an empty number", "[one]\nname=a\nnumber =\n", "x.ini:3: [one] number = : a whole number from -3 to 3650"},
    {"a flag that is not yes or no", "[one]\nname=a\n[two]\nflag = true\n", "x.ini:4: [two] flag = true: yes or no"},
    {"a choice that is none", "[one]\nname=a\n[two]\nchoice = port\n", "x.ini:4: [two] choice = port: one of: portrait landscape"},
    {"an empty choice", "[one]\nname=a\n[two]\nchoice =\n", "x.ini:4: [two] choice = : one of: portrait landscape"},
    {"a day that is not in the calendar", "[one]\nname=a\n[two]\ndate = 2025-02-29\n", "x.ini:4: [two] date = 2025-02-29: a date as YYYY-MM-DD, from 1970 on"},
    {"a date in another order", "[one]\nname=a\n[two]\ndate = 17-12-2021\n", "x.ini:4: [two] date = 17-12-2021: a date as YYYY-MM-DD, from 1970 on"},
    {"a text that is too long", "[one]\nname = ninebytes\n", "x.ini:2: [one] name = ninebytes: a text of 1 to 8 bytes in UTF-8"},
    {"a text that is too short", "[one]\nname =\n", "x.ini:2: [one] name = : a text of 1 to 8 bytes in UTF-8"},
    {"a key that is none", "[one]\nname=a\nnumbre = 1\n", "x.ini:3: [one] has no key \"numbre\"; allowed: name, number"},
    {"a section that is none", "[one]\nname=a\n[thre]\nflag = no\n", "x.ini:4: there is no section [thre]; allowed: one, two"},
    {"a key before any section", "name = a\n", "x.ini:1: there is no section []; allowed: one, two"},
    {"a key that stands twice", "[one]\nname = a\nname = a\n", "x.ini:3: [one] name stands twice; a key may stand once"},
    {"a key that is missing", "[one]\nnumber = 1\n", "x.ini: [one] name is missing: a text of 1 to 8 bytes in UTF-8"},
    {"an empty file", "", "x.ini: [one] name is missing: a text of 1 to 8 bytes in UTF-8"},
    {"an indented line", "[one]\nname = a\n  number = 1\n", "x.ini:3: an indented line; each line starts with its key or its [section]"},
    {"a line without =", "[one]\nname = a\nnumber\n", "x.ini:3: neither \"[section]\" nor \"key = value\""},
    {"a section without its end", "[one\nname = a\n", "x.ini:1: neither \"[section]\" nor \"key = value\""},
    {"the first of two faults is told", "[one]\nnumber = x\nname =\n", "x.ini:2: [one] number = x: a whole number from -3 to 3650"},
};
/* clang-format on */

static void run_refused(void **state)
{
    const struct row *row = *state;
    struct sample sample = {.name = "kept", .number = 42};
    char message[CONFIG_MESSAGE_MAX] = "";
    struct err e =
        config_parse("x.ini", row->text, sample_rows, ROW_COUNT, &sample, sizeof(sample), message);

    assert_int_equal(e.code, ERR_MALFORMED);
    assert_string_equal(message, row->message);
    assert_string_equal(sample.name, "kept");
    assert_int_equal(sample.number, 42);
}

static void what_stands_is_taken_and_the_rest_keeps_its_default(void **state)
{
    struct sample sample = {.name = "default", .number = 42};
    char message[CONFIG_MESSAGE_MAX] = "untouched";
    const char *text =
        "; a comment\r\n[one]\r\nname = 景德\r\n\r\n# another\n[two]\nflag = yes ; why\n"
        "choice = landscape\ndate = 2021-12-17";
    (void)state;
    struct err e =
        config_parse("x.ini", text, sample_rows, ROW_COUNT, &sample, sizeof(sample), message);
    assert_false(failed(e));
    assert_string_equal(sample.name, "景德");
    assert_int_equal(sample.number, 42);
    assert_true(sample.flag);
    assert_int_equal(sample.choice, 1);
    assert_int_equal(sample.date, 1639670400);
    assert_string_equal(message, "untouched");
}

static void limits_are_allowed(void **state)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX];
    (void)state;
    const char *text = "[one]\nname = 8 bytes!\nnumber = -3\n[two]\ndate = 1970-01-01\n";
    assert_false(failed(
        config_parse("x.ini", text, sample_rows, ROW_COUNT, &sample, sizeof(sample), message)));
    assert_int_equal(sample.number, -3);
    assert_string_equal(sample.name, "8 bytes!");
    assert_int_equal(sample.date, -28800);
}

static void a_text_that_is_not_utf8_is_refused(void **state)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX];
    (void)state;
    struct err e = config_parse("x.ini", "[one]\nname = \xC0\xAF\n", sample_rows, ROW_COUNT,
                                &sample, sizeof(sample), message);
    assert_int_equal(e.code, ERR_MALFORMED);
}

static void a_line_too_long_is_refused_not_split(void **state)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX];
    char text[400] = "[one]\nname = ";
    (void)state;
    memset(text + strlen(text), 'a', 300);
    struct err e =
        config_parse("x.ini", text, sample_rows, ROW_COUNT, &sample, sizeof(sample), message);
    assert_int_equal(e.code, ERR_MALFORMED);
    assert_non_null(strstr(message, "x.ini:2: a line of 307 bytes; at most "));
}

static void read_file(const void *content, size_t len, enum err_code want)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX] = "";
    char path[] = "/tmp/test_config.XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, len), len);
    (void)close(fd);
    struct err e = config_read(path, sample_rows, ROW_COUNT, &sample, sizeof(sample), message);
    (void)unlink(path);
    assert_int_equal(e.code, want);
    if (failed(e)) {
        assert_memory_equal(message, path, strlen(path));
    } else {
        assert_string_equal(sample.name, "a");
    }
}

static void a_file_is_read(void **state)
{
    (void)state;
    read_file("[one]\nname = a\n", 15, ERR_NONE);
    read_file("[one]\nname = \n", 14, ERR_MALFORMED);
    read_file("[one]\nname\0= a\n", 15, ERR_MALFORMED);
}

static void a_file_too_large_is_refused(void **state)
{
    (void)state;
    char *content = malloc(70000);
    assert_non_null(content);
    memset(content, '\n', 70000);
    read_file(content, 70000, ERR_MALFORMED);
    free(content);
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX];
    (void)state;
    struct err e =
        config_read("/nonexistent/x.ini", sample_rows, ROW_COUNT, &sample, sizeof(sample), message);
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(e.native, 2);
    assert_string_equal(message, "/nonexistent/x.ini: cannot be read: errno 2");
}

static void the_line_of_a_key_is_found(void **state)
{
    char path[] = "/tmp/config-XXXXXX";
    int fd = mkstemp(path);
    (void)state;

    assert_true(fd >= 0);
    assert_true(dprintf(fd, "[one]\nname = a\n\n[two]\nname = b\n; comment\nflag = yes\n") > 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(config_line_of(path, "one", "name"), 2);
    assert_int_equal(config_line_of(path, "two", "name"), 5);
    assert_int_equal(config_line_of(path, "two", "flag"), 7);
    assert_int_equal(config_line_of(path, "one", "flag"), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(config_line_of(path, "one", "name"), 0);
}

int main(void)
{
    const struct CMUnitTest more[] = {
        cmocka_unit_test(what_stands_is_taken_and_the_rest_keeps_its_default),
        cmocka_unit_test(limits_are_allowed),
        cmocka_unit_test(a_text_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_line_too_long_is_refused_not_split),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(a_file_too_large_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(the_line_of_a_key_is_found),
    };
    struct CMUnitTest tests[sizeof(refused) / sizeof(refused[0])];

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        tests[i] = (struct CMUnitTest){
            .name = refused[i].sentence, .test_func = run_refused, .initial_state = &refused[i]};
    }
    return cmocka_run_group_tests_name("config refuses", tests, NULL, NULL) +
           cmocka_run_group_tests_name("config", more, NULL, NULL);
}
