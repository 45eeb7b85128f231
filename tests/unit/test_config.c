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
    char word[7], id[6], url[41];
    int64_t colour, veil;
};

#define AT(member) offsetof(struct sample, member)
static const struct config_row sample_rows[] = {
    {"one", "name", CONFIG_TEXT, 1, NAME_SIZE, NULL, AT(name), true},
    {"one", "number", CONFIG_NUMBER, -3, 3650, NULL, AT(number), false},
    {"two", "flag", CONFIG_FLAG, 0, 0, NULL, AT(flag), false},
    {"two", "choice", CONFIG_CHOICE, 0, 0, "portrait landscape", AT(choice), false},
    {"two", "date", CONFIG_DATE, 0, 0, NULL, AT(date), false},
    {"new", "word", CONFIG_WORD, 1, 7, "piv sim", AT(word), false},
    {"new", "id", CONFIG_NAME, 1, 6, NULL, AT(id), false},
    {"new", "url", CONFIG_URL, 1, 41, NULL, AT(url), false},
    {"new", "colour", CONFIG_COLOUR, 6, 0, NULL, AT(colour), false},
    {"new", "veil", CONFIG_COLOUR, 8, 0, NULL, AT(veil), false},
};
#define ROW_COUNT (sizeof(sample_rows) / sizeof(sample_rows[0]))

struct row {
    const char *sentence;
    const char *text;
    const char *message;
};

#define NEW "[one]\nname=a\n[new]\n"
#define URL "https://HOST or https://HOST:PORT (1 to 65535), without a path"

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
    {"a section that is none", "[one]\nname=a\n[thre]\nflag = no\n", "x.ini:4: there is no section [thre]; allowed: one, two, new"},
    {"a key before any section", "name = a\n", "x.ini:1: there is no section []; allowed: one, two, new"},
    {"a key that stands twice", "[one]\nname = a\nname = a\n", "x.ini:3: [one] name stands twice; a key may stand once"},
    {"a key that is missing", "[one]\nnumber = 1\n", "x.ini: [one] name is missing: a text of 1 to 8 bytes in UTF-8"},
    {"an empty file", "", "x.ini: [one] name is missing: a text of 1 to 8 bytes in UTF-8"},
    {"an indented line", "[one]\nname = a\n  number = 1\n", "x.ini:3: an indented line; each line starts with its key or its [section]"},
    {"a line without =", "[one]\nname = a\nnumber\n", "x.ini:3: neither \"[section]\" nor \"key = value\""},
    {"a section without its end", "[one\nname = a\n", "x.ini:1: neither \"[section]\" nor \"key = value\""},
    {"a word that is none", NEW "word = skf\n", "x.ini:4: [new] word = skf: one of: piv sim"},
    {"two words for one", NEW "word = piv sim\n", "x.ini:4: [new] word = piv sim: one of: piv sim"},
    {"an id with a blank", NEW "id = a b\n", "x.ini:4: [new] id = a b: 1 to 5 of a-z, 0-9 and -"},
    {"an id with a sign", NEW "id = ab!\n", "x.ini:4: [new] id = ab!: 1 to 5 of a-z, 0-9 and -"},
    {"an id with a capital", NEW "id = A\n", "x.ini:4: [new] id = A: 1 to 5 of a-z, 0-9 and -"},
    {"an id that is too long", NEW "id = abcdef\n", "x.ini:4: [new] id = abcdef: 1 to 5 of a-z, 0-9 and -"},
    {"an empty id", NEW "id =\n", "x.ini:4: [new] id = : 1 to 5 of a-z, 0-9 and -"},
    {"another scheme", NEW "url = ftp://x\n", "x.ini:4: [new] url = ftp://x: " URL},
    {"plain HTTP", NEW "url = http://x\n", "x.ini:4: [new] url = http://x: " URL},
    {"a URL that is too long", NEW "url = https://0123456789012345678901234567890123456789\n", "x.ini:4: [new] url = https://0123456789012345678901234567890123456789: " URL},
    {"a colour of five digits", NEW "colour = #12345\n", "x.ini:4: [new] colour = #12345: a colour as #RRGGBB"},
    {"a colour of eight digits that is to have six", NEW "colour = #12345678\n", "x.ini:4: [new] colour = #12345678: a colour as #RRGGBB"},
    {"a colour with another letter", NEW "colour = #12345G\n", "x.ini:4: [new] colour = #12345G: a colour as #RRGGBB"},
    {"a colour without its sign", NEW "colour = 1234567\n", "x.ini:4: [new] colour = 1234567: a colour as #RRGGBB"},
    {"a colour of six digits that is to have eight", NEW "veil = #123456\n", "x.ini:4: [new] veil = #123456: a colour as #AARRGGBB"},
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
    assert_string_equal(message, "/nonexistent/x.ini: cannot be read: No such file or directory");
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

