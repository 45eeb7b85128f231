#include "tests/e2e/token_sweep_host.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench_hall.h"

#define PATH_SIZE 256
#define ASK_MS 10000
#define NAP_US 2000
#define RUN_MS 60000
#define DIE_MS 2000

static struct token_identity seen; /* big */

const char *host_tell(const char *socket, const char *line)
{
    static struct control_reply reply;
    char path[PATH_SIZE];

    reply.text[0] = '\0';
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables then */
    if (!text_print(path, sizeof(path), "%s/%s", getenv("CERTKIOSK_HALL"), socket) ||
        failed(control_ask(path, line, ASK_MS, &reply)))
        reply.text[0] = '\0';
    return reply.text;
}

static pid_t child_of_thread(pid_t pid, const char *thread)
{
    char path[PATH_SIZE], line[PATH_SIZE] = "";

    if (!text_print(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid, thread))
        return 0;
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(line, sizeof(line), file) == NULL)
            line[0] = '\0'; /* there is none */
        (void)fclose(file); /* only read */
    }
    return (pid_t)strtol(line, NULL, 10);
}

pid_t host_child_of(pid_t pid)
{
    char path[PATH_SIZE];
    pid_t child = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        return 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this folder */
    for (const struct dirent *task; child == 0 && (task = readdir(tasks)) != NULL;)
        child = task->d_name[0] == '.' ? 0 : child_of_thread(pid, task->d_name);
    (void)closedir(tasks);
    return child;
}

pid_t host_fork(void)
{
    /* an orphan becomes ours, so that its end can be told from its being there still */
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    (void)fflush(stdout);
    pid_t host = fork();
    assert_true(host >= 0);
    if (host == 0)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a test that failed leaves nothing */
    return host;
}

/* Never returns. It has the platform's memory and what was prepared, and no session. */
static void be_host(struct cut *cut)
{
    struct bench *on = cut->on;

    hall_open_driver(on);
    bench_arrive(on, &seen);
    if (cut->job->ready != NULL)
        cut->job->ready(on);
    on->kind->fault(on, BENCH_HANG, cut->n);
    struct err e = cut->job->run(on);
    token_close(on->token);
    _exit(failed(e) ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* Until it has ended, at most `wait_ms`; false: it has not. */
static bool ends(pid_t pid, uint32_t wait_ms, int *out_status)
{
    uint64_t until_ms = clock_boot_ms() + wait_ms;

    for (;;) {
        pid_t rc = waitpid(pid, out_status, WNOHANG);
        if (rc == pid)
            return true;
        if ((rc < 0 && errno != EINTR) || clock_boot_ms() >= until_ms)
            return false;
        (void)usleep(NAP_US);
    }
}

bool host_comes_to_hang(pid_t host)
{
    uint64_t until_ms = clock_boot_ms() + RUN_MS;
    int status = 0;

    while (clock_boot_ms() < until_ms) {
        if (strstr(host_tell("token.ctl", "token status"), "hangs=yes") != NULL)
            return true;
        if (ends(host, 0, &status)) {
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
            return false;
        }
        (void)usleep(NAP_US);
    }
    fail_msg("%s", "the host neither waits nor ends");
    return false;
}

void host_kill(pid_t host)
{
    pid_t worker = host_child_of(host);
    int status = 0;

    assert_true(worker > 0);
    (void)kill(host, SIGKILL); /* it is ours */
    assert_true(ends(host, DIE_MS, &status));
    if (!ends(worker, DIE_MS, &status))
        fail_msg("%s", "the worker outlives its host");
}

bool host_run_and_kill(struct cut *cut)
{
    struct bench *on = cut->on;

    memcpy(cut->id, on->id, sizeof(cut->id));
    token_close(on->token);
    on->token = NULL;
    on->kind->restore(on);
    if (cut->job->anew != NULL)
        cut->job->anew();
    pid_t host = host_fork();
    if (host == 0)
        be_host(cut);
    bool struck = host_comes_to_hang(host);
    if (struck)
        host_kill(host);
    on->kind->fault(on, BENCH_NONE, 0);
    hall_open_driver(on);
    return struck;
}
