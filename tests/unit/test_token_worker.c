/* The parent's side of the token worker. This program is also the worker, see play_worker.h. */
#include "hw/token/token_worker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hw/token/token_worker_process.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/unit/locked.h"
#include "tests/unit/worker_room.h"

#define RESPAWNS 1000

static void a_session_is_one_worker_and_the_next_is_another(void **state)
{
    struct token *token = open_worker("good", LONG_MS);
    int32_t first[4];
    int32_t again[4];
    int32_t second[4];
    (void)state;
    assert_int_equal(watch(token, TOKEN_ABSENT), TOKEN_PRESENT);
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_GONE); /* no session yet */
    assert_false(failed(identify(token)));
    ask_about(token, first);
    struct err wrong = verify(token, "654321");
    assert_int_equal(wrong.code, ERR_DENIED);
    assert_int_equal(wrong.native, 0x63C3);
    assert_non_null(strstr(wrong.site, "wrong PIN"));
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_NONE);
    ask_about(token, again);
    assert_int_equal(first[0], again[0]);
    assert_false(failed(identify(token)));
    ask_about(token, second);
    assert_int_not_equal(first[0], second[0]);
    token_close(token);
}

static void a_worker_has_four_descriptors_one_variable_and_a_group_of_its_own(void **state)
{
    int32_t about[4];
    (void)state;

    assert_int_equal(setenv("PCSCLITE_CSOCK_NAME", "/tmp/nowhere", 1), 0);
    struct token *token = open_worker("good", LONG_MS);
    assert_false(failed(identify(token)));
    ask_about(token, about);
    assert_int_not_equal(about[0], getpid());
    assert_int_equal(about[1], 4);
    assert_int_equal(about[2], 1);
    assert_int_equal(about[3], about[0]);
    token_close(token);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *part;
    uint32_t call_ms;
    enum err_code identify, verify;
} rows[] = {
    {"a worker that hangs is killed in time",             "hang",        SHORT_MS, ERR_NONE, ERR_IO},
    {"one that crashes is no more than a failed call",    "crash",       LONG_MS, ERR_NONE, ERR_IO},
    {"nor is one that leaves",                            "leave",       LONG_MS, ERR_NONE, ERR_IO},
    {"noise is no answer",                                "noise",       LONG_MS, ERR_NONE, ERR_IO},
    {"nor is more than a message can be",                 "too much",    LONG_MS, ERR_NONE, ERR_IO},
    {"nor is a byte too many",                            "byte more",   LONG_MS, ERR_NONE, ERR_IO},
    {"nor is the answer to an earlier question",          "old answer",  LONG_MS, ERR_NONE, ERR_IO},
    {"an error that the call does not know is none",      "conflict",    LONG_MS, ERR_NONE, ERR_IO},
    {"no tries left and not blocked is nonsense",         "no tries",    LONG_MS, ERR_NONE, ERR_IO},
    {"a token that was pulled is told",                   "gone",        LONG_MS, ERR_NONE, ERR_GONE},
    {"an id that is none is refused",                     "bad id",      LONG_MS, ERR_IO, ERR_GONE},
    {"an unknown card is told",                           "unknown card", LONG_MS, ERR_UNSUPPORTED, ERR_GONE},
    {"a worker that never says hello is killed",          "mute",        SHORT_MS, ERR_IO, ERR_GONE},
    {"one that reaches no service is no worker",          "no service",  LONG_MS, ERR_IO, ERR_GONE},
};
/* clang-format on */

static void whatever_a_worker_does_the_caller_gets_an_error_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token *token = open_worker(rows[i].part, rows[i].call_ms);
        print_message("  %s\n", rows[i].name);
        assert_int_equal(identify(token).code, rows[i].identify);
        uint64_t from_ms = clock_boot_ms();
        assert_int_equal(verify(token, "111111").code, rows[i].verify);
        uint64_t took_ms = clock_boot_ms() - from_ms;
        if (text_same(rows[i].part, "hang"))
            assert_true(took_ms >= SHORT_MS - 5 && took_ms < LONG_MS);
        assert_int_equal(verify(token, "111111").code, ERR_GONE); /* the session went with it */
        token_close(token);
    }
}

static void a_lost_token_is_seen_to_leave_first(void **state)
{
    struct token *token = open_worker("gone", LONG_MS);
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_GONE);
    assert_int_equal(watch(token, TOKEN_PRESENT), TOKEN_ABSENT);
    assert_int_equal(watch(token, TOKEN_ABSENT), TOKEN_PRESENT);
    token_close(token);
}

