/* A long journal is opened by its end; the rest is walked over in pieces. */
#include "tests/unit/unit.h"

#include "tests/unit/journal_room.h"

#include "tests/unit/journal_stranger.h"

#define LONG_ENTRIES (JOURNAL_WHOLE_MAX + 64)
#define SHORT_ENTRIES 20U
#define STEPS_MAX 100000

/* In memory: thousands of appends that nobody's disk has to sync. */
static int make_long(void **state)
{
    (void)state;
    (void)text_copy(folder.at, sizeof(folder.at), "/dev/shm/test_walk.XXXXXX");
    assert_non_null(mkdtemp(folder.at));
    (void)text_print(folder.path, sizeof(folder.path), "%s/journal.db", folder.at);
    assert_int_equal(journal_open(folder.path, true, ledger_random, &ledger_guard, &journal).code,
                     ERR_NONE);
    for (unsigned i = 1; i <= LONG_ENTRIES; i++)
        put(i, i % 3 == 0 ? i / 3 : 0, JOURNAL_ORDER_REQUESTED);
    assert_int_equal(journal_sign_head(journal).code, ERR_NONE);
    journal_close(journal);
    journal = NULL;
    return 0;
}

/* Whole rounds until there is one that fits, or an entry that does not. */
static struct err walk_round(size_t piece, uint64_t *out_bad)
{
    struct journal_walk walk = {0};
    struct err e = ERR_OK;
    for (unsigned i = 0; i < STEPS_MAX && !failed(e) && walk.rounds == 0; i++)
        e = journal_verify_step(journal, &walk, piece, out_bad);
    assert_true(failed(e) || walk.rounds == 1);
    return e;
}

#define CHANGE(what) UNGUARDED("journal_no_update", "journal", "UPDATE journal SET " what)

static void an_old_entry_that_was_changed_is_found_by_the_walk(void **state)
{
    uint64_t bad = 0;
    (void)state;
    reopen(ERR_NONE);
    assert_int_equal(walk_round(500, &bad).code, ERR_NONE);
    assert_int_equal(stranger(CHANGE("body = x'7b7d' WHERE seq = 1234")), SQLITE_OK);
    reopen(ERR_NONE); /* it is behind the mark */
    assert_int_equal(walk_round(500, &bad).code, ERR_CONFLICT);
    assert_int_equal(bad, 1234);
    assert_int_equal(journal_condemn(journal, bad).code, ERR_NONE);
    reopen(ERR_CONFLICT);
}

static void an_entry_behind_the_mark_is_found_at_open(void **state)
{
    (void)state;
    reopen(ERR_NONE);
    for (unsigned i = 1; i <= 3; i++)
        put(LONG_ENTRIES + i, 0, JOURNAL_ORDER_REQUESTED);
    journal_close(journal);
    journal = NULL;
    char sql[512];
    (void)text_print(sql, sizeof(sql), CHANGE("body = x'7b7d' WHERE seq = %d"), LONG_ENTRIES + 2);
    assert_int_equal(stranger(sql), SQLITE_OK);
    struct err e = journal_open(folder.path, false, ledger_random, &ledger_guard, &journal);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_int_equal(e.native, LONG_ENTRIES + 2);
}

static void a_mark_that_a_stranger_moves_back_is_no_mark(void **state)
{
    (void)state;
    assert_int_equal(
        stranger(UNGUARDED("head_forward", "head", "UPDATE head SET seq = 0, verified_seq = 0")),
        SQLITE_OK);
    reopen(ERR_CONFLICT);
}

static void the_walk_finds_each_change_where_it_is(void **state)
{
    static const struct {
        const char *what, *sql;
        uint64_t bad_seq;
    } rows[] = {
        {"nothing", "SELECT 1", 0},
        {"a body", CHANGE("body = x'00' WHERE seq = 4"), 4},
        {"the first entry's time", CHANGE("at = 1 WHERE seq = 1"), 1},
        {"the last entry's kind", CHANGE("kind = 'delivered' WHERE seq = 20"), 20},
        {"a hash", CHANGE("hash = zeroblob(32) WHERE seq = 7"), 7},
        {"what binds it", CHANGE("bound = zeroblob(32) WHERE seq = 7"), 7},
        {"the state that an entry brought", CHANGE("order_state = 3 WHERE seq = 2"), 2},
        {"an order that an entry is about",
         CHANGE("order_id = NULL, token = NULL, order_state = NULL WHERE seq = 2"), 2},
        {"an entry taken out",
         UNGUARDED("journal_no_delete", "journal", "DELETE FROM journal WHERE seq = 9"), 9},
        {"an order further than its entries", "UPDATE orders SET state = 3 WHERE request_seq = 6",
         6},
        {"an order that is missing", "DELETE FROM orders WHERE request_seq = 8", 8},
        {"an order of no entry",
         "INSERT INTO orders VALUES('00000000-0000-4000-8000-00000000000f', 's9', 0, 0, 7, 7)", 7},
        {"an order of an entry that none can be",
         "INSERT INTO orders VALUES('00000000-0000-4000-8000-00000000000f', 's9', 0, 0, 0, 7)", 1},
        {"an order's time", "UPDATE orders SET requested_at = 0 WHERE request_seq = 10", 10},
        {"what brought an order's state", "UPDATE orders SET state_seq = 13 WHERE request_seq = 12",
         12},
        {"an order's state set back",
         UNGUARDED("orders_forward", "orders", "UPDATE orders SET state = 0 WHERE request_seq = 2"),
         2},
        {"an order's token",
         UNGUARDED("orders_forward", "orders",
                   "UPDATE orders SET token = 's' WHERE request_seq = 14"),
         14},
    };
    static const size_t pieces[] = {1, 3, 1000};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
            uint64_t bad = 0;
            for (unsigned n = 1; n <= SHORT_ENTRIES; n++)
                put(n, n % 2 == 0 ? n : 0, JOURNAL_ORDER_REQUESTED);
            put(SHORT_ENTRIES + 1, 2, JOURNAL_ORDER_INTENDED);
            assert_int_equal(stranger(rows[i].sql), SQLITE_OK);
            struct err e = walk_round(pieces[k], &bad);
            if (failed(e) != (rows[i].bad_seq != 0) ||
                (rows[i].bad_seq != 0 && rows[i].bad_seq != bad))
                fail_msg("%s, by %zu: %s at %d", rows[i].what, pieces[k], err_name(e.code),
                         (int)bad);
            (void)remove_folder(state);
            assert_int_equal(make_folder(state), 0);
        }
    }
}

static void a_walk_goes_on_while_entries_come(void **state)
{
    struct journal_walk walk = {0};
    uint64_t bad = 0;
    unsigned number = 0;
    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        number++;
        put(number, number % 5, JOURNAL_ORDER_REQUESTED);
        assert_int_equal(journal_verify_step(journal, &walk, 2, &bad).code, ERR_NONE);
    }
    assert_true(walk.rounds > 0);
}

#define LONG(name) cmocka_unit_test_setup_teardown(name, make_long, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LONG(an_old_entry_that_was_changed_is_found_by_the_walk),
        LONG(an_entry_behind_the_mark_is_found_at_open),
        LONG(a_mark_that_a_stranger_moves_back_is_no_mark),
        TEST(the_walk_finds_each_change_where_it_is),
        TEST(a_walk_goes_on_while_entries_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
