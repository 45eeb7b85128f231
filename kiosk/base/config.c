/* config.c - hides inih: counts the lines, so that each message can say where. */
#include "kiosk/base/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"

#define ROWS_MAX 64
#define FILE_MAX 65536
#define ALLOWED_MAX 256
#define DAY_S INT64_C(86400)
#define BEIJING_S INT64_C(28800)

struct reading {
    const char *name;
    const char *rest; /* of the text */
    int line;
    bool continued; /* the line at hand is indented: inih joins it to the one above */
    const struct config_row *rows;
    size_t row_count;
    bool given[ROWS_MAX];
    uint8_t *out;
    char *message; /* empty as long as all is well; that of the first line stays */
    int message_line;
};

PRINTF_LIKE(2, 3) static void complain(struct reading *reading, const char *format, ...)
{
    char what[CONFIG_MESSAGE_MAX];
    va_list args;

    if (reading->message[0] != '\0' && reading->line >= reading->message_line)
        return;
    reading->message_line = reading->line;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args); /* cut is fine */
    va_end(args);
    if (reading->line > 0) {
        (void)text_print(reading->message, CONFIG_MESSAGE_MAX, "%s:%d: %s", reading->name,
                         reading->line, what);
    } else {
        (void)text_print(reading->message, CONFIG_MESSAGE_MAX, "%s: %s", reading->name, what);
    }
}

/* "a whole number from 0 to 3650" */
static void print_allowed(char *out, const struct config_row *row)
{
    switch (row->type) {
    case CONFIG_TEXT:
        (void)text_print(out, ALLOWED_MAX, "a text of %" PRId64 " to %" PRId64 " bytes in UTF-8",
                         row->min, row->max - 1);
        return;
    case CONFIG_NUMBER:
        (void)text_print(out, ALLOWED_MAX, "a whole number from %" PRId64 " to %" PRId64, row->min,
                         row->max);
        return;
    case CONFIG_FLAG:
        (void)text_copy(out, ALLOWED_MAX, "yes or no");
        return;
    case CONFIG_CHOICE:
        (void)text_print(out, ALLOWED_MAX, "one of: %s", row->choices);
        return;
    case CONFIG_DATE:
        (void)text_copy(out, ALLOWED_MAX, "a date as YYYY-MM-DD, from 1970 on");
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

static bool parse_value(const struct config_row *row, const char *text, uint8_t *out)
{
    int64_t number = 0;
    bool flag = strcmp(text, "yes") == 0;
    bool fine = false;

    switch (row->type) {
    case CONFIG_TEXT:
        return parse_text(row, text, out);
    case CONFIG_FLAG:
        if (!flag && strcmp(text, "no") != 0)
            return false;
        memcpy(out, &flag, sizeof(flag));
        return true;
    case CONFIG_NUMBER:
        fine = parse_number(text, row->min, row->max, &number);
        break;
    case CONFIG_CHOICE:
        fine = parse_choice(text, row->choices, &number);
        break;
    case CONFIG_DATE:
        fine = parse_date(text, &number);
        break;
    }
    if (fine)
        memcpy(out, &number, sizeof(number));
    return fine;
}

static bool stands_before(const struct config_row *rows, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(rows[i].section, rows[index].section) == 0)
            return true;
    }
    return false;
}

/* The keys of `section`, or, when there is no such section, all sections. */
static void complain_unknown(struct reading *reading, const char *section, const char *key)
{
    char allowed[CONFIG_MESSAGE_MAX] = "";
    bool known = false;

    for (size_t i = 0; i < reading->row_count; i++)
        known = known || strcmp(reading->rows[i].section, section) == 0;
    for (size_t i = 0; i < reading->row_count; i++) {
        const struct config_row *row = &reading->rows[i];
        if (known ? strcmp(row->section, section) != 0 : stands_before(reading->rows, i))
            continue;
        size_t used = strlen(allowed);
        (void)text_print(allowed + used, sizeof(allowed) - used, "%s%s", used > 0 ? ", " : "",
                         known ? row->key : row->section);
    }
    if (known) {
        complain(reading, "[%s] has no key \"%s\"; allowed: %s", section, key, allowed);
    } else {
        complain(reading, "there is no section [%s]; allowed: %s", section, allowed);
    }
}

static int take_pair(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    size_t at = 0;

    while (at < reading->row_count && (strcmp(reading->rows[at].section, section) != 0 ||
                                       strcmp(reading->rows[at].key, key) != 0))
        at++;
    if (at == reading->row_count) {
        complain_unknown(reading, section, key);
        return 1;
    }

    const struct config_row *row = &reading->rows[at];
    if (reading->continued) {
        complain(reading, "an indented line; each line starts with its key or its [section]");
    } else if (reading->given[at]) {
        complain(reading, "[%s] %s stands twice; a key may stand once", section, key);
    } else if (!parse_value(row, value, reading->out + row->offset)) {
        char allowed[ALLOWED_MAX];
        print_allowed(allowed, row);
        complain(reading, "[%s] %s = %s: %s", section, key, value, allowed);
    }
    reading->given[at] = true;
    return 1;
}