static void a_token_that_leaves_takes_its_worker_with_it(void **state)
{
    struct token *token = open_worker("absent after identify", LONG_MS);
    int32_t about[4];
    (void)state;

    assert_false(failed(identify(token)));
    ask_about(token, about);
    assert_int_equal(watch(token, TOKEN_PRESENT), TOKEN_ABSENT);
    assert_int_equal(kill(about[0], 0), -1);
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_GONE);
    token_close(token);
}

static void a_service_that_goes_is_a_reader_that_is_gone(void **state)
{
    static const char *const parts[] = {"service goes", "watch fails", "no service", "mute"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct token *token =
            open_worker(parts[i], text_same(parts[i], "mute") ? SHORT_MS : LONG_MS);
        print_message("  %s\n", parts[i]);
        assert_int_equal(watch(token, TOKEN_PRESENT), TOKEN_READER_GONE);
        assert_int_equal(watch(token, TOKEN_READER_GONE), TOKEN_READER_GONE);
        assert_int_equal(token_trouble(token).code, ERR_IO);
        token_close(token);
    }
}

static void a_program_that_is_not_there_is_a_reader_that_is_gone(void **state)
{
    struct token *token = open_worker_at("/nonexistent/certkiosk-token", "", LONG_MS);
    (void)state;

    assert_int_equal(watch(token, TOKEN_ABSENT), TOKEN_READER_GONE);
    struct err e = identify(token);
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(e.native, ENOENT);
    token_close(token);
}

static void without_a_service_watching_waits_its_time_and_no_longer(void **state)
{
    struct token *token = open_worker("no service", LONG_MS);
    enum token_presence presence = TOKEN_READER_GONE;
    (void)state;

    uint64_t from_ms = clock_boot_ms();
    assert_false(failed(token_watch(token, 300, &presence)));
    assert_int_equal(presence, TOKEN_READER_GONE);
    assert_true(clock_boot_ms() - from_ms >= 295);
    token_close(token);
}

static void a_worker_that_dies_in_its_watch_is_not_started_in_a_loop(void **state)
{
    char folder[] = FOLDER;
    char self[PATH_MAX] = "", part_name[64];
    enum token_presence presence = TOKEN_READER_GONE;
    struct token *token = NULL;
    (void)state;

    assert_non_null(mkdtemp(folder));
    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    assert_true(text_print(part_name, sizeof(part_name), "watch fails%s", folder));
    struct token_worker_setup setup = {.program = self,
                                       .reader = part_name,
                                       .start_ms = LONG_MS,
                                       .watch_ms = LONG_MS,
                                       .retry_ms = LONG_MS};
    assert_false(failed(token_worker_create(&setup, &token)));
    uint64_t from_ms = clock_boot_ms();
    assert_false(failed(token_watch(token, 300, &presence)));
    assert_int_equal(presence, TOKEN_READER_GONE);
    assert_true(clock_boot_ms() - from_ms >= 295);
    token_close(token);
    assert_int_equal(empty_folder(folder), 1);
}

static void a_worker_without_its_filter_is_refused_where_there_is_one(void **state)
{
    static const char *const parts[] = {"good", "locked in"};
    char self[PATH_MAX] = "";
    (void)state;

    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    for (size_t i = 0; i < 2 * ARRAY_LEN(parts); i++) {
        struct token *token = NULL;
        struct token_worker_setup setup = {.program = self,
                                           .reader = parts[i / 2],
                                           .call_ms = LONG_MS,
                                           .start_ms = LONG_MS,
                                           .watch_ms = LONG_MS,
                                           .filter = i % 2 == 0};
        assert_false(failed(token_worker_create(&setup, &token)));
        bool refused = i == 0;
        assert_int_equal(watch(token, TOKEN_ABSENT), refused ? TOKEN_READER_GONE : TOKEN_PRESENT);
        struct err trouble = token_trouble(token);
        assert_int_equal(trouble.code, refused ? ERR_IO : ERR_NONE);
        if (refused)
            assert_non_null(strstr(trouble.site, "without its filter"));
        assert_int_equal(identify(token).code, refused ? ERR_IO : ERR_NONE);
        token_close(token);
    }
}

static char lines[8][32];
static size_t line_count;

static void hear_line(void *context, const char *text)
{
    assert_ptr_equal(context, lines);
    if (line_count < ARRAY_LEN(lines))
        (void)text_copy(lines[line_count], sizeof(lines[0]), text);
    line_count++;
}

