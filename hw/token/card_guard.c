#include "hw/token/card_guard.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kiosk/base/text.h"

#define WATCH_MARGIN_MS 2000U /* the real link keeps the limit of a watch by itself, nearly */
#define TIDY_MS 2000U         /* for end, disconnect and close */

enum job { JOB_NONE, JOB_WATCH, JOB_CONNECT, JOB_BEGIN, JOB_TRANSMIT, JOB_END, JOB_DISCONNECT };

/* What is asked of the thread and what it answers, all by value: an abandoned
 * thread must not hold anything of its former caller. */
struct request {
    enum job job;
    uint32_t timeout_ms;
    enum token_presence presence;
    bool reset;
    struct apdu_block block;
    struct card_reply reply;
    struct err result;
};

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct card *inner;
    struct request request;
    bool pending; /* the request waits or is worked on */
    bool leaving; /* to end when the request is done */
    bool left;    /* has ended; only to be joined */
    bool orphan;  /* nobody will join: frees itself */
};

struct card_guard {
    struct card card;
    struct card_guard_inner inner;
    char reader[CARD_READER_MAX];
    struct worker *worker;
    struct worker *stuck;
};

static void request_wipe(struct request *request)
{
    explicit_bzero(request, sizeof(*request));
}

static struct err run(struct card *inner, struct request *request)
{
    const struct card_driver *driver = inner->driver;

    switch (request->job) {
    case JOB_NONE:
        return ERR_OK;
    case JOB_WATCH:
        return driver->watch(inner, request->timeout_ms, &request->presence);
    case JOB_CONNECT:
        return driver->connect(inner, request->timeout_ms);
    case JOB_BEGIN:
        return driver->begin(inner, request->timeout_ms, &request->reset);
    case JOB_TRANSMIT:
        return driver->transmit(inner, (struct bytes){request->block.at, request->block.len},
                                request->timeout_ms, &request->reply);
    case JOB_END:
        driver->end(inner);
        return ERR_OK;
    case JOB_DISCONNECT:
        driver->disconnect(inner);
        return ERR_OK;
    }
    assert(false);
    return ERR_OK;
}

static void worker_free(struct worker *worker)
{
    request_wipe(&worker->request);
    (void)pthread_cond_destroy(&worker->changed);
    (void)pthread_mutex_destroy(&worker->lock);
    free(worker);
}

/* Only the thread touches `inner`, and the request while it is pending. */
static void *work(void *arg)
{
    struct worker *worker = arg;

    (void)pthread_mutex_lock(&worker->lock);
    while (!worker->leaving || worker->pending) {
        if (!worker->pending) {
            (void)pthread_cond_wait(&worker->changed, &worker->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&worker->lock);
        struct err result = run(worker->inner, &worker->request);
        (void)pthread_mutex_lock(&worker->lock);
        worker->request.result = result;
        worker->pending = false;
        (void)pthread_cond_broadcast(&worker->changed);
    }
    (void)pthread_mutex_unlock(&worker->lock);

    worker->inner->driver->close(worker->inner);

    (void)pthread_mutex_lock(&worker->lock);
    bool orphan = worker->orphan;
    worker->left = true;
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->lock);
    if (orphan)
        worker_free(worker);
    return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct worker *worker)
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&worker->thread, NULL, work, worker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static struct err worker_create(const struct card_guard *guard, struct worker **out_worker)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");

    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); /* on Linux these cannot fail */
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&worker->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&worker->lock, NULL);

    struct err e = guard->inner.open(guard->reader, &worker->inner);
    if (failed(e)) {
        worker_free(worker);
        return e;
    }
    int rc = start_thread(worker);
    if (rc != 0) {
        worker->inner->driver->close(worker->inner);
        worker_free(worker);
        return ERR(ERR_NO_ROOM, rc, "pthread_create");
    }
    *out_worker = worker;
    return ERR_OK;
}

