/* civil.c - hides the day count: days since 1970 of the proleptic Gregorian calendar. */
#include "kiosk/core/civil.h"

#include <assert.h>
#include <stdbool.h>

#define BEIJING_S INT64_C(28800)
#define ERA_YEARS 400
#define ERA_DAYS 146097
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

/* Years start in March here, so that the leap day is the last of its year. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - (ERA_YEARS - 1)) / ERA_YEARS;
    int64_t year_of_era = y - era * ERA_YEARS;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

struct civil civil_of(int64_t at_s)
{
    int64_t local = at_s + BEIJING_S;
    int64_t days = floor_div(local, CIVIL_DAY_S);
    int64_t rest = local - days * CIVIL_DAY_S;

    int64_t z = days + EPOCH_DAYS;
    int64_t era = floor_div(z, ERA_DAYS);
    int64_t doe = z - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;

    return (struct civil){
        .year = (int32_t)(yoe + era * ERA_YEARS + (month <= 2 ? 1 : 0)),
        .month = (uint8_t)month,
        .day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (uint8_t)(rest / 3600),
        .minute = (uint8_t)(rest / 60 % 60),
        .second = (uint8_t)(rest % 60),
        .weekday = (uint8_t)(((days + 4) % 7 + 7) % 7),
    };
}

int64_t civil_seconds(const struct civil *civil)
{
    assert(civil->month >= 1 && civil->month <= 12);
    int64_t days = days_of(civil->year, civil->month, civil->day);
    int64_t second = INT64_C(3600) * civil->hour + INT64_C(60) * civil->minute + civil->second;
    return days * CIVIL_DAY_S + second - BEIJING_S;
}

int64_t civil_add_years(int64_t at_s, int32_t years)
{
    struct civil civil = civil_of(at_s);
    civil.year += years;
    bool leap = (civil.year % 4 == 0 && civil.year % 100 != 0) || civil.year % 400 == 0;
    if (civil.month == 2 && civil.day == 29 && !leap)
        civil.day = 28;
    return civil_seconds(&civil);
}

int64_t civil_days_between(int64_t from_s, int64_t to_s)
{
    return floor_div(to_s + BEIJING_S, CIVIL_DAY_S) - floor_div(from_s + BEIJING_S, CIVIL_DAY_S);
}
