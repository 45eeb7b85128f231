#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/wire/code.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const struct code sample = {{0x3F, 0x01, 0xA4, 0x77, 0x5C, 0x90, 0xEE, 0x02, 0xD8, 0x6B}};

static bool reads(const char *text, const struct code *wanted)
{
    struct code code;

    return !failed(code_read(text, &code)) && memcmp(code.at, wanted->at, CODE_LEN) == 0;
}

static void a_code_is_read_as_it_was_printed(void **state)
{
    char text[CODE_TEXT_SIZE];
    struct code code;
    (void)state;

    for (unsigned seed = 0; seed < 1000; seed++) {
        for (size_t i = 0; i < CODE_LEN; i++)
            code.at[i] = (uint8_t)((seed + 1) * (i * 37 + 11) >> (i % 3));
        code_print(&code, text);
        assert_int_equal(strlen(text), CODE_TEXT_SIZE - 1);
        assert_true(reads(text, &code));
    }
}

/* As somebody may type a character of it; `spare`: what he takes 0 and 1 for. */
static char typed(char letter, bool spare)
{
    static const char large[] = "ABCDEFGHJKMNPQRSTVWXYZ", small[] = "abcdefghjkmnpqrstvwxyz";
    const char *found = strchr(large, letter);
    if (found != NULL)
        return small[found - large];
    if (spare && letter == '0')
        return 'o';
    return spare && letter == '1' ? 'l' : letter;
}

static void how_people_write_it_does_not_matter(void **state)
{
    char text[CODE_TEXT_SIZE], flat[CODE_TEXT_SIZE] = "", slack[2 * CODE_TEXT_SIZE] = "";
    size_t flat_len = 0;
    (void)state;

    code_print(&sample, text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] != '-')
            flat[flat_len++] = typed(text[i], true);
        slack[2 * i] = typed(text[i], false);
        slack[2 * i + 1] = ' ';
    }
    assert_true(reads(flat, &sample));
    assert_true(reads(slack, &sample));
}

static void a_slip_is_told(void **state)
{
    char text[CODE_TEXT_SIZE], slip[CODE_TEXT_SIZE];
    size_t tried = 0;
    (void)state;

    code_print(&sample, text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '-')
            continue;
        for (size_t other = 0; alphabet[other] != '\0'; other++) {
            memcpy(slip, text, sizeof(slip));
            slip[i] = alphabet[other];
            assert_int_equal(reads(slip, &sample), slip[i] == text[i]);
            tried++;
        }
        memcpy(slip, text, sizeof(slip));
        slip[i] = text[i + 1];
        slip[i + 1] = text[i];
        if (text[i + 1] != '\0' && text[i + 1] != '-' && text[i] != text[i + 1]) {
            assert_false(reads(slip, &sample));
            tried++;
        }
    }
    print_message("  %zu slips\n", tried);
}

static void what_is_no_code_is_refused(void **state)
{
    static const char *const rows[] = {
        "", "-", "7", "0000-0000-0000-0000", "U000-0000-0000-0000-0000", "!000-0000-0000-0000-0000",
    };
    char text[CODE_TEXT_SIZE + 2];
    struct code code;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(code_read(rows[i], &code).code, ERR_MALFORMED);
    code_print(&sample, text);
    strcat(text, "0"); /* NOLINT: there is room */
    assert_int_equal(code_read(text, &code).code, ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_as_it_was_printed),
        cmocka_unit_test(how_people_write_it_does_not_matter),
        cmocka_unit_test(a_slip_is_told),
        cmocka_unit_test(what_is_no_code_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
