#include "hw/token/worker_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "tests/unit/locked.h"
#include "tests/unit/unit.h"

#define LOCKED_FAILED 99
#define ALLOWED 98
#define TOLD_NOTHING 97
#define LOCKED_MAX (8U << 20) /* more than this program maps */

/* Each tries one thing and returns its errno, or ALLOWED. */
static int result(long rc)
{
    return rc < 0 ? errno : ALLOWED;
}

static int try_open(void)
{
    return result(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int try_socket(void)
{
    return result(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_connect(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/run/pcscd/pcscd.comm"};
    return result(connect(0, (struct sockaddr *)&to, sizeof(to)));
}

static int try_execve(void)
{
    char name[] = "true";
    char *arguments[] = {name, NULL};
    return result(execve("/bin/true", arguments, NULL));
}

static int try_fork(void)
{
    return result(fork());
}

static int try_clone(void)
{
    return result(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

static int try_ptrace(void)
{
    return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int try_kill(void)
{
    return result(kill(getppid(), 0));
}

static int try_memory_that_runs(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : ALLOWED;
}

static int try_prctl(void)
{
    return result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int try_unlink(void)
{
    return result(unlink("/nonexistent"));
}

/* Whether it learns nothing of a file that is there, and cannot tell it from one that is not. */
static int try_stat(void)
{
    struct stat facts = {.st_mode = 0};
    if (stat("/etc/passwd", &facts) != 0 || stat("/nonexistent", &facts) != 0)
        return EPERM;
    return facts.st_mode == 0 && facts.st_ino == 0 ? TOLD_NOTHING : ALLOWED;
}

static int try_what_it_needs(void)
{
    struct timespec moment = {.tv_nsec = 1000};
    char byte = 'x';
    void *memory = malloc(1 << 20);
    bool works = memory != NULL && nanosleep(&moment, NULL) == 0 && write(1, &byte, 0) >= 0 &&
                 clock_gettime(CLOCK_BOOTTIME, &moment) == 0;
    free(memory);
    return works ? ALLOWED : errno;
}

/* clang-format off */
static const struct {
    const char *name;
    int (*attempt)(void);
    int want; /* an errno; 0: the process is killed */
} rows[] = {
    {"it cannot open a file", try_open, EPERM},
    {"it cannot make a socket", try_socket, EPERM},
    {"it cannot connect", try_connect, EPERM},
    {"starting a program is its end", try_execve, 0},
    {"forking is its end", try_fork, 0},
    {"so is a thread or a clone", try_clone, 0},
    {"tracing is its end", try_ptrace, 0},
    {"so is a signal to anyone", try_kill, 0},
    {"so is memory that can be run", try_memory_that_runs, 0},
    {"so is being traced again", try_prctl, 0},
    {"so is touching a file by name", try_unlink, 0},
    {"asking for a file tells nothing", try_stat, TOLD_NOTHING},
    {"it can wait, write and have memory", try_what_it_needs, ALLOWED},
};
/* clang-format on */

static int in_a_locked_child(int (*attempt)(void))
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void)signal(SIGSYS, SIG_DFL);
        _exit(failed(sandbox_lock_in(64)) ? LOCKED_FAILED : attempt());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void what_is_locked_in_can_do_no_more_than_its_work(void **state)
{
    (void)state;
    if (!worker_filter_there())
        skip(); /* a build with a sanitizer */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        int status = in_a_locked_child(rows[i].attempt);
        if (rows[i].want == 0) {
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), SIGSYS);
        } else {
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), rows[i].want);
        }
    }
}

static int try_a_new_descriptor(void)
{
    return result(fcntl(0, F_DUPFD_CLOEXEC, 0));
}

static int one_more_descriptor(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 64 && limit.rlim_max == 64
               ? try_a_new_descriptor()
               : 1;
}

/* Without the filter too: what stands between the sandbox and a library's own ideas. */
static void no_new_privilege_and_no_more_descriptors(void **state)
{
    (void)state;
    int status = 0;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit limit;
        bool held = !failed(sandbox_begin(ends[1])) && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                    getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0;
        int parent_signal = 0;
        held = held && prctl(PR_GET_PDEATHSIG, &parent_signal) == 0 && parent_signal == SIGKILL;
        _exit(held ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
    if (!worker_filter_there()) {
        status = in_a_locked_child(one_more_descriptor);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == ALLOWED); /* 64 are enough */
    }
}

static int locked_with(uint64_t least, bool want)
{
    static char before[4096];
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (failed(sandbox_lock_memory(least)))
            _exit(2);
        char *later = malloc(1 << 20);
        _exit(later != NULL && is_locked(before) == want && is_locked(&status) == want &&
                      is_locked(later) == want
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void all_of_its_memory_is_locked_where_the_limit_has_room(void **state)
{
    (void)state;
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
    if (!worker_filter_there() || limit.rlim_max < LOCKED_MAX)
        skip(); /* a sanitizer, which locks nothing; or a place where nobody may */
    assert_int_equal(locked_with(LOCKED_MAX, true), 0);
    if (limit.rlim_max != RLIM_INFINITY)
        assert_int_equal(locked_with((uint64_t)limit.rlim_max + 1, false), 0);
}

static void a_process_whose_parent_is_gone_does_not_begin(void **state)
{
    (void)state;
    int ends[2];
    int status = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        bool began = !failed(sandbox_begin(ends[1]));
        (void)close(ends[0]); /* our copy of the parent's end */
        char byte = 0;
        (void)recv(ends[1], &byte, 1, 0); /* until the parent has closed its own */
        _exit(began && sandbox_begin(ends[1]).code == ERR_GONE ? 0 : 1);
    }
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(close(ends[1]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_locked_in_can_do_no_more_than_its_work),
        cmocka_unit_test(no_new_privilege_and_no_more_descriptors),
        cmocka_unit_test(all_of_its_memory_is_locked_where_the_limit_has_room),
        cmocka_unit_test(a_process_whose_parent_is_gone_does_not_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
