/*
 * token_worker.c - calls go out, answers come back in time and are judged; what is not in order
 * ends the worker.
 *
 * A worker lives no longer than a session: it is killed when the token leaves, and with it goes
 * all that a PIN, a key or a certificate left in its memory.
 */
#include "hw/token/token_worker.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hw/token/token_check.h"
#include "hw/token/token_worker_process.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/secret.h"
#include "kiosk/base/text.h"

#define READER_SIZE 128
#define CLOSE_PATIENCE_MS 1000 /* to power the card down */
#define SITES_MAX 64
#define LINES_KEPT_MAX (WIRE_LINES_MAX + 1)

struct token_worker {
    struct token token;
    struct token_worker_setup setup;
    char program[PATH_MAX];
    char reader[READER_SIZE];
    struct worker_process process;
    struct worker_room *room;
    struct piv_memory memory;
    uint32_t number;               /* of the last question */
    uint64_t retry_ms;             /* boot time before which watch starts no worker */
    char (*lines)[WIRE_LINE_SIZE]; /* of a trace, to be told; NULL without one */
    size_t line_count;
    bool asked; /* the process was given a call: it has heard what a token says */
    bool in_session;
    bool was_lost; /* watch has yet to say so */
};

static struct token_worker *worker_of(struct token *token)
{
    return CONTAINER_OF(token, struct token_worker, token);
}

/* The same text in memory that stays, as struct err wants it. There are only so many. */
static const char *kept_site(const char *site)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char sites[SITES_MAX][WIRE_SITE_MAX];
    const char *kept = "token worker";

    (void)pthread_mutex_lock(&lock); /* cannot fail for this kind */
    for (size_t i = 0; i < SITES_MAX; i++) {
        if (sites[i][0] == '\0')
            (void)text_copy(sites[i], sizeof(sites[i]), site); /* same size */
        if (strcmp(sites[i], site) == 0) {
            kept = sites[i];
            break;
        }
    }
    (void)pthread_mutex_unlock(&lock);
    return kept;
}

static void drop(struct token_worker *worker)
{
    worker_process_stop(&worker->process, 0);
    worker->in_session = false;
}

static void delay_next(struct token_worker *worker)
{
    worker->retry_ms = clock_boot_ms() + worker->setup.retry_ms;
}

/* What a new worker says of itself. */
static struct err judge(const struct token_worker *worker, const struct wire_hello *hello)
{
    if (!hello->has_service)
        return ERR(ERR_IO, 0, "no PC/SC service");
    if (worker->setup.filter && !hello->sandboxed)
        return ERR(ERR_IO, 0, WORKER_PROGRAM " without its filter of system calls");
    return ERR_OK;
}

/* Have a worker that has reached the service. */
static struct err start(struct token_worker *worker, uint64_t deadline_ms)
{
    struct wire_hello hello = {.has_service = false};
    size_t len = 0;

    assert(worker->process.pid == 0);
    worker->asked = false;
    struct err e = worker_process_start(worker->program, worker->reader,
                                        worker->setup.trace != NULL, &worker->process);
    if (!failed(e))
        e = worker_process_receive(&worker->process, deadline_ms, worker->room, &len);
    if (!failed(e))
        e = wire_get_hello((struct bytes){worker->room->message, len}, &hello);
    if (!failed(e))
        e = judge(worker, &hello);
    if (!failed(e))
        return ERR_OK;
    drop(worker);
    delay_next(worker);
    return (struct err){ERR_IO, e.native, e.site};
}

/* A line of a trace stands in the room: keep it, since the worker has the token for itself while it
 * tells, and who listens may take long. */
static struct err take_line(struct token_worker *worker, struct bytes message)
{
    char line[WIRE_LINE_SIZE];

    if (worker->lines == NULL)
        return ERR(ERR_MALFORMED, 0, "a trace that was not asked for");
    struct err e = wire_get_trace(message, line);
    if (!failed(e) && worker->line_count < LINES_KEPT_MAX)
        memcpy(worker->lines[worker->line_count++], line, sizeof(line));
    return e;
}

