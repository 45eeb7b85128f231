/* hall_reader.c - hides how pcscd and vpcd are made to listen where we want. */
#include "hw/sim/hall_reader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define PCSCD "/usr/sbin/pcscd"
#define VPCD "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
#define PORT_OWN 35963 /* vpcd's usual one */
#define PORT_TRIES_MAX 50
#define LISTEN_MS 10000
#define LISTEN_POLL_MS 5
#define BACKLOG_MAX 16
#define TCP_LINE_MAX 256
#define TCP_STATE_LISTEN 0x0A

static bool port_is_free(uint16_t port, uint16_t *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 &&
                 bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0 &&
                 getsockname(fd, (struct sockaddr *)(void *)&address, &len) == 0;
    if (fd >= 0)
        (void)close(fd); /* it was only to see who else has the port */
    if (bound)
        *out_port = ntohs(address.sin_port);
    return bound;
}

/* vpcd takes two in a row: a slot each. */
static struct err port_choose(bool own_room, uint16_t *out_port)
{
    if (own_room) {
        *out_port = PORT_OWN;
        return ERR_OK;
    }
    for (int i = 0; i < PORT_TRIES_MAX; i++) {
        uint16_t port = 0;
        uint16_t next = 0;
        if (port_is_free(0, &port) && port < UINT16_MAX &&
            port_is_free((uint16_t)(port + 1), &next)) {
            *out_port = port;
            return ERR_OK;
        }
    }
    return ERR(ERR_NO_ROOM, 0, "no two free ports");
}

static struct err config_write(const char *dir, uint16_t port)
{
    char folder[PATH_MAX];
    char path[PATH_MAX];
    if (!text_print(folder, sizeof folder, "%s/readers", dir) ||
        !text_print(path, sizeof path, "%s/readers/virtual", dir))
        return ERR(ERR_NO_ROOM, 0, "path");
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir");
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen");
    int written = fprintf(file,
                          "FRIENDLYNAME \"" HALL_READER_NAME "\"\n"
                          "DEVICENAME /dev/null:%u\n"
                          "LIBPATH " VPCD "\n"
                          "CHANNELID %u\n",
                          (unsigned)port, (unsigned)port);
    int closed = fclose(file);
    return written > 0 && closed == 0 ? ERR_OK : ERR(ERR_IO, errno, "write");
}

static struct err socket_listen(const char *dir, int *out_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_print(address.sun_path, sizeof address.sun_path, "%s/pcscd.comm", dir))
        return ERR(ERR_NO_ROOM, 0, "path too long for a socket");
    (void)unlink(address.sun_path); /* of a hall that was killed; bind tells if it cannot go */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR(ERR_IO, errno, "socket");
    if (bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0 ||
        listen(fd, BACKLOG_MAX) != 0) {
        struct err e = ERR(ERR_IO, errno, "bind");
        (void)close(fd);
        return e;
    }
    *out_fd = fd;
    return ERR_OK;
}

/* By the kernel's table: to connect and see would be a card that comes and goes. */
static bool port_listens(uint16_t port)
{
    FILE *table = fopen("/proc/self/net/tcp", "re");
    char line[TCP_LINE_MAX];
    bool found = false;
    while (table != NULL && !found && fgets(line, sizeof line, table) != NULL) {
        /* "  0: 00000000:8C7B 00000000:0000 0A ..." */
        char *rest = strchr(line, ':');
        char *at = rest == NULL ? NULL : strchr(rest + 1, ':');
        if (at == NULL)
            continue;
        unsigned long local = strtoul(at + 1, &rest, 16);
        char *remote_end = strchr(rest + 1, ' ');
        found = remote_end != NULL && local == port &&
                strtoul(remote_end, NULL, 16) == TCP_STATE_LISTEN;
    }
    if (table != NULL)
        (void)fclose(table); /* only read */
    return found;
}

static struct err listen_wait(const struct hall_child *child, uint16_t port)
{
    uint64_t until_ms = clock_boot_ms() + LISTEN_MS;
    while (clock_boot_ms() < until_ms) {
        if (port_listens(port))
            return ERR_OK;
        siginfo_t ended = {.si_pid = 0};
        if (waitid(P_PID, (id_t)child->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            ended.si_pid != 0)
            return ERR(ERR_GONE, ended.si_status, "pcscd ended at its start");
        (void)poll(NULL, 0, LISTEN_POLL_MS); /* a nap; an early end of it does no harm */
    }
    return ERR(ERR_TIMEOUT, LISTEN_MS, "pcscd's reader");
}

static struct err pcscd_start(const char *dir, const char *log, int fd,
                              struct hall_child *out_child)
{
    char program_path[] = PCSCD;
    char foreground[] = "--foreground";
    char config[] = "--config";
    char folder[PATH_MAX];
    if (!text_print(folder, sizeof folder, "%s/readers", dir))
        return ERR(ERR_NO_ROOM, 0, "path");
    char *const argv[] = {program_path, foreground, config, folder, NULL};
    const struct hall_program program = {
        .name = "pcscd", .argv = argv, .log = log, .quiet = true, .listen_fd = fd};
    return hall_child_start(&program, out_child);
}

struct err hall_reader_start(const char *dir, bool own_room, const char *log,
                             struct hall_child *out_child, uint16_t *out_port)
{
    uint16_t port = 0;
    if (access(PCSCD, X_OK) != 0)
        return ERR(ERR_NOT_FOUND, errno, "no " PCSCD " (package pcscd)");
    if (access(VPCD, R_OK) != 0)
        return ERR(ERR_NOT_FOUND, errno, "no " VPCD " (package vsmartcard-vpcd)");
    struct err e = port_choose(own_room, &port);
    if (!failed(e))
        e = config_write(dir, port);
    if (!failed(e))
        e = hall_reader_again(dir, port, log, out_child);
    if (!failed(e))
        *out_port = port;
    return e;
}

struct err hall_reader_again(const char *dir, uint16_t port, const char *log,
                             struct hall_child *out_child)
{
    int fd = -1;
    struct err e = socket_listen(dir, &fd);
    if (failed(e))
        return e;
    e = pcscd_start(dir, log, fd, out_child);
    (void)close(fd); /* pcscd has its own now: clients must see it when that one dies */
    return failed(e) ? e : listen_wait(out_child, port);
}

void hall_reader_deaf(const char *dir)
{
    char path[PATH_MAX];
    if (text_print(path, sizeof path, "%s/pcscd.comm", dir))
        (void)unlink(path); /* pcscd may have taken it along */
}

void hall_reader_clear(const char *dir)
{
    static const char *const left[] = {"pcscd.comm", "readers/virtual", "readers"};
    char path[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(left); i++) {
        if (text_print(path, sizeof path, "%s/%s", dir, left[i]))
            (void)remove(path); /* may not be there: the start may have failed before */
    }
}
