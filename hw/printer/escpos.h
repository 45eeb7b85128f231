/*
 * escpos.h - the part of ESC/POS that a kiosk needs: raster out, status back. Pure.
 *
 * Source: Epson, ESC/POS Command Reference (GS v 0, GS V, GS r, DLE EOT, DLE ENQ, GS a).
 * A page goes out as
 *
 *     clear --> band, band, ... --> end (feed, cut, marker)
 *
 * and the answer to the marker says that all before it was done, because it waits in the
 * printer's buffer behind the data.
 */
#ifndef HW_PRINTER_ESCPOS_H
#define HW_PRINTER_ESCPOS_H

#include "hw/printer/printer.h"

#define ESCPOS_BAND_ROWS_MAX 255
#define ESCPOS_BAND_HEAD_LEN 8
#define ESCPOS_BAND_MAX (ESCPOS_BAND_HEAD_LEN + ESCPOS_BAND_ROWS_MAX * (PRINTER_WIDTH_80MM / 8))
#define ESCPOS_SHORT_MAX 32 /* bytes of any other request */

/* DLE EOT n, n from 1 to this; the answers fill uint8_t[ESCPOS_STATUS_COUNT] in that order. */
#define ESCPOS_STATUS_COUNT 4
#define ESCPOS_AUTOMATIC_LEN 4

/*
 * Write the rows from `first_row` on, at most ESCPOS_BAND_ROWS_MAX of them, as one raster
 * command into `out` of ESCPOS_BAND_MAX bytes; returns its length. Where dots would read as
 * a real-time command (10 04, 10 05, 10 14), which printers obey even inside raster data, one
 * more dot is black.
 */
size_t escpos_band(const struct printer_page *page, uint16_t first_row, uint8_t *out);

/* Each writes a request into `out` of ESCPOS_SHORT_MAX bytes and returns its length. */
size_t escpos_ask(uint8_t n, uint8_t *out);  /* DLE EOT n */
size_t escpos_clear(uint8_t *out);           /* DLE ENQ 2: forget what is buffered, at once */
size_t escpos_start(bool cut, uint8_t *out); /* ESC @, cut off what hangs out, marker */
size_t escpos_end(uint8_t *out);             /* feed, cut, marker */

/* What the four answers to escpos_ask(1) ... escpos_ask(4) say. Never PRINTER_SILENT. */
enum printer_state escpos_state(const uint8_t *answers);

/* Bytes that come from the printer, told apart. */
enum escpos_heard {
    ESCPOS_HEARD_NOTHING,   /* not whole yet, or no answer of ours */
    ESCPOS_HEARD_REALTIME,  /* `byte` answers DLE EOT */
    ESCPOS_HEARD_MARKER,    /* answers GS r */
    ESCPOS_HEARD_AUTOMATIC, /* four bytes of automatic status are whole */
};

struct escpos_listener {
    uint8_t automatic[ESCPOS_AUTOMATIC_LEN];
    size_t automatic_len; /* bytes of it so far; 0 when none is coming */
};

/* Take one byte. A zeroed listener is a fresh one. */
enum escpos_heard escpos_listen(struct escpos_listener *listener, uint8_t byte);

#endif
