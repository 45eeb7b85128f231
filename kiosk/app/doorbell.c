#include "kiosk/app/doorbell.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define WAIT_MS 500
#define REQUEST_MAX 96
#define SIGN "sign "
#define SIGNED_SIZE 256

struct doorbell {
    char path[108];
    int socket;
    struct book *book;
    struct post *post;
    const struct device *device;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock; /* of the two texts */
    char status[DOORBELL_ANSWER_MAX];
    char screen[DOORBELL_ANSWER_MAX];
    bool line_up, line_said;
    uint64_t heard_ms;
};

static void set_line(struct doorbell *doorbell, bool up)
{
    if (doorbell->line_said && doorbell->line_up == up)
        return;

    doorbell->line_said = true;
    doorbell->line_up = up;
    struct mail mail = {.kind = MAIL_LINE, .hall.line_up = up};
    post_send(doorbell->post, &mail);
}

static void answer(struct doorbell *doorbell, const char *text, const struct sockaddr_un *to,
                   socklen_t to_len)
{
    char copy[DOORBELL_ANSWER_MAX];

    (void)pthread_mutex_lock(&doorbell->lock);
    (void)text_copy(copy, sizeof(copy), text); /* same size */
    (void)pthread_mutex_unlock(&doorbell->lock);
    if (copy[0] != '\0' && to_len > sizeof(sa_family_t)) {
        /* Who asked and does not listen has gone. */
        (void)sendto(doorbell->socket, copy, strlen(copy), MSG_DONTWAIT,
                     (const struct sockaddr *)to, to_len);
    }
    explicit_bzero(copy, sizeof(copy));
}

static void sign(const struct doorbell *doorbell, const char *hex, const struct sockaddr_un *to,
                 socklen_t to_len)
{
    uint8_t signature[SEAL_LEN];
    char signature_hex[HEX_SIZE(SEAL_LEN)];
    char hash_hex[HEX_SIZE(HASH_LEN)];
    char text[SIGNED_SIZE];
    struct hash hash;

    struct err e = hex_parse(hex, hash.at, HASH_LEN);
    if (failed(e) || to_len <= sizeof(sa_family_t))
        return;
    e = device_sign_request(doorbell->device, &hash, signature);
    if (failed(e)) {
        log_err("sign", e);
        return;
    }
    hex_print(hash_hex, (struct bytes){hash.at, HASH_LEN});
    hex_print(signature_hex, (struct bytes){signature, SEAL_LEN});
    (void)text_print(text, sizeof(text), "signed %s %s", hash_hex, signature_hex); /* fits */
    /* Who does not listen asks again. */
    (void)sendto(doorbell->socket, text, strlen(text), MSG_DONTWAIT, (const struct sockaddr *)to,
                 to_len);
}

static void hear(struct doorbell *doorbell, const char *request)
{
    bool up = text_same(request, "look line=up");
    bool down = text_same(request, "look line=down");
    if (!up && !down && !text_same(request, "look"))
        return;

    doorbell->heard_ms = clock_boot_ms();
    if (up || down)
        set_line(doorbell, up);
    book_look(doorbell->book);
}

static void listen_once(struct doorbell *doorbell)
{
    char request[REQUEST_MAX];
    struct sockaddr_un from = {0};
    socklen_t from_len = sizeof(from);
    ssize_t len = recvfrom(doorbell->socket, request, sizeof(request), MSG_TRUNC,
                           (struct sockaddr *)&from, &from_len);
    if (len < 0 || (size_t)len >= sizeof(request))
        return; /* nothing within WAIT_MS, or nothing of ours */

    request[len] = '\0';
    if (strlen(request) != (size_t)len)
        return;
    if (text_same(request, "status?")) {
        answer(doorbell, doorbell->status, &from, from_len);
    } else if (text_same(request, "screen?")) {
        answer(doorbell, doorbell->screen, &from, from_len);
    } else if (strncmp(request, SIGN, strlen(SIGN)) == 0) {
        sign(doorbell, request + strlen(SIGN), &from, from_len);
    } else {
        hear(doorbell, request);
    }
}

static void *work(void *context)
{
    struct doorbell *doorbell = context;

    set_line(doorbell, false);
    while (!atomic_load(&doorbell->stop)) {
        listen_once(doorbell);
        if (clock_boot_ms() - doorbell->heard_ms > DOORBELL_SILENCE_MS)
            set_line(doorbell, false);
    }
    return NULL;
}

static struct err bind_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {.tv_usec = WAIT_MS * 1000L};

    if (!text_copy(address.sun_path, sizeof(address.sun_path), path))
        return ERR(ERR_IO, ENAMETOOLONG, "doorbell path");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return ERR(ERR_CONFLICT, EADDRINUSE, "another process listens");
    if (unlink(path) != 0 && errno != ENOENT)
        return ERR(ERR_IO, errno, "unlink");
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return ERR(ERR_IO, errno, "bind");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0)
        return ERR(ERR_IO, errno, "setsockopt");
    return ERR_OK;
}

static struct err start(struct doorbell *doorbell, const char *path)
{
    doorbell->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (doorbell->socket < 0)
        return ERR(ERR_IO, errno, "socket");
    struct err e = bind_to(doorbell->socket, path);
    if (failed(e))
        return e;

    (void)text_copy(doorbell->path, sizeof(doorbell->path), path); /* bind_to checked its length */
    int rc = pthread_create(&doorbell->thread, NULL, work, doorbell);
    return rc == 0 ? ERR_OK : ERR(ERR_NO_ROOM, rc, "pthread_create");
}

struct err doorbell_create(const struct doorbell_setup *setup, struct doorbell **out_doorbell)
{
    struct doorbell *doorbell = calloc(1, sizeof(*doorbell));
    if (doorbell == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    doorbell->book = setup->book;
    doorbell->post = setup->post;
    doorbell->device = setup->device;
    doorbell->heard_ms = clock_boot_ms();
    (void)pthread_mutex_init(&doorbell->lock, NULL); /* cannot fail on Linux */

    struct err e = start(doorbell, setup->path);
    if (failed(e)) {
        if (doorbell->socket >= 0)
            (void)close(doorbell->socket); /* nothing was sent */
        free(doorbell);
        return e;
    }
    *out_doorbell = doorbell;
    return ERR_OK;
}

void doorbell_destroy(struct doorbell *doorbell)
{
    if (doorbell == NULL)
        return;
    atomic_store(&doorbell->stop, true);
    (void)pthread_join(doorbell->thread, NULL); /* joinable and ours */
    (void)close(doorbell->socket);              /* datagrams: nothing is pending */
    (void)unlink(doorbell->path);               /* the next start replaces a stale one */
    (void)pthread_mutex_destroy(&doorbell->lock);
    explicit_bzero(doorbell, sizeof(*doorbell));
    free(doorbell);
}

void doorbell_tell(struct doorbell *doorbell, const char *status, const char *screen)
{
    (void)pthread_mutex_lock(&doorbell->lock);
    explicit_bzero(doorbell->status, sizeof(doorbell->status));
    explicit_bzero(doorbell->screen, sizeof(doorbell->screen));
    (void)text_copy(doorbell->status, sizeof(doorbell->status), status); /* cut is fine */
    (void)text_copy(doorbell->screen, sizeof(doorbell->screen), screen);
    (void)pthread_mutex_unlock(&doorbell->lock);
}
