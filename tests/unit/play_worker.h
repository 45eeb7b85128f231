/*
 * play_worker.h - the token worker that a test program is, too: started under the name of
 * certkiosk-token, it behaves as its argument (the reader's name) says.
 */
#ifndef TESTS_UNIT_PLAY_WORKER_H
#define TESTS_UNIT_PLAY_WORKER_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/token/worker_sandbox.h"
#include "hw/token/worker_serve.h"
#include "kiosk/base/text.h"

#define RIGHT_PIN "123456"

static const char *part; /* what it plays */
static bool has_watched;
static struct worker_room *stage;
static struct worker_serve playing;

static inline struct err play_watch(struct token *token, uint32_t timeout_ms,
                                    enum token_presence *in_out_presence)
{
    (void)token;
    (void)timeout_ms;
    *in_out_presence = TOKEN_PRESENT;
    has_watched = true;
    if (text_same(part, "absent after identify") && stage->ask.number > 1)
        *in_out_presence = TOKEN_ABSENT;
    return text_same(part, "watch fails") ? ERR(ERR_IO, 5, "watch") : ERR_OK;
}

static inline int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
    return count;
}

static inline int variables(void)
{
    int count = 0;
    for (char **variable = environ; *variable != NULL; variable++)
        count++;
    return count;
}

static inline struct err play_verify(const struct token_request *request,
                                     struct token_reply *out_reply)
{
    if (text_same(part, "conflict"))
        return ERR(ERR_CONFLICT, 0, "an answer that VERIFY does not know");
    out_reply->tries_left = text_same(part, "no tries") ? 0 : 3;
    if (request->pin.len == strlen(RIGHT_PIN) &&
        memcmp(request->pin.at, RIGHT_PIN, request->pin.len) == 0)
        return ERR_OK;
    return ERR(ERR_DENIED, 0x63C3, "wrong PIN");
}

/* SIGN tells about the process: its id, its descriptors, its variables. */
static inline struct err play_sign(struct token_reply *out_reply)
{
    int32_t about[] = {getpid(), open_descriptors(), variables(), getpgrp()};

    memcpy(out_reply->u.data, about, sizeof(about));
    out_reply->len = sizeof(about);
    return ERR_OK;
}

/* "tells": what a worker that traces says in the course of a call. */
static inline void play_tell(void)
{
    static const uint8_t nonsense[] = {WIRE_SAID_TRACE, 3, 0, 0, 0, 'a', '\n', 'b'};

    if (text_same(part, "tells")) {
        worker_tell(&playing, "first");
        worker_tell(&playing, "second");
    }
    if (text_same(part, "tells two lines in one"))
        (void)send(WIRE_FD, nonsense, sizeof(nonsense), 0);
    while (text_same(part, "tells for ever"))
        worker_tell(&playing, "again");
}

/* It watched well until there was something to do. */
static inline void play_tired(void)
{
    if (has_watched && text_same(part, "dies watching"))
        abort();
    while (has_watched && text_same(part, "hangs watching"))
        (void)pause();
}

static inline struct err play_call(struct token *token, const struct token_request *request,
                                   struct token_reply *out_reply)
{
    (void)token;
    if (request->call == TOKEN_CALL_IDENTIFY) {
        play_tired();
        if (has_watched && text_same(part, "loses service watching"))
            return ERR(ERR_IO, 0, "service");
        while (text_same(part, "hang once") && stage->ask.memory.hung == 0)
            (void)pause();
        *out_reply = (struct token_reply){.u.identity.pin_tries_left = stage->ask.memory.next};
        (void)text_copy(out_reply->u.identity.id, TOKEN_ID_SIZE,
                        text_same(part, "bad id") ? "x1" : "s1");
        return text_same(part, "unknown card") ? ERR(ERR_UNSUPPORTED, 0, "card") : ERR_OK;
    }
    play_tell();
    if (text_same(part, "crash"))
        abort();
    if (text_same(part, "leave"))
        _exit(0);
    while (text_same(part, "hang"))
        (void)pause();
    if (text_same(part, "gone"))
        return ERR(ERR_GONE, 0, "pulled");
    if (request->call == TOKEN_CALL_VERIFY_PIN)
        return play_verify(request, out_reply);
    return request->call == TOKEN_CALL_SIGN ? play_sign(out_reply)
                                            : ERR(ERR_UNSUPPORTED, 0, "play");
}

