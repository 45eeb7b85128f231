#include "hw/sim/vprinter_status.h"

#include <string.h>

#include "kiosk/base/macros.h"

#define REALTIME_FIXED 0x12
#define AUTOMATIC_FIXED 0x10

uint8_t vprinter_realtime_status(const struct vprinter *printer, uint8_t n)
{
    uint32_t status = REALTIME_FIXED;
    bool out = printer->paper_state == VPRINTER_PAPER_OUT;
    switch (n) {
    case 1:
        status |= 0x04U; /* drawer connector: high */
        status |= vprinter_stopped(printer) ? 0x08U : 0;
        break;
    case 2:
        status |= printer->cover_open ? 0x04U : 0;
        status |= out ? 0x20U : 0;
        status |= printer->cutter_error ? 0x40U : 0;
        break;
    case 3:
        status |= printer->cutter_error ? 0x08U : 0;
        break;
    case 4:
        status |= printer->paper_state != VPRINTER_PAPER_OK ? 0x0CU : 0;
        status |= out ? 0x60U : 0;
        break;
    default:
        break;
    }
    return (uint8_t)status;
}

void vprinter_automatic_status(const struct vprinter *printer, uint8_t *out_status)
{
    uint32_t first = AUTOMATIC_FIXED | 0x04U;
    first |= vprinter_stopped(printer) ? 0x08U : 0;
    first |= printer->cover_open ? 0x20U : 0;
    out_status[0] = (uint8_t)first;
    out_status[1] = printer->cutter_error ? 0x08 : 0;
    out_status[2] = vprinter_queued_status(printer, 1);
    out_status[3] = 0;
}

uint8_t vprinter_queued_status(const struct vprinter *printer, uint8_t n)
{
    if (n != 1 && n != '1')
        return 0x01;
    switch (printer->paper_state) {
    case VPRINTER_PAPER_OK:
        return 0x00;
    case VPRINTER_PAPER_LOW:
        return 0x03;
    case VPRINTER_PAPER_OUT:
        return 0x0F;
    }
    return 0x00;
}

void vprinter_reply(const struct vprinter *printer, size_t link, struct bytes bytes)
{
    if (!printer->silent && !printer->off)
        printer->host.reply(printer->host.context, link, bytes);
}

void vprinter_identify(const struct vprinter *printer, uint8_t n)
{
    static const uint8_t numbers[] = {0x20, 0x02, 0x01}; /* model, auto-cutter fitted, ROM */
    static const char *const names[] = {"_1.00", "_CERTKIOSK", "_VPRINTER", "_V000001"};
    static const uint8_t first_name = 65;

    uint8_t number = n >= '1' && n <= '3' ? (uint8_t)(n - '0') : n;
    if (number >= 1 && number <= ARRAY_LEN(numbers)) {
        vprinter_reply(printer, printer->link, (struct bytes){&numbers[number - 1], 1});
    } else if (n >= first_name && (size_t)(n - first_name) < ARRAY_LEN(names)) {
        const char *name = names[n - first_name];
        vprinter_reply(printer, printer->link,
                       (struct bytes){(const uint8_t *)name, strlen(name) + 1});
    }
}

void vprinter_announce(const struct vprinter *printer)
{
    uint8_t status[VPRINTER_AUTOMATIC_LEN];
    vprinter_automatic_status(printer, status);
    for (size_t link = 0; link < VPRINTER_LINKS_MAX; link++) {
        if (printer->automatic_status[link])
            vprinter_reply(printer, link, (struct bytes){status, sizeof(status)});
    }
}
