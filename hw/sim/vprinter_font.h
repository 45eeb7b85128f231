/*
 * vprinter_font.h - the characters in the printer's ROM: ASCII, and the line pieces of two
 * code pages. Enough to read what a foreign host prints; the kiosk itself sends raster.
 */
#ifndef HW_SIM_VPRINTER_FONT_H
#define HW_SIM_VPRINTER_FONT_H

#include <stdint.h>

#define VPRINTER_GLYPH_COLUMNS 5
#define VPRINTER_GLYPH_ROWS 8

/* Columns of an ASCII character, least significant bit on top; NULL for any other byte. */
const uint8_t *vprinter_glyph(uint8_t character);

enum vprinter_side {
    VPRINTER_SIDE_LEFT = 1,
    VPRINTER_SIDE_RIGHT = 2,
    VPRINTER_SIDE_UP = 4,
    VPRINTER_SIDE_DOWN = 8,
};

#define VPRINTER_PAGE_KATAKANA 1 /* ESC t 1; the other pages are taken as 437 */

/* The arms of a line-drawing character, as a sum of enum vprinter_side; 0 when it is none. */
uint32_t vprinter_line_sides(uint8_t page, uint8_t character);

#endif
