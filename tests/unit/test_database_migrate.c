/* test_database_migrate.c - small databases of four releases, and what a migration must refuse. */
#include <sqlite3.h>
#include <sys/statvfs.h>

#include "kiosk/store/database.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define ROWS 3000

#define FIRST "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
#define SECOND FIRST "CREATE TABLE mark(id INTEGER PRIMARY KEY REFERENCES item(id)) STRICT;"
#define ITEM_3 \
    "CREATE TABLE item(id INTEGER PRIMARY KEY," \
    " name TEXT NOT NULL CHECK(length(name) < 20), len INTEGER NOT NULL) STRICT;"
#define MARK_3 "CREATE TABLE mark(id INTEGER PRIMARY KEY REFERENCES item(id)) STRICT;"
#define TO_THIRD(which) \
    "CREATE TEMP TABLE was AS SELECT * FROM item; DROP TABLE item;" ITEM_3 \
    "INSERT INTO item SELECT id, name, 0 FROM was " which "; DROP TABLE was"
#define LOST \
    "SELECT (SELECT count(*) FROM before.item AS was LEFT JOIN main.item AS now" \
    " ON now.id = was.id AND now.name = was.name WHERE now.id IS NULL)" \
    " + abs((SELECT count(*) FROM before.item) - (SELECT count(*) FROM main.item))"

static struct folder folder;
static bool disk_full;

/* In the place of libc's: a disk that is as full as the test says. */
int statvfs(const char *path, struct statvfs *out)
{
    (void)path;
    *out = (struct statvfs){.f_frsize = 4096, .f_bavail = disk_full ? 10 : 1 << 20};
    return 0;
}

static struct err measure(struct database *database, const void *context)
{
    assert_string_equal(context, "mine");
    return database_run(database, "UPDATE item SET len = length(name)");
}

static struct err give_up(struct database *database, const void *context)
{
    (void)context;
    (void)database;
    return ERR(ERR_MALFORMED, 0, "not to be converted");
}

static struct err fill_first(struct database *database, const void *context)
{
    (void)context;
    return database_run(database,
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
                        " i < " STRINGIFY(ROWS) ") INSERT INTO item SELECT i, 'item ' || i FROM n");
}

#define SCHEMA(number, text, earlier, count) \
    { \
        .application_id = 0x54455354, .version = (number), .sql = (text), .fill = fill_first, \
        .releases = (earlier), .release_count = (count) \
    }

static const struct database_release good[] = {
    {.version = 1, .sql = FIRST, .added = MARK_3, .lost = LOST},
    {.version = 2, .sql = SECOND, .added = TO_THIRD(""), .convert = measure, .lost = LOST},
};
static const struct database_release forgetful[] = {
    {.version = 1, .sql = FIRST, .added = MARK_3, .lost = LOST},
    {.version = 2, .sql = SECOND, .added = TO_THIRD("WHERE id <> 7"), .lost = LOST},
};
static const struct database_release misshapen[] = {
    {.version = 1, .sql = FIRST, .added = "CREATE TABLE mark(id INTEGER)", .lost = LOST},
    {.version = 2, .sql = SECOND, .added = TO_THIRD(""), .convert = measure, .lost = LOST},
};
static const struct database_release unable[] = {
    {.version = 1, .sql = FIRST, .added = MARK_3, .lost = LOST},
    {.version = 2, .sql = SECOND, .added = TO_THIRD(""), .convert = give_up, .lost = LOST},
};
static const struct database_schema first = SCHEMA(1, FIRST, NULL, 0);
static const struct database_schema second = SCHEMA(2, SECOND, good, 1);
static const struct database_schema third = SCHEMA(3, MARK_3 ITEM_3, good, 2);
static const struct database_schema third_forgetful = SCHEMA(3, MARK_3 ITEM_3, forgetful, 2);
static const struct database_schema third_misshapen = SCHEMA(3, MARK_3 ITEM_3, misshapen, 2);
static const struct database_schema third_unable = SCHEMA(3, MARK_3 ITEM_3, unable, 2);

