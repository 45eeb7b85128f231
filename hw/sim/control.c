/* control.c - hides sockets and deadlines from the devices, which see words and answers. */
#include "hw/sim/control.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"

#define CONTROL_BACKLOG_MAX 8
#define OK_MARK "ok"
#define REFUSED_MARK "refused: "

_Static_assert(CONTROL_PATH_MAX == sizeof(((struct sockaddr_un *)0)->sun_path), "sun_path");

static struct err address_of(const char *path, struct sockaddr_un *out_address)
{
    size_t len = strlen(path);
    if (len >= CONTROL_PATH_MAX)
        return ERR(ERR_NO_ROOM, len, "socket path");
    *out_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out_address->sun_path, path, len + 1);
    return ERR_OK;
}

static bool someone_answers(const struct sockaddr_un *address)
{
    CLEANUP(file_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    return connect(fd, (const struct sockaddr *)(const void *)address, sizeof *address) == 0 ||
           errno == EAGAIN;
}

struct err control_serve_open(const char *path, struct control_server *out_server)
{
    struct sockaddr_un address;
    struct err e = address_of(path, &address);
    if (failed(e))
        return e;
    if (someone_answers(&address))
        return ERR(ERR_CONFLICT, 0, "socket in use");
    if (unlink(path) != 0 && errno != ENOENT)
        return ERR(ERR_IO, errno, "unlink");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR(ERR_IO, errno, "socket");
    if (bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0 ||
        listen(fd, CONTROL_BACKLOG_MAX) != 0) {
        e = ERR(ERR_IO, errno, "listen");
        file_close(&fd);
        return e;
    }
    out_server->fd = fd;
    memcpy(out_server->path, address.sun_path, sizeof out_server->path);
    return ERR_OK;
}

void control_serve_close(struct control_server *server)
{
    if (server->fd < 0)
        return;
    file_close(&server->fd);
    (void)unlink(server->path); /* a socket left behind is replaced at the next start */
    server->fd = -1;
}

static int ms_left(uint64_t until_ms)
{
    uint64_t now_ms = clock_boot_ms();
    return now_ms >= until_ms ? 0 : (int)(until_ms - now_ms);
}

/* One line without its end. ERR_IO when the other side closes before it is whole. */
static struct err line_receive(int fd, uint64_t until_ms, char line[CONTROL_LINE_MAX])
{
    size_t len = 0;
    while (len < CONTROL_LINE_MAX) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, ms_left(until_ms)) <= 0)
            return ERR(ERR_TIMEOUT, 0, "poll");
        ssize_t got = recv(fd, line + len, CONTROL_LINE_MAX - len, 0);
        if (got <= 0)
            return ERR(ERR_IO, got < 0 ? errno : 0, "recv");
        char *end = memchr(line + len, '\n', (size_t)got);
        len += (size_t)got;
        if (end != NULL) {
            *end = '\0';
            return ERR_OK;
        }
    }
    return ERR(ERR_NO_ROOM, 0, "line too long");
}

static struct err text_send(int fd, uint64_t until_ms, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        if (poll(&wait, 1, ms_left(until_ms)) <= 0)
            return ERR(ERR_TIMEOUT, 0, "poll");
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
        if (sent < 0)
            return ERR(ERR_IO, errno, "send");
        text += sent;
        len -= (size_t)sent;
    }
    return ERR_OK;
}

static void words_split(char *line, struct control_request *out_request)
{
    *out_request = (struct control_request){.count = 0};
    char *at = line;
    while (out_request->count < CONTROL_WORDS_MAX) {
        out_request->word[out_request->count++] = at;
        char *space = strchr(at, ' ');
        if (space == NULL || out_request->count == CONTROL_WORDS_MAX)
            return;
        *space = '\0';
        at = space + 1;
    }
}

