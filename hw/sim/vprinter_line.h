/*
 * vprinter_line.h - the line of type and images that is being set, before it goes to paper.
 *
 *     set style --> add characters, columns --> print (aligned, with line spacing)
 */
#ifndef HW_SIM_VPRINTER_LINE_H
#define HW_SIM_VPRINTER_LINE_H

#include "hw/sim/vprinter_paper.h"

#define VPRINTER_LINE_ROWS_MAX 192 /* font A at eight times its height */
#define VPRINTER_SPACING_DEFAULT 30
#define VPRINTER_CELL_WIDTH 12
#define VPRINTER_CELL_HEIGHT 24

enum vprinter_align {
    VPRINTER_ALIGN_LEFT,
    VPRINTER_ALIGN_CENTER,
    VPRINTER_ALIGN_RIGHT,
};

struct vprinter_style {
    enum vprinter_align align;
    bool bold;
    bool underline;
    bool invert;
    bool kanji; /* bytes above 7F come in pairs */
    uint8_t page;
    uint8_t scale_x; /* 1 to 8 */
    uint8_t scale_y;
    uint8_t spacing; /* rows of a line */
    uint16_t left;   /* margin in dots */
    uint16_t area;   /* printable dots right of it; 0: the rest of the paper */
};

struct vprinter_line {
    struct vprinter_style style;
    uint32_t x;      /* where the next character goes, from the left margin */
    uint32_t extent; /* the furthest that anything is set */
    uint32_t height; /* of the tallest so far */
    uint8_t pair;    /* first byte of a pair, or 0 */
    uint8_t dots[VPRINTER_LINE_ROWS_MAX][VPRINTER_ROW_BYTES];
};

/* As after ESC @. */
void vprinter_line_init(struct vprinter_line *line);

/* Set a character; a full line goes to `paper` first. */
void vprinter_line_character(struct vprinter_line *line, struct vprinter_paper *paper,
                             uint8_t character);

/* Set `dots` of one column, the most significant bit of `bits` (of `rows`) on top. */
void vprinter_line_column(struct vprinter_line *line, const struct vprinter_paper *paper,
                          uint32_t bits, uint32_t rows);

/* Move the place of the next character; what lies outside of the paper is not printed. */
void vprinter_line_move(struct vprinter_line *line, uint32_t x);

/* Print what is set and feed to the next line; an empty line feeds the spacing. */
void vprinter_line_print(struct vprinter_line *line, struct vprinter_paper *paper);

/* Print what is set, if anything, without feeding further than its height. */
void vprinter_line_flush(struct vprinter_line *line, struct vprinter_paper *paper);

/* Print one row of `width` dots, aligned as the style says. False when the paper is full. */
bool vprinter_line_raster_row(const struct vprinter_line *line, struct vprinter_paper *paper,
                              const uint8_t *dots, uint32_t width);

#endif
