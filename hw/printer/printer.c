/*
 * printer.c - the one place where calls and answers are checked against the contract in
 * printer.h, so that neither drivers nor callers have to.
 */
#include "hw/printer/printer.h"

#include <assert.h>

#include "hw/printer/printer_escpos.h"
#include "hw/printer/printer_sim.h"
#include "kiosk/base/text.h"

static bool width_known(uint16_t width)
{
    return width == PRINTER_WIDTH_58MM || width == PRINTER_WIDTH_80MM;
}

struct err printer_open(const struct printer_config *config, struct printer **out_printer)
{
    assert(config != NULL && out_printer != NULL);

    if (!width_known(config->width))
        return ERR(ERR_MALFORMED, config->width, "printer width");
    if (text_same(config->driver, "escpos"))
        return printer_escpos_open(config, out_printer);
    if (text_same(config->driver, "sim"))
        return printer_sim_open(out_printer);
    return ERR(ERR_UNSUPPORTED, 0, "printer driver");
}

enum printer_state printer_status(struct printer *printer)
{
    assert(printer != NULL);

    enum printer_state state = printer->driver->status(printer);

    assert(state < PRINTER_STATE_COUNT);
    return state;
}

struct err printer_print(struct printer *printer, const struct printer_page *page)
{
    assert(printer != NULL && page != NULL && page->dots != NULL);
    assert(width_known(page->width));
    assert(page->rows > 0 && page->rows <= PRINTER_ROWS_MAX);

    struct err e = printer->driver->print(printer, page);

    assert(e.code == ERR_NONE || e.code == ERR_NO_ROOM || e.code == ERR_BLOCKED ||
           e.code == ERR_GONE || e.code == ERR_TIMEOUT);
    return e;
}

void printer_close(struct printer *printer)
{
    if (printer != NULL)
        printer->driver->close(printer);
}