static struct timespec deadline_in(uint64_t timeout_ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* cannot fail for this clock */
    at.tv_sec += (time_t)(timeout_ms / 1000);
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

/* With the lock held: wait until `*flag` is `want`; false when that takes too long. */
static bool wait_for(struct worker *worker, const bool *flag, bool want, uint64_t timeout_ms)
{
    struct timespec until = deadline_in(timeout_ms);
    int rc = 0;

    while (*flag != want && rc == 0)
        rc = pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
    return *flag == want;
}

/* Give up on a worker that still is at its request: it ends when that is done. */
static void abandon(struct card_guard *guard)
{
    struct worker *worker = guard->worker;

    assert(guard->stuck == NULL);
    worker->leaving = true;
    guard->stuck = worker;
    guard->worker = NULL;
}

/* Whether no thread is stuck, or the one that was has come back within `timeout_ms`. */
static bool reap(struct card_guard *guard, uint32_t timeout_ms)
{
    struct worker *stuck = guard->stuck;
    if (stuck == NULL)
        return true;

    (void)pthread_mutex_lock(&stuck->lock);
    bool left = wait_for(stuck, &stuck->left, true, timeout_ms);
    (void)pthread_mutex_unlock(&stuck->lock);
    if (!left)
        return false;
    (void)pthread_join(stuck->thread, NULL);
    worker_free(stuck);
    guard->stuck = NULL;
    return true;
}

/* Have `request` done within `limit_ms`; the answers are then in it. */
static struct err ask(struct card_guard *guard, struct request *request, uint64_t limit_ms)
{
    if (!reap(guard, request->timeout_ms))
        return ERR(ERR_IO, 0, "the reader still hangs");
    if (guard->worker == NULL) {
        struct err e = worker_create(guard, &guard->worker);
        if (failed(e))
            return (struct err){ERR_IO, e.native, e.site};
    }

    struct worker *worker = guard->worker;
    struct err e = ERR(ERR_IO, 0, "time limit");
    (void)pthread_mutex_lock(&worker->lock);
    worker->request = *request;
    worker->pending = true;
    (void)pthread_cond_broadcast(&worker->changed);
    if (wait_for(worker, &worker->pending, false, limit_ms)) {
        *request = worker->request;
        e = request->result;
        request_wipe(&worker->request);
    } else {
        abandon(guard);
    }
    (void)pthread_mutex_unlock(&worker->lock);
    return e;
}

static struct card_guard *guard_of(struct card *card)
{
    return CONTAINER_OF(card, struct card_guard, card);
}

static struct err guard_watch(struct card *card, uint32_t timeout_ms,
                              enum token_presence *in_out_presence)
{
    CLEANUP(request_wipe)
    struct request request = {
        .job = JOB_WATCH, .timeout_ms = timeout_ms, .presence = *in_out_presence};
    struct err e = ask(guard_of(card), &request, (uint64_t)timeout_ms + WATCH_MARGIN_MS);
    if (!failed(e))
        *in_out_presence = request.presence;
    return e;
}

static struct err guard_connect(struct card *card, uint32_t timeout_ms)
{
    CLEANUP(request_wipe)
    struct request request = {.job = JOB_CONNECT, .timeout_ms = timeout_ms};
    return ask(guard_of(card), &request, timeout_ms);
}

static struct err guard_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    CLEANUP(request_wipe)
    struct request request = {.job = JOB_BEGIN, .timeout_ms = timeout_ms};
    struct err e = ask(guard_of(card), &request, timeout_ms);
    if (!failed(e))
        *out_reset = request.reset;
    return e;
}

static struct err guard_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                 struct card_reply *out_reply)
{
    CLEANUP(request_wipe)
    struct request request = {
        .job = JOB_TRANSMIT, .timeout_ms = timeout_ms, .block.len = block.len};
    assert(block.len <= sizeof(request.block.at));
    memcpy(request.block.at, block.at, block.len);
    struct err e = ask(guard_of(card), &request, timeout_ms);
    if (!failed(e))
        *out_reply = request.reply;
    return e;
}

/* A worker that does not come back from tidying is left like any other. */
static void tidy(struct card_guard *guard, enum job job)
{
    CLEANUP(request_wipe) struct request request = {.job = job};
    if (guard->worker != NULL)
        (void)ask(guard, &request, TIDY_MS);
}

static void guard_end(struct card *card)
{
    tidy(guard_of(card), JOB_END);
}

static void guard_disconnect(struct card *card)
{
    tidy(guard_of(card), JOB_DISCONNECT);
}

/* Let a worker end, and free it now or, when it hangs, let it do so itself. */
static void dismiss(struct worker *worker, uint32_t timeout_ms)
{
    if (worker == NULL)
        return;
    (void)pthread_mutex_lock(&worker->lock);
    worker->leaving = true;
    (void)pthread_cond_broadcast(&worker->changed);
    bool left = wait_for(worker, &worker->left, true, timeout_ms);
    worker->orphan = !left;
    if (!left)
        (void)pthread_detach(worker->thread);
    (void)pthread_mutex_unlock(&worker->lock);
    if (left) {
        (void)pthread_join(worker->thread, NULL);
        worker_free(worker);
    }
}

static void guard_close(struct card *card)
{
    struct card_guard *guard = guard_of(card);

    dismiss(guard->stuck, 0);
    dismiss(guard->worker, TIDY_MS);
    free(guard);
}

static const struct card_driver guard_driver = {
    .watch = guard_watch,
    .connect = guard_connect,
    .begin = guard_begin,
    .transmit = guard_transmit,
    .end = guard_end,
    .disconnect = guard_disconnect,
    .close = guard_close,
};

struct err card_guard_open(struct card_guard_inner inner, const char *reader,
                           struct card **out_card)
{
    struct card_guard *guard = calloc(1, sizeof(*guard));
    if (guard == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");

    *guard = (struct card_guard){.card.driver = &guard_driver, .inner = inner};
    struct err e = ERR_OK;
    if (!text_copy(guard->reader, sizeof(guard->reader), reader))
        e = ERR(ERR_NO_ROOM, CARD_READER_MAX, "reader");
    if (!failed(e))
        e = worker_create(guard, &guard->worker);
    if (failed(e)) {
        free(guard);
        return e;
    }
    *out_card = &guard->card;
    return ERR_OK;
}
