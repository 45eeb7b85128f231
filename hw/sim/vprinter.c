/*
 * vprinter.c - what acts at once (real time, a person's hand) and what waits in the buffer.
 */
#include "hw/sim/vprinter.h"

#include <assert.h>
#include <string.h>

#include "hw/sim/vprinter_run.h"
#include "hw/sim/vprinter_status.h"
#include "kiosk/base/macros.h"

#define DLE_EOT 0x04
#define DLE_ENQ 0x05
#define ENQ_RESUME 1
#define ENQ_CLEAR 2

static void clear_buffer(struct vprinter *printer)
{
    printer->first = 0;
    printer->count = 0;
    vprinter_escpos_init(&printer->parser);
    vprinter_reset(printer);
}

bool vprinter_stopped(const struct vprinter *printer)
{
    return printer->off || printer->cover_open || printer->cutter_error ||
           printer->paper_state == VPRINTER_PAPER_OUT;
}

static void fault_strikes(struct vprinter *printer)
{
    enum vprinter_fault fault = printer->fault;
    printer->fault = VPRINTER_FAULT_NONE;
    switch (fault) {
    case VPRINTER_FAULT_PAPER_OUT:
        vprinter_set_paper(printer, VPRINTER_PAPER_OUT);
        break;
    case VPRINTER_FAULT_COVER_OPEN:
        vprinter_set_cover(printer, true);
        break;
    case VPRINTER_FAULT_CUTTER_ERROR:
        vprinter_set_cutter_error(printer);
        break;
    case VPRINTER_FAULT_SILENT:
        vprinter_set_silent(printer);
        break;
    case VPRINTER_FAULT_OFF:
        vprinter_switch_off(printer);
        break;
    case VPRINTER_FAULT_NONE:
    case VPRINTER_FAULT_COUNT:
        break;
    }
}

static void run_buffer(struct vprinter *printer)
{
    while (printer->count > 0 && !vprinter_stopped(printer)) {
        uint8_t byte = printer->buffer[printer->first];
        printer->first = (printer->first + 1) % VPRINTER_BUFFER_MAX;
        printer->count--;
        vprinter_run_byte(printer, byte);
        if (printer->fault != VPRINTER_FAULT_NONE && printer->fault_after-- <= 1)
            fault_strikes(printer);
    }
}

/* DLE ENQ counts only where it is a command: at its own place, or while nothing moves. */
static void enquire(struct vprinter *printer, uint8_t n)
{
    if (!vprinter_stopped(printer) && printer->parser.state == VPRINTER_PARSE_DATA)
        return;
    if (n != ENQ_RESUME && n != ENQ_CLEAR)
        return;
    if (n == ENQ_CLEAR)
        clear_buffer(printer);
}

static void receive_byte(struct vprinter *printer, size_t link, uint8_t byte)
{
    uint8_t *seen = printer->seen[link];
    bool dle = seen[0] == VPRINTER_DLE;
    bool ask = dle && seen[1] == DLE_EOT && byte >= 1 && byte <= 4;
    bool enq = dle && seen[1] == DLE_ENQ;

    seen[0] = seen[1];
    seen[1] = byte;
    printer->buffer[(printer->first + printer->count++) % VPRINTER_BUFFER_MAX] = byte;
    if (ask) {
        uint8_t status = vprinter_realtime_status(printer, byte);
        vprinter_reply(printer, link, (struct bytes){&status, 1});
    }
    if (enq)
        enquire(printer, byte);
    run_buffer(printer);
}

void vprinter_init(struct vprinter *printer, uint16_t width, const struct vprinter_host *host)
{
    assert(width > 0 && width % 8 == 0 && width <= VPRINTER_WIDTH_MAX);
    memset(printer, 0, sizeof(*printer));
    printer->host = *host;
    printer->paper.width = width;
    clear_buffer(printer);
}

size_t vprinter_room(const struct vprinter *printer)
{
    return VPRINTER_BUFFER_MAX - printer->count;
}

void vprinter_receive(struct vprinter *printer, size_t link, struct bytes bytes)
{
    assert(link < VPRINTER_LINKS_MAX && bytes.len <= vprinter_room(printer));
    for (size_t i = 0; i < bytes.len && !printer->silent && !printer->off; i++) {
        printer->link = link;
        receive_byte(printer, link, bytes.at[i]);
    }
}

void vprinter_unlink(struct vprinter *printer, size_t link)
{
    assert(link < VPRINTER_LINKS_MAX);
    printer->automatic_status[link] = false;
    memset(printer->seen[link], 0, sizeof(printer->seen[link]));
}

void vprinter_set_paper(struct vprinter *printer, enum vprinter_paper_state state)
{
    if (printer->paper_state == VPRINTER_PAPER_OUT && state != VPRINTER_PAPER_OUT)
        vprinter_cut(printer);
    printer->paper_state = state;
    vprinter_announce(printer);
    run_buffer(printer);
}

void vprinter_set_cover(struct vprinter *printer, bool open)
{
    printer->cover_open = open;
    vprinter_announce(printer);
    run_buffer(printer);
}

void vprinter_set_cutter_error(struct vprinter *printer)
{
    printer->cutter_error = true;
    vprinter_announce(printer);
}

void vprinter_set_silent(struct vprinter *printer)
{
    clear_buffer(printer);
    printer->silent = true;
}

void vprinter_set_fault(struct vprinter *printer, enum vprinter_fault fault, uint32_t after)
{
    printer->fault = fault;
    printer->fault_after = after;
}

void vprinter_switch_off(struct vprinter *printer)
{
    clear_buffer(printer);
    for (size_t link = 0; link < VPRINTER_LINKS_MAX; link++)
        vprinter_unlink(printer, link);
    printer->off = true;
    printer->cutter_error = false;
    printer->silent = false;
}

void vprinter_switch_on(struct vprinter *printer)
{
    vprinter_switch_off(printer);
    printer->off = false;
}
