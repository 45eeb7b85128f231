/*
 * waiters.h - requests of the feed that wait for something new, with their connections suspended.
 *
 *     seen = waiters_generation()  ->  look for documents  ->  none: waiters_wait(seen)
 *                                                                 | false: changed meanwhile, look
 * again store's commit -> waiters_wake()        every second -> waiters_tick()
 *
 * Resumed requests are handled anew. Any thread may call; waiters_wait only from the request's
 * handler.
 */
#ifndef SYNC_GATEWAY_WAITERS_H
#define SYNC_GATEWAY_WAITERS_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct waiter {
    struct MHD_Connection *connection;
    uint64_t until_ms; /* boot time */
    const char *owner; /* who waits: a newer one of the same replaces it */
    bool is_waiting;
    bool is_replaced; /* its time is over */
    struct waiter *next;
};

struct waiters {
    pthread_mutex_t lock;
    uint64_t generation;
    bool is_closing;
    struct waiter *first;
};

void waiters_init(struct waiters *waiters);

/* Nothing waits any more. */
void waiters_done(struct waiters *waiters);

uint64_t waiters_generation(struct waiters *waiters);

/* Suspend, and resume whatever waits for the same owner; the waiter must stay where it is until it
 * is resumed. False: not suspended, something changed since `seen` or the program ends; its time is
 * then over when `*out_over` is set. */
bool waiters_wait(struct waiters *waiters, struct waiter *waiter, uint64_t seen, bool *out_over);

/* Resume all: there is something new. `waiters` is a struct waiters. */
void waiters_wake(void *waiters);

/* Resume those whose time is over. */
void waiters_tick(struct waiters *waiters, uint64_t now_ms);

/* Resume all and let none wait again. */
void waiters_close(struct waiters *waiters);

#endif
