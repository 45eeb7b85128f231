/*
 * hall_line.c - certkiosk-hall line: bytes from a port to another, until the line is cut.
 *
 * Cut, it resets every connection and refuses new ones, but keeps its port. Slow, it carries so
 * many bytes a second in each direction of each connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "hw/sim/hall.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define CALLS_MAX 64
#define BUFFER_MAX 16384
#define BACKLOG_MAX 16
#define PORT_MAX 65535
#define RATE_MAX 100000000
#define SLOW_STEP_MS 10 /* how often a slow line carries on */

/* One direction of a call. */
struct flow {
    int from;
    int to;
    bool ended; /* `from` has no more; told to `to` once the buffer is empty */
    bool told;
    size_t len;
    uint8_t at[BUFFER_MAX];
    uint64_t next_ms; /* a slow line carries nothing before */
};

struct call {
    bool used;
    int near;
    int far;
    struct flow out; /* from near to far */
    struct flow back;
};

struct line {
    uint16_t to;
    bool up;
    int listen_fd;
    uint32_t rate; /* bytes a second; 0: as fast as it goes */
    uint64_t bytes;
    struct control_server server;
    struct call calls[CALLS_MAX];
};

static void call_close(struct call *call)
{
    (void)close(call->near); /* what is on its way still arrives */
    (void)close(call->far);
    call->used = false;
}

