#include "sync/gateway/waiters.h"

#include <assert.h>
#include <stddef.h>

void waiters_init(struct waiters *waiters)
{
    *waiters = (struct waiters){.generation = 1};
    (void)pthread_mutex_init(&waiters->lock, NULL); /* cannot fail with default attributes */
}

void waiters_done(struct waiters *waiters)
{
    assert(waiters->first == NULL);
    (void)pthread_mutex_destroy(&waiters->lock);
}

uint64_t waiters_generation(struct waiters *waiters)
{
    (void)pthread_mutex_lock(&waiters->lock);
    uint64_t generation = waiters->generation;
    (void)pthread_mutex_unlock(&waiters->lock);
    return generation;
}

bool waiters_wait(struct waiters *waiters, struct waiter *waiter, uint64_t seen, bool *out_over)
{
    (void)pthread_mutex_lock(&waiters->lock);
    bool suspend = !waiters->is_closing && waiters->generation == seen;
    *out_over = waiters->is_closing;
    if (suspend) {
        MHD_suspend_connection(waiter->connection);
        waiter->is_waiting = true;
        waiter->next = waiters->first;
        waiters->first = waiter;
    }
    (void)pthread_mutex_unlock(&waiters->lock);
    return suspend;
}

/* Called with the lock held. */
static void resume_until(struct waiters *waiters, uint64_t now_ms)
{
    struct waiter **at = &waiters->first;

    while (*at != NULL) {
        struct waiter *waiter = *at;
        if (waiter->until_ms > now_ms) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        waiter->next = NULL;
        waiter->is_waiting = false;
        MHD_resume_connection(waiter->connection);
    }
}

void waiters_wake(void *waiters)
{
    struct waiters *all = waiters;

    (void)pthread_mutex_lock(&all->lock);
    all->generation++;
    resume_until(all, UINT64_MAX);
    (void)pthread_mutex_unlock(&all->lock);
}

void waiters_tick(struct waiters *waiters, uint64_t now_ms)
{
    (void)pthread_mutex_lock(&waiters->lock);
    resume_until(waiters, now_ms);
    (void)pthread_mutex_unlock(&waiters->lock);
}

void waiters_close(struct waiters *waiters)
{
    (void)pthread_mutex_lock(&waiters->lock);
    waiters->is_closing = true;
    resume_until(waiters, UINT64_MAX);
    (void)pthread_mutex_unlock(&waiters->lock);
}
