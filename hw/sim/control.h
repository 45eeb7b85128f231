/*
 * control.h - how the simulated devices are told what to do: one line each way.
 *
 * Each device of the virtual hall listens on a UNIX stream socket (DIR/token.ctl,
 * DIR/printer.ctl, DIR/line.ctl). A client connects, sends one line of words, reads one line
 * and is done:
 *
 *     -> token fault pull-after 3    words split at single spaces; the last one may be long
 *     <- ok pull-after 3             or "refused: no such fault"
 *
 * The line is what stands after DIR on the command line of certkiosk-hall, word for word: "paper
 * low" and "printer status" go to the printer, "pull" and "token status" to the token.
 *
 *     device:  control_serve_open --> poll on .fd --> control_answer --> ... -->
 * control_serve_close client:  control_ask
 *
 * The device answers a client whole before it goes on with its work, which costs it
 * CONTROL_CLIENT_TIMEOUT_MS at most.
 */
#ifndef HW_SIM_CONTROL_H
#define HW_SIM_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/err.h"

#define CONTROL_LINE_MAX 16384 /* bytes with the NUL: a certificate in hex fits */
#define CONTROL_PATH_MAX 108   /* sun_path */
#define CONTROL_WORDS_MAX 8
#define CONTROL_CLIENT_TIMEOUT_MS 300

struct control_server {
    int fd; /* readable when a client waits */
    char path[CONTROL_PATH_MAX];
};

/* The words of one request line; count is at least 1. */
struct control_request {
    size_t count;
    const char *word[CONTROL_WORDS_MAX];
};

/* One answer: done ("ok TEXT") or not ("refused: TEXT"). */
struct control_reply {
    bool done;
    char text[CONTROL_LINE_MAX];
};

/* What a device does with a request. */
struct control_handler {
    void *context;
    /* Call control_ok() or control_refuse() once; without a call the request is refused as unknown.
     */
    void (*answer)(void *context, const struct control_request *request,
                   struct control_reply *reply);
};

/*
 * Listen at `path`. A socket left by a dead device is replaced. ERR_CONFLICT when a live one
 * answers there, ERR_NO_ROOM when the path is too long for a socket, ERR_IO otherwise.
 */
MUST_CHECK struct err control_serve_open(const char *path, struct control_server *out_server);

/* Stop listening and remove the socket. A server zeroed with fd -1 is fine. */
void control_serve_close(struct control_server *server);

/* Take the client that waits on server->fd, read its line, let `handler` answer, send it.
 * A client that says nothing, goes away or sends too much is dropped: never an error here. */
void control_answer(struct control_server *server, const struct control_handler *handler);

/* Fill in the answer; text is cut at CONTROL_LINE_MAX and line ends become spaces. */
PRINTF_LIKE(2, 3) void control_ok(struct control_reply *reply, const char *format, ...);
PRINTF_LIKE(2, 3) void control_refuse(struct control_reply *reply, const char *format, ...);

/*
 * Ask the device at `path` and wait `timeout_ms` for its answer, whether done or refused.
 * ERR_NOT_FOUND when no device listens there, ERR_TIMEOUT, ERR_MALFORMED for an answer of
 * another shape, ERR_NO_ROOM when path or line are too long, ERR_IO.
 */
MUST_CHECK struct err control_ask(const char *path, const char *line, uint32_t timeout_ms,
                                  struct control_reply *out_reply);

/* Read a number without sign, blanks or junk, at most `max`. ERR_MALFORMED. */
MUST_CHECK struct err control_number(const char *word, uint32_t max, uint32_t *out_number);

#endif
