#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/unit/ledger.h"

static struct folder folder;
static struct journal *journal;

static int make_folder(void **state)
{
    (void)state;
    folder_make(&folder, "journal.db");
    return failed(journal_open(folder.path, true, ledger_random, &journal));
}

static int remove_folder(void **state)
{
    (void)state;
    journal_close(journal);
    journal = NULL;
    folder_remove(&folder);
    return 0;
}

static void reopen(enum err_code expected)
{
    journal_close(journal);
    journal = NULL;
    struct err e = journal_open(folder.path, true, ledger_random, &journal);
    if (e.code != expected)
        fail_msg("open: %s %s", err_name(e.code), e.site ? e.site : "");
}

static struct journal_status status_of(struct journal *of)
{
    struct journal_status status;
    assert_int_equal(journal_get_status(of, &status).code, ERR_NONE);
    return status;
}

static void put(unsigned number, unsigned order, enum journal_order_state state)
{
    struct journal_draft draft = draft_of(number, order, state);
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
}

/* Run SQL beside the journal's own code, as a stranger with the file would. */
static int stranger(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(folder.path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return result;
}

struct rows {
    size_t count, stop_at;
    struct journal_row last;
};

static bool count_row(void *context, const struct journal_row *row)
{
    struct rows *rows = context;
    rows->count++;
    rows->last = *row;
    return rows->count != rows->stop_at;
}

static void a_new_journal_is_empty_and_has_an_epoch(void **state)
{
    (void)state;
    struct journal_status status = status_of(journal);
    char epoch[CHAIN_UUID_LEN + 1];
    chain_uuid(epoch, ledger_random);
    assert_string_equal(status.epoch, epoch);
    assert_int_equal(status.head_seq, 0);
    assert_int_equal(status.head_at_ms, 0);
    assert_int_equal(status.schema, 2);
    struct rows rows = {0};
    assert_int_equal(journal_read(journal, 0, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 0);
}

static void entries_come_back_byte_for_byte(void **state)
{
    (void)state;
    uint8_t body[CHAIN_BODY_MAX];
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (uint8_t)(i * 7);
    struct journal_draft draft = draft_of(1, 0, JOURNAL_ORDER_REQUESTED);
    draft.body = (struct bytes){body, sizeof(body)};
    assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    struct journal_draft bare = draft_of(2, 0, JOURNAL_ORDER_REQUESTED);
    bare.body = (struct bytes){NULL, 0};
    assert_int_equal(journal_append(journal, &bare).code, ERR_NONE);
    reopen(ERR_NONE);

    struct rows rows = {.stop_at = 1};
    assert_int_equal(journal_read(journal, 0, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.last.seq, 1);
    assert_int_equal(rows.last.at_ms, draft.at_ms);
    assert_string_equal(rows.last.txid, draft.txid);
    assert_string_equal(rows.last.visit, draft.visit);
    assert_string_equal(rows.last.kind, draft.kind);
    assert_int_equal(rows.last.body_len, sizeof(body));
    assert_memory_equal(rows.last.body, body, sizeof(body));
    struct hash first = rows.last.hash;

    rows = (struct rows){0};
    assert_int_equal(journal_read(journal, 1, 10, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.last.seq, 2);
    assert_int_equal(rows.last.body_len, 0);
    assert_memory_equal(rows.last.prev.at, first.at, HASH_LEN);
    struct journal_status status = status_of(journal);
    assert_int_equal(status.head_seq, 2);
    assert_memory_equal(status.head_hash.at, rows.last.hash.at, HASH_LEN);
}

static void a_batch_has_a_limit(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 5; i++)
        put(i, 0, JOURNAL_ORDER_REQUESTED);
    struct rows rows = {0};
    assert_int_equal(journal_read(journal, 1, 3, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 3);
    assert_int_equal(rows.last.seq, 4);
    assert_int_equal(journal_read(journal, UINT64_MAX, 3, count_row, &rows).code, ERR_NONE);
    assert_int_equal(rows.count, 3);
}

static void a_repeat_adds_nothing(void **state)
{
    (void)state;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    struct hash head = status_of(journal).head_hash;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    reopen(ERR_NONE);
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(status_of(journal).head_seq, 1);
    assert_memory_equal(status_of(journal).head_hash.at, head.at, HASH_LEN);
}

static void other_kind(struct journal_draft *draft)
{
    (void)text_copy(draft->kind, sizeof(draft->kind), "order_left");
}
static void other_body(struct journal_draft *draft)
{
    draft->body = (struct bytes){(const uint8_t *)"{\"n\":7}", 7};
}
static void order_of_another_token(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->token, sizeof(draft->token), "s2");
}
static void txid_in_capitals(struct journal_draft *draft)
{
    (void)text_copy(draft->txid, sizeof(draft->txid), "ABCDEF00-0000-4000-8000-000000000000");
}
static void txid_without_end(struct journal_draft *draft)
{
    memset(draft->txid, 'a', sizeof(draft->txid));
}
static void kind_with_newline(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->kind, sizeof(draft->kind), "a\nb");
}
static void short_order(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->order, sizeof(draft->order), "1");
}
static void odd_token(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    (void)text_copy(draft->token, sizeof(draft->token), "a\nb");
}
static void state_out_of_range(struct journal_draft *draft)
{
    uuid_of(draft->txid, 99);
    draft->order_state = JOURNAL_ORDER_STATE_COUNT;
}
static void long_body(struct journal_draft *draft)
{
    static const uint8_t body[CHAIN_BODY_MAX + 1];
    uuid_of(draft->txid, 99);
    draft->body = (struct bytes){body, sizeof(body)};
}

static void what_does_not_fit_leaves_the_journal_as_it_was(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct journal_draft *);
        enum err_code expected;
    } rows[] = {
        {"a txid that stands, with another kind", other_kind, ERR_CONFLICT},
        {"a txid that stands, with another body", other_body, ERR_CONFLICT},
        {"an order that is another token's", order_of_another_token, ERR_CONFLICT},
        {"a txid in capitals", txid_in_capitals, ERR_MALFORMED},
        {"a txid without its end", txid_without_end, ERR_MALFORMED},
        {"a kind of two lines", kind_with_newline, ERR_MALFORMED},
        {"an order that is no UUID", short_order, ERR_MALFORMED},
        {"a token of two lines", odd_token, ERR_MALFORMED},
        {"a state that does not exist", state_out_of_range, ERR_MALFORMED},
        {"a body too long", long_body, ERR_NO_ROOM},
    };
    (void)state;
    put(1, 1, JOURNAL_ORDER_REQUESTED);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal_draft draft = draft_of(1, 1, JOURNAL_ORDER_REQUESTED);
        rows[i].change(&draft);
        struct err e = journal_append(journal, &draft);
        if (e.code != rows[i].expected || status_of(journal).head_seq != 1)
            fail_msg("%s: %s", rows[i].what, err_name(e.code));
    }
    put(2, 1, JOURNAL_ORDER_INTENDED);
    reopen(ERR_NONE);
    assert_int_equal(status_of(journal).head_seq, 2);
}