/* A reset, not a farewell: a cut line says no goodbye. */
static void call_reset(struct call *call)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(call->near, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    (void)setsockopt(call->far, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    call_close(call);
}

static int loopback_socket(struct sockaddr_in *out_address, uint16_t port)
{
    *out_address = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = htons(port),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int far_open(uint16_t port)
{
    struct sockaddr_in address;
    int fd = loopback_socket(&address, port);
    if (fd >= 0 &&
        connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static void fd_prepare(int fd)
{
    const int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only slower without */
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void call_accept(struct line *line)
{
    int near = accept4(line->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (near < 0)
        return;
    size_t i = 0;
    while (i < CALLS_MAX && line->calls[i].used)
        i++;
    int far = i == CALLS_MAX ? -1 : far_open(line->to);
    if (far < 0) {
        (void)close(near);
        return;
    }
    fd_prepare(near);
    fd_prepare(far);
    line->calls[i] = (struct call){.used = true,
                                   .near = near,
                                   .far = far,
                                   .out = {.from = near, .to = far},
                                   .back = {.from = far, .to = near}};
}

/* False when the connection is broken. */
static bool flow_fill(struct flow *flow)
{
    if (flow->ended || flow->len == BUFFER_MAX)
        return true;
    ssize_t got = recv(flow->from, flow->at + flow->len, BUFFER_MAX - flow->len, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    flow->ended = got == 0;
    flow->len += (size_t)got;
    return true;
}

/* How much of what waits the line carries now. */
static size_t flow_due(const struct line *line, const struct flow *flow)
{
    size_t step = (size_t)line->rate * SLOW_STEP_MS / 1000 + 1;
    if (line->rate == 0)
        return flow->len;
    if (clock_boot_ms() < flow->next_ms)
        return 0;
    return flow->len < step ? flow->len : step;
}

static bool flow_empty(struct line *line, struct flow *flow)
{
    size_t due = flow_due(line, flow);
    if (due > 0) {
        ssize_t sent = send(flow->to, flow->at, due, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        flow->len -= (size_t)sent;
        flow->next_ms = clock_boot_ms() + SLOW_STEP_MS;
        line->bytes += (uint64_t)sent;
        memmove(flow->at, flow->at + sent, flow->len);
    }
    if (flow->ended && flow->len == 0 && !flow->told) {
        (void)shutdown(flow->to, SHUT_WR); /* the other side may be gone already */
        flow->told = true;
    }
    return true;
}

static void call_work(struct line *line, struct call *call)
{
    bool whole = flow_fill(&call->out) && flow_fill(&call->back) && flow_empty(line, &call->out) &&
                 flow_empty(line, &call->back);
    if (!whole) {
        call_reset(call);
    } else if (call->out.told && call->back.told) {
        call_close(call);
    }
}

/* What waits for its time on a slow line is no reason to wake. */
static short flow_events(const struct line *line, const struct flow *in, const struct flow *out)
{
    int events = 0;
    if (!in->ended && in->len < BUFFER_MAX)
        events |= POLLIN;
    if (out->len > 0 && line->rate == 0)
        events |= POLLOUT;
    return (short)events;
}

static void cut(struct line *line)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (line->calls[i].used)
            call_reset(&line->calls[i]);
    }
}

static size_t calls_count(const struct line *line)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLS_MAX; i++)
        count += line->calls[i].used ? 1 : 0;
    return count;
}

/* "line slow BYTES": a second, from now on; 0 ends it. */
static void slow_answer(struct line *line, const char *number, struct control_reply *reply)
{
    uint32_t rate = 0;
    if (failed(control_number(number, RATE_MAX, &rate))) {
        control_refuse(reply, "slow wants bytes a second");
        return;
    }
    line->rate = rate;
    control_ok(reply, "slow %u", rate);
}

static void line_down(struct line *line)
{
    /* A listening socket that is shut down refuses, and keeps its port (Linux). */
    if (line->up)
        (void)shutdown(line->listen_fd, SHUT_RDWR);
    cut(line);
    line->up = false;
}

static void line_up(struct line *line, struct control_reply *reply)
{
    line->up = line->up || listen(line->listen_fd, BACKLOG_MAX) == 0;
    if (line->up) {
        control_ok(reply, "up");
    } else {
        control_refuse(reply, "the port is lost");
    }
}

static void request_answer(void *context, const struct control_request *request,
                           struct control_reply *reply)
{
    struct line *line = context;
    const char *word = request->count > 1 ? request->word[1] : "";
    if (request->count == 0 || !text_same(request->word[0], "line"))
        return;
    if (request->count == 3 && text_same(word, "slow")) {
        slow_answer(line, request->word[2], reply);
    } else if (request->count != 2) {
        return;
    } else if (text_same(word, "down")) {
        line_down(line);
        control_ok(reply, "down");
    } else if (text_same(word, "up")) {
        line_up(line, reply);
    } else if (text_same(word, "status")) {
        control_ok(reply, "%s connections=%zu bytes=%" PRIu64, line->up ? "up" : "down",
                   calls_count(line), line->bytes);
    }
}

enum wait { WAIT_SIGNAL, WAIT_CONTROL, WAIT_LISTEN, WAIT_CALLS };
#define WAITS_MAX (WAIT_CALLS + 2 * CALLS_MAX)

static void waits_fill(const struct line *line, int signals, struct pollfd waits[WAITS_MAX])
{
    waits[WAIT_SIGNAL] = (struct pollfd){.fd = signals, .events = POLLIN};
    waits[WAIT_CONTROL] = (struct pollfd){.fd = line->server.fd, .events = POLLIN};
    waits[WAIT_LISTEN] = (struct pollfd){.fd = line->up ? line->listen_fd : -1, .events = POLLIN};
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct call *call = &line->calls[i];
        struct pollfd *pair = &waits[WAIT_CALLS + 2 * i];
        pair[0] = (struct pollfd){.fd = call->used ? call->near : -1,
                                  .events = flow_events(line, &call->out, &call->back)};
        pair[1] = (struct pollfd){.fd = call->used ? call->far : -1,
                                  .events = flow_events(line, &call->back, &call->out)};
    }
}

static void calls_work(struct line *line, const struct pollfd waits[WAITS_MAX])
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct pollfd *pair = &waits[WAIT_CALLS + 2 * i];
        if (line->calls[i].used && (line->rate > 0 || pair[0].revents != 0 || pair[1].revents != 0))
            call_work(line, &line->calls[i]);
    }
}

static void serve(struct line *line, int signals)
{
    const struct control_handler handler = {.context = line, .answer = request_answer};
    struct pollfd waits[WAITS_MAX];
    for (;;) {
        waits_fill(line, signals, waits);
        /* Without limit: there is nothing to do until something comes, unless the line is slow. */
        if (poll(waits, WAITS_MAX, line->rate > 0 ? SLOW_STEP_MS : -1) < 0 && errno != EINTR)
            return;
        if (waits[WAIT_SIGNAL].revents != 0)
            return;
        calls_work(line, waits);
        if (waits[WAIT_LISTEN].revents != 0)
            call_accept(line);
        if (waits[WAIT_CONTROL].revents != 0)
            control_answer(&line->server, &handler);
    }
}

static int bound_socket(uint16_t port)
{
    struct sockaddr_in address;
    const int on = 1;
    int fd = loopback_socket(&address, port);
    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
         bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0)) {
        int reason = errno;
        (void)close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = {.sin_port = 0};
    socklen_t len = sizeof address;
    (void)getsockname(fd, (struct sockaddr *)(void *)&address, &len); /* 0 when it fails */
    return ntohs(address.sin_port);
}

