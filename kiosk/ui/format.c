#include "kiosk/ui/format.h"

#include <inttypes.h>
#include <stdbool.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"

#define GROUP 4

const char *format_number(int64_t number, char out[FORMAT_SIZE])
{
    (void)text_print(out, FORMAT_SIZE, "%" PRId64, number);
    return out;
}

/* Yuan with a comma every three digits, at most 10^15. */
static void yuan(int64_t value, char out[FORMAT_SIZE])
{
    char digits[FORMAT_SIZE];
    (void)format_number(value, digits);
    size_t count = text_count(digits);
    size_t used = 0;
    for (size_t i = 0; i < count && used + 2 < FORMAT_SIZE; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

const char *format_fen(int64_t fen, char out[FORMAT_SIZE])
{
    char whole[FORMAT_SIZE];
    int64_t value = fen < 0 ? -fen : fen;
    yuan(value / 100, whole);
    (void)text_print(out, FORMAT_SIZE, "%s¥%s.%02d", fen < 0 ? "-" : "", whole, (int)(value % 100));
    return out;
}

const char *format_fen_short(int64_t fen, char out[FORMAT_SIZE])
{
    if (fen < 0 || fen % 100 != 0)
        return format_fen(fen, out);
    char whole[FORMAT_SIZE];
    yuan(fen / 100, whole);
    (void)text_print(out, FORMAT_SIZE, "¥%s", whole);
    return out;
}

const char *format_date(int64_t at_s, char out[FORMAT_SIZE])
{
    struct civil at = civil_of(at_s);
    (void)text_print(out, FORMAT_SIZE, "%04d-%02d-%02d", (int)at.year, (int)at.month, (int)at.day);
    return out;
}

const char *format_date_time(int64_t at_s, char out[FORMAT_SIZE])
{
    struct civil at = civil_of(at_s);
    (void)text_print(out, FORMAT_SIZE, "%04d-%02d-%02d %02d:%02d:%02d", (int)at.year, (int)at.month,
                     (int)at.day, (int)at.hour, (int)at.minute, (int)at.second);
    return out;
}

const char *format_clock(int64_t at_s, char out[FORMAT_SIZE])
{
    struct civil at = civil_of(at_s);
    (void)text_print(out, FORMAT_SIZE, "%02d:%02d", (int)at.hour, (int)at.minute);
    return out;
}

const char *format_countdown(uint64_t left_ms, char out[FORMAT_SIZE])
{
    uint64_t left_s = left_ms / 1000 + (left_ms % 1000 > 0 ? 1 : 0);
    (void)text_print(out, FORMAT_SIZE, "%" PRIu64 ":%02" PRIu64, left_s / 60, left_s % 60);
    return out;
}

const char *format_groups(const char *number, char out[FORMAT_SIZE])
{
    size_t used = 0;
    size_t run = 0;
    for (; *number != '\0' && used + 2 < FORMAT_SIZE; number++) {
        bool digit = *number >= '0' && *number <= '9';
        if (digit && run > 0 && run % GROUP == 0)
            out[used++] = ' ';
        run = digit ? run + 1 : 0;
        out[used++] = *number;
    }
    out[used] = '\0';
    return out;
}
