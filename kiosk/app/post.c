#include "kiosk/app/post.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#define SEND_TRIES_MAX 200
#define SEND_PAUSE_MS 10

struct err post_init(struct post *post, void (*wake)(void *), void *context)
{
    *post = (struct post){.wake = wake, .context = context};
    return queue_init(&post->queue, sizeof(struct mail), POST_MAX);
}

void post_done(struct post *post)
{
    queue_done(&post->queue);
}

void post_send(struct post *post, const struct mail *mail)
{
    static const struct timespec pause = {.tv_nsec = SEND_PAUSE_MS * 1000000L};

    for (int i = 0; i < SEND_TRIES_MAX; i++) {
        if (!failed(queue_push(&post->queue, mail))) {
            post->wake(post->context);
            return;
        }
        (void)nanosleep(&pause, NULL); /* an early return only asks sooner */
    }
    abort();
}

bool post_take(struct post *post, uint32_t timeout_ms, struct mail *out_mail)
{
    return !failed(queue_pop(&post->queue, timeout_ms, out_mail));
}
