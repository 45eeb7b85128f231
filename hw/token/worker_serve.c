#include "hw/token/worker_serve.h"

#include <errno.h>
#include <sys/socket.h>

#include "hw/token/token_check.h"

static struct err say(const struct worker_serve *serve, size_t len)
{
    ssize_t sent = send(serve->fd, serve->room->message, len, MSG_NOSIGNAL);
    return sent == (ssize_t)len ? ERR_OK : ERR(ERR_IO, errno, "send");
}

struct err worker_greet(const struct worker_serve *serve, const struct wire_hello *hello)
{
    return say(serve, wire_put_hello(hello, serve->room->message));
}

void worker_tell(void *serve, const char *line)
{
    const struct worker_serve *to = serve;
    uint8_t message[WIRE_TRACE_MAX]; /* the room's has the question in it */

    (void)send(to->fd, message, wire_put_trace(line, message), MSG_NOSIGNAL);
}

static void do_watch(const struct worker_serve *serve)
{
    struct wire_answer *answer = &serve->room->answer;

    answer->presence = serve->room->ask.presence;
    answer->error =
        serve->token->driver->watch(serve->token, serve->room->ask.timeout_ms, &answer->presence);
}

static void do_call(const struct worker_serve *serve)
{
    struct worker_room *room = serve->room;

    *serve->memory = room->ask.memory;
    room->answer.error = serve->token->driver->call(serve->token, &room->ask.request, &room->reply);
    room->answer.memory = *serve->memory;
}

static struct err serve_one(const struct worker_serve *serve, struct bytes message)
{
    struct worker_room *room = serve->room;

    struct err e = wire_get_ask(message, &room->ask);
    if (failed(e))
        return e;
    if (room->ask.kind == WIRE_CALL && !token_request_holds(&room->ask.request))
        return ERR(ERR_MALFORMED, room->ask.request.call, "request");
    room->answer.number = room->ask.number;
    bool calls = room->ask.kind == WIRE_CALL;
    if (calls) {
        do_call(serve);
    } else {
        do_watch(serve);
    }
    room->answer.has_service = serve->has_service(serve->card);
    return say(serve, wire_put_answer(&room->answer, room->ask.request.call,
                                      calls ? &room->reply : NULL, room->message));
}

struct err worker_serve(const struct worker_serve *serve)
{
    for (;;) {
        ssize_t len = recv(serve->fd, serve->room->message, sizeof(serve->room->message), 0);
        if (len == 0)
            return ERR_OK;
        if (len < 0)
            return ERR(ERR_IO, errno, "recv");
        struct err e = serve_one(serve, (struct bytes){serve->room->message, (size_t)len});
        worker_room_wipe(serve->room);
        if (failed(e))
            return e;
    }
}
