/* What is wrong with an inbox is noticed, and what is of an earlier release comes up. */
#include <fcntl.h>
#include <sqlite3.h>

#include "tests/unit/inbox_room.h"
#include "tests/unit/released.h"

/* clang-format off */
static const struct {
    const char *name;
    const char *sql;
    bool noticed;
} damages[] = {
    {"nothing changed is nothing noticed",     "", false},
    {"an epoch",                               "UPDATE state SET epoch = '1' || substr(epoch, 2)", true},
    {"what is acknowledged",                   "UPDATE state SET acked_seq = 8", true},
    {"its hash",                               "UPDATE state SET acked_hash = zeroblob(32)", true},
    {"the cursor",                             "UPDATE state SET cursor = 13", true},
    {"a proven time",                          "UPDATE state SET proven_ms = proven_ms + 1", true},
    {"the boot clock of the proof",            "UPDATE state SET proven_boot_ms = 6", true},
    {"the boot of the proof",                  "UPDATE state SET boot_id = ''", true},
    {"the line",                               "UPDATE state SET line = 2", true},
    {"since when",                             "UPDATE state SET line_since_ms = 4", true},
    {"a trouble that is hushed up",            "UPDATE state SET trouble = ''", true},
    {"the number of changes",                  "UPDATE state SET change = change + 1", true},
    {"a body",                                 "UPDATE document SET body = CAST('onf' AS BLOB), version = 4", true},
    {"a seal",                                 "UPDATE document SET seal = zeroblob(64)", true},
    {"the platform's generation",              "UPDATE state SET generation = '0badcafe-0000-4000-8000-000000000000'", true},
    {"of which generation a document is",      "UPDATE document SET generation = 'x'", true},
    {"a key",                                  "UPDATE document SET key_id = '1123456789abcdef'", true},
    {"a type",                                 "UPDATE document SET type = 'ordes'", true},
    {"an id",                                  "UPDATE document SET id = 'b' WHERE id = 'a'", true},
    {"a document that is gone",                "DELETE FROM document WHERE id = 'a'", true},
    {"one that nobody put there",              "INSERT INTO document VALUES('order','z',1,'k',zeroblob(64),x'00','')", true},
    {"a quarantined entry that is gone",       "DELETE FROM quarantine", true},
    {"another code",                           "UPDATE quarantine SET code = 'stalf'", true},
    {"the sum of the rows",                    "UPDATE guard SET rows = zeroblob(32)", true},
    {"the sum of the state",                   "UPDATE guard SET state = zeroblob(32)", true},
    {"no sums",                                "DELETE FROM guard", true},
};
/* clang-format on */

static void fill_it(void)
{
    struct inbox_state state = state_of(inbox);
    assert_int_equal(put("a", 3, "one", 12), ERR_NONE);
    assert_int_equal(put("c", 1, "two", 12), ERR_NONE);
    assert_int_equal(put("c", 2, "three", 12), ERR_NONE);
    state = state_of(inbox);
    uuid_of(state.epoch, 7);
    uuid_of(state.boot_id, 8);
    state.acked_seq = 7;
    memset(state.acked_hash.at, 3, HASH_LEN);
    state.proven_ms = 1760000000000;
    state.proven_boot_ms = 5;
    state.line_since_ms = 3;
    (void)text_copy(state.trouble, sizeof(state.trouble), "fork");
    assert_int_equal(inbox_set_state(inbox, &state).code, ERR_NONE);
    assert_int_equal(inbox_quarantine(inbox, 5, "stale").code, ERR_NONE);
    assert_int_equal(inbox_quarantine(inbox, 5, "stale").code, ERR_NONE);
}

