#include "sync/gateway/waiters.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

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

/* Called with the lock held. Resume those whose time is over, and those of `owner`, if not NULL. */
static void resume_some(struct waiters *waiters, uint64_t now_ms, const char *owner)
{
    struct waiter **at = &waiters->first;

    while (*at != NULL) {
        struct waiter *waiter = *at;
        bool is_replaced = owner != NULL && strcmp(waiter->owner, owner) == 0;
        if (waiter->until_ms > now_ms && !is_replaced) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        waiter->next = NULL;
        waiter->is_waiting = false;
        waiter->is_replaced = is_replaced;
        MHD_resume_connection(waiter->connection);
    }
}

bool waiters_wait(struct waiters *waiters, struct waiter *waiter, uint64_t seen, bool *out_over)
{
    (void)pthread_mutex_lock(&waiters->lock);
    bool suspend = !waiters->is_closing && waiters->generation == seen;
    *out_over = waiters->is_closing;
    if (suspend) {
        resume_some(waiters, 0, waiter->owner);
        MHD_suspend_connection(waiter->connection);
        waiter->is_waiting = true;
        waiter->next = waiters->first;
        waiters->first = waiter;
    }
    (void)pthread_mutex_unlock(&waiters->lock);
    return suspend;
}

void waiters_wake(void *waiters)
{
    struct waiters *all = waiters;

    (void)pthread_mutex_lock(&all->lock);
    all->generation++;
    resume_some(all, UINT64_MAX, NULL);
    (void)pthread_mutex_unlock(&all->lock);
}

void waiters_tick(struct waiters *waiters, uint64_t now_ms)
{
    (void)pthread_mutex_lock(&waiters->lock);
    resume_some(waiters, now_ms, NULL);
    (void)pthread_mutex_unlock(&waiters->lock);
}

void waiters_close(struct waiters *waiters)
{
    (void)pthread_mutex_lock(&waiters->lock);
    waiters->is_closing = true;
    resume_some(waiters, UINT64_MAX, NULL);
    (void)pthread_mutex_unlock(&waiters->lock);
}