static void an_order_goes_forward_only(void **state)
{
    static const struct {
        const char *what;
        enum journal_order_state said, expected;
    } steps[] = {
        {"requested", JOURNAL_ORDER_REQUESTED, JOURNAL_ORDER_REQUESTED},
        {"left", JOURNAL_ORDER_LEFT, JOURNAL_ORDER_LEFT},
        {"requested again, after it was left", JOURNAL_ORDER_REQUESTED, JOURNAL_ORDER_LEFT},
        {"a write begun on an order that was left", JOURNAL_ORDER_INTENDED, JOURNAL_ORDER_INTENDED},
        {"left in the middle of a write", JOURNAL_ORDER_LEFT, JOURNAL_ORDER_INTENDED},
        {"delivered", JOURNAL_ORDER_DELIVERED, JOURNAL_ORDER_DELIVERED},
        {"a write begun after delivery", JOURNAL_ORDER_INTENDED, JOURNAL_ORDER_DELIVERED},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(steps); i++) {
        struct journal_order order;
        put(i + 1, 1, steps[i].said);
        char id[CHAIN_UUID_LEN + 1];
        uuid_of(id, 0x10001);
        assert_int_equal(journal_order_by_id(journal, id, &order).code, ERR_NONE);
        if (order.state != steps[i].expected)
            fail_msg("%s: %d", steps[i].what, (int)order.state);
        assert_int_equal(order.request_seq, 1);
        assert_int_equal(order.requested_at_ms, 1760000000001);
        assert_string_equal(order.token, "s1");
    }
    reopen(ERR_NONE);
}

static void the_newest_open_order_of_a_token_is_found(void **state)
{
    (void)state;
    struct journal_order order = {.request_seq = 77};
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NOT_FOUND);
    assert_int_equal(order.request_seq, 77);

    put(1, 1, JOURNAL_ORDER_REQUESTED);
    struct journal_draft second = draft_of(2, 2, JOURNAL_ORDER_LEFT);
    (void)text_copy(second.token, sizeof(second.token), "s1");
    assert_int_equal(journal_append(journal, &second).code, ERR_NONE);
    put(3, 3, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NONE);
    assert_string_equal(order.order, second.order);
    assert_int_equal(order.state, JOURNAL_ORDER_LEFT);

    uuid_of(second.txid, 4);
    second.order_state = JOURNAL_ORDER_DELIVERED;
    assert_int_equal(journal_append(journal, &second).code, ERR_NONE);
    assert_int_equal(journal_order_of_token(journal, "s1", &order).code, ERR_NONE);
    assert_int_equal(order.request_seq, 1);
    assert_int_equal(journal_order_by_id(journal, "none", &order).code, ERR_NOT_FOUND);
}