static void what_was_not_written_so_is_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        struct inbox *reader = NULL;
        sqlite3 *db = NULL;
        print_message("  %s\n", damages[i].name);
        assert_int_equal(make_folder(NULL), 0);
        fill_it();
        assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
        released_run(db, damages[i].sql);
        assert_int_equal(inbox_open_read(folder.path, &reader).code, ERR_NONE);
        struct err e = inbox_check(reader);
        assert_int_equal(e.code, damages[i].noticed ? ERR_MALFORMED : ERR_NONE);
        assert_int_equal(inbox_is_damage(e), damages[i].noticed);
        inbox_close(reader);
        inbox_close(inbox);
        inbox = NULL;
        e = inbox_open(folder.path, true, &inbox);
        assert_int_equal(e.code, damages[i].noticed ? ERR_MALFORMED : ERR_NONE);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        (void)remove_folder(NULL);
    }
}

/* The inbox, closed, with a document that names it. */
static void write_inbox(const char *name)
{
    assert_int_equal(inbox_open(folder.path, true, &inbox).code, ERR_NONE);
    assert_int_equal(put(name, 1, name, 1), ERR_NONE);
    inbox_close(inbox);
    inbox = NULL;
}

static bool stands(const char *suffix)
{
    char path[160];
    (void)text_print(path, sizeof(path), "%s%s", folder.path, suffix);
    return access(path, F_OK) == 0;
}

static void assert_aside(unsigned number, const char *name)
{
    char path[160];
    struct inbox *aside = NULL;
    (void)text_print(path, sizeof(path), "%s.damaged-%u", folder.path, number);
    assert_int_equal(inbox_open_read(path, &aside).code, ERR_NONE);
    struct inbox_document found;
    assert_int_equal(inbox_get(aside, "order", name, &found).code, ERR_NONE);
    inbox_close(aside);
}

static void of_damaged_inboxes_the_newest_three_stand_aside(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        unsigned dropped = 0;
        write_inbox(names[i]);
        assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
        assert_false(stands("") || stands("-wal") || stands("-shm"));
        assert_int_equal(dropped, i < INBOX_DAMAGED_MAX ? 0 : 1);
        unsigned kept = i + 1 < INBOX_DAMAGED_MAX ? i + 1 : INBOX_DAMAGED_MAX;
        assert_int_equal(inbox_count_damaged(folder.path), kept);
        for (unsigned age = 0; age < kept; age++)
            assert_aside((i - age) % (INBOX_DAMAGED_MAX + 1) + 1, names[i - age]);
    }
}

static void large_ones_stand_aside_while_there_is_room(void **state)
{
    char path[160];
    unsigned dropped = 0;
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    for (unsigned i = 0; i < 3; i++) {
        write_inbox("a");
        if (i == 1)
            assert_int_equal(truncate(folder.path, INBOX_DAMAGED_BYTES_MAX), 0); /* no real bytes */
        assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
        assert_int_equal(dropped, i == 0 ? 0 : 1);
        assert_int_equal(inbox_count_damaged(folder.path), 1);
    }
    (void)text_print(path, sizeof(path), "%s.damaged-3", folder.path);
    assert_int_equal(access(path, F_OK), 0);
}

/* Which may be the larger part. */
static void the_log_of_a_large_one_takes_room_as_well(void **state)
{
    char log[160];
    unsigned dropped = 0;
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    write_inbox("a");
    assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
    write_inbox("b");
    (void)text_print(log, sizeof(log), "%s-wal", folder.path);
    int fd = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, INBOX_DAMAGED_BYTES_MAX), 0); /* no real bytes */
    assert_int_equal(close(fd), 0);
    assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
    assert_int_equal(dropped, 1);
    assert_int_equal(inbox_count_damaged(folder.path), 1);
}

/* The database is away, its log is not yet. */
static void what_was_cut_half_way_is_put_aside_as_one(void **state)
{
    char aside[160];
    unsigned dropped = 0;
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    write_inbox("a");
    assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
    write_inbox("b");
    (void)text_print(aside, sizeof(aside), "%s.damaged-2", folder.path);
    assert_int_equal(rename(folder.path, aside), 0);
    struct err e = inbox_open(folder.path, true, &inbox);
    assert_true(inbox_is_damage(e));
    assert_int_equal(inbox_put_aside(folder.path, &dropped).code, ERR_NONE);
    assert_int_equal(dropped, 0);
    assert_int_equal(inbox_count_damaged(folder.path), 2);
    assert_aside(1, "a");
    assert_aside(2, "b");
    write_inbox("c");
}