static void hear_slowly(void *context, const char *text)
{
    hear_line(context, text);
    (void)poll(NULL, 0, 2 * SHORT_MS);
}

static struct token *open_heard(const char *reader, const struct token_trace *trace,
                                uint32_t call_ms)
{
    static char self[PATH_MAX];
    struct token *token = NULL;
    struct token_worker_setup setup = {.program = self,
                                       .reader = reader,
                                       .call_ms = call_ms,
                                       .start_ms = LONG_MS,
                                       .watch_ms = LONG_MS,
                                       .trace = trace};

    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    assert_false(failed(token_worker_create(&setup, &token)));
    line_count = 0;
    return token;
}

static struct token *open_traced(const char *reader)
{
    static const struct token_trace trace = {hear_line, lines};
    return open_heard(reader, &trace, LONG_MS);
}

static void lines_of_a_trace_are_told_when_a_call_is_over(void **state)
{
    struct token *token = open_traced("tells");
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(line_count, 0);
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_NONE);
    assert_int_equal(line_count, 2);
    assert_string_equal(lines[0], "first");
    assert_string_equal(lines[1], "second");
    token_close(token);
}

/* A terminal that was stopped: no call takes longer because of it, and the token is free. */
static void who_hears_a_trace_slowly_does_not_hold_up_the_call(void **state)
{
    static const struct token_trace trace = {hear_slowly, lines};
    struct token *token = open_heard("tells", &trace, SHORT_MS);
    (void)state;

    assert_false(failed(identify(token)));
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_NONE);
    assert_int_equal(line_count, 2);
    assert_int_equal(verify(token, RIGHT_PIN).code, ERR_NONE);
    token_close(token);
}

static volatile sig_atomic_t ended_at_ms;
static uint64_t asked_at_ms;

static void note_end(int number)
{
    (void)number;
    if (ended_at_ms < 0) /* the first that is heard */
        ended_at_ms = (sig_atomic_t)(clock_boot_ms() - asked_at_ms);
}

static void be_ended(int number)
{
    (void)number;
    (void)raise(SIGTERM);
    (void)raise(SIGINT);
    (void)raise(SIGHUP);
    (void)raise(SIGQUIT);
}

static void hear_signals(void (*ends)(int), void (*alarms)(int))
{
    (void)signal(SIGTERM, ends);
    (void)signal(SIGINT, ends);
    (void)signal(SIGHUP, ends);
    (void)signal(SIGQUIT, ends);
    (void)signal(SIGALRM, alarms);
}

/* Asked to end 100 ms after the call began, which takes SHORT_MS: when that is heard. */
static int heard_after(bool changes)
{
    const struct itimerval soon = {.it_value.tv_usec = 100000};
    struct token *token = open_worker("hang", SHORT_MS);
    CLEANUP(secret_wipe) struct secret pin = {.len = 0};
    uint8_t tries_left = 99;
    assert_false(failed(identify(token)));
    assert_false(failed(secret_set(&pin, (struct bytes){(const uint8_t *)RIGHT_PIN, 6})));
    ended_at_ms = -1;
    asked_at_ms = clock_boot_ms();
    hear_signals(note_end, be_ended);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    struct err e = changes ? token_change_pin(token, &pin, &pin, &tries_left)
                           : token_verify_pin(token, &pin, &tries_left);
    hear_signals(SIG_DFL, SIG_DFL);
    assert_int_equal(e.code, ERR_IO);
    token_close(token);
    return (int)ended_at_ms;
}

static void what_ends_the_process_waits_until_a_change_is_over(void **state)
{
    (void)state;
    assert_in_range(heard_after(false), 90, SHORT_MS - 5);
    assert_in_range(heard_after(true), SHORT_MS - 5, LONG_MS);
}

static void a_worker_that_tells_what_is_no_trace_is_ended(void **state)
{
    static const char *const parts[] = {"tells unasked", "tells two lines in one",
                                        "tells for ever"};
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct token *token = i == 0 ? open_worker(parts[i], LONG_MS) : open_traced(parts[i]);
        print_message("  %s\n", parts[i]);
        line_count = 0;
        assert_false(failed(identify(token)));
        assert_int_equal(verify(token, RIGHT_PIN).code, ERR_IO);
        assert_int_equal(verify(token, RIGHT_PIN).code, ERR_GONE);
        assert_int_equal(line_count, i < 2 ? 0 : WIRE_LINES_MAX + 1);
        token_close(token);
    }
}

