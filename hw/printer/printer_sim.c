#include "hw/printer/printer_sim.h"

#include <stdlib.h>
#include <string.h>

struct printer_sim *printer_sim_of(struct printer *printer)
{
    return CONTAINER_OF(printer, struct printer_sim, printer);
}

static enum printer_state sim_status(struct printer *printer)
{
    return printer_sim_of(printer)->state;
}

static struct err sim_refusal(enum printer_state state)
{
    switch (state) {
    case PRINTER_PAPER_OUT:
        return ERR(ERR_NO_ROOM, state, "no paper");
    case PRINTER_COVER_OPEN:
    case PRINTER_FAILED:
        return ERR(ERR_BLOCKED, state, "cannot print");
    case PRINTER_SILENT:
        return ERR(ERR_GONE, state, "not there");
    case PRINTER_READY:
    case PRINTER_PAPER_LOW:
    case PRINTER_STATE_COUNT:
        break;
    }
    return ERR_OK;
}

static struct err sim_print(struct printer *printer, const struct printer_page *page)
{
    struct printer_sim *sim = printer_sim_of(printer);
    struct err e = sim_refusal(sim->state);
    if (failed(e))
        return e;
    if (sim->fail_next != ERR_NONE) {
        enum err_code code = sim->fail_next;
        sim->fail_next = ERR_NONE;
        sim->state = sim->state_after;
        return ERR(code, 0, "planned");
    }
    sim->pages++;
    sim->last_width = page->width;
    sim->last_rows = page->rows;
    memcpy(sim->last_dots, page->dots, (size_t)page->rows * (page->width / 8U));
    return ERR_OK;
}

static void sim_close(struct printer *printer)
{
    free(printer_sim_of(printer));
}

static const struct printer_driver sim_driver = {
    .name = "sim",
    .status = sim_status,
    .print = sim_print,
    .close = sim_close,
};

struct err printer_sim_open(struct printer **out_printer)
{
    struct printer_sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL)
        return ERR(ERR_NO_ROOM, 0, "printer");
    sim->printer.driver = &sim_driver;
    sim->state = PRINTER_READY;
    *out_printer = &sim->printer;
    return ERR_OK;
}
