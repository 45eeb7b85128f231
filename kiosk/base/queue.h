/*
 * queue.h - a bounded queue of small structs between two threads, by value.
 *
 * Any number of threads may push and pop. A full queue refuses; nothing is dropped silently.
 */
#ifndef KIOSK_BASE_QUEUE_H
#define KIOSK_BASE_QUEUE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/err.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    uint8_t *items;
    size_t item_size;
    size_t max;
    size_t first;
    size_t count;
};

/* Room for `max` items of `item_size` bytes each. ERR_NO_ROOM without memory. */
MUST_CHECK struct err queue_init(struct queue *queue, size_t item_size, size_t max);

/* Wipe what is left and free. No thread may use the queue any more. */
void queue_done(struct queue *queue);

/* Copy `*item` in. ERR_NO_ROOM when full. */
MUST_CHECK struct err queue_push(struct queue *queue, const void *item);

/* Copy the oldest item out, waiting at most `timeout_ms`; 0 only looks.
 * ERR_TIMEOUT when none came. The slot it stood in is wiped. */
MUST_CHECK struct err queue_pop(struct queue *queue, uint32_t timeout_ms, void *out_item);

#endif
