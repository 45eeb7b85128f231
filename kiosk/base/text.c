#include "kiosk/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xFFFDU

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

bool text_print(char *out, size_t size, const char *format, ...)
{
    assert(size > 0);

    va_list args;
    va_start(args, format);
    int want = vsnprintf(out, size, format, args);
    va_end(args);
    assert(want >= 0);
    if ((size_t)want < size)
        return true;

    size_t end = size - 1;
    while (end > 0 && is_tail(out[end - 1]))
        end--;
    if (end > 0 && (unsigned char)out[end - 1] >= 0xC0)
        end--;
    const char *whole = &out[end];
    if (end < size - 1 && text_next(&whole) != REPLACEMENT && whole <= &out[size - 1])
        end = (size_t)(whole - out);
    out[end] = '\0';
    return false;
}

bool text_copy(char *out, size_t size, const char *from)
{
    return text_print(out, size, "%s", from);
}

bool text_same(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

/* The length a first byte announces, 0 for a byte that starts nothing. */
static size_t announced_len(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

/* One character of at most `left` bytes: its length, 0 when malformed. */
static size_t decode(const char *at, size_t left, uint32_t *out_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)at[0];
    size_t len = announced_len(first);
    if (len == 0 || len > left)
        return 0;

    uint32_t point = len == 1 ? first : first & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (!is_tail(at[i]))
            return 0;
        point = point << 6 | ((unsigned char)at[i] & 0x3FU);
    }
    if (point < smallest[len] || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF)
        return 0;
    *out_point = point;
    return len;
}

bool text_valid(const char *at, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t point = 0;
        size_t step = decode(at + i, len - i, &point);
        if (step == 0 || point < 0x20 || point == 0x7F)
            return false;
        i += step;
    }
    return true;
}

uint32_t text_next(const char **at)
{
    uint32_t point = 0;
    if (**at == '\0')
        return 0;

    size_t step = decode(*at, strnlen(*at, 4), &point);
    if (step == 0) {
        (*at)++;
        return REPLACEMENT;
    }
    *at += step;
    return point;
}

size_t text_count(const char *at)
{
    size_t count = 0;
    while (text_next(&at) != 0)
        count++;
    return count;
}

void text_mask(char *out, size_t size, const char *text, size_t head, size_t tail)
{
    assert(size > 0);

    size_t count = text_count(text);
    if (count <= head + tail) {
        head = count > 1 ? 1 : 0;
        tail = 0;
    }

    size_t used = 0;
    const char *at = text;
    for (size_t i = 0; i < count; i++) {
        const char *from = at;
        (void)text_next(&at);
        bool shown = i < head || i >= count - tail;
        size_t len = shown ? (size_t)(at - from) : 1;
        if (used + len >= size)
            break;
        memcpy(out + used, shown ? from : "*", len);
        used += len;
    }
    out[used] = '\0';
}