static void a_token_that_hung_is_asked_otherwise_the_next_time(void **state)
{
    struct token *token = open_worker("hang once", SHORT_MS);
    (void)state;

    assert_int_equal(identify(token).code, ERR_IO);
    assert_int_equal(identify(token).code, ERR_NONE);
    token_close(token);
}

static void a_thousand_workers_leave_nothing_behind(void **state)
{
    struct token *token = open_worker("good", LONG_MS);
    (void)state;

    assert_false(failed(identify(token)));
    int before = count_descriptors();
    uint64_t from_ms = clock_boot_ms();
    for (int i = 0; i < RESPAWNS; i++)
        assert_false(failed(identify(token)));
    print_message("  %d in %llu ms\n", RESPAWNS, (unsigned long long)(clock_boot_ms() - from_ms));
    assert_int_equal(count_descriptors(), before);
    token_close(token);
}

/* What is left of a kiosk that is killed while its worker is busy: nothing. */
static void a_kiosk_that_is_killed_takes_its_worker_with_it(void **state)
{
    int pipe_ends[2];
    int32_t about[4] = {0};
    int status = 0;
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t kiosk = fork();
    assert_true(kiosk >= 0);
    if (kiosk == 0) {
        struct token *token = open_worker("good", LONG_MS);
        if (!failed(identify(token)))
            ask_about(token, about);
        (void)!write(pipe_ends[1], about, sizeof(about));
        (void)raise(SIGKILL);
    }
    assert_int_equal(read(pipe_ends[0], about, sizeof(about)), sizeof(about));
    assert_true(about[0] > 0);
    assert_int_equal(waitpid(kiosk, &status, 0), kiosk);
    assert_int_equal(waitpid(about[0], &status, 0), about[0]); /* a limit is ctest's */
    assert_int_equal(close(pipe_ends[0]) + close(pipe_ends[1]), 0);
}

static void the_program_is_looked_for_beside_the_one_that_runs(void **state)
{
    char self[PATH_MAX] = "";
    char path[PATH_MAX];
    (void)state;

    assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
    assert_false(failed(worker_process_find(path, sizeof(path))));
    *strrchr(self, '/') = '\0';
    assert_memory_equal(path, self, strlen(self));
    assert_string_equal(path + strlen(self), "/certkiosk-token");
    assert_int_equal(worker_process_find(path, 5).code, ERR_NO_ROOM);
}

/* A shared secret of token_decrypt() may stand in it. */
static void an_answer_stands_in_locked_memory(void **state)
{
    (void)state;
    if (!locks_are_told())
        skip();
    struct token *token = open_worker("token", LONG_MS);
    assert_true(is_locked(&token->reply));
    assert_true(is_locked((const uint8_t *)(&token->reply + 1) - 1));
    token_close(token);
}

int main(int argc, char **argv)
{
    if (argc >= 2 && text_same(argv[0], WORKER_PROGRAM))
        _exit(play(argv[1], argc == 3 && text_same(argv[2], WIRE_TRACE_OPTION)));

    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_is_one_worker_and_the_next_is_another, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(
            a_worker_has_four_descriptors_one_variable_and_a_group_of_its_own, remember,
            nothing_is_left),
        cmocka_unit_test_setup_teardown(whatever_a_worker_does_the_caller_gets_an_error_in_time,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(a_lost_token_is_seen_to_leave_first, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_token_that_leaves_takes_its_worker_with_it, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_service_that_goes_is_a_reader_that_is_gone, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_program_that_is_not_there_is_a_reader_that_is_gone,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(without_a_service_watching_waits_its_time_and_no_longer,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(a_worker_that_dies_in_its_watch_is_not_started_in_a_loop,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(a_worker_without_its_filter_is_refused_where_there_is_one,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(lines_of_a_trace_are_told_when_a_call_is_over, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(who_hears_a_trace_slowly_does_not_hold_up_the_call,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(what_ends_the_process_waits_until_a_change_is_over,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(a_worker_that_tells_what_is_no_trace_is_ended, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_token_that_hung_is_asked_otherwise_the_next_time,
                                        remember, nothing_is_left),
        cmocka_unit_test_setup_teardown(a_thousand_workers_leave_nothing_behind, remember,
                                        nothing_is_left),
        cmocka_unit_test_setup_teardown(a_kiosk_that_is_killed_takes_its_worker_with_it, remember,
                                        nothing_is_left),
        cmocka_unit_test(an_answer_stands_in_locked_memory),
        cmocka_unit_test(the_program_is_looked_for_beside_the_one_that_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
