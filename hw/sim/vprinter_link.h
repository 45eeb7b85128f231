/*
 * vprinter_link.h - the cables of the virtual printer: a pty and a TCP port on loopback.
 *
 * Link 0 is the pty, reached by the symbolic link DIR/printer; the others are TCP hosts, the
 * port number of which stands in DIR/printer.port. While closed, neither is there: to a host
 * the printer is switched off.
 */
#ifndef HW_SIM_VPRINTER_LINK_H
#define HW_SIM_VPRINTER_LINK_H

#include <poll.h>

#include "hw/sim/vprinter.h"
#include "kiosk/base/err.h"

#define VPRINTER_LINK_PATH_MAX 4096
#define VPRINTER_LINK_POLLS_MAX (VPRINTER_LINKS_MAX + 1)

struct vprinter_links {
    char dir[VPRINTER_LINK_PATH_MAX];
    uint16_t port; /* kept over close and open; 0 before the first */
    int slave;     /* held so that the pty lives on between two hosts */
    int listener;
    int fd[VPRINTER_LINKS_MAX]; /* fd[0] is the pty's master; -1 where there is none */
};

/* Nothing open, for folder `dir`. ERR_NO_ROOM when its name is too long. */
MUST_CHECK struct err vprinter_links_init(struct vprinter_links *links, const char *dir);

/* Open both; the port is any free one at first, then always the same. ERR_IO. */
MUST_CHECK struct err vprinter_links_open(struct vprinter_links *links);

/* Close all and remove DIR/printer and DIR/printer.port. Closed already is fine. */
void vprinter_links_close(struct vprinter_links *links);

/* Fill in what to poll for: the listener first, then each link; `room` false: read nothing. */
void vprinter_links_poll(const struct vprinter_links *links, bool room, struct pollfd *out_polls);

/* After poll(): accept hosts, read from them into `printer`, drop those that went away. */
void vprinter_links_serve(struct vprinter_links *links, const struct pollfd *polls,
                          struct vprinter *printer);

/* Send; what the host does not take at once is lost, as on a cable. */
void vprinter_links_send(const struct vprinter_links *links, size_t link, struct bytes bytes);

#endif