static void open_orders_are_listed_newest_first(void **state)
{
    (void)state;
    struct journal_order orders[JOURNAL_ORDERS_MAX];
    size_t count = 99;
    assert_int_equal(journal_open_orders(journal, orders, &count).code, ERR_NONE);
    assert_int_equal(count, 0);
    for (unsigned i = 1; i <= JOURNAL_ORDERS_MAX + 2; i++)
        put(i, i, i == 5 ? JOURNAL_ORDER_DELIVERED : JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_open_orders(journal, orders, &count).code, ERR_NONE);
    assert_int_equal(count, JOURNAL_ORDERS_MAX);
    assert_int_equal(orders[0].request_seq, JOURNAL_ORDERS_MAX + 2);
    assert_int_equal(orders[count - 1].request_seq, 2);
}

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

/* Past the triggers: they are taken off and put back as they were. */
#define UNGUARDED(name, sql) \
    "CREATE TEMP TABLE kept AS SELECT name, sql FROM sqlite_schema WHERE name = '" name "';" \
    "DROP TRIGGER " name "; " sql ";" \
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql)" \
    " SELECT 'trigger', name, 'journal', 0, sql FROM kept; PRAGMA writable_schema=OFF;"

static void a_changed_entry_is_found(void **state)
{
    static const struct {
        const char *what, *sql;
        uint64_t bad_seq;
    } rows[] = {
        {"a changed body",
         UNGUARDED("journal_no_update", "UPDATE journal SET body = x'7b7d' WHERE seq = 2"), 2},
        {"a changed time",
         UNGUARDED("journal_no_update", "UPDATE journal SET at = at + 1 WHERE seq = 3"), 3},
        {"a changed kind",
         UNGUARDED("journal_no_update", "UPDATE journal SET kind = 'delivered' WHERE seq = 1"), 1},
        {"a changed hash",
         UNGUARDED("journal_no_update", "UPDATE journal SET hash = zeroblob(32) WHERE seq = 2"), 2},
        {"a changed state of an order",
         UNGUARDED("journal_no_update", "UPDATE journal SET order_state = 3 WHERE seq = 2"), 2},
        {"a changed order",
         UNGUARDED("journal_no_update",
                   "UPDATE journal SET order_id = NULL, token = NULL, order_state = NULL"
                   " WHERE seq = 2"),
         2},
        {"an entry taken out of the middle",
         UNGUARDED("journal_no_delete", "DELETE FROM journal WHERE seq = 2"), 2},
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
         "INSERT INTO orders VALUES('00000000-0000-4000-8000-00000000000f', 's9', 0, 0, 2)"},
        {"another time", "UPDATE orders SET requested_at = 0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        put(1, 1, JOURNAL_ORDER_REQUESTED);
        put(2, 0, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(stranger(rows[i].sql), SQLITE_OK);
        journal_close(journal);
        journal = NULL;
        if (journal_open(folder.path, true, ledger_random, &journal).code != ERR_CONFLICT)
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
    assert_int_equal(stranger("PRAGMA user_version=3"), SQLITE_OK);
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
        struct err e = journal_open(folder.path, true, ledger_random, &journal);
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
    assert_int_equal(journal_open(other.path, false, ledger_random, &none).code, ERR_NOT_FOUND);
    assert_int_equal(journal_open_read(other.path, &none).code, ERR_NOT_FOUND);
    assert_int_equal(access(other.path, F_OK), -1);
    assert_int_equal(journal_open("/nonexistent/j.db", false, ledger_random, &none).code,
                     ERR_NOT_FOUND);
    assert_int_equal(journal_open("/nonexistent/j.db", true, ledger_random, &none).code, ERR_IO);
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
    assert_int_equal(journal_open(other.path, true, ledger_random, &fresh).code, ERR_NONE);
    assert_int_equal(access(half, F_OK), -1);
    journal_close(fresh);
    folder_remove(&other);
}

static void there_is_one_writer(void **state)
{
    (void)state;
    struct journal *second = NULL;
    assert_int_equal(journal_open(folder.path, true, ledger_random, &second).code, ERR_CONFLICT);
    assert_null(second);
    put(1, 0, JOURNAL_ORDER_REQUESTED);
    journal_close(journal);
    journal = NULL;
    assert_int_equal(journal_open(folder.path, false, ledger_random, &second).code, ERR_NONE);
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
    assert_int_equal(journal_open(other.path, true, ledger_random, &writer).code, ERR_NONE);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_journal_is_empty_and_has_an_epoch),
        TEST(entries_come_back_byte_for_byte),
        TEST(a_batch_has_a_limit),
        TEST(a_repeat_adds_nothing),
        TEST(what_does_not_fit_leaves_the_journal_as_it_was),
        TEST(an_order_goes_forward_only),
        TEST(the_newest_open_order_of_a_token_is_found),
        TEST(open_orders_are_listed_newest_first),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
