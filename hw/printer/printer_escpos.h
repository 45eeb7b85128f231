/*
 * printer_escpos.h - an ESC/POS raster printer on a character device, as a printer driver.
 *
 * A print is: ask the state; clear, reset and marker; bands; feed, cut and marker; and the
 * second marker's answer is the only thing that makes it printed. While it waits it asks the
 * state, so that missing paper is known in half a second. After anything else than "printed"
 * the buffer is cleared at once, while the printer still stands still: new paper would else
 * bring out the rest.
 */
#ifndef HW_PRINTER_PRINTER_ESCPOS_H
#define HW_PRINTER_PRINTER_ESCPOS_H

#include "hw/printer/printer.h"

/* Errors: ERR_NO_ROOM without memory or for a path that is too long. */
MUST_CHECK struct err printer_escpos_open(const struct printer_config *config,
                                          struct printer **out_printer);

#endif
