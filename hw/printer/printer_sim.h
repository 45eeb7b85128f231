/*
 * printer_sim.h - a printer in memory, which does what a test tells it to.
 */
#ifndef HW_PRINTER_PRINTER_SIM_H
#define HW_PRINTER_PRINTER_SIM_H

#include "hw/printer/printer.h"

#define PRINTER_SIM_DOTS_MAX (PRINTER_ROWS_MAX * (PRINTER_WIDTH_80MM / 8))

struct printer_sim {
    struct printer printer;

    /* Set these at any time; the next call obeys. */
    enum printer_state state;
    enum err_code fail_next;        /* how the next page fails in its middle, once */
    enum printer_state state_after; /* the state that such a failure leaves */

    /* What came out. */
    uint32_t pages;
    uint16_t last_width;
    uint16_t last_rows;
    uint8_t last_dots[PRINTER_SIM_DOTS_MAX];
};

/* As printer_open() with driver "sim". ERR_NO_ROOM. */
MUST_CHECK struct err printer_sim_open(struct printer **out_printer);

/* The simulator behind a printer that printer_sim_open() gave. */
struct printer_sim *printer_sim_of(struct printer *printer);

#endif