/* Once the worker has answered, or was ended. */
static void tell_lines(struct token_worker *worker)
{
    const struct token_trace *trace = worker->setup.trace;

    for (size_t i = 0; i < worker->line_count; i++)
        trace->line(trace->context, worker->lines[i]);
    worker->line_count = 0;
}

/* One answer into the room, and before it what is traced. */
static struct err receive_answer(struct token_worker *worker, uint64_t deadline_ms, size_t *out_len)
{
    struct worker_room *room = worker->room;

    for (size_t lines = 0; lines <= WIRE_LINES_MAX; lines++) {
        struct err e = worker_process_receive(&worker->process, deadline_ms, room, out_len);
        struct bytes message = {room->message, *out_len};
        if (failed(e) || wire_said(message) != WIRE_SAID_TRACE)
            return e;
        e = take_line(worker, message);
        if (failed(e))
            return e;
        if (clock_boot_ms() >= deadline_ms)
            return ERR(ERR_TIMEOUT, 0, "the token worker tells lines only");
    }
    return ERR(ERR_MALFORMED, 0, "the token worker tells too many lines");
}

/*
 * Send what stands in `room->ask` and have the answer to it in `room->answer` and `out_reply`.
 * An error here is the worker's own, not the token's.
 */
static struct err exchange(struct token_worker *worker, uint64_t deadline_ms,
                           struct token_reply *out_reply)
{
    struct worker_room *room = worker->room;
    size_t len = 0;

    room->ask.number = ++worker->number;
    len = wire_put_ask(&room->ask, room->message);
    struct err e = worker_process_send(&worker->process, (struct bytes){room->message, len});
    explicit_bzero(room->message, len);
    if (!failed(e))
        e = receive_answer(worker, deadline_ms, &len);
    if (!failed(e)) {
        e = wire_get_answer((struct bytes){room->message, len}, room->ask.request.call,
                            &room->answer, out_reply);
    }
    if (!failed(e) && room->answer.number != worker->number)
        e = ERR(ERR_MALFORMED, 0, "an answer to another question");
    return failed(e) ? (struct err){ERR_IO, e.native, e.site} : ERR_OK;
}

/* --- watch -------------------------------------------------------------------------------- */

/* One question; ERR_IO when there is nobody to answer it any more. */
static struct err ask_watch(struct token_worker *worker, uint32_t timeout_ms,
                            enum token_presence *in_out_presence)
{
    struct worker_room *room = worker->room;

    room->ask = (struct wire_ask){
        .kind = WIRE_WATCH, .timeout_ms = timeout_ms, .presence = *in_out_presence};
    struct err e = exchange(worker, clock_boot_ms() + timeout_ms + worker->setup.watch_ms, NULL);
    if (!failed(e) && failed(room->answer.error))
        e = ERR(ERR_IO, room->answer.error.native, "watch of the token worker");
    if (!failed(e) && !room->answer.has_service)
        e = ERR(ERR_IO, 0, "the PC/SC service went away");
    if (!failed(e))
        *in_out_presence = room->answer.presence;
    worker_room_wipe(room);
    return e;
}

static uint32_t time_until(uint64_t end_ms)
{
    uint64_t now_ms = clock_boot_ms();
    return now_ms < end_ms ? (uint32_t)(end_ms - now_ms) : 0;
}

/* Some of the wait, or all of it. A worker that fails is a reader that is gone. */
static void watch_once(struct token_worker *worker, uint64_t end_ms,
                       enum token_presence *in_out_presence)
{
    uint64_t now_ms = clock_boot_ms();
    struct err e = ERR_OK;

