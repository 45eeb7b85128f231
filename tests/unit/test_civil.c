#include <time.h>

#include "kiosk/core/civil.h"
#include "tests/unit/unit.h"

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct {
    int64_t at_s;
    struct civil civil;
} known[] = {
    {0,            {1970,  1,  1,  8,  0,  0, 4}},
    {-28800,       {1970,  1,  1,  0,  0,  0, 4}},
    {-28801,       {1969, 12, 31, 23, 59, 59, 3}},
    {951753600,    {2000,  2, 29,  0,  0,  0, 2}},
    {1639670400,   {2021, 12, 17,  0,  0,  0, 5}},
    {4107513600,   {2100,  3,  1,  0,  0,  0, 1}},
    {253402271999, {9999, 12, 31, 23, 59, 59, 5}},
};

static const struct {
    struct civil from, to;
    int32_t years;
} years[] = {
    {{2026, 6, 30, 23, 59, 59, 0}, {2027, 6, 30, 23, 59, 59, 0}, 1},
    {{2024, 2, 29, 12,  0,  0, 0}, {2025, 2, 28, 12,  0,  0, 0}, 1},
    {{2024, 2, 29, 12,  0,  0, 0}, {2028, 2, 29, 12,  0,  0, 0}, 4},
    {{2096, 2, 29, 12,  0,  0, 0}, {2100, 2, 28, 12,  0,  0, 0}, 4},
};
/* clang-format on */

static void beijing_time_is_as_in_the_calendar(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(known); i++) {
        struct civil got = civil_of(known[i].at_s);
        const struct civil *want = &known[i].civil;
        assert_int_equal(got.year, want->year);
        assert_int_equal(got.month, want->month);
        assert_int_equal(got.day, want->day);
        assert_int_equal(got.hour, want->hour);
        assert_int_equal(got.minute, want->minute);
        assert_int_equal(got.second, want->second);
        assert_int_equal(got.weekday, want->weekday);
        assert_int_equal(civil_seconds(want), known[i].at_s);
    }
}

static void every_day_of_four_centuries_is_as_in_libc(void **state)
{
    (void)state;
    for (int64_t day = -36500; day < 109500; day++) {
        time_t utc = (time_t)(day * CIVIL_DAY_S + 12345 + 28800);
        struct tm tm;
        assert_non_null(gmtime_r(&utc, &tm));
        struct civil got = civil_of(day * CIVIL_DAY_S + 12345);
        assert_int_equal(got.year, tm.tm_year + 1900);
        assert_int_equal(got.month, tm.tm_mon + 1);
        assert_int_equal(got.day, tm.tm_mday);
        assert_int_equal(got.weekday, tm.tm_wday);
        assert_int_equal(civil_seconds(&got), day * CIVIL_DAY_S + 12345);
    }
}

static void a_year_later_is_the_same_day(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(years); i++) {
        assert_int_equal(civil_add_years(civil_seconds(&years[i].from), years[i].years),
                         civil_seconds(&years[i].to));
    }
}

static void days_are_counted_in_beijing(void **state)
{
    (void)state;
    int64_t midnight = 1639670400;
    assert_int_equal(civil_days_between(midnight, midnight + 86399), 0);
    assert_int_equal(civil_days_between(midnight - 1, midnight), 1);
    assert_int_equal(civil_days_between(midnight, midnight - 1), -1);
    assert_int_equal(civil_days_between(midnight, midnight + 60LL * CIVIL_DAY_S), 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beijing_time_is_as_in_the_calendar),
        cmocka_unit_test(every_day_of_four_centuries_is_as_in_libc),
        cmocka_unit_test(a_year_later_is_the_same_day),
        cmocka_unit_test(days_are_counted_in_beijing),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
