/* What certkioskctl says, as text, as JSON and of a whole ledger. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/ctl/print.h"
#include "kiosk/ctl/verify.h"
#include "tests/unit/ctl_room.h"

static json_t *json_of(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(print_json(out, &report, &problems).code, ERR_NONE);
    (void)fclose(out);
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    assert_non_null(json);
    return json;
}

static void torn_tokens_are_told_of(void **state)
{
    (void)state;
    json_int_t count = 9;
    json_int_t at_ms = 0;
    char *text = NULL;
    size_t len = 0;

    look(WELL_KIOSK, "kiosk=hall-1\nline=up\n");
    json_t *json = json_of();
    assert_int_equal(
        json_unpack(json, "{s:{s:I, s:n}}", "journal", "torn_tokens", &count, "torn_token_at_ms"),
        0);
    assert_int_equal(count, 0);
    json_decref(json);
    for (unsigned i = 0; i < 2; i++) {
        struct journal_draft draft = draft_of(90 + i, 0, JOURNAL_ORDER_REQUESTED);
        (void)text_copy(draft.kind, sizeof(draft.kind), "token_repair");
        assert_int_equal(journal_append(journal, &draft).code, ERR_NONE);
    }
    look(WELL_KIOSK, "kiosk=hall-1\nline=up\n");
    json = json_of();
    assert_int_equal(json_unpack(json, "{s:{s:I, s:I}}", "journal", "torn_tokens", &count,
                                 "torn_token_at_ms", &at_ms),
                     0);
    assert_int_equal(count, 2);
    assert_int_equal(at_ms, 1760000000091);
    json_decref(json);
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    print_text(out, &report, &problems);
    (void)fclose(out);
    assert_non_null(strstr(text, "torn tokens      2, the last 2025-10-09T"));
    free(text);
}

static void json_says_the_same(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    append(3, clock_wall_ms());
    look(WELL_KIOSK, "kiosk=hall-1\nline=down\n");
    json_t *json = json_of();
    int ok = 1;
    int running = 0;
    json_int_t head = 0;
    json_int_t pending = 0;
    const char *word = NULL;
    const char *reader = NULL;
    const char *order_state = NULL;
    assert_int_equal(json_unpack(json, "{s:b, s:[s], s:{s:b, s:s}, s:{s:I}, s:I}", "ok", &ok,
                                 "problems", &word, "kiosk", "running", &running, "reader", &reader,
                                 "journal", "head_seq", &head, "pending", &pending),
                     0);
    assert_false(ok);
    assert_true(running);
    assert_string_equal(word, "line_down");
    assert_string_equal(reader, "there");
    assert_int_equal(head, 3);
    assert_int_equal(pending, 1);
    assert_int_equal(
        json_unpack(json, "{s:{s:[{s:s},{},{}]}}", "journal", "open_orders", "state", &order_state),
        0);
    assert_string_equal(order_state, "requested");
    json_decref(json);
}

static void a_ledger_that_stops_service_is_explained(void **state)
{
    static const struct {
        void (*change)(struct inbox_state *);
        const char *says;
    } rows[] = {
        {more_than_there_is, "\nledger_rolled_back: the journal ends before"},
        {another_entry, "\nledger_forked: the journal and the platform tell different"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *text = NULL;
        size_t len = 0;
        struct inbox_state changed = well_state();
        uuid_of(changed.epoch, (unsigned)i + 1); /* each from anew */
        set_state(&changed);
        changed = well_state();
        rows[i].change(&changed);
        set_state(&changed);
        look(WELL_KIOSK, WELL_SYNCD);
        FILE *out = open_memstream(&text, &len);
        assert_non_null(out);
        print_text(out, &report, &problems);
        (void)fclose(out);
        assert_non_null(strstr(text, rows[i].says));
        free(text);
    }
}

static void json_and_text_stand_when_all_is_gone(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    report_read("/nonexistent", &report);
    report_problems(&report, &problems);
    json_t *json = json_of();
    assert_true(json_is_null(json_object_get(json, "pending")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "inbox"), "error")),
                        "ERR_NOT_FOUND");
    json_decref(json);

    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    print_text(out, &report, &problems);
    (void)fclose(out);
    assert_non_null(strstr(text,
                           "\nwrong: kiosk_silent syncd_silent ledger_no_folder journal_unreadable "
                           "inbox_unreadable\nledger_no_folder: the ledger's folder"));
    free(text);
}

static void a_whole_ledger_verifies(void **state)
{
    (void)state;
    struct verify verify;
    struct inbox_state well = well_state();
    set_state(&well);
    assert_int_equal(verify_ledger(dir, &verify).code, ERR_NONE);
    assert_int_equal(verify.entries, 2);
    assert_int_equal(verify.acked_seq, 2);
    assert_int_equal(verify.bad_seq, 0);
}

static void another_hash(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}

static void a_ledger_that_is_not_whole_is_told(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        const char *sql;
    } rows[] = {
        {"another entry acknowledged than the one that stands", another_hash, "SELECT 1"},
        {"more acknowledged than there is", more_than_there_is, "SELECT 1"},
        {"an order ahead of the journal", NULL, "UPDATE orders SET state = 3"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct verify verify;
        struct inbox_state changed = well_state();
        sqlite3 *db = NULL;
        if (rows[i].change != NULL)
            rows[i].change(&changed);
        set_state(&changed);
        assert_int_equal(sqlite3_open(journal_path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_close(db);
        if (verify_ledger(dir, &verify).code != ERR_CONFLICT)
            fail_msg("%s was not told", rows[i].what);
        (void)remove_state(state);
        (void)make_state(state);
    }
    struct verify verify;
    assert_int_equal(verify_ledger("/nonexistent", &verify).code, ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(torn_tokens_are_told_of),
        TEST(json_says_the_same),
        TEST(a_ledger_that_stops_service_is_explained),
        TEST(json_and_text_stand_when_all_is_gone),
        TEST(a_whole_ledger_verifies),
        TEST(a_ledger_that_is_not_whole_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