    if (worker->process.pid == 0 && now_ms < worker->retry_ms) {
        uint64_t until_ms = worker->retry_ms < end_ms ? worker->retry_ms : end_ms;
        if (*in_out_presence == TOKEN_READER_GONE)
            (void)poll(NULL, 0, (int)time_until(until_ms));
        *in_out_presence = TOKEN_READER_GONE;
        return; /* its trouble is still what it was */
    }
    if (worker->process.pid == 0)
        e = start(worker, now_ms + worker->setup.start_ms);
    if (!failed(e))
        e = ask_watch(worker, time_until(end_ms), in_out_presence);
    worker->token.trouble = e;
    if (failed(e)) {
        drop(worker);
        delay_next(worker);
        *in_out_presence = TOKEN_READER_GONE;
    }
}

static struct err worker_watch(struct token *token, uint32_t timeout_ms,
                               enum token_presence *in_out_presence)
{
    struct token_worker *worker = worker_of(token);
    enum token_presence before = *in_out_presence;
    enum token_presence now = before;
    uint64_t end_ms = clock_boot_ms() + timeout_ms;
    bool was_lost = worker->was_lost;

    worker->was_lost = false;
    if (was_lost && before == TOKEN_PRESENT) {
        *in_out_presence = TOKEN_ABSENT;
        return ERR_OK;
    }
    do {
        watch_once(worker, end_ms, &now);
    } while (now == before && clock_boot_ms() < end_ms);
    if (worker->in_session && now != TOKEN_PRESENT)
        drop(worker);
    tell_lines(worker);
    *in_out_presence = now;
    return ERR_OK;
}

/* --- calls -------------------------------------------------------------------------------- */

static bool is_link_error(struct err e)
{
    return e.code == ERR_GONE || e.code == ERR_IO;
}

/* A worker that is of no more use, by itself or because the service went away, is none then. */
static struct err ask_call(struct token_worker *worker, const struct token_request *request,
                           uint64_t deadline_ms, struct token_reply *out_reply)
{
    struct worker_room *room = worker->room;

    worker->asked = true;
    room->ask = (struct wire_ask){.kind = WIRE_CALL, .memory = worker->memory, .request = *request};
    struct err e = exchange(worker, deadline_ms, out_reply);
    /* by its limit: whatever it was, the next one shall not wait for long commands again */
    if (failed(e) && request->call == TOKEN_CALL_IDENTIFY && clock_boot_ms() >= deadline_ms)
        worker->memory.hung = 1;
    if (!failed(e)) {
        e = room->answer.error;
        worker->memory = room->answer.memory;
        if (failed(e))
            e.site = kept_site(room->answer.site);
        if (!token_answer_holds(request, e, out_reply))
            e = ERR(ERR_IO, e.code, "an answer that the contract does not know");
        if (failed(e) && !room->answer.has_service)
            drop(worker);
    } else {
        drop(worker);
    }
    worker_room_wipe(room);
    return e;
}

/*
 * By a worker that no token has spoken to: the one that watches, where there is one, since it waits
 * with all made ready. That may have died or lost the service while it waited, so then a new one.
 */
static struct err identify(struct token_worker *worker, const struct token_request *request,
                           uint64_t deadline_ms, struct token_reply *out_reply)
{
    if (worker->process.pid != 0 && !worker->asked) {
        struct err e = ask_call(worker, request, deadline_ms, out_reply);
        if (worker->process.pid != 0 || clock_boot_ms() >= deadline_ms)
            return e;
    }
    drop(worker);
    struct err e = start(worker, deadline_ms);
    return failed(e) ? e : ask_call(worker, request, deadline_ms, out_reply);
}

static bool changes_token(enum token_call call)
{
    return call == TOKEN_CALL_CHANGE_PIN || call == TOKEN_CALL_UNBLOCK ||
           call == TOKEN_CALL_WRITE || call == TOKEN_CALL_DELETE || call == TOKEN_CALL_GENERATE ||
           call == TOKEN_CALL_MOVE || call == TOKEN_CALL_PERSONALISE;
}

