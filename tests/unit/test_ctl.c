/* What certkioskctl finds wrong with a kiosk. */
#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/ctl/ask.h"
#include "tests/unit/ctl_room.h"

static void expect(const char *what, const char *words)
{
    char found[REPORT_PROBLEMS_MAX * REPORT_WORD_SIZE] = "";
    for (size_t i = 0; i < problems.count; i++) {
        size_t used = strlen(found);
        (void)text_print(found + used, sizeof(found) - used, "%s%s", i > 0 ? " " : "",
                         problems.words[i]);
    }
    if (!text_same(found, words))
        fail_msg("%s: \"%s\" instead of \"%s\"", what, found, words);
}

static void a_kiosk_that_is_well_has_no_problem(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    look(WELL_KIOSK, WELL_SYNCD);
    expect("well", "");
    assert_int_equal(report.head.head_seq, 2);
    assert_int_equal(report.pending, 0);
    assert_int_equal(report.order_count, 2);
    assert_true(report.clock_known);
    assert_in_range(report.clock_offset_ms + 1000, 0, 2000);
}

static void each_thing_that_is_wrong_has_a_word(void **state)
{
    static const struct {
        const char *kiosk, *syncd, *words;
    } rows[] = {
        {NULL, WELL_SYNCD, "kiosk_silent"},
        {WELL_KIOSK, NULL, "syncd_silent"},
        {"state=out_of_service\nledger=bad\n", WELL_SYNCD, "ledger_bad out_of_service"},
        {"state=out_of_service\nledger=rolled_back\n", WELL_SYNCD,
         "ledger_rolled_back out_of_service"},
        {"state=attract\nprinter=paper_low\n", WELL_SYNCD, ""},
        {"state=attract\nprinter=paper_out\nreader=gone\n", WELL_SYNCD,
         "reader_gone printer_paper_out"},
        {"line=down\n", "line=down\n", "line_down"},
        {"clock=untrusted\n", WELL_SYNCD, "clock_untrusted"},
    };
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        look(rows[i].kiosk, rows[i].syncd);
        expect(rows[i].words, rows[i].words);
    }
}

static void fork_of_the_journal(struct inbox_state *state)
{
    (void)text_copy(state->trouble, sizeof(state->trouble), "fork");
}
static void another_epoch(struct inbox_state *state)
{
    uuid_of(state->epoch, 5);
}

static void clock_behind(struct inbox_state *state)
{
    state->proven_ms += 400000;
}
static void clock_behind_after_a_boot(struct inbox_state *state)
{
    state->proven_ms += 400000;
    uuid_of(state->boot_id, 1);
}
static void clock_ahead(struct inbox_state *state)
{
    state->proven_ms -= 400000;
}
static void clock_ahead_after_a_boot(struct inbox_state *state)
{
    state->proven_ms -= 400000;
    uuid_of(state->boot_id, 1);
}
static void time_never_proven(struct inbox_state *state)
{
    state->proven_ms = 0;
}

static void the_databases_tell_what_is_wrong(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct inbox_state *);
        const char *words;
    } rows[] = {
        {"a fork", fork_of_the_journal, "trouble_fork ledger_forked"},
        {"an acknowledgement of another journal", another_epoch, "acknowledged_another_journal"},
        {"an acknowledgement of what is not there", more_than_there_is, "ledger_rolled_back"},
        {"an acknowledgement of another entry", another_entry, "ledger_forked"},
        {"a clock behind the proof", clock_behind, "clock_off"},
        {"a clock behind the proof of an earlier boot", clock_behind_after_a_boot, "clock_off"},
        {"a clock ahead of the proof", clock_ahead, "clock_off"},
        {"a clock ahead of the proof of an earlier boot", clock_ahead_after_a_boot, ""},
        {"a time that was never proven", time_never_proven, "time_unproven"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state changed = well_state();
        rows[i].change(&changed);
        set_state(&changed);
        look(WELL_KIOSK, WELL_SYNCD);
        expect(rows[i].what, rows[i].words);
        (void)remove_state(state);
        (void)make_state(state);
    }
}