/* fgets() over the text, counting lines; a line that inih has no room for is a complaint. */
static char *next_line(char *out, int size, void *user)
{
    struct reading *reading = user;
    size_t len = strcspn(reading->rest, "\n");
    size_t room = (size_t)size - 2; /* "\n" and NUL */

    if (*reading->rest == '\0')
        return NULL;
    reading->line++;
    reading->continued = reading->rest[0] == ' ' || reading->rest[0] == '\t';
    if (len > room)
        complain(reading, "a line of %zu bytes; at most %zu", len, room);
    size_t taken = len > room ? room : len;
    memcpy(out, reading->rest, taken);
    out[taken] = '\n';
    out[taken + 1] = '\0';
    reading->rest += len + (reading->rest[len] == '\n' ? 1 : 0);
    return out;
}

static void complain_missing(struct reading *reading)
{
    char allowed[ALLOWED_MAX];

    reading->line = 0;
    for (size_t i = 0; i < reading->row_count; i++) {
        const struct config_row *row = &reading->rows[i];
        if (!row->required || reading->given[i])
            continue;
        print_allowed(allowed, row);
        complain(reading, "[%s] %s is missing: %s", row->section, row->key, allowed);
    }
}

/* NOLINTNEXTLINE(readability-function-size): a table, a text and a message need seven */
struct err config_parse(const char *name, const char *text, const struct config_row *rows,
                        size_t row_count, void *out, size_t out_size, char *out_message)
{
    uint8_t copy[CONFIG_STRUCT_MAX];
    char message[CONFIG_MESSAGE_MAX] = "";
    struct reading reading = {.name = name,
                              .rest = text,
                              .rows = rows,
                              .row_count = row_count,
                              .out = copy,
                              .message = message};

    assert(row_count <= ROWS_MAX);
    assert(out_size <= CONFIG_STRUCT_MAX);
    memcpy(copy, out, out_size);
    int bad_line = ini_parse_stream(next_line, &reading, take_pair, &reading);
    if (bad_line != 0) {
        reading.line = bad_line;
        complain(&reading, "neither \"[section]\" nor \"key = value\"");
    }
    if (message[0] == '\0')
        complain_missing(&reading);
    if (message[0] != '\0') {
        memcpy(out_message, message, sizeof(message));
        return ERR(ERR_MALFORMED, bad_line, "config_parse");
    }
    memcpy(out, copy, out_size);
    return ERR_OK;
}

/* Fill `text` of FILE_MAX + 1 bytes; one more than FILE_MAX when the file is longer. */
static struct err slurp(const char *path, char *text, size_t *out_len)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen");

    size_t len = fread(text, 1, FILE_MAX + 1, file);
    struct err e = ferror(file) ? ERR(ERR_IO, errno, "fread") : ERR_OK;
    (void)fclose(file); /* only read from: nothing to lose */
    if (!failed(e))
        *out_len = len;
    return e;
}

/* NOLINTNEXTLINE(readability-function-size) */
struct err config_read(const char *path, const struct config_row *rows, size_t row_count, void *out,
                       size_t out_size, char *out_message)
{
    char text[FILE_MAX + 1];
    size_t len = 0;
    struct err e = slurp(path, text, &len);

    if (failed(e)) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s: cannot be read: errno %d", path,
                         (int)e.native);
        return e;
    }
    if (len > FILE_MAX || memchr(text, '\0', len) != NULL) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                         "%s: not a configuration; a text without NUL of at most %d bytes", path,
                         FILE_MAX);
        return ERR(ERR_MALFORMED, 0, "config_read");
    }
    text[len] = '\0';
    return config_parse(path, text, rows, row_count, out, out_size, out_message);
}

struct finding {
    struct reading reading;
    const char *section, *key;
    int line;
};

static char *next_line_of_finding(char *out, int size, void *user)
{
    struct finding *finding = user;
    return next_line(out, size, &finding->reading);
}

static int find_pair(void *user, const char *section, const char *key, const char *value)
{
    struct finding *finding = user;
    (void)value;

    if (strcmp(section, finding->section) == 0 && strcmp(key, finding->key) == 0)
        finding->line = finding->reading.line;
    return 1;
}

int config_line_of(const char *path, const char *section, const char *key)
{
    char text[FILE_MAX + 2];
    char message[CONFIG_MESSAGE_MAX] = "";
    size_t len = 0;
    struct finding finding = {.reading = {.name = path, .rest = text, .message = message},
                              .section = section,
                              .key = key};

    if (failed(slurp(path, text, &len)))
        return 0;
    text[len] = '\0';
    (void)ini_parse_stream(next_line_of_finding, &finding, find_pair,
                           &finding); /* was read before */
    return finding.line;
}