static struct err reply_send(int fd, uint64_t until_ms, const struct control_reply *reply)
{
    const char *mark = reply->done ? OK_MARK : REFUSED_MARK;
    struct err e = text_send(fd, until_ms, mark);
    if (!failed(e) && reply->done && reply->text[0] != '\0')
        e = text_send(fd, until_ms, " ");
    if (!failed(e))
        e = text_send(fd, until_ms, reply->text);
    return failed(e) ? e : text_send(fd, until_ms, "\n");
}

void control_answer(struct control_server *server, const struct control_handler *handler)
{
    CLEANUP(file_close) int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    uint64_t until_ms = clock_boot_ms() + CONTROL_CLIENT_TIMEOUT_MS;
    char line[CONTROL_LINE_MAX];
    if (failed(line_receive(fd, until_ms, line)))
        return;
    struct control_request request;
    words_split(line, &request);
    struct control_reply reply = {.done = false, .text = "no such request"};
    handler->answer(handler->context, &request, &reply);
    /* A client that does not wait for its answer is no fault of the device. */
    (void)failed(reply_send(fd, clock_boot_ms() + CONTROL_CLIENT_TIMEOUT_MS, &reply));
}

PRINTF_LIKE(2, 0)
static void reply_print(struct control_reply *reply, const char *format, va_list args)
{
    /* Room for the mark and the line end, so that every reply fits a line. */
    (void)vsnprintf(reply->text, sizeof reply->text - sizeof REFUSED_MARK - 1, format, args);
    for (char *at = reply->text; *at != '\0'; at++) {
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    }
}

void control_ok(struct control_reply *reply, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply->done = true;
    reply_print(reply, format, args);
    va_end(args);
}

void control_refuse(struct control_reply *reply, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply->done = false;
    reply_print(reply, format, args);
    va_end(args);
}

static struct err reply_parse(const char *line, struct control_reply *out_reply)
{
    size_t refused_len = strlen(REFUSED_MARK);
    const char *text = NULL;
    if (strcmp(line, OK_MARK) == 0) {
        text = "";
    } else if (strncmp(line, OK_MARK " ", strlen(OK_MARK " ")) == 0) {
        text = line + strlen(OK_MARK " ");
    } else if (strncmp(line, REFUSED_MARK, refused_len) == 0) {
        text = line + refused_len;
    }
    if (text == NULL)
        return ERR(ERR_MALFORMED, 0, "answer");
    out_reply->done = line[0] == OK_MARK[0];
    (void)snprintf(out_reply->text, sizeof out_reply->text, "%s", text); /* shorter than a line */
    return ERR_OK;
}

struct err control_ask(const char *path, const char *line, uint32_t timeout_ms,
                       struct control_reply *out_reply)
{
    struct sockaddr_un address;
    struct err e = address_of(path, &address);
    if (failed(e))
        return e;
    if (strlen(line) + 2 > CONTROL_LINE_MAX || strchr(line, '\n') != NULL)
        return ERR(ERR_NO_ROOM, 0, "line");
    uint64_t until_ms = clock_boot_ms() + timeout_ms;
    CLEANUP(file_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR(ERR_IO, errno, "socket");
    if (connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0) {
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        return ERR(nobody ? ERR_NOT_FOUND : ERR_IO, errno, "connect");
    }
    e = text_send(fd, until_ms, line);
    if (!failed(e))
        e = text_send(fd, until_ms, "\n");
    char answer[CONTROL_LINE_MAX];
    if (!failed(e))
        e = line_receive(fd, until_ms, answer);
    return failed(e) ? e : reply_parse(answer, out_reply);
}

struct err control_number(const char *word, uint32_t max, uint32_t *out_number)
{
    uint64_t number = 0;
    for (const char *at = word; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return ERR(ERR_MALFORMED, 0, "number");
        number = number * 10 + (uint64_t)(*at - '0');
        if (number > max)
            return ERR(ERR_MALFORMED, 0, "number");
    }
    if (word[0] == '\0')
        return ERR(ERR_MALFORMED, 0, "number");
    *out_number = (uint32_t)number;
    return ERR_OK;
}