static void what_is_of_another_release_is_not_damaged(void **state)
{
    sqlite3 *db = NULL;
    (void)state;
    inbox_close(inbox);
    inbox = NULL;
    assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
    released_run(db, "PRAGMA user_version = 99");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    struct err e = inbox_open(folder.path, true, &inbox);
    assert_int_equal(e.code, ERR_MALFORMED);
    assert_false(inbox_is_damage(e));
}

/* What its own writer put into the guard of a second release's, over these rows. */
#define GUARD_2 \
    "INSERT INTO guard VALUES(1," \
    " x'3B92A1C39C71927F59701C1E1B40E4338AC19A6413D9E2FCDC50F805F4FADEE5'," \
    " x'E39914B97406AA73691B315962DB2DE4FB47CD710DDE47081C6A26761D598149');"

#define ROWS \
    "INSERT INTO state(id, epoch, acked_seq, cursor, proven_ms)" \
    " VALUES(1, '" RELEASED_EPOCH "', 7, 12, 1760000000000);" \
    "INSERT INTO document VALUES('order', 'a', 3, '0123456789abcdef'," \
    " zeroblob(64), CAST('one' AS BLOB));" \
    "INSERT INTO quarantine VALUES('" RELEASED_EPOCH "', 5, 'stale');"

static void a_damaged_inbox_of_an_earlier_release_is_not_brought_up(void **state)
{
    static const struct {
        const char *what;
        const char *sql;
    } rows[] = {
        {"a quarantined entry", "UPDATE quarantine SET code = 'stalf'"},
        {"what is acknowledged", "UPDATE state SET acked_seq = 8"},
        {"the cursor", "UPDATE state SET cursor = 13"},
        {"a document", "UPDATE document SET key_id = '1123456789abcdef', version = 4"},
        {"no sums", "DELETE FROM guard"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].what);
        folder_make(&folder, "inbox.db");
        sqlite3 *db = released_make(folder.path, "inbox-2.sql");
        released_run(db, ROWS GUARD_2);
        released_run(db, rows[i].sql);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        struct err e = inbox_open(folder.path, true, &inbox);
        assert_int_equal(e.code, ERR_MALFORMED);
        assert_true(inbox_is_damage(e));
        (void)remove_folder(NULL);
    }
}

static void every_released_inbox_comes_up(void **state)
{
    static const struct {
        const char *file, *guard;
    } rows[] = {{"inbox-1.sql", ""}, {"inbox-2.sql", GUARD_2}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t quarantined = 0;
        folder_make(&folder, "inbox.db");
        sqlite3 *db = released_make(folder.path, rows[i].file);
        released_run(db, ROWS);
        released_run(db, rows[i].guard);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_int_equal(inbox_open(folder.path, true, &inbox).code, ERR_NONE);
        expect("a", 3, "one");
        assert_int_equal(inbox_quarantined(inbox, &quarantined).code, ERR_NONE);
        assert_int_equal(quarantined, 1);
        assert_int_equal(state_of(inbox).acked_seq, 7);
        assert_int_equal(state_of(inbox).cursor, 0); /* all is asked for anew */
        assert_string_equal(state_of(inbox).generation, "");
        assert_int_equal(state_of(inbox).proven_ms, 1760000000000);
        (void)remove_folder(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_written_so_is_noticed),
        TEST(of_damaged_inboxes_the_newest_three_stand_aside),
        TEST(large_ones_stand_aside_while_there_is_room),
        TEST(the_log_of_a_large_one_takes_room_as_well),
        TEST(what_was_cut_half_way_is_put_aside_as_one),
        TEST(what_is_of_another_release_is_not_damaged),
        cmocka_unit_test(every_released_inbox_comes_up),
        cmocka_unit_test(a_damaged_inbox_of_an_earlier_release_is_not_brought_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
