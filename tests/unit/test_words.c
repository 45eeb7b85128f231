#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/words.h"

static struct words zh, en, other;
static char message[WORDS_MESSAGE_MAX];
static char file[2 * WORDS_POOL_MAX];

/* The id as it stands in files. */
static void lower_name(enum word word, char out[128])
{
    (void)text_copy(out, 128, word_name(word));
    for (char *c = out; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
}

/* A file with every id; `instead` replaces the line of the first one when not NULL. */
static const char *whole_file(const char *instead)
{
    size_t used = 0;
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        char name[128];
        lower_name((enum word)i, name);
        if (i == 1 && instead != NULL) {
            (void)text_print(file + used, sizeof file - used, "%s\n", instead);
        } else {
            (void)text_print(file + used, sizeof file - used, "%s = text %d\n", name, (int)i);
        }
        used += strlen(file + used);
    }
    return file;
}

static void both_languages_have_every_text(void **state)
{
    (void)state;
    struct err e = words_load("assets", "zh", &zh, message);
    if (failed(e))
        fail_msg("%s", message);
    e = words_load("assets", "en", &en, message);
    if (failed(e))
        fail_msg("%s", message);
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        assert_true(words_at(&zh, (enum word)i)[0] != '\0');
        assert_true(words_at(&en, (enum word)i)[0] != '\0');
    }
    assert_string_equal(words_at(&zh, WORD_NONE), "");
}

static uint32_t places(const char *text)
{
    uint32_t found = 0;
    for (; *text != '\0'; text++) {
        if (text[0] == '{' && text[1] >= '0' && text[1] <= '9' && text[2] == '}')
            found |= 1U << (text[1] - '0');
    }
    return found;
}

static void both_languages_put_in_the_same_values(void **state)
{
    (void)state;
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        if (places(words_at(&zh, (enum word)i)) != places(words_at(&en, (enum word)i)))
            fail_msg("%s", word_name((enum word)i));
    }
}

static void assert_bold_closed(const char *text)
{
    bool open = false;
    for (; *text != '\0'; text++) {
        assert_true(*text != WORDS_BOLD || !open);
        assert_true(*text != WORDS_PLAIN || open);
        if (*text == WORDS_BOLD || *text == WORDS_PLAIN)
            open = *text == WORDS_BOLD;
    }
    assert_false(open);
}

static void bold_that_begins_also_ends(void **state)
{
    (void)state;
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        assert_bold_closed(words_at(&zh, (enum word)i));
        assert_bold_closed(words_at(&en, (enum word)i));
    }
}

static const struct {
    const char *name;
    const char *first; /* line of the file */
    const char *said;  /* in the message */
} wrong[] = {
    {"an unknown id", "no_such_id = x", "w.ini:1: no text has this id: no_such_id"},
    {"an id in capitals", "TOKEN_NAME = x", "w.ini:1: no text has this id: TOKEN_NAME"},
    {"a line without =", "token_name", "w.ini:1: expected \"id = text\": token_name"},
    {"an empty text", "token_name =", "w.ini:1: has no text: token_name"},
    {"an unknown mark", "token_name = a {x} b", "w.ini:1: not one of"},
    {"a place beyond the last", "token_name = {4}", "w.ini:1: not one of"},
    {"a missing id", "# nothing", "ends without: token_name"},
    {"an id that stands twice", "token_name = a\ntoken_name = b", "w.ini:2: stands twice"},
    {"bytes that are no UTF-8", "token_name = \xff", "w.ini:1: not UTF-8"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        message[0] = '\0';
        struct err e = words_parse("w.ini", whole_file(wrong[i].first), &other, message);
        assert_int_equal(e.code, ERR_MALFORMED);
        if (strstr(message, wrong[i].said) == NULL)
            fail_msg("%s: %s", wrong[i].name, message);
    }
}

static void marks_become_what_the_layout_reads(void **state)
{
    (void)state;
    struct err e =
        words_parse("w.ini", whole_file("  token_name =  a {b}b{/b}{n}{0}  "), &other, message);
    assert_false(failed(e));
    assert_string_equal(words_at(&other, WORD_TOKEN_NAME), "a \x01"
                                                           "b\x02\n{0}");
}

static void values_are_put_in_and_cut_at_the_limit(void **state)
{
    (void)state;
    struct err e = words_parse("w.ini", whole_file("token_name = {1} of {0}{2}"), &other, message);
    assert_false(failed(e));
    char out[WORDS_TEXT_MAX];
    const char *values[WORDS_VALUES_MAX] = {"five", "two"};
    assert_string_equal(words_fill(&other, WORD_TOKEN_NAME, values, out), "two of five");
    char long_one[2 * WORDS_TEXT_MAX];
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    values[1] = long_one;
    assert_int_equal(strlen(words_fill(&other, WORD_TOKEN_NAME, values, out)), WORDS_TEXT_MAX - 1);
}

static void a_missing_file_is_said(void **state)
{
    (void)state;
    struct err e = words_load("assets", "xx", &other, message);
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(message, "assets/words/xx.ini"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_have_every_text),
        cmocka_unit_test(both_languages_put_in_the_same_values),
        cmocka_unit_test(bold_that_begins_also_ends),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(marks_become_what_the_layout_reads),
        cmocka_unit_test(values_are_put_in_and_cut_at_the_limit),
        cmocka_unit_test(a_missing_file_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
