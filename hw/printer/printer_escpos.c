#include "hw/printer/printer_escpos.h"

#include <stdlib.h>
#include <string.h>

#include "hw/printer/escpos.h"
#include "hw/printer/printer_port.h"
#include "kiosk/base/clock.h"

#define SYNC_TIMEOUT_MS 3000
#define WATCH_MS 250       /* between two questions while waiting for a marker */
#define WATCH_STOPS_MAX 2  /* a stop must be seen so often: someone may press the feed button */
#define WATCH_SILENT_MAX 4 /* questions without an answer before it counts as not known */
#define CLEAR_TIMEOUT_MS 500
#define RESERVE_MS (PRINTER_STATUS_TIMEOUT_MS + CLEAR_TIMEOUT_MS)
#define FLUSH_CLEAN_LEN 16 /* zeros behind a clean end; else a whole band's */
#define ABSORB_MAX 4096

struct escpos_printer {
    struct printer printer;
    struct printer_port port;
    struct escpos_listener listener;
    uint32_t markers_due; /* asked for and not answered */
    bool clean;           /* the last slip ended as it should: nothing is left in the printer */
    uint8_t band[ESCPOS_BAND_MAX];
};

static struct escpos_printer *escpos_of(struct printer *printer)
{
    return CONTAINER_OF(printer, struct escpos_printer, printer);
}

/* Wait for the next answer; an answered marker is counted whoever waits for what. */
static struct err hear(struct escpos_printer *escpos, uint64_t deadline_ms,
                       enum escpos_heard *out_heard, uint8_t *out_byte)
{
    enum escpos_heard heard = ESCPOS_HEARD_NOTHING;
    uint8_t byte = 0;
    while (heard == ESCPOS_HEARD_NOTHING) {
        struct err e = printer_port_read(&escpos->port, deadline_ms, &byte);
        if (failed(e))
            return e;
        heard = escpos_listen(&escpos->listener, byte);
    }
    if (heard == ESCPOS_HEARD_MARKER && escpos->markers_due > 0)
        escpos->markers_due--;
    *out_heard = heard;
    *out_byte = byte;
    return ERR_OK;
}

/* A late answer to an earlier question must not answer the next one. */
static void absorb(struct escpos_printer *escpos)
{
    enum escpos_heard heard = ESCPOS_HEARD_NOTHING;
    uint8_t byte = 0;
    for (size_t i = 0; i < ABSORB_MAX; i++) {
        if (failed(hear(escpos, 0, &heard, &byte)))
            break;
    }
}

static struct err ask(struct escpos_printer *escpos, uint8_t n, uint64_t deadline_ms,
                      uint8_t *out_answer)
{
    uint8_t request[ESCPOS_SHORT_MAX];
    enum escpos_heard heard = ESCPOS_HEARD_NOTHING;
    struct bytes bytes = {request, escpos_ask(n, request)};
    struct err e = printer_port_write(&escpos->port, bytes, deadline_ms);
    while (!failed(e) && heard != ESCPOS_HEARD_REALTIME)
        e = hear(escpos, deadline_ms, &heard, out_answer);
    return e;
}

static enum printer_state ask_state(struct escpos_printer *escpos)
{
    uint64_t deadline_ms = clock_boot_ms() + PRINTER_STATUS_TIMEOUT_MS;
    uint8_t answers[ESCPOS_STATUS_COUNT] = {0};
    struct err e = printer_port_open(&escpos->port);
    if (!failed(e))
        absorb(escpos);
    for (uint8_t n = 1; !failed(e) && n <= ESCPOS_STATUS_COUNT; n++)
        e = ask(escpos, n, deadline_ms, &answers[n - 1]);
    return failed(e) ? PRINTER_SILENT : escpos_state(answers);
}

/* Asked twice: when a printer was switched off and on, the first only finds the old line dead. */
static enum printer_state driver_status(struct printer *printer)
{
    struct escpos_printer *escpos = escpos_of(printer);
    bool was_open = escpos->port.fd >= 0;
    enum printer_state state = ask_state(escpos);
    if (state == PRINTER_SILENT && was_open && escpos->port.fd < 0)
        state = ask_state(escpos);
    return state;
}

/* A state in which no page comes out, as an error; `silent` is what no answer means here. */
static struct err refusal(enum printer_state state, enum err_code silent)
{
    switch (state) {
    case PRINTER_PAPER_OUT:
        return ERR(ERR_NO_ROOM, state, "no paper");
    case PRINTER_COVER_OPEN:
        return ERR(ERR_BLOCKED, state, "cover open");
    case PRINTER_FAILED:
        return ERR(ERR_BLOCKED, state, "printer failed");
    case PRINTER_SILENT:
        return ERR(silent, state, "printer says nothing");
    case PRINTER_READY:
    case PRINTER_PAPER_LOW:
    case PRINTER_STATE_COUNT:
        break;
    }
    return ERR_OK;
}

