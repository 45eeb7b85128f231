/* What a process that has secrets of tokens does: no dumps, locked pages. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/ctl/token_command.h"
#include "kiosk/ctl/token_secret.h"
#include "kiosk/ctl/token_values.h"
#include "tests/unit/locked.h"

/* In a process of its own, which says nothing: its exit status. */
static int status_of(int (*run)(void))
{
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (dup2(nowhere, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0)
            _exit(99);
        _exit(run());
    }
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int ask_for_help(void)
{
    char *argv[] = {(char[]){"ctl"}, (char[]){"token"}, (char[]){"--help"}, NULL};
    struct rlimit limit = {1, 1};
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || token_command(3, argv) != TOKEN_EXIT_DONE)
        return 1;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 2;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? 0 : 3;
}

static int write_for_nobody(void)
{
    char *argv[] = {(char[]){"ctl"}, (char[]){"token"}, (char[]){"--help"}, NULL};
    int ends[2];
    if (token_command(3, argv) != TOKEN_EXIT_DONE || pipe(ends) != 0 || close(ends[0]) != 0)
        return 1;
    return write(ends[1], "x", 1) < 0 ? 0 : 2;
}

static int run_without_files(void)
{
    char *argv[] = {(char[]){"ctl"}, (char[]){"token"}, (char[]){"--help"}, NULL};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        (void)close(fd);
    if (token_command(3, argv) != TOKEN_EXIT_DONE)
        return 1;
    char byte = 0;
    if (open("/dev/null", O_RDWR | O_CLOEXEC) <= STDERR_FILENO)
        return 2;
    return read(STDIN_FILENO, &byte, 1) < 0 && write(STDOUT_FILENO, "x", 1) < 0 &&
                   write(STDERR_FILENO, "x", 1) < 0
               ? 0
               : 3;
}

static void what_is_said_to_a_closed_file_is_said_to_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(status_of(run_without_files), 0);
}

static void a_reader_of_its_output_that_leaves_does_not_end_it(void **state)
{
    (void)state;
    assert_int_equal(status_of(write_for_nobody), 0);
}

static void no_command_leaves_its_memory_to_others(void **state)
{
    (void)state;
    assert_int_equal(status_of(ask_for_help), 0);
}

static void keys_are_on_pages_that_stay_in_memory(void **state)
{
    (void)state;
    static const struct token_admin none = {.aes = false};
    struct token_admin *admin = token_secret_admin_create();
    assert_non_null(admin);
    assert_memory_equal(admin, &none, sizeof(none));
    assert_true(is_locked(admin) || !locks_are_told());
    assert_true(page_has(admin, " dd")); /* not dumped */
    token_secret_admin_free(&admin);
    struct token_values *values = token_values_create();
    assert_non_null(values);
    assert_true(is_locked(values) || !locks_are_told());
    token_values_free(&values);
    const struct token_options options = {.factory_key = true};
    assert_int_equal(token_secret_admin(&options, "s1", NULL).code, ERR_NO_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_leaves_its_memory_to_others),
        cmocka_unit_test(a_reader_of_its_output_that_leaves_does_not_end_it),
        cmocka_unit_test(what_is_said_to_a_closed_file_is_said_to_nothing_else),
        cmocka_unit_test(keys_are_on_pages_that_stay_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
