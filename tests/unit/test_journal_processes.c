/* The journal among processes: one that is killed, and one that reads beside the writer. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/ledger.h"

#define KILLS 12U
#define ENTRIES 400U
#define WRITER_MAX_MS 20000

static struct folder folder;

static int make_folder(void **state)
{
    (void)state;
    folder_make(&folder, "journal.db");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static void wait_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    (void)nanosleep(&time, NULL);
}

/* Append from `next` on, telling `out` each number that stands, until killed or `end` is done. */
static void append_on(unsigned next, unsigned end, int out)
{
    struct journal *journal = NULL;
    if (failed(journal_open(folder.path, true, ledger_random, &ledger_guard, &journal)))
        _exit(3);
    for (; next <= end; next++) {
        struct journal_draft draft = draft_of(next, next / 3 + 1, next % 3);
        if (failed(journal_append(journal, &draft)))
            _exit(4);
        if (next % 5 == 0 && failed(journal_checkpoint(journal)))
            _exit(5);
        if (write(out, &next, sizeof(next)) != sizeof(next))
            _exit(6);
    }
    journal_close(journal);
    _exit(0);
}

static pid_t start_writer(unsigned next, unsigned end, int *out_pipe)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        append_on(next, end, ends[1]);
    }
    (void)close(ends[1]);
    *out_pipe = ends[0];
    return pid;
}

/* Every number the writer told, to the last. */
static unsigned drain(int from, unsigned last)
{
    for (unsigned number; read(from, &number, sizeof(number)) == sizeof(number);)
        last = number;
    (void)close(from);
    return last;
}

static void a_killed_writer_loses_nothing_it_told_of(void **state)
{
    (void)state;
    unsigned told = 0;
    for (unsigned kills = 0; kills < KILLS; kills++) {
        int from = -1;
        int result = 0;
        struct journal *journal = NULL;
        struct journal_status status;
        pid_t pid = start_writer(told + 1, UINT32_MAX - 1, &from);
        /* Every other one gets to its first entries, the rest perhaps not even to opening. */
        for (unsigned first = told; kills % 2 == 1 && told < first + 3;)
            assert_int_equal(read(from, &told, sizeof(told)), sizeof(told));
        wait_ms(5 + 11 * (long)kills);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &result, 0), pid);
        assert_true(WIFSIGNALED(result));
        told = drain(from, told);

        assert_int_equal(
            journal_open(folder.path, true, ledger_random, &ledger_guard, &journal).code, ERR_NONE);
        assert_int_equal(journal_get_status(journal, &status).code, ERR_NONE);
        /* One entry may stand that it had no time to tell. */
        assert_in_range(status.head_seq, told, told + 1);
        told = (unsigned)status.head_seq;
        journal_close(journal);
    }
    print_message("# %u kills, %u entries\n", KILLS, told);
    assert_true(told > KILLS);
}

struct walk {
    uint64_t seq;
    struct hash hash;
};

static bool follow(void *context, const struct journal_row *row)
{
    struct walk *walk = context;
    assert_int_equal(row->seq, walk->seq + 1);
    assert_memory_equal(row->prev.at, walk->hash.at, HASH_LEN);
    walk->seq = row->seq;
    walk->hash = row->hash;
    return true;
}

/* Open as soon as there is something to open. */
static struct journal *open_reader(void)
{
    struct journal *reader = NULL;
    for (int waited_ms = 0; waited_ms < WRITER_MAX_MS; waited_ms++) {
        struct err e = journal_open_read(folder.path, &reader);
        if (!failed(e))
            return reader;
        if (e.code != ERR_NOT_FOUND && e.code != ERR_IO)
            fail_msg("reader: %s %s", err_name(e.code), e.site ? e.site : "");
        wait_ms(1);
    }
    fail_msg("no journal came");
    return NULL;
}

static void a_reader_beside_the_writer_sees_one_chain(void **state)
{
    (void)state;
    int from = -1;
    int result = 0;
    struct walk walk = {0};
    size_t looks = 0;
    pid_t pid = start_writer(1, ENTRIES, &from);
    struct journal *reader = open_reader();
    for (int waited_ms = 0; walk.seq < ENTRIES && waited_ms < WRITER_MAX_MS; looks++) {
        uint64_t before = walk.seq;
        struct err e = journal_read(reader, walk.seq, 10, follow, &walk);
        if (failed(e)) {
            fail_msg("after %u: %s %d %s", (unsigned)walk.seq, err_name(e.code), (int)e.native,
                     e.site);
        }
        if (walk.seq == before) {
            wait_ms(1);
            waited_ms++;
        }
    }
    assert_int_equal(walk.seq, ENTRIES);
    assert_int_equal(waitpid(pid, &result, 0), pid);
    assert_true(WIFEXITED(result));
    assert_int_equal(WEXITSTATUS(result), 0);
    assert_int_equal(drain(from, 0), ENTRIES);
    uint64_t bad = 0;
    assert_int_equal(journal_verify(reader, &bad).code, ERR_NONE);
    journal_close(reader);
    print_message("# %zu looks\n", looks);
}

static void two_writers_never_meet(void **state)
{
    (void)state;
    int from = -1;
    int result = 0;
    unsigned number = 0;
    struct journal *second = NULL;
    pid_t pid = start_writer(1, UINT32_MAX - 1, &from);
    assert_int_equal(read(from, &number, sizeof(number)), sizeof(number));
    assert_int_equal(journal_open(folder.path, true, ledger_random, &ledger_guard, &second).code,
                     ERR_BLOCKED);
    assert_null(second);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &result, 0), pid);
    (void)drain(from, 0);
    assert_int_equal(journal_open(folder.path, true, ledger_random, &ledger_guard, &second).code,
                     ERR_NONE);
    journal_close(second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_writer_loses_nothing_it_told_of),
        TEST(a_reader_beside_the_writer_sees_one_chain),
        TEST(two_writers_never_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
