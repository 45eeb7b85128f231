#include "sync/daemon/proven.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

#define BOOT_A "11111111-d9cb-469f-a165-70867728950e"
#define DAY_MS INT64_C(86400000)
#define Y2026 INT64_C(1795000000000)
#define Y2099 INT64_C(4070908800000)
#define BOOT_B "22222222-d9cb-469f-a165-70867728950e"

static struct proven_clocks clocks_of(int64_t boot_ms, int64_t wall_ms, const char *boot_id)
{
    struct proven_clocks clocks = {.boot_ms = boot_ms, .wall_ms = wall_ms};
    (void)text_copy(clocks.boot_id, sizeof(clocks.boot_id), boot_id);
    return clocks;
}

static void test_proven_time_never_goes_back(void **state)
{
    (void)state;
    struct inbox_state inbox = {.proven_ms = 0};
    struct proven_clocks first = clocks_of(100, 0, BOOT_A), later = clocks_of(200, 0, BOOT_A);
    assert_true(proven_take(&inbox, 5000, &first));
    assert_false(proven_take(&inbox, 4999, &later));
    assert_false(proven_take(&inbox, 5000, &later));
    assert_int_equal(inbox.proven_ms, 5000);
    assert_int_equal(inbox.proven_boot_ms, 100);
    assert_true(proven_take(&inbox, 5001, &later));
    assert_int_equal(inbox.proven_boot_ms, 200);
    assert_string_equal(inbox.boot_id, BOOT_A);
}

/* clang-format off */
static const struct {
    const char *name;
    int64_t boot_ms, wall_ms;
    const char *boot_id;
    int64_t want_ms;
} rows[] = { /* 1,000,000 was proven when the boot clock of A showed 500 */
    {"a clock that is ahead is not believed in this boot", 600, 2000000, BOOT_A, 1000100},
    {"not in 2099 either",                              600, Y2099,   BOOT_A, 1000100},
    {"nor in 1970",                                     600, 0,       BOOT_A, 1000100},
    {"nor when it was set back a day",                  600, 1000100 - DAY_MS, BOOT_A, 1000100},
    {"after another boot it tells what has passed",     600, 2000000, BOOT_B, 2000000},
    {"a clock that is behind is not",                   500, 900000,  BOOT_A, 1000000},
    {"proven time goes on within a boot",               700, 900000,  BOOT_A, 1000200},
    {"after another boot it stands",                    700, 900000,  BOOT_B, 1000000},
    {"without the name of the boot it stands",          700, 900000,  "",     1000000},
    {"a boot clock that went back counts for nothing",  400, 900000,  BOOT_A, 1000000},
};
/* clang-format on */

/* The proof is of 2099, and the machine's clock is right. */
static void test_the_feed_is_asked_for_by_either_clock(void **state)
{
    struct inbox_state inbox = {.proven_ms = 0};
    struct proven_clocks then = clocks_of(500, Y2026, BOOT_A);
    struct proven_clocks now = clocks_of(600, Y2026 + 100, BOOT_A);
    (void)state;
    assert_int_equal(proven_ask_ms(&inbox, &now, 1), Y2026 + 100); /* nothing is proven */
    assert_true(proven_take(&inbox, Y2099, &then));
    for (unsigned failures = 0; failures < 4; failures++) {
        assert_int_equal(proven_ask_ms(&inbox, &now, failures),
                         failures % 2 == 1 ? Y2026 + 100 : Y2099 + 100);
        assert_int_equal(proven_verify_ms(&inbox, &now, failures), Y2099 + 100);
    }
    /* A clock that is behind by less is wrong. */
    now.wall_ms = Y2099 - PROVEN_AHEAD_MS + 1000;
    assert_int_equal(proven_ask_ms(&inbox, &now, 1), Y2099 + 100);
}

static void test_what_the_time_is_at_least(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state inbox = {.proven_ms = 0};
        struct proven_clocks then = clocks_of(500, 0, BOOT_A);
        struct proven_clocks now = clocks_of(rows[i].boot_ms, rows[i].wall_ms, rows[i].boot_id);
        print_message("  %s\n", rows[i].name);
        assert_true(proven_take(&inbox, 1000000, &then));
        assert_int_equal(proven_time_ms(&inbox, &now), rows[i].want_ms);
    }
}

/* clang-format off */
static const struct {
    const char *name;
    int64_t wall_ms;
    const char *boot_id;
    unsigned failures;
    int64_t want_ms;
} attempts[] = { /* Y2026 was proven when the boot clock of A showed 500; it shows 600 */
    {"in this boot the clock has no say",                     Y2099,             BOOT_A, 0, Y2026 + 100},
    {"... at no attempt",                                     Y2099,             BOOT_A, 1, Y2026 + 100},
    {"in a later one it is asked first",                      Y2099,             BOOT_B, 0, Y2099},
    {"... and when that failed, the proof",                   Y2099,             BOOT_B, 1, Y2026},
    {"... and then the clock again",                          Y2099,             BOOT_B, 2, Y2099},
    {"a clock that can well be right is asked each time",     Y2026 + 30 * DAY_MS, BOOT_B, 1, Y2026 + 30 * DAY_MS},
    {"1970 is never tried",                                   0,                 BOOT_B, 0, Y2026},
    {"... at no attempt",                                     0,                 BOOT_B, 1, Y2026},
    {"nor a day back",                                        Y2026 - DAY_MS,    BOOT_B, 0, Y2026},
};
/* clang-format on */

static void test_a_wrong_clock_does_not_end_certificates(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
        struct inbox_state inbox = {.proven_ms = 0};
        struct proven_clocks then = clocks_of(500, 0, BOOT_A);
        struct proven_clocks now = clocks_of(600, attempts[i].wall_ms, attempts[i].boot_id);
        print_message("  %s\n", attempts[i].name);
        assert_true(proven_take(&inbox, Y2026, &then));
        assert_int_equal(proven_verify_ms(&inbox, &now, attempts[i].failures), attempts[i].want_ms);
    }
    struct inbox_state never = {.proven_ms = 0};
    struct proven_clocks now = clocks_of(600, Y2099, BOOT_A);
    assert_int_equal(proven_verify_ms(&never, &now, 0), Y2099);
    assert_int_equal(proven_verify_ms(&never, &now, 1), Y2099);
}

static void test_this_boot_has_a_name(void **state)
{
    (void)state;
    struct proven_clocks clocks = proven_clocks_now();
    assert_int_equal(strlen(clocks.boot_id), CHAIN_UUID_LEN);
    assert_true(clocks.boot_ms > 0);
    assert_true(clocks.wall_ms > INT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proven_time_never_goes_back),
        cmocka_unit_test(test_what_the_time_is_at_least),
        cmocka_unit_test(test_the_feed_is_asked_for_by_either_clock),
        cmocka_unit_test(test_a_wrong_clock_does_not_end_certificates),
        cmocka_unit_test(test_this_boot_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
