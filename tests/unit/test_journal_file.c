/* The journal as a file: changed by strangers, damaged, cut off, shared with readers. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/journal_room.h"

#include "tests/unit/journal_stranger.h"

static void strangers_cannot_change_the_past(void **state)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"an entry changed", "UPDATE journal SET body = x'00' WHERE seq = 1"},
        {"an entry deleted", "DELETE FROM journal WHERE seq = 2"},
        {"all entries deleted", "DELETE FROM journal"},
        {"an entry replaced", "INSERT OR REPLACE INTO journal SELECT seq, txid, at, visit, kind,"
                              " x'00', prev, hash, order_id, token, order_state, bound"
                              " FROM journal WHERE seq = 1"},
        {"an entry replaced by its txid",
         "INSERT OR REPLACE INTO journal SELECT 3, txid, at, visit, kind, body,"
         " (SELECT hash FROM journal WHERE seq = 2), hash, order_id, token, order_state, bound"
         " FROM journal WHERE seq = 1"},
        {"a gap", "INSERT INTO journal SELECT 4, replace(txid, '1', '9'), at, visit, kind, body,"
                  " hash, hash, NULL, NULL, NULL, bound FROM journal WHERE seq = 2"},
        {"another epoch", "UPDATE meta SET epoch = '00000000-0000-4000-8000-000000000000'"},
        {"an order taken back", "UPDATE orders SET state = 0 WHERE state = 2"},
        {"an order of another token", "UPDATE orders SET token = 'x'"},
    };
    (void)state;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    put(2, 1, JOURNAL_ORDER_INTENDED);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if ((stranger(rows[i].sql) & 0xFF) != SQLITE_CONSTRAINT)
            fail_msg("%s was let through", rows[i].what);
    }
    uint64_t bad = 0;
    assert_int_equal(journal_verify(journal, &bad).code, ERR_NONE);
    reopen(ERR_NONE);
}

static void a_changed_entry_is_found(void **state)
{
    static const struct {
        const char *what, *sql;
        uint64_t bad_seq;
    } rows[] = {
        {"a changed body",
         UNGUARDED("journal_no_update", "journal",
                   "UPDATE journal SET body = x'7b7d' WHERE seq = 2"),
         2},
        {"a changed time",
         UNGUARDED("journal_no_update", "journal", "UPDATE journal SET at = at + 1 WHERE seq = 3"),
         3},
        {"a changed kind",
         UNGUARDED("journal_no_update", "journal",
                   "UPDATE journal SET kind = 'delivered' WHERE seq = 1"),
         1},
        {"a changed hash",
         UNGUARDED("journal_no_update", "journal",
                   "UPDATE journal SET hash = zeroblob(32) WHERE seq = 2"),
         2},
        {"a changed state of an order",
         UNGUARDED("journal_no_update", "journal",
                   "UPDATE journal SET order_state = 3 WHERE seq = 2"),
         2},
        {"a changed order",
         UNGUARDED("journal_no_update", "journal",
                   "UPDATE journal SET order_id = NULL, token = NULL, order_state = NULL"
                   " WHERE seq = 2"),
         2},
        {"an entry taken out of the middle",
         UNGUARDED("journal_no_delete", "journal", "DELETE FROM journal WHERE seq = 2"), 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        put(1, 1, JOURNAL_ORDER_REQUESTED);
        put(2, 2, JOURNAL_ORDER_REQUESTED);
        put(3, 3, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(stranger(rows[i].sql), SQLITE_OK);
        uint64_t bad = 0;
        struct err e = journal_verify(journal, &bad);
        if (e.code != ERR_CONFLICT || bad != rows[i].bad_seq)
            fail_msg("%s: %s at %d", rows[i].what, err_name(e.code), (int)bad);
        reopen(ERR_CONFLICT);
        reopen(ERR_CONFLICT); /* it is not mended, nor made anew */
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
}

