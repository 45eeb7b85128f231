#include "kiosk/ctl/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define OPEN_TO_ALL 0666 /* the answering program is another user; the folder keeps others out */

struct ear {
    int fd;
    struct sockaddr_un address; /* "" until bound */
};

static void close_ear(struct ear *ear)
{
    if (ear->address.sun_path[0] != '\0')
        (void)unlink(ear->address.sun_path);
    if (ear->fd >= 0)
        (void)close(ear->fd);
}

static struct err of_errno(int number)
{
    switch (number) {
    case ENOENT:
    case ECONNREFUSED:
        return ERR(ERR_NOT_FOUND, number, "nobody there");
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR(ERR_DENIED, number, "not allowed");
    case EAGAIN:
        return ERR(ERR_TIMEOUT, number, "too busy");
    default:
        return ERR(ERR_IO, number, "socket");
    }
}

static struct err open_ear(const char *beside, struct ear *ear)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!text_print(address.sun_path, sizeof(address.sun_path), "%s.%d", beside, (int)getpid()))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    ear->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ear->fd < 0)
        return of_errno(errno);
    (void)unlink(address.sun_path); /* of an earlier process with our number */
    if (bind(ear->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        return of_errno(errno);
    ear->address = address;
    if (chmod(address.sun_path, OPEN_TO_ALL) != 0)
        return of_errno(errno);
    return ERR_OK;
}

static struct err speak(const struct ear *ear, const char *path, const char *question)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!text_copy(to.sun_path, sizeof(to.sun_path), path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    /* Connected, so that nobody else's datagram is taken for the answer. */
    if (connect(ear->fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
        send(ear->fd, question, strlen(question), MSG_NOSIGNAL) < 0)
        return of_errno(errno);
    return ERR_OK;
}

static struct err listen_for(const struct ear *ear, uint64_t deadline_ms, char *out)
{
    for (;;) {
        uint64_t now_ms = clock_boot_ms();
        int left_ms = now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0;
        struct pollfd wait = {.fd = ear->fd, .events = POLLIN};
        int ready = poll(&wait, 1, left_ms);
        if (ready == 0)
            return ERR(ERR_TIMEOUT, 0, "no answer");
        if (ready > 0)
            break;
        if (errno != EINTR)
            return ERR(ERR_IO, errno, "poll");
    }

    ssize_t len = recv(ear->fd, out, ASK_ANSWER_MAX - 1, 0);
    if (len < 0)
        return of_errno(errno);
    out[len] = '\0';
    return ERR_OK;
}

static bool is_text(const char *answer)
{
    while (*answer != '\0') {
        size_t len = strcspn(answer, "\n");
        if (!text_valid(answer, len))
            return false;
        answer += len + (answer[len] == '\n' ? 1 : 0);
    }
    return true;
}

struct err ask(const char *path, const char *question, char *out)
{
    CLEANUP(close_ear) struct ear ear = {.fd = -1};
    char answer[ASK_ANSWER_MAX];
    uint64_t deadline_ms = clock_boot_ms() + ASK_TIMEOUT_MS;
    if (access(path, F_OK) != 0)
        return of_errno(errno);
    struct err e = open_ear(path, &ear);
    if (!failed(e))
        e = speak(&ear, path, question);
    if (!failed(e))
        e = listen_for(&ear, deadline_ms, answer);
    if (failed(e))
        return e;
    if (!is_text(answer))
        return ERR(ERR_MALFORMED, 0, "answer");
    (void)text_copy(out, ASK_ANSWER_MAX, answer); /* same size */
    return ERR_OK;
}

bool ask_value(const char *answer, const char *key, char *out, size_t size)
{
    size_t key_len = strlen(key);
    while (*answer != '\0') {
        size_t len = strcspn(answer, "\n");
        if (len > key_len && answer[key_len] == '=' && memcmp(answer, key, key_len) == 0) {
            return len - key_len - 1 < size &&
                   text_print(out, size, "%.*s", (int)(len - key_len - 1), answer + key_len + 1);
        }
        answer += len + (answer[len] == '\n' ? 1 : 0);
    }
    return false;
}
