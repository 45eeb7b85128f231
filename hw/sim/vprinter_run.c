/*
 * vprinter_run.c - commands that change nothing on paper here (code page of a country, double
 * strike, sounds, symbols of the ROM) are taken apart by the parser and dropped.
 */
#include "hw/sim/vprinter_run.h"

#include <string.h>

#include "hw/sim/vprinter_status.h"

#define COMMAND(lead, code) ((uint32_t)(lead) << 8 | (uint8_t)(code))
#define TAB_DOTS (8U * VPRINTER_CELL_WIDTH)
#define GRAPHICS_STORE 112 /* GS ( L function */

static uint32_t number16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

/* "0" and 0 mean the same to most commands. */
static uint32_t digit(uint8_t value)
{
    return value >= '0' && value <= '9' ? value - (uint32_t)'0' : value;
}

static void paper_row(struct vprinter *printer, uint32_t width)
{
    uint32_t most = VPRINTER_ROW_BYTES * 8;
    uint32_t used = width < most ? width : most;
    if (!vprinter_line_raster_row(&printer->line, &printer->paper, printer->row, used)) {
        vprinter_cut(printer);
        (void)vprinter_line_raster_row(&printer->line, &printer->paper, printer->row, used);
    }
    memset(printer->row, 0, sizeof(printer->row));
}

/* `at` counts from the first byte of the rows. */
static void raster_byte(struct vprinter *printer, uint64_t at, uint64_t row_bytes, uint32_t width)
{
    uint64_t column = at % row_bytes;
    if (column < VPRINTER_ROW_BYTES)
        printer->row[column] = printer->parser.byte;
    if (column == row_bytes - 1)
        paper_row(printer, width);
}

static void graphics_byte(struct vprinter *printer)
{
    uint64_t at = printer->parser.data_at - 1;
    if (at < VPRINTER_GRAPHICS_HEAD_LEN) {
        printer->graphics[at] = printer->parser.byte;
        return;
    }
    uint32_t width = number16(&printer->graphics[6]);
    if (digit(printer->graphics[1]) == GRAPHICS_STORE && width > 0)
        raster_byte(printer, at - VPRINTER_GRAPHICS_HEAD_LEN, (width + 7U) / 8U, width);
}

static void column_byte(struct vprinter *printer)
{
    uint32_t bytes = printer->parser.args[0] >= 32 ? 3 : 1;
    printer->column_bits = printer->column_bits << 8 | printer->parser.byte;
    if (printer->parser.data_at % bytes == 0) {
        vprinter_line_column(&printer->line, &printer->paper, printer->column_bits, bytes * 8);
        printer->column_bits = 0;
    }
}

static void run_data(struct vprinter *printer)
{
    const struct vprinter_escpos *parser = &printer->parser;
    switch (COMMAND(parser->lead, parser->code)) {
    case COMMAND(VPRINTER_GS, 'v'):
        raster_byte(printer, parser->data_at - 1, number16(&parser->args[2]),
                    number16(&parser->args[2]) * 8);
        break;
    case COMMAND(VPRINTER_GS, '('):
    case COMMAND(VPRINTER_GS, '8'):
        if (parser->args[0] == 'L')
            graphics_byte(printer);
        break;
    case COMMAND(VPRINTER_ESC, '*'):
        column_byte(printer);
        break;
    default:
        break;
    }
}

static void run_control(struct vprinter *printer, uint8_t byte)
{
    struct vprinter_line *line = &printer->line;
    if (byte == '\n' || byte == '\f') {
        vprinter_line_print(line, &printer->paper);
    } else if (byte == '\t') {
        vprinter_line_move(line, (line->x / TAB_DOTS + 1) * TAB_DOTS);
    }
}

static void set_mode(struct vprinter_style *style, uint8_t mode)
{
    style->bold = (mode & 0x08U) != 0;
    style->scale_y = (mode & 0x10U) != 0 ? 2 : 1;
    style->scale_x = (mode & 0x20U) != 0 ? 2 : 1;
    style->underline = (mode & 0x80U) != 0;
}