static void a_projection_that_differs_is_found(void **state)
{
    static const struct {
        const char *what, *sql;
    } rows[] = {
        {"an order further than the journal says", "UPDATE orders SET state = 3"},
        {"an order that is missing", "DELETE FROM orders"},
        {"an order that the journal does not know",
         "INSERT INTO orders VALUES('00000000-0000-4000-8000-00000000000f', 's9', 0, 0, 2, 2)"},
        {"another time", "UPDATE orders SET requested_at = 0"},
        {"another entry that brought its state", "UPDATE orders SET state_seq = 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        put(1, 1, JOURNAL_ORDER_REQUESTED);
        put(2, 0, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(stranger(rows[i].sql), SQLITE_OK);
        journal_close(journal);
        journal = NULL;
        if (journal_open(folder.path, true, ledger_random, &ledger_guard, &journal).code !=
            ERR_CONFLICT)
            fail_msg("%s was not found", rows[i].what);
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
}

static void overwrite(const char *path, off_t at, const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, at), len);
    (void)close(fd);
}

static void empty_file(void)
{
    assert_int_equal(truncate(folder.path, 0), 0);
}
static void text_file(void)
{
    overwrite(folder.path, 0, "This is not a database at all.", 30);
}
static void half_a_file(void)
{
    assert_int_equal(stranger("PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
    assert_int_equal(truncate(folder.path, 8192), 0);
}
static void foreign_database(void)
{
    assert_int_equal(stranger("PRAGMA application_id=1; PRAGMA wal_checkpoint"), SQLITE_OK);
}
static void newer_schema(void)
{
    assert_int_equal(stranger("PRAGMA user_version=99"), SQLITE_OK);
}
static void missing_trigger(void)
{
    assert_int_equal(stranger("DROP TRIGGER journal_no_delete"), SQLITE_OK);
}
static void one_more_table(void)
{
    assert_int_equal(stranger("CREATE TABLE more(a)"), SQLITE_OK);
}
static void damaged_page(void)
{
    assert_int_equal(stranger("PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
    overwrite(folder.path, 3L * 4096, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}
static void database_gone_but_its_wal_there(void)
{
    assert_int_equal(unlink(folder.path), 0);
}

/* A file that is not there is as good as an empty one. */
static long size_of(const char *suffix)
{
    char path[160];
    struct stat facts;
    (void)snprintf(path, sizeof(path), "%s%s", folder.path, suffix);
    return stat(path, &facts) == 0 ? (long)facts.st_size : 0;
}

static const struct {
    const char *what;
    void (*spoil)(void);
} spoilt[] = {
    {"an empty file", empty_file},
    {"a text file", text_file},
    {"a file cut in half", half_a_file},
    {"a database of another application", foreign_database},
    {"a newer schema", newer_schema},
    {"a schema without one of its triggers", missing_trigger},
    {"a schema with a table more", one_more_table},
    {"a damaged page", damaged_page},
    {"a WAL whose database is gone", database_gone_but_its_wal_there},
};

/* Twice, so that the first refusal is seen to have mended nothing. */
static void expect_refusal(const char *what)
{
    long size = size_of("");
    long wal = size_of("-wal");
    for (int twice = 0; twice < 2; twice++) {
        struct err e = journal_open(folder.path, true, ledger_random, &ledger_guard, &journal);
        if (e.code != ERR_MALFORMED || journal != NULL)
            fail_msg("%s: %s %s", what, err_name(e.code), e.site ? e.site : "");
    }
    if (size_of("") != size || size_of("-wal") != wal)
        fail_msg("%s: it was changed", what);
}

static void what_is_not_ours_is_refused_and_left_alone(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(spoilt); i++) {
        put(1, 1, JOURNAL_ORDER_REQUESTED);
        journal_close(journal);
        journal = NULL;
        spoilt[i].spoil();
        expect_refusal(spoilt[i].what);
        (void)remove_folder(state);
        assert_int_equal(make_folder(state), 0);
    }
}

static void only_what_is_asked_for_is_created(void **state)
{
    (void)state;
    struct folder other;
    struct journal *none = NULL;
    folder_make(&other, "journal.db");
    assert_int_equal(journal_open(other.path, false, ledger_random, &ledger_guard, &none).code,
                     ERR_NOT_FOUND);
    assert_int_equal(journal_open_read(other.path, &none).code, ERR_NOT_FOUND);
    assert_int_equal(access(other.path, F_OK), -1);
    assert_int_equal(
        journal_open("/nonexistent/j.db", false, ledger_random, &ledger_guard, &none).code,
        ERR_NOT_FOUND);
    assert_int_equal(
        journal_open("/nonexistent/j.db", true, ledger_random, &ledger_guard, &none).code, ERR_IO);
    assert_null(none);
    folder_remove(&other);
}

static void a_creation_that_was_cut_off_is_begun_again(void **state)
{
    (void)state;
    struct folder other;
    struct journal *fresh = NULL;
    char half[160];
    folder_make(&other, "journal.db");
    (void)snprintf(half, sizeof(half), "%s.new", other.path);
    overwrite(half, 0, "SQLite format 3", 16);
    assert_int_equal(journal_open(other.path, true, ledger_random, &ledger_guard, &fresh).code,
                     ERR_NONE);
    assert_int_equal(access(half, F_OK), -1);
    journal_close(fresh);
    folder_remove(&other);
}

static void there_is_one_writer(void **state)
{
    (void)state;
    struct journal *second = NULL;
    assert_int_equal(journal_open(folder.path, true, ledger_random, &ledger_guard, &second).code,
                     ERR_BLOCKED);
    assert_null(second);
    put(1, 0, JOURNAL_ORDER_REQUESTED);
    journal_close(journal);
    journal = NULL;
    assert_int_equal(journal_open(folder.path, false, ledger_random, &ledger_guard, &second).code,
                     ERR_NONE);
    journal_close(second);
}

static void a_reader_sees_what_is_appended_and_creates_nothing(void **state)
{
    (void)state;
    struct journal *reader = NULL;
    put(1, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
    assert_int_equal(status_of(reader).head_seq, 1);
    put(2, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(status_of(reader).head_seq, 2);
    assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    put(3, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(status_of(reader).head_seq, 3);
    struct journal_draft draft = draft_of(4, 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_append(reader, &draft).code, ERR_IO);
    assert_int_equal(status_of(journal).head_seq, 3);
    journal_close(reader);
}

static void a_reader_after_the_writer_needs_what_it_left(void **state)
{
    (void)state;
    struct journal *reader = NULL;
    char shm[160];
    (void)snprintf(shm, sizeof(shm), "%s-shm", folder.path);
    put(1, 0, JOURNAL_ORDER_REQUESTED);
    journal_close(journal);
    journal = NULL;
    assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_NONE);
    assert_int_equal(status_of(reader).head_seq, 1);
    journal_close(reader);

    reader = NULL;
    assert_int_equal(unlink(shm), 0);
    assert_int_equal(journal_open_read(folder.path, &reader).code, ERR_IO);
    assert_int_equal(access(shm, F_OK), -1);
    assert_null(reader);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, 1);
}

static void odd_characters_in_a_path_are_no_syntax(void **state)
{
    (void)state;
    struct folder other;
    struct journal *writer = NULL;
    struct journal *reader = NULL;
    folder_make(&other, "a ?mode=rwc#%41中.db");
    assert_int_equal(journal_open(other.path, true, ledger_random, &ledger_guard, &writer).code,
                     ERR_NONE);
    assert_int_equal(journal_open_read(other.path, &reader).code, ERR_NONE);
    journal_close(reader);
    journal_close(writer);
    folder_remove(&other);
}

static void checkpoints_keep_everything(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 50; i++) {
        put(i, i, JOURNAL_ORDER_REQUESTED);
        if (i % 7 == 0)
            assert_int_equal(journal_checkpoint(journal).code, ERR_NONE);
    }
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, 50);
}

/* SQLite would open it to read and say so at the first write: in the middle of a visit. */
static void a_journal_that_may_not_be_written_is_not_opened(void **state)
{
    (void)state;
    const uid_t nobody = 65534;
    const bool root = geteuid() == 0;
    journal_close(journal);
    journal = NULL;
    char lock[sizeof(folder.path) + 8];
    (void)text_print(lock, sizeof(lock), "%s.lock", folder.path);
    const char *const paths[] = {folder.at, folder.path, lock};
    for (size_t i = 0; root && i < ARRAY_LEN(paths); i++)
        assert_int_equal(chown(paths[i], nobody, (gid_t)-1), 0);
    assert_int_equal(chmod(folder.path, 0400), 0);

    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        bool able = !root || setuid(nobody) == 0;
        struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
        _exit(able && e.code == ERR_IO && e.native == SQLITE_READONLY ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    assert_int_equal(chmod(folder.path, 0600), 0);
    reopen(ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(strangers_cannot_change_the_past),
        TEST(a_changed_entry_is_found),
        TEST(a_projection_that_differs_is_found),
        TEST(what_is_not_ours_is_refused_and_left_alone),
        TEST(only_what_is_asked_for_is_created),
        TEST(a_creation_that_was_cut_off_is_begun_again),
        TEST(there_is_one_writer),
        TEST(a_reader_sees_what_is_appended_and_creates_nothing),
        TEST(a_reader_after_the_writer_needs_what_it_left),
        TEST(odd_characters_in_a_path_are_no_syntax),
        TEST(checkpoints_keep_everything),
        TEST(a_journal_that_may_not_be_written_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
