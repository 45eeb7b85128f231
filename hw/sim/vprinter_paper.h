/*
 * vprinter_paper.h - the paper under the print head since the last cut, as dots.
 *
 * Rows from the top, VPRINTER_ROW_BYTES each, most significant bit left, 1 is black.
 */
#ifndef HW_SIM_VPRINTER_PAPER_H
#define HW_SIM_VPRINTER_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VPRINTER_WIDTH_MAX 576
#define VPRINTER_ROW_BYTES (VPRINTER_WIDTH_MAX / 8)
#define VPRINTER_PAPER_ROWS_MAX 8000 /* one metre */

struct vprinter_paper {
    uint16_t width; /* in dots, a multiple of 8, at most VPRINTER_WIDTH_MAX */
    uint32_t rows;
    bool inked; /* false: blank paper, which is no slip */
    uint8_t dots[VPRINTER_PAPER_ROWS_MAX][VPRINTER_ROW_BYTES];
};

/* Set one dot in a row of VPRINTER_ROW_BYTES; outside of `width` nothing happens. */
void vprinter_dot(uint8_t *row, uint16_t width, uint32_t x);

/* Print one row of VPRINTER_ROW_BYTES and feed by one. False when the paper is full. */
bool vprinter_paper_row(struct vprinter_paper *paper, const uint8_t *row);

/* Feed blank rows, as many as there is room for. */
void vprinter_paper_feed(struct vprinter_paper *paper, uint32_t rows);

/* New blank paper of the same width. */
void vprinter_paper_clear(struct vprinter_paper *paper);

#endif
