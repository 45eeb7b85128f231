/*
 * printer_port.h - the character device a printer hangs on, opened when it is there.
 *
 *     closed --open--> open --> write, read --> closed (gone: unplugged, switched off)
 *       ^                                          |
 *       '------------------------------------------'    the next open finds it again
 *
 * A terminal is made raw; its speed and handshake stay as they were set. usblp is told to
 * give up instead of waiting for paper without end.
 */
#ifndef HW_PRINTER_PRINTER_PORT_H
#define HW_PRINTER_PRINTER_PORT_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define PRINTER_PORT_PATH_MAX 512
#define PRINTER_PORT_STALL_MS 3000 /* a write that moves nothing for so long has stopped */

struct printer_port {
    char path[PRINTER_PORT_PATH_MAX];
    int fd; /* -1: closed */
};

/* A closed port. ERR_NO_ROOM when the path is too long. */
MUST_CHECK struct err printer_port_init(struct printer_port *port, const char *path);

/* Open it unless it is open; what it said before is dropped. ERR_GONE when it is not there. */
MUST_CHECK struct err printer_port_open(struct printer_port *port);

/* Closed already is fine. */
void printer_port_close(struct printer_port *port);

/*
 * Write all of `bytes` before `deadline_ms` (boot time). ERR_GONE: the device went away, and the
 * port is closed; ERR_TIMEOUT: it takes no more, some bytes may have gone out.
 */
MUST_CHECK struct err printer_port_write(struct printer_port *port, struct bytes bytes,
                                         uint64_t deadline_ms);

/* Read one byte before `deadline_ms`; a deadline in the past only looks. ERR_TIMEOUT; ERR_GONE. */
MUST_CHECK struct err printer_port_read(struct printer_port *port, uint64_t deadline_ms,
                                        uint8_t *out_byte);

#endif
