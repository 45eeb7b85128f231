/* test_gateway_migrate.c - full databases of every released schema of the platform. */
#include <sys/statvfs.h>

#include "sync/gateway/store.h"
#include "tests/unit/released.h"

#define ENTRIES 2000
#define RELEASED 3 /* schemas */

static struct folder folder;
static bool disk_full;

/* In the place of libc's: a disk that is as full as the test says. */
int statvfs(const char *path, struct statvfs *out)
{
    (void)path;
    *out = (struct statvfs){.f_frsize = 4096, .f_bavail = disk_full ? 10 : 1 << 20};
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    disk_full = false;
    folder_make(&folder, "gateway.db");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

/* A kiosk, its journal, and an order that is paid and to be written for every tenth entry. */
static sqlite3 *make_full(int version)
{
    static const char *const files[RELEASED] = {"gateway-1.sql", "gateway-2.sql", "gateway-3.sql"};
    sqlite3 *db = released_make(folder.path, files[version - 1]);
    released_run(
        db,
        "INSERT INTO kiosks(id, certificate, enrolled_s) VALUES('k', zeroblob(32), 0),"
        " ('l', zeroblob(32), 0);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
        " i < " STRINGIFY(
            ENTRIES) ") INSERT INTO journal(kiosk, epoch, seq, txid, at_ms, visit,"
                     " kind, body, prev, hash, received_ms) SELECT 'k', 'e', i, 't' || i, i, 'v', "
                     "'kind',"
                     " CAST('{\"n\":' || i || '}' AS BLOB), zeroblob(32), zeroblob(32), i FROM n;"
                     "INSERT INTO orders(id, number, order_no, kiosk, token, service, profile, "
                     "term_years,"
                     " amount_fen, price_pack, slot, old_certificate, old_not_after_s, status, "
                     "pay_token,"
                     " created_s, expires_s) SELECT 'o' || seq, seq, 'n' || seq, 'k', 's' || seq, "
                     "'renew', 'p',"
                     " 1, 10000, 1, 154, x'00', 0, iif(seq % 20, 'to_write', 'to_pay'), 'y' || "
                     "seq, 0, 0"
                     " FROM journal WHERE seq % 10 = 0;"
                     "INSERT INTO payments SELECT id, 'demo', 'c' || number, amount_fen, 7 FROM "
                     "orders"
                     " WHERE status = 'to_write'");
    return db;
}

static void put_away(sqlite3 *db)
{
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t answer(struct store *store, const char *sql)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    assert_int_equal(store_begin(store, &work).code, ERR_NONE);
    assert_int_equal(store_query(store, sql, VALUES(V_NUMBER(0)), &query).code, ERR_NONE);
    assert_int_equal(store_row(query).code, ERR_NONE);
    return column_number(query, 0);
}

static void every_released_database_comes_up_with_all_rows(void **state)
{
    (void)state;
    for (int version = 1; version <= RELEASED; version++) {
        struct store *store = NULL;
        if (version > 1) {
            assert_int_equal(tear_down(NULL), 0);
            assert_int_equal(set_up(NULL), 0);
        }
        put_away(make_full(version));
        struct err e = store_open(folder.path, false, &store);
        if (failed(e))
            fail_msg("version %d: %s %s", version, err_name(e.code), e.site);
        assert_int_equal(answer(store, "SELECT count(*) FROM journal WHERE"
                                       " CAST(body AS TEXT) = '{\"n\":' || seq || '}'"),
                         ENTRIES);
        assert_int_equal(answer(store, "SELECT count(*) FROM orders"), ENTRIES / 10);
        assert_int_equal(answer(store, "SELECT sum(amount_fen) FROM payments"), 1000000);
        /* What the first release did not keep is taken to have been. */
        assert_int_equal(answer(store, "SELECT sum(write_open) FROM orders"),
                         version == 1 ? ENTRIES / 20 : 0);
        /* The other kiosk, which was told of all, hears how each one still to be paid ends. */
        assert_int_equal(answer(store, "SELECT count(*) FROM askers WHERE kiosk = 'l'"),
                         ENTRIES / 20);
        assert_int_equal(answer(store, "SELECT count(*) FROM askers"), ENTRIES / 20);
        /* When they were requested was not kept: they give way to whatever is. */
        assert_int_equal(answer(store, "SELECT count(*) FROM orders WHERE asked_epoch = ''"
                                       " AND asked_seq = 0 AND asked_ms = 0"),
                         ENTRIES / 10);
        store_close(store);
        assert_int_equal(store_open(folder.path, false, &store).code, ERR_NONE);
        store_close(store);
    }
}

/* The clock is the system's. */
static void a_certificate_that_was_not_used_still_counts(void **state)
{
    struct store *store = NULL;
    (void)state;
    sqlite3 *db = make_full(3);
    released_run(db, "UPDATE kiosks SET next_certificate = x'01', next_request = x'02',"
                     " next_der = x'03', next_until_s = 4 WHERE id = 'k'");
    put_away(db);
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_NONE);
    assert_int_equal(answer(store, "SELECT count(*) FROM nexts WHERE kiosk = 'k' AND hash = x'01'"
                                   " AND request = x'02' AND der = x'03' AND until_s = 4"),
                     1);
    assert_int_equal(answer(store, "SELECT count(*) FROM nexts"), 1);
    /* Nothing that was issued before may pass for newer. */
    assert_int_equal(
        answer(store, "SELECT count(*) FROM kiosks WHERE issued_s > unixepoch() - 3600"), 2);
    store_close(store);
}