static struct err open_as(const struct database_schema *schema, struct database *out)
{
    return database_open(folder.path, schema, false, "mine", out);
}

static int set_up(void **state)
{
    struct database database;
    (void)state;
    disk_full = false;
    folder_make(&folder, "small.db");
    if (failed(database_open(folder.path, &first, true, NULL, &database)))
        return -1;
    /* The newest row is in the WAL alone. */
    struct err e = database_run(&database, "INSERT INTO item VALUES(1000000, 'in the WAL')");
    database_close(&database);
    return failed(e);
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static int64_t number(const struct database *database, const char *sql)
{
    int64_t value = -1;
    assert_int_equal(database_number(database, sql, &value).code, ERR_NONE);
    return value;
}

static bool stands(const char *suffix)
{
    char path[256];
    (void)text_print(path, sizeof(path), "%s%s", folder.path, suffix);
    return access(path, F_OK) == 0;
}

static void assert_untouched(void)
{
    struct database database;
    assert_false(stands(".migrating") || stands(".migrating-journal") || stands(".schema-1"));
    assert_int_equal(open_as(&first, &database).code, ERR_NONE);
    assert_int_equal(number(&database, "SELECT count(*) FROM item"), ROWS + 1);
    assert_int_equal(number(&database, "PRAGMA user_version"), 1);
    database_close(&database);
}

static void every_step_is_done_from_the_oldest_on(void **state)
{
    struct database database;
    (void)state;
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    assert_int_equal(number(&database, "PRAGMA user_version"), 3);
    assert_int_equal(number(&database, "SELECT count(*) FROM item WHERE len = length(name)"),
                     ROWS + 1);
    assert_int_equal(number(&database, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number(&database, "PRAGMA synchronous"), 2);
    database_close(&database);
    assert_false(stands(".migrating"));
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    database_close(&database);
}

static void one_step_alone_is_done_too(void **state)
{
    struct database database;
    (void)state;
    assert_int_equal(open_as(&second, &database).code, ERR_NONE);
    assert_int_equal(number(&database, "SELECT count(*) FROM item"), ROWS + 1);
    database_close(&database);
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    assert_int_equal(number(&database, "SELECT min(len) FROM item"), 6);
    database_close(&database);
    assert_true(stands(".schema-1"));
    assert_true(stands(".schema-2"));
}

static void what_was_is_kept_whole_under_its_own_name(void **state)
{
    struct database database;
    char old[256];
    sqlite3 *db = NULL;
    (void)state;
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    database_close(&database);
    (void)text_print(old, sizeof(old), "%s.schema-1", folder.path);
    assert_int_equal(sqlite3_open(old, &db), SQLITE_OK);
    struct database kept = {.db = db, .lock_fd = -1};
    assert_int_equal(number(&kept, "SELECT count(*) FROM item"), ROWS + 1);
    assert_int_equal(number(&kept, "PRAGMA user_version"), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct {
    const char *sentence;
    const struct database_schema *schema;
    const char *before; /* what somebody put into the old one; NULL: nothing */
} refusals[] = {
    {"a step that forgets a row", &third_forgetful, NULL},
    {"a step that makes another shape", &third_misshapen, NULL},
    {"a conversion that gives up", &third_unable, NULL},
    {"a row too long for the newest schema", &third,
     "INSERT INTO item VALUES(0, 'longer than twenty characters')"},
    {"an old file with a table more", &third, "CREATE TABLE more(id INTEGER) STRICT"},
    {"an old file with a version nobody knows", &third, "PRAGMA user_version=9"},
};

static void what_does_not_fit_is_refused_and_the_old_file_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct database database;
        if (i > 0) {
            assert_int_equal(tear_down(NULL), 0);
            assert_int_equal(set_up(NULL), 0);
        }
        if (refusals[i].before != NULL) {
            sqlite3 *db = NULL;
            assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
            assert_int_equal(sqlite3_exec(db, refusals[i].before, NULL, NULL, NULL), SQLITE_OK);
            assert_int_equal(sqlite3_close(db), SQLITE_OK);
        }
        struct err e = open_as(refusals[i].schema, &database);
        if (e.code != ERR_MALFORMED)
            fail_msg("%s: %s", refusals[i].sentence, err_name(e.code));
        if (refusals[i].before == NULL)
            assert_untouched();
        assert_false(stands(".migrating") || stands(".schema-1"));
    }
}

static void without_room_for_a_copy_nothing_is_changed(void **state)
{
    struct database database;
    (void)state;
    disk_full = true;
    assert_int_equal(open_as(&third, &database).code, ERR_NO_ROOM);
    assert_untouched();
    disk_full = false;
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    database_close(&database);
}

static void a_copy_that_was_cut_short_is_made_anew(void **state)
{
    struct database database;
    char copy[256];
    (void)state;
    (void)text_print(copy, sizeof(copy), "%s.migrating", folder.path);
    FILE *left = fopen(copy, "we");
    assert_non_null(left);
    assert_true(fputs("half a page", left) >= 0);
    assert_int_equal(fclose(left), 0);
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    assert_int_equal(number(&database, "SELECT count(*) FROM item"), ROWS + 1);
    database_close(&database);
}

/* A reader of the old file whose writer is gone. It comes while the writer is there: two of one
 * process share what SQLite maps, which a reader alone may not write. */
static void open_beside(struct database *out_reader)
{
    struct database writer;
    assert_int_equal(open_as(&first, &writer).code, ERR_NONE);
    assert_int_equal(database_open_read(folder.path, &first, out_reader).code, ERR_NONE);
    database_close(&writer);
}

/* What a reader has open is of the past then; it is told so, and finds the new one. */
static void a_reader_of_the_old_file_is_sent_to_the_migrated_one(void **state)
{
    struct database reader;
    struct database writer;
    int64_t count = 0;
    (void)state;
    open_beside(&reader);
    assert_int_equal(number(&reader, "SELECT count(*) FROM item"), ROWS + 1);
    assert_int_equal(open_as(&third, &writer).code, ERR_NONE);
    assert_int_equal(number(&writer, "SELECT count(*) FROM item"), ROWS + 1);
    assert_int_equal(database_number(&reader, "SELECT count(*) FROM item", &count).code, ERR_IO);
    database_close(&reader);
    assert_int_equal(database_open_read(folder.path, &first, &reader).code, ERR_MALFORMED);
    assert_int_equal(database_open_read(folder.path, &third, &reader).code, ERR_NONE);
    assert_int_equal(number(&reader, "SELECT count(*) FROM item"), ROWS + 1);
    database_close(&reader);
    database_close(&writer);
}

static void a_reader_in_the_middle_of_a_row_makes_it_wait(void **state)
{
    struct database reader;
    struct database database;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    (void)state;
    open_beside(&reader);
    assert_int_equal(database_prepare(&reader, "SELECT id FROM item", &statement).code, ERR_NONE);
    assert_int_equal(database_step(statement, &row).code, ERR_NONE);
    assert_int_equal(open_as(&third, &database).code, ERR_IO);
    database_finalize(&statement);
    assert_untouched();
    assert_int_equal(open_as(&third, &database).code, ERR_NONE);
    database_close(&database);
    database_close(&reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_step_is_done_from_the_oldest_on),
        TEST(one_step_alone_is_done_too),
        TEST(what_was_is_kept_whole_under_its_own_name),
        TEST(what_does_not_fit_is_refused_and_the_old_file_stays),
        TEST(without_room_for_a_copy_nothing_is_changed),
        TEST(a_copy_that_was_cut_short_is_made_anew),
        TEST(a_reader_of_the_old_file_is_sent_to_the_migrated_one),
        TEST(a_reader_in_the_middle_of_a_row_makes_it_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