/* clang-format off */
static const struct {
    const char *url;
    bool fine;
} urls[] = {
    {"https://platform.example", true},  {"https://127.0.0.1:8443", true}, {"https://[::1]", true},
    {"https://[fe80::1]:1", true},       {"https://A-b.c:65535", true},    {"https://x:0", false},
    {"https://x:65536", false},          {"https://x:99999", false},       {"https://x:", false},
    {"https://x:y", false},              {"https://x:-1", false},          {"https://x:+1", false},
    {"https://x:1:2", false},            {"https://x/", false},            {"https://x/p", false},
    {"https://x?q", false},              {"https://me@x", false},          {"https://", false},
    {"https://:443", false},             {"https://-x", false},            {"https://.x", false},
    {"https://[]", false},               {"https://[::1", false},          {"https://[::1]x", false},
    {"https://[x]", false},              {"https://x y", false},           {"HTTPS://x", false},
    {"http://x", false},                 {"ftp://x", false},               {"x", false},
    {"", false},
};
/* clang-format on */

static void a_url_is_https_a_host_and_perhaps_a_port(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        print_message("  %s\n", urls[i].url);
        assert_int_equal(config_is_url(urls[i].url), urls[i].fine);
    }
}

static void words_names_urls_and_colours_are_taken(void **state)
{
    struct sample sample = {.number = 0};
    char message[CONFIG_MESSAGE_MAX] = "";
    const char *text = NEW "word = sim\nid = a-0\nurl = https://x:1\ncolour = #0a4FBf\n"
                           "veil = #800A4FBF\n";
    (void)state;
    struct err e =
        config_parse("x.ini", text, sample_rows, ROW_COUNT, &sample, sizeof(sample), message);
    assert_string_equal(message, "");
    assert_false(failed(e));
    assert_string_equal(sample.word, "sim");
    assert_string_equal(sample.id, "a-0");
    assert_string_equal(sample.url, "https://x:1");
    assert_int_equal(sample.colour, 0xFF0A4FBF);
    assert_int_equal(sample.veil, 0x800A4FBF);
}

/* clang-format off */
static const struct {
    struct err why;
    const char *wrong;
    const char *says;
} later[] = {
    {{ERR_IO, 2, ""}, NULL, "cannot be read: No such file or directory"},
    {{ERR_IO, 13, ""}, NULL, "cannot be read: Permission denied"},
    {{ERR_IO, 0, ""}, NULL, "cannot be read"},
    {{ERR_IO, 99999, ""}, NULL, "cannot be read: unknown error"},
    {{ERR_GONE, 0, ""}, NULL, "cannot be read"},
    {{ERR_MALFORMED, 0, ""}, NULL, "what it holds is something else"},
    {{ERR_UNSUPPORTED, 0, ""}, NULL, "what it holds is of another kind"},
    {{ERR_NOT_FOUND, 0, ""}, NULL, "it holds none"},
    {{ERR_IO, 2, ""}, "it is another's", "it is another's"},
};
/* clang-format on */

static void what_turns_out_wrong_later_is_said_with_its_line(void **state)
{
    char path[] = "/tmp/config-XXXXXX";
    char message[CONFIG_MESSAGE_MAX];
    char want[CONFIG_MESSAGE_MAX];
    int fd = mkstemp(path);
    (void)state;

    assert_true(fd >= 0);
    assert_true(dprintf(fd, "[one]\nname = a\n[two]\nname = /x\n") > 0);
    assert_int_equal(close(fd), 0);
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        struct config_fault fault = {.path = path,
                                     .section = "two",
                                     .key = "name",
                                     .value = "/x",
                                     .wrong = later[i].wrong,
                                     .why = later[i].why,
                                     .allowed = "a file"};
        assert_int_equal(config_refuse(&fault, message).code, ERR_MALFORMED);
        (void)snprintf(want, sizeof(want), "%s:4: [two] name = /x: %s: a file", path,
                       later[i].says);
        assert_string_equal(message, want);
    }
    assert_int_equal(unlink(path), 0);
    struct config_fault gone = {
        .path = "/gone", .section = "two", .key = "name", .value = "", .allowed = "a file"};
    assert_int_equal(config_refuse(&gone, message).code, ERR_MALFORMED);
    assert_string_equal(message, "/gone: [two] name = : cannot be read: a file");
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
        cmocka_unit_test(a_url_is_https_a_host_and_perhaps_a_port),
        cmocka_unit_test(words_names_urls_and_colours_are_taken),
        cmocka_unit_test(what_turns_out_wrong_later_is_said_with_its_line),
    };
    struct CMUnitTest tests[sizeof(refused) / sizeof(refused[0])];

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        tests[i] = (struct CMUnitTest){
            .name = refused[i].sentence, .test_func = run_refused, .initial_state = &refused[i]};
    }
    return cmocka_run_group_tests_name("config refuses", tests, NULL, NULL) +
           cmocka_run_group_tests_name("config", more, NULL, NULL);
}
