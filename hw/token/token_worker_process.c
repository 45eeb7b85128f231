#include "hw/token/token_worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"

#define SERVICE_VARIABLE "PCSCLITE_CSOCK_NAME"

struct err worker_process_find(char *out_path, size_t size)
{
    char self[PATH_MAX];
    char path[PATH_MAX];

    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (len <= 0)
        return ERR(ERR_NOT_FOUND, errno, "/proc/self/exe");
    self[len] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return ERR(ERR_NOT_FOUND, 0, "/proc/self/exe");
    *slash = '\0';
    if (!text_print(path, sizeof(path), "%s/" WORKER_PROGRAM, self) || strlen(path) >= size)
        return ERR(ERR_NO_ROOM, 0, WORKER_PROGRAM);
    if (access(path, X_OK) != 0)
        return ERR(ERR_NOT_FOUND, errno, WORKER_PROGRAM);
    (void)text_copy(out_path, size, path); /* fits, see above */
    return ERR_OK;
}

/* In this order: the socket may itself be one of the first three. */
static int add_files(posix_spawn_file_actions_t *actions, int socket)
{
    int rc = posix_spawn_file_actions_adddup2(actions, socket, WIRE_FD);

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && rc == 0; fd++)
        rc = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
    return rc == 0 ? posix_spawn_file_actions_addclosefrom_np(actions, WIRE_FD + 1) : rc;
}

/* Signals that ask the kiosk to end are not for it: the kiosk lets it finish first. */
static int add_signals(posix_spawnattr_t *attributes)
{
    sigset_t blocked;
    sigset_t defaults;

    (void)sigemptyset(&blocked); /* cannot fail with these arguments */
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigaddset(&blocked, SIGINT);
    (void)sigaddset(&blocked, SIGHUP);
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    int rc = posix_spawnattr_setsigmask(attributes, &blocked);
    if (rc == 0)
        rc = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (rc == 0)
        rc = posix_spawnattr_setpgroup(attributes, 0);
    return rc == 0 ? posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                              POSIX_SPAWN_SETSIGDEF |
                                                              POSIX_SPAWN_SETPGROUP)
                   : rc;
}

/* What one process is started with. */
struct start {
    const char *program, *reader;
    bool traced;
    int socket;
};

static int spawn(const struct start *start, pid_t *out_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char variable[sizeof(SERVICE_VARIABLE) + 1 + PATH_MAX];
    char name[] = WORKER_PROGRAM;
    char wanted[128];
    char option[] = WIRE_TRACE_OPTION;
    char *arguments[] = {name, wanted, start->traced ? option : NULL, NULL};
    char *environment[] = {NULL, NULL};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets variables */
    const char *service = getenv(SERVICE_VARIABLE);

    if (!text_copy(wanted, sizeof(wanted), start->reader) ||
        (service != NULL &&
         !text_print(variable, sizeof(variable), SERVICE_VARIABLE "=%s", service)))
        return ENAMETOOLONG;
    environment[0] = service != NULL ? variable : NULL;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return rc;
    rc = posix_spawnattr_init(&attributes);
    if (rc == 0) {
        rc = add_files(&actions, start->socket);
        if (rc == 0)
            rc = add_signals(&attributes);
        if (rc == 0) {
            rc =
                posix_spawn(out_pid, start->program, &actions, &attributes, arguments, environment);
        }
        (void)posix_spawnattr_destroy(&attributes); /* cannot fail */
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

struct err worker_process_start(const char *program, const char *reader, bool traced,
                                struct worker_process *out_process)
{
    int ends[2];
    pid_t pid = 0;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return ERR(ERR_IO, errno, "socketpair");
    int rc = spawn(&(struct start){program, reader, traced, ends[1]}, &pid);
    file_close(&ends[1]);
    if (rc != 0) {
        file_close(&ends[0]);
        return ERR(ERR_IO, rc, "posix_spawn " WORKER_PROGRAM);
    }
    *out_process = (struct worker_process){pid, ends[0]};
    return ERR_OK;
}

struct err worker_process_send(const struct worker_process *process, struct bytes message)
{
    ssize_t sent = send(process->fd, message.at, message.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent == (ssize_t)message.len ? ERR_OK : ERR(ERR_IO, errno, "send to the token worker");
}

/* Until there is something to read, or the other end is closed. */
static struct err wait_readable(int fd, uint64_t deadline_ms)
{
    for (;;) {
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        uint64_t now_ms = clock_boot_ms();
        int wait_ms = now_ms < deadline_ms ? (int)(deadline_ms - now_ms) : 0;
        int rc = poll(&wanted, 1, wait_ms);
        if (rc > 0)
            return ERR_OK;
        if (rc < 0 && errno != EINTR)
            return ERR(ERR_IO, errno, "poll");
        if (rc == 0 && wait_ms == 0)
            return ERR(ERR_TIMEOUT, 0, "the token worker does not answer");
    }
}

struct err worker_process_receive(const struct worker_process *process, uint64_t deadline_ms,
                                  struct worker_room *room, size_t *out_len)
{
    struct err e = wait_readable(process->fd, deadline_ms);
    if (failed(e))
        return e;
    ssize_t len = recv(process->fd, room->message, sizeof(room->message), MSG_DONTWAIT | MSG_TRUNC);
    if (len <= 0)
        return ERR(ERR_IO, len < 0 ? errno : 0, "the token worker ended");
    if ((size_t)len > sizeof(room->message))
        return ERR(ERR_IO, len, "the token worker says too much");
    *out_len = (size_t)len;
    return ERR_OK;
}

/* Nothing it does can refuse SIGKILL, so this wait is short. Its id is ours until then. */
static void kill_and_reap(pid_t pid)
{
    (void)kill(pid, SIGKILL); /* it may have ended */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

void worker_process_stop(struct worker_process *process, uint32_t patience_ms)
{
    uint64_t deadline_ms = clock_boot_ms() + patience_ms;
    uint8_t last = 0;

    if (process->pid == 0)
        return;
    (void)shutdown(process->fd, SHUT_WR); /* it may have ended */
    while (clock_boot_ms() < deadline_ms && !failed(wait_readable(process->fd, deadline_ms)) &&
           recv(process->fd, &last, sizeof(last), MSG_DONTWAIT) > 0)
        explicit_bzero(&last, sizeof(last)); /* of an answer that nobody waits for any more */
    file_close(&process->fd);
    kill_and_reap(process->pid);
    *process = (struct worker_process){.pid = 0};
}
