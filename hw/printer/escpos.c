#include "hw/printer/escpos.h"

#include <assert.h>
#include <string.h>

#define DLE 0x10
#define ESC 0x1B
#define GS 0x1D

#define CUT_FEED_THEN_PARTIAL 66 /* GS V: feed to the cutter, leave one point standing */

static bool real_time_code(uint8_t byte)
{
    return byte == 0x04 || byte == 0x05 || byte == 0x14;
}

/* 10 04 -> 10 0C and so on: one dot to the right of three or four that are there. */
static void break_real_time(uint8_t *dots, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (dots[i - 1] == DLE && real_time_code(dots[i]))
            dots[i] |= 0x08;
    }
}

size_t escpos_band(const struct printer_page *page, uint16_t first_row, uint8_t *out)
{
    assert(first_row < page->rows);
    size_t row_bytes = page->width / 8U;
    size_t rest = (size_t)page->rows - first_row;
    size_t rows = rest < ESCPOS_BAND_ROWS_MAX ? rest : ESCPOS_BAND_ROWS_MAX;
    const uint8_t head[ESCPOS_BAND_HEAD_LEN] = {
        GS, 'v', '0', 0, (uint8_t)row_bytes, 0, (uint8_t)rows, 0,
    };

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), page->dots + first_row * row_bytes, rows * row_bytes);
    break_real_time(out + sizeof(head), rows * row_bytes);
    return sizeof(head) + rows * row_bytes;
}

static size_t put(uint8_t *out, const uint8_t *bytes, size_t len)
{
    assert(len <= ESCPOS_SHORT_MAX);
    memcpy(out, bytes, len);
    return len;
}

size_t escpos_ask(uint8_t n, uint8_t *out)
{
    const uint8_t bytes[] = {DLE, 0x04, n};
    return put(out, bytes, sizeof(bytes));
}

size_t escpos_clear(uint8_t *out)
{
    const uint8_t bytes[] = {DLE, 0x05, 2};
    return put(out, bytes, sizeof(bytes));
}

size_t escpos_start(bool cut, uint8_t *out)
{
    const uint8_t plain[] = {ESC, '@', GS, 'r', 1};
    const uint8_t cutting[] = {ESC, '@', GS, 'V', CUT_FEED_THEN_PARTIAL, 0, GS, 'r', 1};
    return cut ? put(out, cutting, sizeof(cutting)) : put(out, plain, sizeof(plain));
}

size_t escpos_end(uint8_t *out)
{
    const uint8_t bytes[] = {GS, 'V', CUT_FEED_THEN_PARTIAL, 0, GS, 'r', 1};
    return put(out, bytes, sizeof(bytes));
}

/* In the order in which staff must act: an open cover also reports missing paper. */
enum printer_state escpos_state(const uint8_t *answers)
{
    const struct {
        uint8_t n;
        uint8_t mask;
        enum printer_state state;
    } rows[] = {
        {2, 0x04, PRINTER_COVER_OPEN}, {2, 0x20, PRINTER_PAPER_OUT}, {4, 0x60, PRINTER_PAPER_OUT},
        {3, 0x68, PRINTER_FAILED},     {2, 0x40, PRINTER_FAILED},    {1, 0x08, PRINTER_FAILED},
        {4, 0x0C, PRINTER_PAPER_LOW},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if ((answers[rows[i].n - 1] & rows[i].mask) != 0)
            return rows[i].state;
    }
    return PRINTER_READY;
}

enum escpos_heard escpos_listen(struct escpos_listener *listener, uint8_t byte)
{
    bool plain = (byte & 0x90U) == 0;

    if (listener->automatic_len > 0 && plain) {
        listener->automatic[listener->automatic_len++] = byte;
        if (listener->automatic_len < ESCPOS_AUTOMATIC_LEN)
            return ESCPOS_HEARD_NOTHING;
        listener->automatic_len = 0;
        return ESCPOS_HEARD_AUTOMATIC;
    }
    listener->automatic_len = 0;
    if (plain)
        return ESCPOS_HEARD_MARKER;
    if ((byte & 0x93U) == 0x12)
        return ESCPOS_HEARD_REALTIME;
    if ((byte & 0x93U) == 0x10) {
        listener->automatic[0] = byte;
        listener->automatic_len = 1;
    }
    return ESCPOS_HEARD_NOTHING;
}