static bool run_style(struct vprinter_style *style, uint32_t command, const uint8_t *args)
{
    uint32_t value = digit(args[0]);
    switch (command) {
    case COMMAND(VPRINTER_ESC, '!'):
        set_mode(style, args[0]);
        return true;
    case COMMAND(VPRINTER_ESC, '-'):
        style->underline = value != 0;
        return true;
    case COMMAND(VPRINTER_ESC, 'E'):
        style->bold = (args[0] & 1U) != 0;
        return true;
    case COMMAND(VPRINTER_ESC, '2'):
        style->spacing = VPRINTER_SPACING_DEFAULT;
        return true;
    case COMMAND(VPRINTER_ESC, '3'):
        style->spacing = args[0];
        return true;
    case COMMAND(VPRINTER_ESC, 'a'):
        if (value <= VPRINTER_ALIGN_RIGHT)
            style->align = (enum vprinter_align)value;
        return true;
    case COMMAND(VPRINTER_ESC, 't'):
        style->page = args[0];
        return true;
    case COMMAND(VPRINTER_GS, '!'):
        style->scale_x = (uint8_t)((args[0] >> 4 & 7U) + 1U);
        style->scale_y = (uint8_t)((args[0] & 7U) + 1U);
        return true;
    case COMMAND(VPRINTER_GS, 'B'):
        style->invert = (args[0] & 1U) != 0;
        return true;
    case COMMAND(VPRINTER_GS, 'L'):
        style->left = (uint16_t)number16(args);
        return true;
    case COMMAND(VPRINTER_GS, 'W'):
        style->area = (uint16_t)number16(args);
        return true;
    case COMMAND(VPRINTER_FS, '&'):
        style->kanji = true;
        return true;
    case COMMAND(VPRINTER_FS, '.'):
        style->kanji = false;
        return true;
    default:
        return false;
    }
}

static void run_cut(struct vprinter *printer, uint32_t feed)
{
    vprinter_line_flush(&printer->line, &printer->paper);
    vprinter_paper_feed(&printer->paper, feed);
    vprinter_cut(printer);
}

static bool run_motion(struct vprinter *printer, uint32_t command, const uint8_t *args)
{
    struct vprinter_line *line = &printer->line;
    switch (command) {
    case COMMAND(VPRINTER_ESC, '@'):
        vprinter_reset(printer);
        return true;
    case COMMAND(VPRINTER_ESC, '$'):
        vprinter_line_move(line, number16(args));
        return true;
    case COMMAND(VPRINTER_ESC, '\\'): /* signed, modulo 2^16 */
        vprinter_line_move(line, (line->x + number16(args)) & 0xFFFFU);
        return true;
    case COMMAND(VPRINTER_ESC, 'J'):
        vprinter_line_flush(line, &printer->paper);
        vprinter_paper_feed(&printer->paper, args[0]);
        return true;
    case COMMAND(VPRINTER_ESC, 'd'):
        vprinter_line_flush(line, &printer->paper);
        vprinter_paper_feed(&printer->paper, (uint32_t)args[0] * line->style.spacing);
        return true;
    case COMMAND(VPRINTER_ESC, 'i'):
    case COMMAND(VPRINTER_ESC, 'm'):
        run_cut(printer, 0);
        return true;
    case COMMAND(VPRINTER_GS, 'V'):
        run_cut(printer, printer->parser.arg_count > 1 ? args[1] : 0);
        return true;
    default:
        return false;
    }
}

static void run_question(struct vprinter *printer, uint32_t command, const uint8_t *args)
{
    uint8_t answer = 0;
    switch (command) {
    case COMMAND(VPRINTER_GS, 'r'):
        answer = vprinter_queued_status(printer, args[0]);
        vprinter_reply(printer, printer->link, (struct bytes){&answer, 1});
        break;
    case COMMAND(VPRINTER_GS, 'a'): {
        uint8_t status[VPRINTER_AUTOMATIC_LEN];
        printer->automatic_status[printer->link] = args[0] != 0;
        vprinter_automatic_status(printer, status);
        if (args[0] != 0)
            vprinter_reply(printer, printer->link, (struct bytes){status, sizeof(status)});
        break;
    }
    case COMMAND(VPRINTER_GS, 'I'):
        vprinter_identify(printer, args[0]);
        break;
    default:
        break;
    }
}

static void run_command(struct vprinter *printer)
{
    const struct vprinter_escpos *parser = &printer->parser;
    uint32_t command = COMMAND(parser->lead, parser->code);

    printer->column_bits = 0;
    if (parser->data_len > 0 && command != COMMAND(VPRINTER_ESC, '*')) {
        vprinter_line_flush(&printer->line, &printer->paper);
        memset(printer->row, 0, sizeof(printer->row));
    }
    if (!run_style(&printer->line.style, command, parser->args) &&
        !run_motion(printer, command, parser->args))
        run_question(printer, command, parser->args);
}

void vprinter_cut(struct vprinter *printer)
{
    if (printer->paper.inked)
        printer->host.slip(printer->host.context, &printer->paper);
    vprinter_paper_clear(&printer->paper);
}

void vprinter_reset(struct vprinter *printer)
{
    vprinter_line_init(&printer->line);
    memset(printer->row, 0, sizeof(printer->row));
}

void vprinter_run_byte(struct vprinter *printer, uint8_t byte)
{
    switch (vprinter_escpos_push(&printer->parser, byte)) {
    case VPRINTER_EVENT_NONE:
        break;
    case VPRINTER_EVENT_TEXT:
        vprinter_line_character(&printer->line, &printer->paper, byte);
        break;
    case VPRINTER_EVENT_CONTROL:
        run_control(printer, byte);
        break;
    case VPRINTER_EVENT_COMMAND:
        run_command(printer);
        break;
    case VPRINTER_EVENT_DATA:
        run_data(printer);
        break;
    }
}
