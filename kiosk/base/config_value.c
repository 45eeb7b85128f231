/* config_value.c - the types of values: what is allowed, in words and by a parser. */
#include "kiosk/base/config_value.h"

#include <inttypes.h>
#include <string.h>

#include "kiosk/base/text.h"

#define DAY_S INT64_C(86400)
#define BEIJING_S INT64_C(28800)
#define PORT_MAX 65535
#define OPAQUE INT64_C(0xFF000000)

/* The types that have limits. */
static void print_limits(const struct config_row *row, char *out)
{
    if (row->type == CONFIG_NUMBER) {
        (void)text_print(out, CONFIG_ALLOWED_MAX, "a whole number from %" PRId64 " to %" PRId64,
                         row->min, row->max);
    } else if (row->type == CONFIG_NAME) {
        (void)text_print(out, CONFIG_ALLOWED_MAX, "1 to %" PRId64 " " CONFIG_NAME_ALLOWED,
                         row->max - 1);
    } else {
        (void)text_print(out, CONFIG_ALLOWED_MAX,
                         "a text of %" PRId64 " to %" PRId64 " bytes in UTF-8", row->min,
                         row->max - 1);
    }
}

void config_allowed(const struct config_row *row, char *out)
{
    switch (row->type) {
    case CONFIG_TEXT:
    case CONFIG_NUMBER:
    case CONFIG_NAME:
        print_limits(row, out);
        return;
    case CONFIG_FLAG:
        (void)text_copy(out, CONFIG_ALLOWED_MAX, "yes or no");
        return;
    case CONFIG_CHOICE:
    case CONFIG_WORD:
        (void)text_print(out, CONFIG_ALLOWED_MAX, "one of: %s", row->choices);
        return;
    case CONFIG_DATE:
        (void)text_copy(out, CONFIG_ALLOWED_MAX, "a date as YYYY-MM-DD, from 1970 on");
        return;
    case CONFIG_URL:
        (void)text_copy(out, CONFIG_ALLOWED_MAX, CONFIG_URL_ALLOWED);
        return;
    case CONFIG_COLOUR:
        (void)text_print(out, CONFIG_ALLOWED_MAX, "a colour as %s",
                         row->min == 8 ? "#AARRGGBB" : "#RRGGBB");
        return;
    }
}

static bool parse_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = text[0] == '-';
    const char *at = negative ? text + 1 : text;
    size_t len = strlen(at);
    int64_t number = 0;

    if (len == 0 || len > 18 || strspn(at, "0123456789") != len)
        return false;
    for (; *at != '\0'; at++)
        number = number * 10 + (*at - '0');
    number = negative ? -number : number;
    if (number < min || number > max)
        return false;
    *out = number;
    return true;
}

static bool parse_choice(const char *text, const char *choices, int64_t *out)
{
    size_t len = strlen(text);
    int64_t index = 0;

    for (const char *at = choices; *at != '\0'; index++) {
        size_t word = strcspn(at, " ");
        if (word == len && len > 0 && memcmp(at, text, len) == 0) {
            *out = index;
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_of_month(int64_t year, int64_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

static bool parse_date(const char *text, int64_t *out)
{
    char part[11];
    int64_t year = 0;
    int64_t month = 0;
    int64_t day = 0;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    (void)text_copy(part, sizeof(part), text); /* fits: 10 and NUL */
    part[4] = part[7] = '\0';
    if (!parse_number(part, 1970, 9999, &year) || !parse_number(part + 5, 1, 12, &month) ||
        !parse_number(part + 8, 1, days_of_month(year, month), &day))
        return false;

    int64_t days = day - 1;
    for (int64_t y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (int64_t m = 1; m < month; m++)
        days += days_of_month(year, m);
    *out = days * DAY_S - BEIJING_S;
    return true;
}

static bool parse_text(const struct config_row *row, const char *text, uint8_t *out)
{
    size_t len = strlen(text);
    if ((int64_t)len < row->min || (int64_t)len >= row->max || !text_valid(text, len))
        return false;
    memset(out, 0, (size_t)row->max);
    memcpy(out, text, len + 1);
    return true;
}

bool config_is_name(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static bool is_host(const char *at, size_t len)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";

    if (at[0] == '[')
        return len > 2 && 1 + strspn(at + 1, "0123456789ABCDEFabcdef:.") == len - 1;
    return len > 0 && at[0] != '-' && at[0] != '.' && strspn(at, name) >= len;
}

bool config_is_url(const char *text)
{
    static const char scheme[] = "https://";
    int64_t port = 0;

    if (strncmp(text, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *host = text + sizeof(scheme) - 1;
    const char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
    size_t len = bracket != NULL ? (size_t)(bracket - host) + 1 : strcspn(host, ":");
    if (!is_host(host, len))
        return false;
    return host[len] == '\0' ||
           (host[len] == ':' && parse_number(host + len + 1, 1, PORT_MAX, &port));
}

/* "#RRGGBB" or "#AARRGGBB" */
static bool parse_colour(const char *text, size_t digits, int64_t *out)
{
    static const char hex[] = "0123456789abcdef0123456789ABCDEF";
    int64_t colour = 0;

    if (text[0] != '#' || strlen(text) != digits + 1)
        return false;
    for (size_t i = 1; i <= digits; i++) {
        const char *digit = strchr(hex, text[i]);
        if (digit == NULL)
            return false;
        colour = colour << 4 | ((digit - hex) & 15);
    }
    *out = digits == 8 ? colour : OPAQUE | colour;
    return true;
}

/* The types that are kept as a text. */
static bool take_text(const struct config_row *row, const char *text, uint8_t *out)
{
    int64_t index = 0;

    if (row->type == CONFIG_WORD && !parse_choice(text, row->choices, &index))
        return false;
    if (row->type == CONFIG_NAME && !config_is_name(text))
        return false;
    if (row->type == CONFIG_URL && !config_is_url(text))
        return false;
    return parse_text(row, text, out);
}

static bool take_flag(const char *text, uint8_t *out)
{
    bool flag = strcmp(text, "yes") == 0;

    if (!flag && strcmp(text, "no") != 0)
        return false;
    memcpy(out, &flag, sizeof(flag));
    return true;
}

bool config_take(const struct config_row *row, const char *text, uint8_t *out)
{
    int64_t number = 0;
    bool fine = false;

    switch (row->type) {
    case CONFIG_TEXT:
    case CONFIG_WORD:
    case CONFIG_NAME:
    case CONFIG_URL:
        return take_text(row, text, out);
    case CONFIG_FLAG:
        return take_flag(text, out);
    case CONFIG_NUMBER:
        fine = parse_number(text, row->min, row->max, &number);
        break;
    case CONFIG_CHOICE:
        fine = parse_choice(text, row->choices, &number);
        break;
    case CONFIG_DATE:
        fine = parse_date(text, &number);
        break;
    case CONFIG_COLOUR:
        fine = parse_colour(text, row->min == 8 ? 8 : 6, &number);
        break;
    }
    if (fine)
        memcpy(out, &number, sizeof(number));
    return fine;
}
