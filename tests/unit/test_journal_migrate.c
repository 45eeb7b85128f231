/* test_journal_migrate.c - full queues of every released schema of the ledger. */
#include "kiosk/ledger/inbox.h"
#include "tests/unit/released.h"

#define ENTRIES 2000

static struct folder folder;

static int set_up(void **state)
{
    (void)state;
    folder_make(&folder, "journal.db");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static bool count_row(void *context, const struct journal_row *row)
{
    uint64_t *last = context;
    struct journal_draft draft = draft_of((unsigned)row->seq, 1, JOURNAL_ORDER_INTENDED);
    assert_int_equal(row->seq, *last + 1);
    assert_string_equal(row->txid, draft.txid);
    assert_int_equal(row->body_len, draft.body.len);
    assert_memory_equal(row->body, draft.body.at, draft.body.len);
    *last = row->seq;
    return true;
}

/* Every entry is uploaded as it was, each order stands, and the next entry follows the last one. */
static void assert_all_there(struct journal *journal, const struct hash *head)
{
    struct journal_status status;
    struct journal_order order;
    struct journal_draft next = draft_of(ENTRIES + 1, ENTRIES + 1, JOURNAL_ORDER_REQUESTED);
    uint64_t last = 0;
    uint64_t before = 1;

    assert_int_equal(journal_get_status(journal, &status).code, ERR_NONE);
    assert_string_equal(status.epoch, RELEASED_EPOCH);
    assert_int_equal(status.head_seq, ENTRIES);
    assert_memory_equal(&status.head_hash, head, sizeof(*head));
    while (before != last) {
        before = last;
        assert_int_equal(journal_read(journal, last, JOURNAL_BATCH_MAX, count_row, &last).code,
                         ERR_NONE);
    }
    assert_int_equal(last, ENTRIES);
    assert_int_equal(journal_order_of_token(journal, "s77", &order).code, ERR_NONE);
    assert_int_equal(order.request_seq, 77);
    assert_int_equal(order.state, JOURNAL_ORDER_INTENDED);
    assert_int_equal(journal_append(journal, &next).code, ERR_NONE);
}

/* So that all of the queue can go up, from wherever the platform is. */
static void assert_signed(struct journal *journal)
{
    struct journal_head head = {.seq = 0};
    uint64_t bad_seq = 0;
    while (head.seq < ENTRIES) {
        uint64_t before = head.seq;
        assert_int_equal(journal_head_behind(journal, before, before, &head).code, ERR_NONE);
        assert_in_range(head.seq - before, 1, JOURNAL_UNSIGNED_MAX);
    }
    assert_int_equal(head.seq, ENTRIES);
    assert_int_equal(journal_verify(journal, &bad_seq).code, ERR_NONE);
}

static size_t kept_in(struct journal *journal)
{
    struct journal_kept kept = {.order = ""};
    size_t count = 0;
    while (!failed(journal_kept_after(journal, kept.order, &kept))) {
        assert_int_equal(kept.slot, 154);
        assert_int_equal(kept.der_len, strlen("old"));
        assert_memory_equal(kept.der, "old", kept.der_len);
        count++;
    }
    return count;
}

/* What a release kept in clear is not left lying beside. */
static void assert_old_file(int version)
{
    char path[256];
    (void)text_print(path, sizeof(path), "%s.schema-%d", folder.path, version);
    assert_int_equal(access(path, F_OK) == 0, version != 2);
}

static void every_released_journal_comes_up_with_its_full_queue(void **state)
{
    (void)state;
    for (int version = 1; version <= 3; version++) {
        struct journal *journal = NULL;
        if (version > 1) {
            assert_int_equal(tear_down(NULL), 0);
            assert_int_equal(set_up(NULL), 0);
        }
        struct hash head = released_journal(folder.path, version, ENTRIES);
        assert_int_equal(
            journal_open(folder.path, false, ledger_random, &ledger_guard, &journal).code,
            ERR_NONE);
        assert_signed(journal);
        assert_all_there(journal, &head);
        assert_int_equal(kept_in(journal), version == 1 ? 0 : ENTRIES / 10);
        assert_old_file(version);
        journal_close(journal);
        assert_int_equal(
            journal_open(folder.path, false, ledger_random, &ledger_guard, &journal).code,
            ERR_NONE);
        journal_close(journal);
    }
}

static void a_journal_of_the_first_release_that_was_never_so_is_refused(void **state)
{
    struct journal *journal = NULL;
    sqlite3 *db = NULL;
    (void)state;
    (void)released_journal(folder.path, 1, 3);
    assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
    released_run(db, "DROP TRIGGER journal_no_delete");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(journal_open(folder.path, false, ledger_random, &ledger_guard, &journal).code,
                     ERR_MALFORMED);
}

/* Else what a stranger made of it would be bound, or signed, as if the kiosk had appended it. */
static void a_changed_journal_of_an_earlier_release_is_not_brought_up(void **state)
{
    static const char change[] =
        "CREATE TEMP TABLE guard AS SELECT sql FROM sqlite_schema"
        " WHERE name = 'journal_no_update'; DROP TRIGGER journal_no_update;"
        "UPDATE journal SET order_state = 3 WHERE seq = 7;"
        "UPDATE orders SET state = 3 WHERE request_seq = 7;"
        "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type, name, tbl_name,"
        " rootpage, sql) SELECT 'trigger', 'journal_no_update', 'journal', 0, sql FROM guard";
    static const struct {
        const char *what;
        int version;
        const char *sql;
    } rows[] = {
        {"without a key", 2, change},
        {"bound by the key", 3, change},
        {"the mark taken back", 3, "UPDATE head SET mac = zeroblob(32)"},
        {"found not to fit before", 3, "UPDATE head SET bad_seq = 3"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal *journal = NULL;
        sqlite3 *db = NULL;
        (void)released_journal(folder.path, rows[i].version, 30);
        assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
        released_run(db, rows[i].sql);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        for (int twice = 0; twice < 2; twice++) {
            struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
            if (e.code != ERR_CONFLICT)
                fail_msg("%s: %s", rows[i].what, err_name(e.code));
            assert_null(journal);
        }
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

static void the_journal_of_another_key_is_not_brought_up(void **state)
{
    struct journal *journal = NULL;
    struct journal_guard other = ledger_guard;
    (void)state;
    other.key.at[31] ^= 1;
    (void)released_journal(folder.path, 3, 30);
    assert_int_equal(journal_open(folder.path, false, ledger_random, &other, &journal).code,
                     ERR_DENIED);
    assert_null(journal);
}

/* Whoever may read it and not write it cannot bring it up. */
static void a_reader_says_of_an_earlier_release_what_it_is(void **state)
{
    struct journal *journal = NULL;
    (void)state;
    (void)released_journal(folder.path, 2, 30);
    assert_int_equal(journal_open_read(folder.path, &journal).code, ERR_UNSUPPORTED);
    assert_null(journal);
}

static void a_journal_that_no_release_made_is_refused(void **state)
{
    (void)state;
    for (int version = 0; version < 100; version += 99) {
        struct journal *journal = NULL;
        sqlite3 *db = NULL;
        char sql[64];
        (void)released_journal(folder.path, 1, version == 0 ? 3 : 0);
        (void)text_print(sql, sizeof(sql), "PRAGMA user_version=%d", version);
        assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
        released_run(db, sql);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        assert_int_equal(
            journal_open(folder.path, false, ledger_random, &ledger_guard, &journal).code,
            ERR_MALFORMED);
        assert_int_equal(tear_down(NULL), 0);
        assert_int_equal(set_up(NULL), 0);
    }
}

static void the_released_inbox_comes_up_with_all_that_the_platform_said(void **state)
{
    struct inbox *inbox = NULL;
    struct inbox_state said;
    struct inbox_document document;
    uint64_t quarantined = 0;
    (void)state;
    sqlite3 *db = released_make(folder.path, "inbox-1.sql");
    released_run(db,
                 "INSERT INTO state(id, epoch, acked_seq, acked_hash, cursor, proven_ms, change)"
                 " VALUES(1, '" RELEASED_EPOCH "', 77, zeroblob(32), 1999, 1760000000000, 5);"
                 "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)"
                 " INSERT INTO document SELECT 'order', 'o' || i, i, 'key', zeroblob(64),"
                 " CAST('{\"n\":' || i || '}' AS BLOB) FROM n;"
                 "INSERT INTO quarantine VALUES('" RELEASED_EPOCH "', 5, 'txid');");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);

    assert_int_equal(inbox_open(folder.path, false, &inbox).code, ERR_NONE);
    assert_int_equal(inbox_get_state(inbox, &said).code, ERR_NONE);
    assert_string_equal(said.epoch, RELEASED_EPOCH);
    assert_int_equal(said.acked_seq, 77);
    assert_int_equal(said.cursor, 0); /* all is asked for anew */
    assert_int_equal(said.proven_ms, 1760000000000);
    assert_int_equal(inbox_get(inbox, "order", "o1234", &document).code, ERR_NONE);
    assert_int_equal(document.version, 1234);
    assert_memory_equal(document.body, "{\"n\":1234}", document.body_len);
    assert_int_equal(inbox_quarantined(inbox, &quarantined).code, ERR_NONE);
    assert_int_equal(quarantined, 1);
    inbox_close(inbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_released_journal_comes_up_with_its_full_queue),
        TEST(a_journal_of_the_first_release_that_was_never_so_is_refused),
        TEST(a_changed_journal_of_an_earlier_release_is_not_brought_up),
        TEST(the_journal_of_another_key_is_not_brought_up),
        TEST(a_reader_says_of_an_earlier_release_what_it_is),
        TEST(a_journal_that_no_release_made_is_refused),
        TEST(the_released_inbox_comes_up_with_all_that_the_platform_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