/* A machine that starts in 1970 learns the time later; what it knows of it is in its rows. */
static void what_was_issued_is_not_before_what_the_database_knows(void **state)
{
    static const struct {
        const char *knows;
        const char *sql;
    } rows[] = {
        {"when the kiosk enrolled", "UPDATE kiosks SET enrolled_s = 9000000000"},
        {"when a kiosk was there", "UPDATE kiosks SET contact_s = 9000000000 WHERE id = 'l'"},
        {"when an entry came", "INSERT INTO journal(kiosk, epoch, seq, txid, at_ms, visit, kind,"
                               " body, prev, hash, received_ms) VALUES('l', 'f', 1, 'u', 1, 'v',"
                               " 'kind', x'7B7D', zeroblob(32), zeroblob(32), 9000000000000)"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct store *store = NULL;
        print_message("  %s\n", rows[i].knows);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
        sqlite3 *db = make_full(3);
        released_run(db, rows[i].sql);
        released_run(db, "UPDATE kiosks SET next_certificate = x'01', next_request = x'02',"
                         " next_der = x'03', next_until_s = 4 WHERE id = 'k'");
        put_away(db);
        assert_int_equal(store_open(folder.path, false, &store).code, ERR_NONE);
        assert_int_equal(answer(store, "SELECT min(issued_s) FROM kiosks"), 9000000000);
        assert_int_equal(answer(store, "SELECT asked_s FROM nexts"), 9000000000);
        store_close(store);
    }
}

static bool stands(const char *suffix)
{
    char path[256];
    (void)text_print(path, sizeof(path), "%s%s", folder.path, suffix);
    return access(path, F_OK) == 0;
}

static void assert_still(int version, int64_t entries)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_false(stands(".migrating") || stands(".schema-1") || stands(".schema-2") ||
                 stands(".schema-3"));
    assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT user_version, (SELECT count(*) FROM journal)"
                                        " FROM pragma_user_version",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(statement, 0), version);
    assert_int_equal(sqlite3_column_int64(statement, 1), entries);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    put_away(db);
}

static const struct {
    const char *sentence;
    const char *spoiled; /* what somebody did to the old one */
} refusals[] = {
    {"a payment of an order that is not there",
     "PRAGMA foreign_keys=OFF; INSERT INTO payments VALUES('none', 'demo', 'c', 1, 1)"},
    {"a table that no release had", "CREATE TABLE more(id INTEGER) STRICT"},
    {"a table that stands in the way", "CREATE TABLE alarms(id INTEGER) STRICT"},
    {"a table that is missing", "DROP TABLE deliveries"},
};

static void what_does_not_fit_is_refused_and_the_old_file_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct store *store = NULL;
        if (i > 0) {
            assert_int_equal(tear_down(NULL), 0);
            assert_int_equal(set_up(NULL), 0);
        }
        sqlite3 *db = make_full(2);
        released_run(db, refusals[i].spoiled);
        put_away(db);
        struct err e = store_open(folder.path, false, &store);
        if (e.code != ERR_UNSUPPORTED && e.code != ERR_IO)
            fail_msg("%s: %s", refusals[i].sentence, err_name(e.code));
        assert_still(2, ENTRIES);
    }
}

static void a_later_version_is_refused(void **state)
{
    struct store *store = NULL;
    (void)state;
    sqlite3 *db = make_full(1);
    released_run(db, "PRAGMA user_version=99");
    put_away(db);
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_UNSUPPORTED);
    assert_still(99, ENTRIES);
}

static void without_room_for_a_copy_nothing_is_changed(void **state)
{
    struct store *store = NULL;
    (void)state;
    put_away(make_full(1));
    disk_full = true;
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_NO_ROOM);
    assert_still(1, ENTRIES);
    disk_full = false;
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_NONE);
    store_close(store);
    assert_true(stands(".schema-1"));
}

/* A process of the release before that serves on would write to what is the old file then. */
static void while_another_process_has_it_open_nothing_is_changed(void **state)
{
    struct store *store = NULL;
    (void)state;
    sqlite3 *other = make_full(2);
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_TIMEOUT);
    released_run(other, "INSERT INTO kiosks(id, certificate, enrolled_s) VALUES('m', x'00', 0)");
    put_away(other);
    assert_int_equal(store_open(folder.path, false, &store).code, ERR_NONE);
    assert_int_equal(answer(store, "SELECT count(*) FROM kiosks"), 3);
    store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_released_database_comes_up_with_all_rows),
        TEST(a_certificate_that_was_not_used_still_counts),
        TEST(what_was_issued_is_not_before_what_the_database_knows),
        TEST(what_does_not_fit_is_refused_and_the_old_file_stays),
        TEST(a_later_version_is_refused),
        TEST(without_room_for_a_copy_nothing_is_changed),
        TEST(while_another_process_has_it_open_nothing_is_changed),
    };
    return cmocka_run_group_tests_name("gateway migrate", tests, NULL, NULL);
}
