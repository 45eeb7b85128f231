#include <string.h>

#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void what_fits_is_copied_whole(void **state)
{
    char out[7];
    (void)state;
    assert_true(text_copy(out, sizeof(out), "景德"));
    assert_string_equal(out, "景德");
    assert_true(text_print(out, sizeof(out), "%d", 123456));
    assert_string_equal(out, "123456");
}

static void what_does_not_fit_is_cut_at_a_character(void **state)
{
    const char *text = "a景é𠀀z";
    (void)state;
    for (size_t size = 1; size <= strlen(text); size++) {
        char out[32];
        memset(out, '#', sizeof(out));
        assert_false(text_copy(out, size, text));
        size_t len = strlen(out);
        assert_true(len < size);
        assert_memory_equal(out, text, len);
        assert_true(text_valid(out, len));
        assert_true(size - 1 - len < 4);
        assert_int_equal(out[size], '#');
    }
}

static void null_is_an_empty_text(void **state)
{
    (void)state;
    assert_true(text_same(NULL, ""));
    assert_true(text_same(NULL, NULL));
    assert_true(text_same("a", "a"));
    assert_false(text_same("a", NULL));
    assert_false(text_same("a", "b"));
}

static void only_well_formed_text_is_valid(void **state)
{
    static const char *const good[] = {
        "", "a", "é", "景", "𠀀", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"};
    static const char *const bad[] = {"\x80",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xE0\x80\x80",
                                      "\xED\xA0\x80",
                                      "\xF0\x80\x80\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xE6\x99",
                                      "\xE6",
                                      "a\nb",
                                      "\x1B[0m",
                                      "\x7F",
                                      "a\xFF"};
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(text_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(text_valid(bad[i], strlen(bad[i])));
    assert_false(text_valid("a\0b", 3));
}

static void a_bad_byte_is_one_replacement_character(void **state)
{
    const char *at = "\xE6\x99"
                     "a";
    (void)state;
    assert_int_equal(text_next(&at), 0xFFFD);
    assert_int_equal(text_next(&at), 0xFFFD);
    assert_int_equal(text_next(&at), 'a');
    assert_int_equal(text_next(&at), 0);
    assert_int_equal(text_next(&at), 0);
    assert_int_equal(text_count("a景é𠀀"), 4);
}

static void personal_data_is_masked(void **state)
{
    static const struct {
        const char *text;
        size_t head, tail;
        const char *masked;
    } rows[] = {
        {"13812346021", 3, 4, "138****6021"},
        {"张三丰", 1, 0, "张**"},
        {"张三", 1, 1, "张*"},
        {"1234567", 3, 4, "1******"},
        {"12345678", 3, 4, "123*5678"},
        {"x", 1, 1, "*"},
        {"", 3, 4, ""},
        {"张三丰子", 1, 1, "张**子"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[40];
        text_mask(out, sizeof(out), rows[i].text, rows[i].head, rows[i].tail);
        assert_string_equal(out, rows[i].masked);
    }
}

static void a_mask_that_does_not_fit_is_cut_at_a_character(void **state)
{
    char out[5];
    (void)state;
    text_mask(out, sizeof(out), "张三丰", 2, 0);
    assert_string_equal(out, "张");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_copied_whole),
        cmocka_unit_test(what_does_not_fit_is_cut_at_a_character),
        cmocka_unit_test(null_is_an_empty_text),
        cmocka_unit_test(only_well_formed_text_is_valid),
        cmocka_unit_test(a_bad_byte_is_one_replacement_character),
        cmocka_unit_test(personal_data_is_masked),
        cmocka_unit_test(a_mask_that_does_not_fit_is_cut_at_a_character),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