static inline bool play_service(const struct card *card)
{
    (void)card;
    if (text_same(part, "loses service watching"))
        return !has_watched || stage->ask.kind == WIRE_WATCH;
    return !text_same(part, "service goes") || stage->ask.kind == WIRE_CALL;
}

static inline void play_close(struct token *token)
{
    (void)token;
}

/* Answers that are no answers, to the second question. */
static inline void play_nonsense(void)
{
    static uint8_t noise[WIRE_MESSAGE_MAX + 1000];
    struct wire_answer answer = {.number = 2, .has_service = true};
    size_t len = wire_put_answer(&answer, TOKEN_CALL_VERIFY_PIN, NULL, stage->message);

    if (text_same(part, "noise"))
        (void)send(WIRE_FD, noise, 100, 0);
    if (text_same(part, "too much"))
        (void)send(WIRE_FD, noise, sizeof(noise), 0);
    if (text_same(part, "byte more"))
        (void)send(WIRE_FD, stage->message, len + 1, 0);
    answer.number = 1;
    len = wire_put_answer(&answer, TOKEN_CALL_VERIFY_PIN, NULL, stage->message);
    if (text_same(part, "old answer"))
        (void)send(WIRE_FD, stage->message, len, 0);
}

/* "PART/FOLDER": a file there for each worker that was started. */
static inline void count_start(const char *name)
{
    static char alone[PATH_MAX];
    char path[PATH_MAX];
    const char *folder = strchr(name, '/');

    if (folder == NULL || !text_copy(alone, sizeof(alone), name))
        return;
    alone[folder - name] = '\0';
    part = alone;
    if (text_print(path, sizeof(path), "%s/%d", folder, (int)getpid()))
        (void)close(open(path, O_CREAT | O_WRONLY, 0600));
}

/* `traced`: it was started to trace. */
static inline int play(const char *name, bool traced)
{
    static const struct token_driver driver = {"play", play_watch, play_call, play_close};
    static struct token token = {.driver = &driver};
    static struct piv_memory memory;
    struct wire_hello hello = {.has_service = true};

    if (traced != (strncmp(name, "tells", 5) == 0 && !text_same(name, "tells unasked")))
        return 1;
    part = text_same(name, "tells unasked") ? "tells" : name;
    count_start(name);
    stage = worker_room_create();
    if (stage == NULL || failed(sandbox_begin(WIRE_FD)))
        return 1;
    hello.has_service = !text_same(part, "no service");
    hello.sandboxed = text_same(part, "locked in");
    playing = (struct worker_serve){WIRE_FD, &token, &memory, NULL, play_service, stage};
    while (text_same(part, "mute"))
        (void)pause();
    if (failed(worker_greet(&playing, &hello)) || !hello.has_service)
        return 1;
    if (text_same(part, "noise") || text_same(part, "too much") || text_same(part, "byte more") ||
        text_same(part, "old answer")) {
        uint8_t question = 0;
        (void)recv(WIRE_FD, &question, 1, 0); /* identify is answered in order */
        struct wire_answer answer = {.number = 1, .has_service = true};
        stage->reply = (struct token_reply){.u.identity.id = "s1"};
        size_t len = wire_put_answer(&answer, TOKEN_CALL_IDENTIFY, &stage->reply, stage->message);
        (void)send(WIRE_FD, stage->message, len, 0);
        (void)recv(WIRE_FD, &question, 1, 0);
        play_nonsense();
        (void)recv(WIRE_FD, &question, 1, 0);
        return 0;
    }
    return failed(worker_serve(&playing)) ? 1 : 0;
}

#endif