/* The worker dies with this process: what ends it by hand waits until a change is whole. */
static struct err ask_whole(struct token_worker *worker, const struct token_request *request,
                            uint64_t deadline_ms, struct token_reply *out_reply)
{
    sigset_t ending;
    sigset_t before;

    if (!changes_token(request->call))
        return ask_call(worker, request, deadline_ms, out_reply);
    (void)sigemptyset(&ending); /* cannot fail with these arguments */
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGINT);
    (void)sigaddset(&ending, SIGHUP);
    (void)sigaddset(&ending, SIGQUIT);
    (void)pthread_sigmask(SIG_BLOCK, &ending, &before);
    struct err e = ask_call(worker, request, deadline_ms, out_reply);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e;
}

static struct err worker_call(struct token *token, const struct token_request *request,
                              struct token_reply *out_reply)
{
    struct token_worker *worker = worker_of(token);
    bool identifies = request->call == TOKEN_CALL_IDENTIFY;
    bool makes_key = request->call == TOKEN_CALL_GENERATE;
    uint64_t deadline_ms =
        clock_boot_ms() + (makes_key ? worker->setup.key_ms : worker->setup.call_ms);
    struct err e = ERR(ERR_GONE, 0, "no session");

    if (identifies) {
        worker->in_session = false;
        e = identify(worker, request, deadline_ms, out_reply);
        worker->in_session = !failed(e);
    } else if (worker->in_session) {
        e = ask_whole(worker, request, deadline_ms, out_reply);
    }
    if (is_link_error(e)) {
        drop(worker);
        worker->was_lost = e.code == ERR_GONE;
    }
    tell_lines(worker);
    return e;
}

static void worker_close(struct token *token)
{
    struct token_worker *worker = worker_of(token);

    worker_process_stop(&worker->process, CLOSE_PATIENCE_MS);
    worker_room_destroy(worker->room);
    free(worker->lines);
    secret_pages_destroy(worker, sizeof(*worker));
}

static const struct token_driver worker_driver = {
    .name = "piv", .watch = worker_watch, .call = worker_call, .close = worker_close};

struct err token_worker_create(const struct token_worker_setup *setup, struct token **out_token)
{
    struct token_worker *worker = secret_pages_create(sizeof(*worker)); /* its token has a reply */
    struct worker_room *room = worker_room_create();
    char(*lines)[WIRE_LINE_SIZE] =
        setup->trace != NULL ? calloc(LINES_KEPT_MAX, sizeof(*lines)) : NULL;
    struct err e = ERR_OK;

    if (worker == NULL || room == NULL || (setup->trace != NULL && lines == NULL)) {
        e = ERR(ERR_NO_ROOM, 0, "locked memory");
    } else if (!text_copy(worker->program, sizeof(worker->program), setup->program) ||
               !text_copy(worker->reader, sizeof(worker->reader), setup->reader)) {
        e = ERR(ERR_NO_ROOM, 0, "name of the reader");
    }
    if (failed(e)) {
        free(lines);
        worker_room_destroy(room);
        secret_pages_destroy(worker, sizeof(*worker));
        return e;
    }
    worker->token.driver = &worker_driver;
    worker->setup = *setup;
    worker->room = room;
    worker->lines = lines;
    if (getrandom(worker->memory.salt, sizeof(worker->memory.salt), 0) < 0)
        worker->memory.salt[0] = 0; /* without salt it does its work too */
    *out_token = &worker->token;
    return ERR_OK;
}

struct err token_worker_open(const struct token_config *config, struct token **out_token)
{
    char program[PATH_MAX];
    struct err e = worker_process_find(program, sizeof(program));
    if (failed(e))
        return e;
    struct token_worker_setup setup = {.program = program,
                                       .reader = config->reader,
                                       .call_ms = TOKEN_CALL_TIMEOUT_MS,
                                       .key_ms = TOKEN_KEY_TIMEOUT_MS,
                                       .start_ms = TOKEN_WORKER_START_MS,
                                       .watch_ms = TOKEN_WORKER_WATCH_MS,
                                       .retry_ms = TOKEN_WORKER_RETRY_MS,
                                       .trace = config->trace,
                                       .filter = TOKEN_WORKER_FILTER};
    return token_worker_create(&setup, out_token);
}
