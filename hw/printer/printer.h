/*
 * printer.h - the receipt printer, behind one driver table.
 *
 *     open --> status ... print --> status ... --> close
 *
 * Drivers: escpos (raster over a character device: usblp, a serial port, a pty) and sim (in
 * memory, told to fail). Each passes tests/contract/test_printer.c; so must the next one.
 *
 * The result of printing is one of three: printed (ERR_OK, confirmed by the printer behind
 * the data), not printed (ERR_NO_ROOM: no paper; ERR_BLOCKED: cover, cutter, broken;
 * ERR_GONE), or not known (ERR_TIMEOUT). Never a guess.
 *
 * Threading: all calls come from one thread. A call blocks for the time it states at most.
 */
#ifndef HW_PRINTER_PRINTER_H
#define HW_PRINTER_PRINTER_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define PRINTER_WIDTH_58MM 384 /* dots at 203 dpi */
#define PRINTER_WIDTH_80MM 576
#define PRINTER_ROWS_MAX 2400
#define PRINTER_STATUS_TIMEOUT_MS 1000
#define PRINTER_PRINT_TIMEOUT_MS 20000

enum printer_state {
    PRINTER_READY,
    PRINTER_PAPER_LOW,
    PRINTER_PAPER_OUT,
    PRINTER_COVER_OPEN,
    PRINTER_FAILED, /* cutter, overheated head, unrecoverable */
    PRINTER_SILENT, /* not there or no answer */
    PRINTER_STATE_COUNT,
};

/* A page of dots: rows from the top, each width / 8 bytes, most significant bit left, 1 is black.
 */
struct printer_page {
    uint16_t width; /* a multiple of 8, PRINTER_WIDTH_58MM or _80MM */
    uint16_t rows;  /* 1 to PRINTER_ROWS_MAX */
    const uint8_t *dots;
};

struct printer;

struct printer_config {
    const char *driver; /* "escpos" or "sim" */
    const char *device; /* path: /dev/usb/lp0, /dev/ttyS0, a pty */
    uint16_t width;     /* in dots */
};

struct printer_driver {
    const char *name;
    enum printer_state (*status)(struct printer *);
    struct err (*print)(struct printer *, const struct printer_page *page);
    void (*close)(struct printer *);
};

struct printer {
    const struct printer_driver *driver;
};

/* Open the driver named in `config`, which is only read during the call. A device that is not
 * there is no error: its status is PRINTER_SILENT until it appears. ERR_UNSUPPORTED: no such
 * driver. ERR_MALFORMED: a width that is none. Free with printer_close(). */
MUST_CHECK struct err printer_open(const struct printer_config *config,
                                   struct printer **out_printer);

/* What the printer says of itself now; PRINTER_SILENT within PRINTER_STATUS_TIMEOUT_MS. */
enum printer_state printer_status(struct printer *printer);

/*
 * Print the page and cut. Checks the status first: nothing is sent to a printer that
 * cannot print. Clears what an earlier failure left in the printer, so that no one gets
 * another's slip. Takes PRINTER_PRINT_TIMEOUT_MS at most.
 * Errors: ERR_NO_ROOM, ERR_BLOCKED, ERR_GONE (not printed); ERR_TIMEOUT (not known).
 */
MUST_CHECK struct err printer_print(struct printer *printer, const struct printer_page *page);

/* NULL is fine. */
void printer_close(struct printer *printer);

#endif
