/* Each test prepares a child, and looks at it from within: the exit status is the line that failed.
 */
#include "kiosk/app/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) \
            return __LINE__ & 0xFF; \
    } while (0)

static void run_in_child(int (*look)(void))
{
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(look());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int look_at_limits(void)
{
    struct rlimit limit = {1, 1};
    struct sigaction action;

    CHECK(!failed(process_prepare()));
    CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    CHECK(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0);
    CHECK(umask(0) == PROCESS_UMASK);
    CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN);
    return 0;
}

static int look_at_streams_that_were_closed(void)
{
    struct stat null;
    struct stat is;

    int free_before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(free_before > 2 && close(free_before) == 0);
    CHECK(close(0) == 0 && close(1) == 0 && close(2) == 0);
    CHECK(!failed(process_prepare()));
    CHECK(stat("/dev/null", &null) == 0);
    for (int fd = 0; fd <= 2; fd++)
        CHECK(fstat(fd, &is) == 0 && is.st_rdev == null.st_rdev &&
              (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0);
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(next ==
          free_before); /* nothing was left open, and a database would not be one of the three */
    return 0;
}

static int look_at_streams_that_were_open(void)
{
    char byte = 0;
    int pipes[2];

    CHECK(pipe2(pipes, O_CLOEXEC) == 0);
    CHECK(dup2(pipes[1], 1) == 1 && dup2(pipes[1], 2) == 2 && dup2(pipes[0], 0) == 0);
    CHECK(write(pipes[1], "x", 1) == 1);
    CHECK(!failed(process_prepare()));
    CHECK(read(0, &byte, 1) == 0); /* empty, and not what we were given */
    CHECK(write(1, "o", 1) == 1 && write(2, "e", 1) == 1);
    CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'x');
    CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'o');
    CHECK(read(pipes[0], &byte, 1) == 1 && byte == 'e');
    return 0;
}

static void test_nothing_is_dumped_and_files_are_for_the_group_at_most(void **state)
{
    (void)state;
    run_in_child(look_at_limits);
}

static void test_streams_that_were_closed_lead_nowhere(void **state)
{
    (void)state;
    run_in_child(look_at_streams_that_were_closed);
}

static void test_output_stays_and_input_is_empty(void **state)
{
    (void)state;
    run_in_child(look_at_streams_that_were_open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_dumped_and_files_are_for_the_group_at_most),
        cmocka_unit_test(test_streams_that_were_closed_lead_nowhere),
        cmocka_unit_test(test_output_stays_and_input_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
