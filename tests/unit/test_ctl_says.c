/* What certkioskctl says, as text, as JSON and of a whole ledger. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/ctl/ledger_command.h"
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

static void refused_statements_are_told_of(void **state)
{
    static const struct {
        const char *syncd;
        bool tells;
    } rows[] = {
        {"kiosk=hall-1\nline=up\nstatements_refused=2\n", true},
        {"kiosk=hall-1\nline=up\nstatements_refused=0\n", false},
        {WELL_SYNCD, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *text = NULL;
        size_t len = 0;
        look(WELL_KIOSK, rows[i].syncd);
        FILE *out = open_memstream(&text, &len);
        assert_non_null(out);
        print_text(out, &report, &problems);
        (void)fclose(out);
        assert_int_equal(strstr(text, "\nplatform keys    2 statements refused") != NULL,
                         rows[i].tells);
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
    const struct ledger_options options = {.state_dir = dir};
    struct inbox_state well = well_state();
    set_state(&well);
    assert_int_equal(verify_ledger(&options, &verify).code, ERR_NONE);
    assert_int_equal(verify.head.head_seq, 2);
    assert_int_equal(verify.first, VERIFY_PART_COUNT);
    for (size_t i = 0; i < VERIFY_PART_COUNT; i++)
        assert_true(verify.looked[i]);
    assert_int_equal(verify.acked_seq, 2);
    assert_int_equal(verify.bad_seq, 0);
}

static void another_hash(struct inbox_state *state)
{
    state->acked_hash.at[0] ^= 1;
}

static void another_journal(struct inbox_state *state)
{
    uuid_of(state->epoch, 9);
}

/* Past the trigger, as a disk or a stranger would. */
#define CHANGED(what) \
    "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name = 'journal_no_update';" \
    "PRAGMA writable_schema=RESET; UPDATE journal SET " what " WHERE seq = 2;" \
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql)" \
    " VALUES('trigger', 'journal_no_update', 'journal', 0," \
    " 'CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, " \
    "''the journal is append-only''); END')"

static void change_journal(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(journal_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

static void a_ledger_that_is_not_whole_is_told(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        const char *sql;
        enum verify_part part;
        uint64_t bad_seq;
    } rows[] = {
        {"another entry acknowledged than the one that stands", another_hash, "SELECT 1",
         VERIFY_PLATFORM, 0},
        {"more acknowledged than there is", more_than_there_is, "SELECT 1", VERIFY_PLATFORM, 0},
        {"another journal acknowledged", another_journal, "SELECT 1", VERIFY_PLATFORM, 0},
        {"an order ahead of the journal", NULL, "UPDATE orders SET state = 3", VERIFY_ORDERS, 0},
        {"a body that was changed", NULL, CHANGED("body = x'7b7d'"), VERIFY_CHAIN, 2},
        {"an index without its entry", NULL,
         "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM"
         " sqlite_schema WHERE name = 'orders_by_token') WHERE name = 'sqlite_autoindex_journal_1'",
         VERIFY_PAGES, 0},
    };
    const struct ledger_options options = {.state_dir = dir};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct verify verify;
        struct inbox_state changed = well_state();
        if (rows[i].change != NULL)
            rows[i].change(&changed);
        set_state(&changed);
        change_journal(rows[i].sql);
        struct err e = verify_ledger(&options, &verify);
        if (ledger_exit_of(e) != LEDGER_EXIT_DAMAGED || verify.first != rows[i].part ||
            verify.bad_seq != rows[i].bad_seq)
            fail_msg("%s: %s, part %d, entry %d", rows[i].what, err_name(e.code), (int)verify.first,
                     (int)verify.bad_seq);
        (void)remove_state(state);
        (void)make_state(state);
    }
    struct verify verify;
    const struct ledger_options nowhere = {.state_dir = "/nonexistent"};
    struct err e = verify_ledger(&nowhere, &verify);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_int_equal(ledger_exit_of(e), LEDGER_EXIT_UNREADABLE);
}

static void a_journal_by_itself_is_held_against_no_inbox(void **state)
{
    (void)state;
    struct verify verify;
    struct inbox_state ahead = well_state();
    const struct ledger_options options = {.state_dir = dir, .file = journal_path};
    more_than_there_is(&ahead);
    set_state(&ahead);
    assert_int_equal(verify_ledger(&options, &verify).code, ERR_NONE);
    assert_false(verify.looked[VERIFY_INBOX] || verify.looked[VERIFY_PLATFORM]);
    assert_true(verify.looked[VERIFY_CHAIN]);
}

/* Whether there is a line about it. */
static bool is_advised(const char *trouble)
{
    char word[REPORT_WORD_SIZE];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    assert_true(text_print(word, sizeof(word), "trouble_%s", trouble));
    print_advice(out, word);
    (void)fclose(out);
    free(text);
    return len > 0;
}

/* The words are read where they are listed: one more there is one more here. */
static void every_trouble_that_the_inbox_names_has_an_advice(void **state)
{
    char header[65536] = "";
    size_t count = 0;
    FILE *in = fopen("kiosk/ledger/inbox.h", "r");
    (void)state;

    assert_non_null(in);
    assert_in_range(fread(header, 1, sizeof(header) - 1, in), 1, sizeof(header) - 2);
    (void)fclose(in);
    char *at = strstr(header, "A word for staff, \"\" when well.");
    assert_non_null(at);
    *strstr(at, "*/") = '\0';
    at = strstr(at, "\"\"") + 2;
    while ((at = strchr(at, '"')) != NULL) {
        const char *word = ++at;
        at = strchr(at, '"');
        *at++ = '\0';
        if (!is_advised(word))
            fail_msg("nothing is advised about trouble_%s", word);
        count++;
    }
    assert_in_range(count, 12, 64);
    assert_false(is_advised("of_no_kind"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(torn_tokens_are_told_of),
        TEST(json_says_the_same),
        TEST(a_ledger_that_stops_service_is_explained),
        TEST(refused_statements_are_told_of),
        TEST(every_trouble_that_the_inbox_names_has_an_advice),
        TEST(json_and_text_stand_when_all_is_gone),
        TEST(a_whole_ledger_verifies),
        TEST(a_ledger_that_is_not_whole_is_told),
        TEST(a_journal_by_itself_is_held_against_no_inbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
