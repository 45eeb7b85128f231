/* Copies of a journal that its writer goes on to write. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kiosk/ledger/journal_backup.h"
#include "tests/unit/journal_room.h"

#define BESIDE_WRITER 20
#define BACKUPS 4

static char copy_path[160];

static int make_room(void **state)
{
    int made = make_folder(state);
    (void)text_print(copy_path, sizeof(copy_path), "%s/copy.db", folder.at);
    return made;
}

static size_t files_in_folder(void)
{
    size_t count = 0;
    DIR *dir = opendir(folder.at);
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        count += entry->d_name[0] == '.' ? 0 : 1;
    (void)closedir(dir);
    return count;
}

static struct err back_up(struct journal_status *out_status)
{
    struct journal *reader = NULL;
    assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
    struct err e = journal_backup(reader, copy_path, out_status);
    journal_close(reader);
    return e;
}

static bool same_row(void *context, const struct journal_row *row)
{
    struct journal_row *wanted = context;
    bool take = wanted->seq == 0;
    if (take) {
        *wanted = *row;
    } else {
        assert_memory_equal(row->hash.at, wanted->hash.at, HASH_LEN);
        assert_memory_equal(row->body, wanted->body, wanted->body_len);
    }
    return false;
}

static void a_copy_is_the_journal_at_one_moment(void **state)
{
    (void)state;
    struct journal_status status;
    struct journal *copy = NULL;
    struct stat facts;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    put(2, 1, JOURNAL_ORDER_INTENDED);
    size_t before = files_in_folder();
    assert_int_equal(back_up(&status).code, ERR_NONE);
    assert_int_equal(files_in_folder(), before + 1);
    put(3, 0, JOURNAL_ORDER_REQUESTED);

    assert_int_equal(status.head_seq, 2);
    assert_string_equal(status.epoch, status_of(journal).epoch);
    assert_int_equal(stat(copy_path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(journal_open_alone(copy_path, &copy).code, ERR_NONE);
    for (uint64_t seq = 1; seq <= 2; seq++) {
        struct journal_row row = {.seq = 0};
        assert_int_equal(journal_read(journal, seq - 1, 1, same_row, &row).code, ERR_NONE);
        assert_int_equal(journal_read(copy, seq - 1, 1, same_row, &row).code, ERR_NONE);
    }
    assert_int_equal(status_of(copy).head_seq, 2);
    journal_close(copy);
    assert_int_equal(files_in_folder(), before + 1); /* looking at it leaves nothing */
}

static void a_copy_that_is_put_back_goes_on(void **state)
{
    (void)state;
    static const char *const ours[] = {"", "-wal", "-shm"};
    struct journal_status status;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(back_up(&status).code, ERR_NONE);
    put(2, 1, JOURNAL_ORDER_INTENDED);
    journal_close(journal);
    journal = NULL;
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        char path[160];
        (void)text_print(path, sizeof(path), "%s%s", folder.path, ours[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rename(copy_path, folder.path), 0);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, 1);
    put(3, 1, JOURNAL_ORDER_DELIVERED);
    reopen(ERR_NONE);
}

/* What goes on with the entries: the child's journal and its order of them are its own. */
static void write_on(const int told_both[2])
{
    int told = told_both[0];
    unsigned number = 1;
    (void)close(told_both[1]); /* which ends this when the test does */
    struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
    for (char word = 'w'; !failed(e) && word == 'w'; number++) {
        struct journal_draft draft = draft_of(number, 0, JOURNAL_ORDER_REQUESTED);
        e = journal_append(journal, &draft);
        if (number % BESIDE_WRITER == 0 && !failed(e))
            e = journal_checkpoint(journal);
        if (read(told, &word, 1) < 0)
            word = 'w'; /* nothing was said */
    }
    journal_close(journal);
    _exit(failed(e) ? 1 : 0);
}

static void copies_are_made_beside_a_living_writer(void **state)
{
    (void)state;
    uint64_t last = 0;
    int told[2];
    int status = 0;
    assert_int_equal(pipe2(told, O_NONBLOCK | O_CLOEXEC), 0);
    journal_close(journal);
    journal = NULL;
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0)
        write_on(told);
    for (unsigned i = 0; i < BACKUPS; i++) {
        struct journal_status copied = {.head_seq = 0};
        while (copied.head_seq < last + BESIDE_WRITER) { /* it writes on */
            (void)unlink(copy_path);
            struct err e = back_up(&copied);
            if (failed(e))
                fail_msg("%s %s", err_name(e.code), e.site);
        }
        last = copied.head_seq;
    }
    assert_int_equal(write(told[1], "q", 1), 1);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    (void)close(told[0]);
    (void)close(told[1]);
}

static void what_stands_is_not_overwritten(void **state)
{
    (void)state;
    struct journal_status status = {.head_seq = 77};
    put(1, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(back_up(&status).code, ERR_NONE);
    put(2, 0, JOURNAL_ORDER_REQUESTED);
    size_t before = files_in_folder();
    assert_int_equal(back_up(&status).code, ERR_DENIED);
    assert_int_equal(status.head_seq, 1);
    assert_int_equal(files_in_folder(), before);
}

static void a_damaged_journal_has_no_backup(void **state)
{
    static const struct {
        const char *what, *sql;
        enum err_code code;
    } rows[] = {
        {"an order ahead of the entries", "UPDATE orders SET state = 3", ERR_CONFLICT},
        {"another hash",
         "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name ="
         " 'journal_in_order'; PRAGMA writable_schema=RESET;"
         " INSERT INTO journal SELECT 2, replace(txid, '1', '9'), at, visit, kind,"
         " body, hash, hash, NULL, NULL, NULL, bound FROM journal",
         ERR_MALFORMED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal_status status;
        struct journal *reader = NULL;
        put(1, 1, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
        assert_int_equal(stranger(rows[i].sql), SQLITE_OK);
        size_t before = files_in_folder();
        struct err e = journal_backup(reader, copy_path, &status);
        if (e.code != rows[i].code)
            fail_msg("%s: %s %s", rows[i].what, err_name(e.code), e.site ? e.site : "");
        assert_int_equal(files_in_folder(), before);
        journal_close(reader);
        (void)remove_folder(state);
        assert_int_equal(make_room(state), 0);
    }
}

static void one_that_is_in_use_does_not_stand_alone(void **state)
{
    (void)state;
    struct journal *alone = NULL;
    assert_int_equal(journal_open_alone(folder.path, &alone).code, ERR_CONFLICT);
    assert_int_equal(journal_open_alone(copy_path, &alone).code, ERR_NOT_FOUND);
    assert_null(alone);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_room, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_the_journal_at_one_moment),    TEST(a_copy_that_is_put_back_goes_on),
        TEST(copies_are_made_beside_a_living_writer), TEST(what_stands_is_not_overwritten),
        TEST(a_damaged_journal_has_no_backup),        TEST(one_that_is_in_use_does_not_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
