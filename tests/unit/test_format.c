#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/ui/format.h"

static char out[FORMAT_SIZE];

static void money_has_a_sign_commas_and_two_digits(void **state)
{
    (void)state;
    assert_string_equal(format_fen(20000, out), "¥200.00");
    assert_string_equal(format_fen(5, out), "¥0.05");
    assert_string_equal(format_fen(0, out), "¥0.00");
    assert_string_equal(format_fen(123456789, out), "¥1,234,567.89");
    assert_string_equal(format_fen(-150, out), "-¥1.50");
}

static void short_money_drops_what_is_zero(void **state)
{
    (void)state;
    assert_string_equal(format_fen_short(20000, out), "¥200");
    assert_string_equal(format_fen_short(20050, out), "¥200.50");
    assert_string_equal(format_fen_short(100000, out), "¥1,000");
}

static void dates_are_those_of_beijing(void **state)
{
    (void)state;
    assert_string_equal(format_date(1788451199, out), "2026-09-03");
    assert_string_equal(format_date_time(1788451199, out), "2026-09-03 23:59:59");
    assert_string_equal(format_date_time(1788451200, out), "2026-09-04 00:00:00");
    assert_string_equal(format_clock(1785220320, out), "14:32");
}

static void a_countdown_counts_begun_seconds(void **state)
{
    (void)state;
    assert_string_equal(format_countdown(483000, out), "8:03");
    assert_string_equal(format_countdown(47001, out), "0:48");
    assert_string_equal(format_countdown(1, out), "0:01");
    assert_string_equal(format_countdown(0, out), "0:00");
}

static void digits_stand_in_groups_of_four(void **state)
{
    (void)state;
    assert_string_equal(format_groups("2026072814300012", out), "2026 0728 1430 0012");
    assert_string_equal(format_groups("36020519118", out), "3602 0519 118");
    assert_string_equal(format_groups("R-20260728", out), "R-2026 0728");
    assert_string_equal(format_groups("", out), "");
}

static void a_long_number_is_cut_and_not_overrun(void **state)
{
    (void)state;
    char digits[200];
    memset(digits, '7', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    assert_true(strlen(format_groups(digits, out)) < FORMAT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_has_a_sign_commas_and_two_digits),
        cmocka_unit_test(short_money_drops_what_is_zero),
        cmocka_unit_test(dates_are_those_of_beijing),
        cmocka_unit_test(a_countdown_counts_begun_seconds),
        cmocka_unit_test(digits_stand_in_groups_of_four),
        cmocka_unit_test(a_long_number_is_cut_and_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
