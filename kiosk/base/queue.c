#include "kiosk/base/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct err queue_init(struct queue *queue, size_t item_size, size_t max)
{
    *queue = (struct queue){.item_size = item_size, .max = max};
    queue->items = calloc(max, item_size);
    if (queue->items == NULL)
        return ERR(ERR_NO_ROOM, errno, "calloc");

    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr); /* on Linux these four cannot fail */
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&queue->filled, &attr);
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_condattr_destroy(&attr);
    return ERR_OK;
}

void queue_done(struct queue *queue)
{
    if (queue->items == NULL)
        return;
    explicit_bzero(queue->items, queue->max * queue->item_size);
    free(queue->items);
    (void)pthread_cond_destroy(&queue->filled);
    (void)pthread_mutex_destroy(&queue->lock);
    queue->items = NULL;
}

static uint8_t *slot(struct queue *queue, size_t index)
{
    return queue->items + (queue->first + index) % queue->max * queue->item_size;
}

struct err queue_push(struct queue *queue, const void *item)
{
    struct err e = ERR_OK;

    (void)pthread_mutex_lock(&queue->lock);
    if (queue->count == queue->max) {
        e = ERR(ERR_NO_ROOM, queue->max, "queue_push");
    } else {
        memcpy(slot(queue, queue->count), item, queue->item_size);
        queue->count++;
        (void)pthread_cond_signal(&queue->filled);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return e;
}

static struct timespec deadline_in(uint32_t timeout_ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* cannot fail for this clock */
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

struct err queue_pop(struct queue *queue, uint32_t timeout_ms, void *out_item)
{
    struct err e = ERR_OK;
    struct timespec until = deadline_in(timeout_ms);
    int rc = 0;

    (void)pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && timeout_ms > 0 && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&queue->filled, &queue->lock, &until);
    if (queue->count == 0) {
        e = ERR(ERR_TIMEOUT, timeout_ms, "queue_pop");
    } else {
        memcpy(out_item, slot(queue, 0), queue->item_size);
        explicit_bzero(slot(queue, 0), queue->item_size);
        queue->first = (queue->first + 1) % queue->max;
        queue->count--;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return e;
}