/* A socket keeps its port while it does not listen only if it was bound to it by number: where
 * any port will do, a first socket finds one and the second takes that. */
static struct err listen_open(struct line *line, uint16_t port)
{
    int finder = port == 0 ? bound_socket(0) : -1;
    int fd = bound_socket(finder >= 0 ? port_of(finder) : port);
    int reason = errno;
    if (finder >= 0)
        (void)close(finder);
    if (fd < 0)
        return ERR(ERR_IO, reason, "bind");
    if (listen(fd, BACKLOG_MAX) != 0) {
        struct err e = ERR(ERR_IO, errno, "listen");
        (void)close(fd);
        return e;
    }
    line->listen_fd = fd;
    line->up = true;
    return ERR_OK;
}

static struct err ready_write(const struct line *line, const char *dir)
{
    char fresh[PATH_MAX];
    char path[PATH_MAX];
    if (!text_print(fresh, sizeof fresh, "%s/line.ready.new", dir) ||
        !text_print(path, sizeof path, "%s/line.ready", dir))
        return ERR(ERR_NO_ROOM, 0, "path");
    FILE *file = fopen(fresh, "we");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen");
    int written = fprintf(file, "port=%u\n", (unsigned)port_of(line->listen_fd));
    int closed = fclose(file);
    return written > 0 && closed == 0 && rename(fresh, path) == 0 ? ERR_OK
                                                                  : ERR(ERR_IO, errno, "write");
}

static void ready_clear(const char *dir)
{
    char path[PATH_MAX];
    if (text_print(path, sizeof path, "%s/line.ready", dir))
        (void)unlink(path); /* may not be there: the start may have failed before */
}

static bool options_take(int argc, char **argv, uint16_t *out_listen, uint16_t *out_to)
{
    uint32_t listen_port = 0;
    uint32_t to = 0;
    if (argc != 5 || !text_same(argv[1], "--listen") || !text_same(argv[3], "--to") ||
        failed(control_number(argv[2], PORT_MAX, &listen_port)) ||
        failed(control_number(argv[4], PORT_MAX, &to)) || to == 0)
        return false;
    *out_listen = (uint16_t)listen_port;
    *out_to = (uint16_t)to;
    return true;
}

static int signals_open(void)
{
    sigset_t ends;
    (void)sigemptyset(&ends); /* fails for bad pointers only */
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &ends, NULL) != 0)
        return -1;
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

int hall_line(int argc, char **argv)
{
    static struct line line = {.listen_fd = -1, .server = {.fd = -1}};
    uint16_t port = 0;
    char control_path[CONTROL_PATH_MAX];
    if (!options_take(argc, argv, &port, &line.to))
        return HALL_EXIT_USAGE;
    ready_clear(argv[0]); /* of a line that was killed */
    int signals = signals_open();
    struct err e = signals >= 0 ? listen_open(&line, port) : ERR(ERR_IO, errno, "signalfd");
    if (!failed(e) && !text_print(control_path, sizeof control_path, "%s/line.ctl", argv[0]))
        e = ERR(ERR_NO_ROOM, 0, "path too long for a socket");
    if (!failed(e))
        e = control_serve_open(control_path, &line.server);
    if (!failed(e))
        e = ready_write(&line, argv[0]);
    if (failed(e)) {
        log_err("line", e);
    } else {
        serve(&line, signals);
    }
    cut(&line);
    ready_clear(argv[0]);
    control_serve_close(&line.server);
    return failed(e) ? HALL_EXIT_FAILED : HALL_EXIT_DONE;
}
