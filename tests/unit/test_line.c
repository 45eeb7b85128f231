#include "sync/daemon/line.h"

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define NOW 100000

static uint64_t pause_after(unsigned failures, uint32_t retry_after_s, uint32_t random)
{
    struct line line;
    line_init(&line);
    for (unsigned i = 1; i < failures; i++)
        line_failed(&line, LANE_FEED, NOW, 0, 0);
    line_failed(&line, LANE_FEED, NOW, retry_after_s, random);
    return line.lanes[LANE_FEED].next_ms - NOW;
}

/* clang-format off */
static const struct {
    const char *name;
    unsigned failures;
    uint32_t retry_after_s;
    uint64_t least_ms, most_ms;
} pauses[] = {
    {"the first pause is short",                    1,   0,      250,    500},
    {"the second is still within a second",         2,   0,      500,    1000},
    {"the third doubles",                           3,   0,      1000,   2000},
    {"the sixth doubles",                           6,   0,      8000,   16000},
    {"the seventh meets the ceiling",               7,   0,      15000,  30000},
    {"a thousand failures later it is the same",    1000, 0,     15000,  30000},
    {"Retry-After lengthens a pause",               1,   5,      5000,   5000},
    {"Retry-After does not shorten one",            7,   1,      15000,  30000},
    {"an absurd Retry-After is cut",                1,   100000, 300000, 300000},
};
/* clang-format on */

static void test_pauses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
        print_message("  %s\n", pauses[i].name);
        bool varies = pauses[i].least_ms != pauses[i].most_ms;
        uint64_t least_ms = UINT64_MAX, most_ms = 0;
        for (uint32_t k = 0; k < 500; k++) {
            uint64_t pause_ms = pause_after(pauses[i].failures, pauses[i].retry_after_s,
                                            (uint32_t)(k * UINT64_C(2654435761) & UINT32_MAX));
            assert_in_range(pause_ms, pauses[i].least_ms, pauses[i].most_ms);
            least_ms = pause_ms < least_ms ? pause_ms : least_ms;
            most_ms = pause_ms > most_ms ? pause_ms : most_ms;
        }
        /* kiosks of a hall do not all knock at once */
        assert_true(!varies || most_ms - least_ms > (pauses[i].most_ms - pauses[i].least_ms) / 2);
    }
}

static void test_the_line_is_not_up_before_an_answer(void **state)
{
    (void)state;
    struct line line;
    line_init(&line);
    assert_false(line_up(&line));
    assert_true(line_may_send(&line, LANE_FEED, 0));
    assert_false(line_may_send(&line, LANE_JOURNAL, 0));
    line_answered(&line, LANE_FEED);
    assert_true(line_up(&line));
    assert_true(line_may_send(&line, LANE_JOURNAL, 0));
}

static void test_while_the_feed_fails_the_journal_is_held(void **state)
{
    (void)state;
    struct line line;
    line_init(&line);
    line_answered(&line, LANE_FEED);
    line_failed(&line, LANE_FEED, NOW, 0, 0);
    assert_false(line_up(&line));
    assert_false(line_may_send(&line, LANE_JOURNAL, NOW + 1000000));
    assert_false(line_may_send(&line, LANE_FEED, NOW));
    assert_true(line_may_send(&line, LANE_FEED, NOW + LINE_PAUSE_FIRST_MS));
}

static void test_a_failing_journal_leaves_the_feed_alone(void **state)
{
    (void)state;
    struct line line;
    line_init(&line);
    line_answered(&line, LANE_FEED);
    line_failed(&line, LANE_JOURNAL, NOW, 0, 0);
    assert_false(line_up(&line));
    assert_true(line_may_send(&line, LANE_FEED, NOW));
    line_answered(&line, LANE_FEED);
    assert_false(line_up(&line)); /* entries still do not arrive */
    line_answered(&line, LANE_JOURNAL);
    assert_true(line_up(&line));
}

static void test_one_answer_ends_all_pauses(void **state)
{
    (void)state;
    struct line line;
    line_init(&line);
    for (int i = 0; i < 20; i++)
        line_failed(&line, LANE_FEED, NOW, 0, 0);
    line_answered(&line, LANE_FEED);
    assert_true(line_may_send(&line, LANE_FEED, NOW));
    line_failed(&line, LANE_FEED, NOW, 0, 0);
    assert_true(line_may_send(&line, LANE_FEED, NOW + LINE_PAUSE_FIRST_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_the_line_is_not_up_before_an_answer),
        cmocka_unit_test(test_while_the_feed_fails_the_journal_is_held),
        cmocka_unit_test(test_a_failing_journal_leaves_the_feed_alone),
        cmocka_unit_test(test_one_answer_ends_all_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
