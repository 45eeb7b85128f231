/*
 * civil.h - calendar arithmetic in Beijing time (UTC+8, no daylight saving since 1991). Pure.
 *
 * The algorithm is the proleptic Gregorian one of ISO 8601.
 */
#ifndef KIOSK_CORE_CIVIL_H
#define KIOSK_CORE_CIVIL_H

#include <stdint.h>

#define CIVIL_DAY_S 86400

struct civil {
    int32_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
    uint8_t hour, minute, second;
    uint8_t weekday; /* 0 Sunday to 6 Saturday */
};

/* The Beijing calendar time of `at_s` seconds since 1970 UTC, for years 1 to 9999. */
struct civil civil_of(int64_t at_s);

/* The inverse; `weekday` is not looked at. */
int64_t civil_seconds(const struct civil *civil);

/* The same time of day `years` years later; 29 February becomes 28 February. */
int64_t civil_add_years(int64_t at_s, int32_t years);

/* Whole Beijing days from the day of `from_s` to the day of `to_s`; negative when `to_s` is
 * earlier. */
int64_t civil_days_between(int64_t from_s, int64_t to_s);

#endif
