/*
 * worker_main.c - certkiosk-token: what is read from a token, a reader or the PC/SC service is
 * read here, and can do no more than what this process still can.
 *
 *     certkiosk-token READER [--trace]   started by certkiosk and certkioskctl, never by hand
 *
 * Everything is opened first (the way to the service, memory, the library of ciphers), then the
 * process locks itself in, then it says the first command to a token. Before that it hears of
 * strangers only what the first look brings, through the service and its library: the names of
 * readers and how a token answered its reset (ATR).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/token/card_pcsc.h"
#include "hw/token/card_trace.h"
#include "hw/token/token_admin.h"
#include "hw/token/token_piv.h"
#include "hw/token/worker_sandbox.h"
#include "hw/token/worker_serve.h"
#include "kiosk/base/text.h"

#define EXIT_USAGE 2
#define SERVICE_FD (WIRE_FD + 1) /* the one descriptor that a context of PC/SC has */

static bool has_parent(void)
{
    int type = 0;
    socklen_t len = sizeof(type);
    return getsockopt(WIRE_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET;
}

/* The first look makes the context, and remembers which token is in. */
static struct err reach_service(struct card *card)
{
    enum token_presence presence = TOKEN_READER_GONE;
    /* cppcheck-suppress returnDanglingLifetime; nothing in an error points anywhere */
    return card->driver->watch(card, 0, &presence);
}

static struct err work(struct worker_serve *serve)
{
    struct wire_hello hello = {.has_service = serve->has_service(serve->card)};
    struct err e = ERR_OK;

    if (hello.has_service) {
        e = sandbox_lock_in(SERVICE_FD + 1);
        hello.sandboxed = worker_filter_there();
    }
    if (!failed(e))
        e = worker_greet(serve, &hello);
    return failed(e) || !hello.has_service ? e : worker_serve(serve);
}

/* `card` is taken, and used through what is given out. */
static struct err open_token(struct card *card, bool traced, struct worker_serve *serve)
{
    const struct token_trace sink = {worker_tell, serve};
    struct card *link = card;

    serve->card = card;
    struct err e = traced ? card_trace_create(card, &sink, &link) : ERR_OK;
    return failed(e) ? e : token_piv_create(link, serve->memory, &serve->token);
}

static struct err run(const char *reader, bool traced)
{
    static struct piv_memory memory;
    struct worker_serve serve = {.fd = WIRE_FD,
                                 .memory = &memory,
                                 .has_service = card_pcsc_has_service,
                                 .room = worker_room_create()};
    struct card *card = NULL;

    if (serve.room == NULL)
        return ERR(ERR_NO_ROOM, 0, "locked memory");
    struct err e = card_pcsc_open(reader, &card);
    if (!failed(e))
        e = reach_service(card);
    if (failed(e))
        return e;
    e = open_token(card, traced, &serve);
    if (failed(e))
        return e;
    e = work(&serve);
    serve.token->driver->close(serve.token); /* powers the token down */
    worker_room_destroy(serve.room);
    return e;
}

int main(int argc, char **argv)
{
    bool traced = argc == 3 && text_same(argv[2], WIRE_TRACE_OPTION);
    if ((argc != 2 && !traced) || !has_parent()) {
        (void)fputs("certkiosk-token is started by certkiosk, not by hand\n", stderr);
        return EXIT_USAGE;
    }
    struct err e = sandbox_begin(WIRE_FD);
    if (!failed(e))
        e = admin_prepare();
    if (!failed(e))
        e = run(argv[1], traced);
    _exit(failed(e) ? EXIT_FAILURE : EXIT_SUCCESS); /* nothing is left that libraries could do */
}
