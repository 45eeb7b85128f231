/*
 * vprinter_line.c - alignment is only known when a line is whole: dots are set from the left and
 * moved when they go to paper.
 */
#include "hw/sim/vprinter_line.h"

#include <string.h>

#include "hw/sim/vprinter_font.h"

#define DOT_WIDTH 2 /* a glyph's dot on paper: 5 x 8 in a cell of 12 x 24 */
#define DOT_HEIGHT 3
#define STROKE 2
#define KANJI_INSET 2

/* A rectangle of black (or, when inverted, of nothing) in cell units. */
struct box {
    uint32_t x, y, width, height;
};

static uint32_t area_of(const struct vprinter_line *line, const struct vprinter_paper *paper)
{
    uint32_t left = line->style.left < paper->width ? line->style.left : 0;
    uint32_t rest = paper->width - left;
    return line->style.area > 0 && line->style.area < rest ? line->style.area : rest;
}

static void fill(struct vprinter_line *line, const struct vprinter_paper *paper, struct box box)
{
    uint32_t bottom = (box.y + box.height) * line->style.scale_y;
    uint32_t right = line->x + (box.x + box.width) * line->style.scale_x;
    for (uint32_t y = box.y * line->style.scale_y; y < bottom && y < VPRINTER_LINE_ROWS_MAX; y++) {
        for (uint32_t x = line->x + box.x * line->style.scale_x; x < right; x++)
            vprinter_dot(line->dots[y], paper->width, x);
    }
}

static void draw_glyph(struct vprinter_line *line, const struct vprinter_paper *paper,
                       const uint8_t *glyph)
{
    uint32_t width = line->style.bold ? DOT_WIDTH + 1 : DOT_WIDTH;
    for (uint32_t at = 0; at < VPRINTER_GLYPH_COLUMNS * VPRINTER_GLYPH_ROWS; at++) {
        uint32_t column = at / VPRINTER_GLYPH_ROWS;
        uint32_t row = at % VPRINTER_GLYPH_ROWS;
        if ((glyph[column] >> row & 1U) != 0) {
            fill(line, paper,
                 (struct box){column * DOT_WIDTH + 1, row * DOT_HEIGHT, width, DOT_HEIGHT});
        }
    }
}

static void draw_sides(struct vprinter_line *line, const struct vprinter_paper *paper,
                       uint32_t sides)
{
    const uint32_t x = (VPRINTER_CELL_WIDTH - STROKE) / 2;
    const uint32_t y = (VPRINTER_CELL_HEIGHT - STROKE) / 2;

    if ((sides & VPRINTER_SIDE_LEFT) != 0)
        fill(line, paper, (struct box){0, y, x + STROKE, STROKE});
    if ((sides & VPRINTER_SIDE_RIGHT) != 0)
        fill(line, paper, (struct box){x, y, VPRINTER_CELL_WIDTH - x, STROKE});
    if ((sides & VPRINTER_SIDE_UP) != 0)
        fill(line, paper, (struct box){x, 0, STROKE, y + STROKE});
    if ((sides & VPRINTER_SIDE_DOWN) != 0)
        fill(line, paper, (struct box){x, y, STROKE, VPRINTER_CELL_HEIGHT - y});
}

/* What the ROM does not have is a hollow box of the same width. */
static void draw_missing(struct vprinter_line *line, const struct vprinter_paper *paper,
                         uint32_t cell)
{
    const uint32_t in = KANJI_INSET;
    const uint32_t width = cell - 2 * in;
    const uint32_t height = VPRINTER_CELL_HEIGHT - 2 * in;

    fill(line, paper, (struct box){in, in, width, 1});
    fill(line, paper, (struct box){in, in + height - 1, width, 1});
    fill(line, paper, (struct box){in, in, 1, height});
    fill(line, paper, (struct box){in + width - 1, in, 1, height});
}

static void invert_cell(struct vprinter_line *line, const struct vprinter_paper *paper,
                        uint32_t width)
{
    uint32_t height = (uint32_t)VPRINTER_CELL_HEIGHT * line->style.scale_y;
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = line->x; x < line->x + width && x < paper->width; x++)
            line->dots[y][x / 8] ^= (uint8_t)(0x80U >> x % 8);
    }
}

