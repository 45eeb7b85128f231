#include "kiosk/app/worker.h"

struct err worker_start(struct worker *worker, size_t job_size, size_t max, void *(*work)(void *),
                        void *context)
{
    struct err e = queue_init(&worker->jobs, job_size, max);
    if (failed(e))
        return e;

    int rc = pthread_create(&worker->thread, NULL, work, context);
    if (rc == 0)
        return ERR_OK;
    queue_done(&worker->jobs);
    return ERR(ERR_NO_ROOM, rc, "pthread_create");
}

void worker_join(struct worker *worker)
{
    (void)pthread_join(worker->thread, NULL); /* joinable and ours */
    queue_done(&worker->jobs);
}
