/* hall_child.c - hides fork and what a child inherits. */
#include "hw/sim/hall_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"

#define LISTEN_FD 3 /* SD_LISTEN_FDS_START */
#define EXIT_NOT_STARTED 127
#define END_POLL_MS 10
#define PID_TEXT_MAX 16
#define READY "ready\n"

static bool put_at(int fd, int place)
{
    return fd >= 0 && dup2(fd, place) == place;
}

static bool streams_set(const struct hall_program *program, int out_fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = program->log == NULL
                  ? -1
                  : open(program->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                         S_IRUSR | S_IWUSR);
    if (program->log != NULL && log < 0)
        return false;
    int said = log >= 0 ? log : null;
    bool errors_set = log < 0 && !program->quiet ? true : put_at(said, STDERR_FILENO);
    return errors_set && put_at(null, STDIN_FILENO) &&
           put_at(out_fd >= 0 ? out_fd : said, STDOUT_FILENO);
}

static bool listen_pass(int listen_fd)
{
    char pid[PID_TEXT_MAX];
    if (listen_fd < 0)
        return true;
    if (listen_fd == LISTEN_FD) {
        if (fcntl(LISTEN_FD, F_SETFD, 0) != 0)
            return false;
    } else if (!put_at(listen_fd, LISTEN_FD)) {
        return false;
    }
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid()); /* ten digits at most */
    /* Alone in this process, between fork and exec. */
    return setenv("LISTEN_FDS", "1", 1) == 0 && // NOLINT(concurrency-mt-unsafe)
           setenv("LISTEN_PID", pid, 1) == 0 && // NOLINT(concurrency-mt-unsafe)
           unsetenv("LISTEN_FDNAMES") == 0;     // NOLINT(concurrency-mt-unsafe)
}

/* Becomes the program, or ends. */
static void child_become(const struct hall_program *program, int out_fd, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none); /* fails for bad pointers only */
    bool set = prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent && setpgid(0, 0) == 0 &&
               pthread_sigmask(SIG_SETMASK, &none, NULL) == 0 && streams_set(program, out_fd) &&
               listen_pass(program->listen_fd);
    if (set)
        (void)execv(program->argv[0], program->argv);
    _exit(EXIT_NOT_STARTED);
}

struct err hall_child_start(const struct hall_program *program, struct hall_child *out_child)
{
    int out[2] = {-1, -1};
    if (program->says_ready && pipe2(out, O_CLOEXEC) != 0)
        return ERR(ERR_IO, errno, "pipe2");
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        child_become(program, out[1], parent);
    int reason = errno;
    file_close(&out[1]);
    if (pid < 0) {
        file_close(&out[0]);
        return ERR(ERR_IO, reason, "fork");
    }
    *out_child = (struct hall_child){.name = program->name, .pid = pid, .out_fd = out[0]};
    return ERR_OK;
}

struct err hall_child_wait_ready(const struct hall_child *child)
{
    uint64_t until_ms = clock_boot_ms() + HALL_CHILD_READY_MS;
    char said[sizeof READY] = "";
    size_t len = 0;
    while (len < strlen(READY)) {
        uint64_t now_ms = clock_boot_ms();
        struct pollfd wait = {.fd = child->out_fd, .events = POLLIN};
        if (now_ms >= until_ms || poll(&wait, 1, (int)(until_ms - now_ms)) <= 0)
            return ERR(ERR_TIMEOUT, 0, "ready");
        ssize_t got = read(child->out_fd, said + len, strlen(READY) - len);
        if (got <= 0)
            return ERR(ERR_GONE, 0, "ended early");
        len += (size_t)got;
    }
    return strcmp(said, READY) == 0 ? ERR_OK : ERR(ERR_MALFORMED, 0, "ready");
}

static bool ended_in_time(pid_t pid)
{
    for (int waited_ms = 0; waited_ms < HALL_CHILD_END_MS; waited_ms += END_POLL_MS) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        (void)poll(NULL, 0, END_POLL_MS); /* a nap; an early end of it does no harm */
    }
    return false;
}

static void child_forget(struct hall_child *child)
{
    file_close(&child->out_fd);
    *child = (struct hall_child){.name = child->name, .pid = 0, .out_fd = -1};
}

void hall_child_kill(struct hall_child *child)
{
    if (child->pid > 0) {
        (void)kill(child->pid, SIGKILL); /* it may be dead already: then it is only reaped */
        (void)waitpid(child->pid, NULL, 0);
    }
    child_forget(child);
}

void hall_child_end(struct hall_child *child)
{
    if (child->pid > 0) {
        (void)kill(child->pid, SIGTERM); /* it may be dead already: then it is only reaped */
        if (!ended_in_time(child->pid)) {
            (void)kill(child->pid, SIGKILL);
            (void)waitpid(child->pid, NULL, 0);
        }
    }
    child_forget(child);
}