static void advance(struct vprinter_line *line, uint32_t width)
{
    line->x += width;
    if (line->extent < line->x)
        line->extent = line->x;
}

static void set_cell(struct vprinter_line *line, struct vprinter_paper *paper, uint8_t character,
                     uint32_t cell)
{
    uint32_t width = cell * line->style.scale_x;
    if (line->x > 0 && line->x + width > area_of(line, paper))
        vprinter_line_print(line, paper);

    const uint8_t *glyph = cell == VPRINTER_CELL_WIDTH ? vprinter_glyph(character) : NULL;
    uint32_t sides =
        cell == VPRINTER_CELL_WIDTH ? vprinter_line_sides(line->style.page, character) : 0;
    if (glyph != NULL) {
        draw_glyph(line, paper, glyph);
    } else if (sides != 0) {
        draw_sides(line, paper, sides);
    } else {
        draw_missing(line, paper, cell);
    }
    if (line->style.underline)
        fill(line, paper, (struct box){0, VPRINTER_CELL_HEIGHT - 1, cell, 1});
    if (line->style.invert)
        invert_cell(line, paper, width);

    advance(line, width);
    uint32_t height = (uint32_t)VPRINTER_CELL_HEIGHT * line->style.scale_y;
    if (line->height < height)
        line->height = height;
}

void vprinter_line_init(struct vprinter_line *line)
{
    memset(line, 0, sizeof(*line));
    line->style.scale_x = 1;
    line->style.scale_y = 1;
    line->style.spacing = VPRINTER_SPACING_DEFAULT;
}

void vprinter_line_character(struct vprinter_line *line, struct vprinter_paper *paper,
                             uint8_t character)
{
    if (line->pair != 0) {
        line->pair = 0;
        set_cell(line, paper, character, (uint32_t)2 * VPRINTER_CELL_WIDTH);
    } else if (line->style.kanji && character > 0x80) {
        line->pair = character;
    } else {
        set_cell(line, paper, character, VPRINTER_CELL_WIDTH);
    }
}

void vprinter_line_column(struct vprinter_line *line, const struct vprinter_paper *paper,
                          uint32_t bits, uint32_t rows)
{
    for (uint32_t y = 0; y < rows; y++) {
        if ((bits >> (rows - 1 - y) & 1U) != 0)
            vprinter_dot(line->dots[y], paper->width, line->x);
    }
    advance(line, 1);
    if (line->height < rows)
        line->height = rows;
}

void vprinter_line_move(struct vprinter_line *line, uint32_t x)
{
    line->x = x < VPRINTER_WIDTH_MAX ? x : VPRINTER_WIDTH_MAX;
}

bool vprinter_line_raster_row(const struct vprinter_line *line, struct vprinter_paper *paper,
                              const uint8_t *dots, uint32_t width)
{
    uint8_t row[VPRINTER_ROW_BYTES] = {0};
    uint32_t area = area_of(line, paper);
    uint32_t used = width < area ? width : area;
    uint32_t indent = line->style.left < paper->width ? line->style.left : 0;
    switch (line->style.align) {
    case VPRINTER_ALIGN_LEFT:
        break;
    case VPRINTER_ALIGN_CENTER:
        indent += (area - used) / 2;
        break;
    case VPRINTER_ALIGN_RIGHT:
        indent += area - used;
        break;
    }
    for (uint32_t x = 0; x < used; x++) {
        if ((dots[x / 8] >> (7 - x % 8) & 1U) != 0)
            vprinter_dot(row, paper->width, indent + x);
    }
    return vprinter_paper_row(paper, row);
}

void vprinter_line_flush(struct vprinter_line *line, struct vprinter_paper *paper)
{
    for (uint32_t y = 0; y < line->height; y++)
        (void)vprinter_line_raster_row(line, paper, line->dots[y], line->extent);
    memset(line->dots, 0, sizeof(line->dots));
    line->x = 0;
    line->extent = 0;
    line->height = 0;
    line->pair = 0;
}

void vprinter_line_print(struct vprinter_line *line, struct vprinter_paper *paper)
{
    uint32_t height = line->height;
    vprinter_line_flush(line, paper);
    if (height < line->style.spacing)
        vprinter_paper_feed(paper, line->style.spacing - height);
}