static void entries_that_wait_too_long_are_told(void **state)
{
    (void)state;
    struct inbox_state well = well_state();
    set_state(&well);
    append(3, clock_wall_ms());
    look(WELL_KIOSK, WELL_SYNCD);
    expect("one that waits a little", "");
    assert_int_equal(report.pending, 1);

    well = well_state();
    set_state(&well);
    int64_t old_ms = clock_wall_ms() - REPORT_PENDING_MAX_MS - 1000;
    append(4, old_ms);
    append(5, clock_wall_ms());
    assert_int_equal(inbox_quarantine(inbox, 1, "malformed").code, ERR_NONE);
    look(WELL_KIOSK, WELL_SYNCD);
    expect("one that waits long, and one rejected", "quarantine entries_waiting");
    assert_int_equal(report.pending, 2);
    assert_int_equal(report.pending_at_ms, old_ms);
}

static void missing_databases_are_told(void **state)
{
    (void)state;
    char nowhere[96];
    (void)text_print(nowhere, sizeof(nowhere), "%s/nowhere", dir);
    report_read(nowhere, &report);
    report_problems(&report, &problems);
    expect("nothing",
           "kiosk_silent syncd_silent ledger_no_folder journal_unreadable inbox_unreadable");
    assert_int_equal(report.kiosk.e.code, ERR_NOT_FOUND);
    assert_int_equal(report.journal.code, ERR_NOT_FOUND);
}

static void a_program_that_hangs_is_not_waited_for_long(void **state)
{
    (void)state;
    struct program deaf;
    char text[ASK_ANSWER_MAX];
    program_start(&deaf, kiosk_dir, "kiosk.sock", NULL);
    uint64_t before_ms = clock_boot_ms();
    assert_int_equal(ask(deaf.path, "status?", text).code, ERR_TIMEOUT);
    uint64_t took_ms = clock_boot_ms() - before_ms;
    assert_in_range(took_ms, ASK_TIMEOUT_MS, 8 * ASK_TIMEOUT_MS);
    program_stop(&deaf);
    assert_int_equal(ask(deaf.path, "status?", text).code, ERR_NOT_FOUND);
}

static void an_answer_that_is_no_text_is_refused(void **state)
{
    (void)state;
    struct program odd;
    char text[ASK_ANSWER_MAX] = "before";
    program_start(&odd, kiosk_dir, "kiosk.sock", "state=\x1b[31m\n");
    assert_int_equal(ask(odd.path, "status?", text).code, ERR_MALFORMED);
    assert_string_equal(text, "before");
    program_stop(&odd);
}

static void values_are_found_by_their_whole_key(void **state)
{
    (void)state;
    char value[8];
    const char *text = "a=1\nab=2\nc\nlong=123456789\nd=";
    assert_true(ask_value(text, "a", value, sizeof(value)));
    assert_string_equal(value, "1");
    assert_true(ask_value(text, "ab", value, sizeof(value)));
    assert_string_equal(value, "2");
    assert_true(ask_value(text, "d", value, sizeof(value)));
    assert_string_equal(value, "");
    assert_false(ask_value(text, "b", value, sizeof(value)));
    assert_false(ask_value(text, "c", value, sizeof(value)));
    assert_false(ask_value(text, "long", value, sizeof(value)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kiosk_that_is_well_has_no_problem),
        TEST(each_thing_that_is_wrong_has_a_word),
        TEST(the_databases_tell_what_is_wrong),
        TEST(entries_that_wait_too_long_are_told),
        TEST(missing_databases_are_told),
        TEST(a_program_that_hangs_is_not_waited_for_long),
        TEST(an_answer_that_is_no_text_is_refused),
        TEST(values_are_found_by_their_whole_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