/* Wait until no marker is due. ERR_NO_ROOM and ERR_BLOCKED: it stopped; ERR_TIMEOUT; ERR_GONE. */
static struct err await_markers(struct escpos_printer *escpos, uint64_t deadline_ms)
{
    uint32_t stops = 0;
    uint32_t silences = 0;
    while (escpos->markers_due > 0) {
        enum escpos_heard heard = ESCPOS_HEARD_NOTHING;
        uint8_t byte = 0;
        struct err e = hear(escpos, clock_boot_ms() + WATCH_MS, &heard, &byte);
        if (!failed(e))
            continue;
        if (e.code == ERR_GONE || clock_boot_ms() >= deadline_ms)
            return e;

        e = refusal(ask_state(escpos), ERR_TIMEOUT);
        silences = e.code == ERR_TIMEOUT ? silences + 1 : 0;
        stops = failed(e) && e.code != ERR_TIMEOUT ? stops + 1 : 0;
        if (escpos->markers_due > 0 && (silences >= WATCH_SILENT_MAX || stops >= WATCH_STOPS_MAX))
            return e;
    }
    return ERR_OK;
}

static struct err send(struct escpos_printer *escpos, const uint8_t *at, size_t len,
                       uint64_t deadline_ms)
{
    return printer_port_write(&escpos->port, (struct bytes){at, len}, deadline_ms);
}

/*
 * Forget what an earlier failure left, end a raster that was cut in its middle, and see that
 * markers are answered. One that is not stays due, so that its late answer proves nothing.
 */
static struct err begin(struct escpos_printer *escpos, uint64_t deadline_ms)
{
    uint8_t request[ESCPOS_SHORT_MAX];
    uint64_t sync_ms = clock_boot_ms() + SYNC_TIMEOUT_MS;
    size_t zeros = escpos->clean ? FLUSH_CLEAN_LEN : sizeof(escpos->band);

    absorb(escpos);
    escpos->markers_due = 0;
    memset(escpos->band, 0, zeros);
    struct err e = send(escpos, request, escpos_clear(request), deadline_ms);
    if (!failed(e))
        e = send(escpos, escpos->band, zeros, deadline_ms);
    if (!failed(e))
        e = send(escpos, request, escpos_start(!escpos->clean, request), deadline_ms);
    if (failed(e))
        return e;
    escpos->markers_due = 1;
    e = await_markers(escpos, sync_ms < deadline_ms ? sync_ms : deadline_ms);
    return e.code == ERR_TIMEOUT ? ERR_OK : e;
}

static struct err send_page(struct escpos_printer *escpos, const struct printer_page *page,
                            uint64_t deadline_ms)
{
    uint8_t request[ESCPOS_SHORT_MAX];
    struct err e = ERR_OK;
    for (uint32_t row = 0; row < page->rows && !failed(e); row += ESCPOS_BAND_ROWS_MAX)
        e = send(escpos, escpos->band, escpos_band(page, (uint16_t)row, escpos->band), deadline_ms);
    return failed(e) ? e : send(escpos, request, escpos_end(request), deadline_ms);
}

static struct err print_page(struct escpos_printer *escpos, const struct printer_page *page,
                             uint64_t deadline_ms)
{
    struct err e = begin(escpos, deadline_ms);
    if (failed(e))
        return e.code == ERR_TIMEOUT ? ERR(ERR_GONE, e.native, "printer takes nothing") : e;
    e = send_page(escpos, page, deadline_ms);
    if (e.code == ERR_TIMEOUT) {
        struct err why = refusal(ask_state(escpos), ERR_TIMEOUT);
        return failed(why) ? why : e;
    }
    if (failed(e))
        return e;
    escpos->markers_due++;
    e = await_markers(escpos, deadline_ms);
    return e.code == ERR_GONE ? ERR(ERR_TIMEOUT, e.native, "went away before it answered") : e;
}

static struct err driver_print(struct printer *printer, const struct printer_page *page)
{
    struct escpos_printer *escpos = escpos_of(printer);
    uint8_t request[ESCPOS_SHORT_MAX];
    uint64_t deadline_ms = clock_boot_ms() + PRINTER_PRINT_TIMEOUT_MS - RESERVE_MS;

    struct err e = refusal(driver_status(printer), ERR_GONE);
    if (failed(e))
        return e;
    e = print_page(escpos, page, deadline_ms);
    escpos->clean = !failed(e);
    if (failed(e))
        (void)send(escpos, request, escpos_clear(request), clock_boot_ms() + CLEAR_TIMEOUT_MS);
    return e;
}

static void driver_close(struct printer *printer)
{
    struct escpos_printer *escpos = escpos_of(printer);
    printer_port_close(&escpos->port);
    free(escpos);
}

static const struct printer_driver driver = {
    .name = "escpos",
    .status = driver_status,
    .print = driver_print,
    .close = driver_close,
};

struct err printer_escpos_open(const struct printer_config *config, struct printer **out_printer)
{
    struct escpos_printer *escpos = calloc(1, sizeof(*escpos));
    if (escpos == NULL)
        return ERR(ERR_NO_ROOM, 0, "printer");
    escpos->printer.driver = &driver;
    struct err e = printer_port_init(&escpos->port, config->device);
    if (failed(e)) {
        free(escpos);
        return e;
    }
    *out_printer = &escpos->printer;
    return ERR_OK;
}
