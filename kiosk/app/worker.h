/*
 * worker.h - a thread that takes jobs from a queue of its own; for the files of this room that have
 * one: book, printer_desk, token_desk.
 *
 *     worker_start --> queue_push(&worker.jobs, ..) --> a job that stops it --> worker_join
 */
#ifndef KIOSK_APP_WORKER_H
#define KIOSK_APP_WORKER_H

#include "kiosk/base/queue.h"

struct worker {
    struct queue jobs;
    pthread_t thread;
};

/* Room for `max` jobs of `job_size` bytes, and a thread that runs `work` with `context`.
 * ERR_NO_ROOM: no memory or no thread; nothing is left to free then. */
MUST_CHECK struct err worker_start(struct worker *worker, size_t job_size, size_t max,
                                   void *(*work)(void *), void *context);

/* Wait for the thread, which was told to stop, and free what is its. */
void worker_join(struct worker *worker);

#endif
