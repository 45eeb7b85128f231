#include "hw/sim/vprinter_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define CHUNK_MAX 4096
#define BACKLOG 4
#define TTY_NAME_MAX 64

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static bool path_in(const struct vprinter_links *links, const char *name, char *out_path)
{
    return text_print(out_path, VPRINTER_LINK_PATH_MAX, "%s/%s", links->dir, name);
}

/* The name changes in one step: a host that opens it finds the old or the new one. */
static struct err publish_pty(const struct vprinter_links *links, const char *tty)
{
    char path[VPRINTER_LINK_PATH_MAX];
    char part[VPRINTER_LINK_PATH_MAX];
    if (!path_in(links, "printer", path) || !path_in(links, "printer.part", part))
        return ERR(ERR_NO_ROOM, 0, "path");
    (void)unlink(part);
    if (symlink(tty, part) != 0 || rename(part, path) != 0)
        return ERR(ERR_IO, errno, "symlink");
    return ERR_OK;
}

static struct err open_pty(struct vprinter_links *links)
{
    char tty[TTY_NAME_MAX];
    struct termios raw;

    links->fd[0] = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (links->fd[0] < 0 || grantpt(links->fd[0]) != 0 || unlockpt(links->fd[0]) != 0 ||
        ptsname_r(links->fd[0], tty, sizeof(tty)) != 0)
        return ERR(ERR_IO, errno, "posix_openpt");
    links->slave = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (links->slave < 0 || tcgetattr(links->slave, &raw) != 0)
        return ERR(ERR_IO, errno, "open pty");
    cfmakeraw(&raw);
    if (tcsetattr(links->slave, TCSANOW, &raw) != 0)
        return ERR(ERR_IO, errno, "tcsetattr");
    return publish_pty(links, tty);
}

static struct err publish_port(const struct vprinter_links *links)
{
    char path[VPRINTER_LINK_PATH_MAX];
    char part[VPRINTER_LINK_PATH_MAX];
    if (!path_in(links, "printer.port", path) || !path_in(links, "printer.port.part", part))
        return ERR(ERR_NO_ROOM, 0, "path");

    FILE *file = fopen(part, "we");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen printer.port");
    bool written = fprintf(file, "%u\n", (unsigned)links->port) > 0;
    if (fclose(file) != 0 || !written || rename(part, path) != 0)
        return ERR(ERR_IO, errno, "write printer.port");
    return ERR_OK;
}

static struct err open_listener(struct vprinter_links *links)
{
    const int yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(links->port)};
    socklen_t len = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    links->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (links->listener < 0 ||
        setsockopt(links->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(links->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(links->listener, BACKLOG) != 0 ||
        getsockname(links->listener, (struct sockaddr *)&address, &len) != 0)
        return ERR(ERR_IO, errno, "listen");
    links->port = ntohs(address.sin_port);
    return publish_port(links);
}

struct err vprinter_links_init(struct vprinter_links *links, const char *dir)
{
    links->port = 0;
    links->slave = -1;
    links->listener = -1;
    for (size_t i = 0; i < VPRINTER_LINKS_MAX; i++)
        links->fd[i] = -1;
    if (!text_copy(links->dir, sizeof(links->dir), dir))
        return ERR(ERR_NO_ROOM, 0, "folder name");
    return ERR_OK;
}

struct err vprinter_links_open(struct vprinter_links *links)
{
    struct err e = open_pty(links);
    if (!failed(e))
        e = open_listener(links);
    if (failed(e))
        vprinter_links_close(links);
    return e;
}

void vprinter_links_close(struct vprinter_links *links)
{
    char path[VPRINTER_LINK_PATH_MAX];
    if (links->fd[0] >= 0 && path_in(links, "printer", path))
        (void)unlink(path);
    if (links->listener >= 0 && path_in(links, "printer.port", path))
        (void)unlink(path);
    close_fd(&links->slave);
    close_fd(&links->listener);
    for (size_t i = 0; i < VPRINTER_LINKS_MAX; i++)
        close_fd(&links->fd[i]);
}

void vprinter_links_poll(const struct vprinter_links *links, bool room, struct pollfd *out_polls)
{
    short events = room ? POLLIN : 0;
    out_polls[0] = (struct pollfd){.fd = links->listener, .events = POLLIN};
    for (size_t i = 0; i < VPRINTER_LINKS_MAX; i++)
        out_polls[i + 1] = (struct pollfd){.fd = links->fd[i], .events = events};
}

static void accept_host(struct vprinter_links *links)
{
    const int yes = 1;
    int fd = accept4(links->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (size_t i = 1; i < VPRINTER_LINKS_MAX && fd >= 0; i++) {
        if (links->fd[i] < 0) {
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
            links->fd[i] = fd;
            return;
        }
    }
    close_fd(&fd);
}

static void read_link(struct vprinter_links *links, size_t link, struct vprinter *printer)
{
    uint8_t chunk[CHUNK_MAX];
    size_t room = vprinter_room(printer);
    size_t most = room < sizeof(chunk) ? room : sizeof(chunk);
    if (most == 0)
        return;

    ssize_t got = read(links->fd[link], chunk, most);
    if (got > 0) {
        vprinter_receive(printer, link, (struct bytes){chunk, (size_t)got});
    } else if (link != 0 && (got == 0 || (errno != EAGAIN && errno != EINTR))) {
        close_fd(&links->fd[link]);
        vprinter_unlink(printer, link);
    }
}

void vprinter_links_serve(struct vprinter_links *links, const struct pollfd *polls,
                          struct vprinter *printer)
{
    for (size_t i = 0; i < VPRINTER_LINKS_MAX; i++) {
        if (polls[i + 1].revents != 0 && links->fd[i] >= 0)
            read_link(links, i, printer);
    }
    if (polls[0].revents != 0 && links->listener >= 0)
        accept_host(links);
}

void vprinter_links_send(const struct vprinter_links *links, size_t link, struct bytes bytes)
{
    if (links->fd[link] >= 0)
        (void)!write(links->fd[link], bytes.at, bytes.len);
}
