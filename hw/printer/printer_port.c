#include "hw/printer/printer_port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/lp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

struct err printer_port_init(struct printer_port *port, const char *path)
{
    port->fd = -1;
    if (!text_copy(port->path, sizeof(port->path), path))
        return ERR(ERR_NO_ROOM, 0, "device path");
    return ERR_OK;
}

/* What usblp wants is an error to a terminal and the other way round; both are tried. */
static void prepare(int fd)
{
    struct termios raw;
    if (tcgetattr(fd, &raw) == 0) {
        cfmakeraw(&raw);
        raw.c_cflag |= CLOCAL | CREAD;
        (void)tcsetattr(fd, TCSANOW, &raw);
        (void)tcflush(fd, TCIOFLUSH);
    } else {
        (void)ioctl(fd, LPABORT, 1);
    }
}

struct err printer_port_open(struct printer_port *port)
{
    if (port->fd >= 0)
        return ERR_OK;
    int fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return ERR(ERR_GONE, errno, "open");
    prepare(fd);
    port->fd = fd;
    return ERR_OK;
}

void printer_port_close(struct printer_port *port)
{
    if (port->fd >= 0)
        (void)close(port->fd);
    port->fd = -1;
}

static struct err gone(struct printer_port *port, int cause)
{
    printer_port_close(port);
    return ERR(ERR_GONE, cause, "device went away");
}

/* Wait for `events`; the deadline itself is still looked at once. */
static struct err wait_for(struct printer_port *port, short events, uint64_t deadline_ms)
{
    struct pollfd entry = {.fd = port->fd, .events = events};
    uint64_t now_ms = clock_boot_ms();
    int ready = poll(&entry, 1, now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0);

    if (ready < 0 && errno != EINTR)
        return gone(port, errno);
    if (ready <= 0)
        return ERR(ERR_TIMEOUT, 0, "poll");
    if ((entry.revents & events) == 0)
        return gone(port, 0);
    return ERR_OK;
}

static bool means_gone(int cause)
{
    return cause == EIO || cause == ENODEV || cause == ENXIO || cause == EPIPE || cause == EBADF;
}

/* Write as much as the device takes now, and move `bytes` behind it. */
static struct err write_some(struct printer_port *port, struct bytes *bytes)
{
    ssize_t done = write(port->fd, bytes->at, bytes->len);
    if (done < 0 && means_gone(errno))
        return gone(port, errno);
    if (done < 0 && errno != EAGAIN && errno != EINTR)
        return ERR(ERR_TIMEOUT, errno, "write");
    if (done > 0) {
        bytes->at += done;
        bytes->len -= (size_t)done;
    }
    return ERR_OK;
}

struct err printer_port_write(struct printer_port *port, struct bytes bytes, uint64_t deadline_ms)
{
    if (port->fd < 0)
        return ERR(ERR_GONE, 0, "closed");
    while (bytes.len > 0) {
        uint64_t stall_ms = clock_boot_ms() + PRINTER_PORT_STALL_MS;
        struct err e = wait_for(port, POLLOUT, stall_ms < deadline_ms ? stall_ms : deadline_ms);
        if (!failed(e))
            e = write_some(port, &bytes);
        if (failed(e))
            return e;
        if (bytes.len > 0 && clock_boot_ms() >= deadline_ms)
            return ERR(ERR_TIMEOUT, 0, "write");
    }
    return ERR_OK;
}

struct err printer_port_read(struct printer_port *port, uint64_t deadline_ms, uint8_t *out_byte)
{
    if (port->fd < 0)
        return ERR(ERR_GONE, 0, "closed");
    struct err e = wait_for(port, POLLIN, deadline_ms);
    if (failed(e))
        return e;
    ssize_t got = read(port->fd, out_byte, 1);
    if (got == 1)
        return ERR_OK;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return ERR(ERR_TIMEOUT, errno, "read");
    return got == 0 ? ERR(ERR_TIMEOUT, 0, "read") : gone(port, errno);
}
