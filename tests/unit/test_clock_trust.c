#include "kiosk/app/clock_trust.h"

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define THIS_BOOT "11111111-1111-4111-8111-111111111111"
#define OLD_BOOT "22222222-2222-4222-8222-222222222222"
#define PROOF 1800000000000
#define HOUR 3600000

/* clang-format off */
static const struct {
    const char *name;
    int64_t proven_ms, proven_boot_ms;
    const char *boot;
    int64_t wall_ms, boot_ms;
    bool want;
} rows[] = {
    {"a kiosk that never had a proof trusts nothing", 0, 0, THIS_BOOT, PROOF, 5000, false},
    {"the clock agrees with the proof an hour on", PROOF, 1000, THIS_BOOT, PROOF + HOUR, 1000 + HOUR, true},
    {"a clock that is five minutes fast is still right", PROOF, 0, THIS_BOOT, PROOF + CLOCK_TRUST_SLACK_MS, 0, true},
    {"a clock that is faster is not", PROOF, 0, THIS_BOOT, PROOF + CLOCK_TRUST_SLACK_MS + 1, 0, false},
    {"a clock that is five minutes slow is still right", PROOF, 0, THIS_BOOT, PROOF - CLOCK_TRUST_SLACK_MS, 0, true},
    {"a clock that is slower is not", PROOF, 0, THIS_BOOT, PROOF - CLOCK_TRUST_SLACK_MS - 1, 0, false},
    {"a clock that was set back since the proof is not", PROOF, 0, THIS_BOOT, PROOF, HOUR, false},
    {"after a restart it has only to be past the proof", PROOF, 0, OLD_BOOT, PROOF + 100 * HOUR, 7, true},
    {"after a restart, before the proof, it is wrong", PROOF, 0, OLD_BOOT, PROOF - HOUR, 7, false},
    {"in 1970 it is wrong", PROOF, 0, THIS_BOOT, 0, 7, false},
    {"... after a restart, too", PROOF, 0, OLD_BOOT, 0, 7, false},
    {"in 2099 it is wrong", PROOF, 0, THIS_BOOT, 4070908800000, 7, false},
    {"... after a restart, too", PROOF, 0, OLD_BOOT, 4070908800000, 7, false},
    {"a day back it is wrong", PROOF, 0, THIS_BOOT, PROOF + 7 - 24 * HOUR, 7, false},
    {"... after a restart, too", PROOF, 0, OLD_BOOT, PROOF + 7 - 24 * HOUR, 7, false},
    {"a day ahead it is wrong", PROOF, 0, THIS_BOOT, PROOF + 7 + 24 * HOUR, 7, false},
    {"a month after a restart without a word it is still right", PROOF, 0, OLD_BOOT, PROOF + CLOCK_TRUST_AHEAD_MS, 7, true},
    {"... and not for longer", PROOF, 0, OLD_BOOT, PROOF + CLOCK_TRUST_AHEAD_MS + 1, 7, false},
};
/* clang-format on */

static void test_the_clock_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inbox_state proven = {.proven_ms = rows[i].proven_ms,
                                     .proven_boot_ms = rows[i].proven_boot_ms};
        struct clock_reading now = {
            .wall_ms = rows[i].wall_ms, .boot_ms = rows[i].boot_ms, .boot_id = THIS_BOOT};
        (void)strncpy(proven.boot_id, rows[i].boot, sizeof(proven.boot_id) - 1);

        print_message("  %s\n", rows[i].name);
        assert_int_equal(clock_agrees(&proven, &now), rows[i].want);
    }
}

static void test_the_machine_has_a_boot_that_it_recognises(void **state)
{
    (void)state;
    struct inbox_state never = {.proven_ms = 0};
    struct inbox_state long_ago = {.proven_ms = 1000000000000};
    struct inbox_state just_now = {.proven_ms = clock_wall_ms()};
    struct inbox_state ahead = {.proven_ms = 9000000000000};

    assert_false(clock_is_trusted(&never));
    assert_true(clock_is_trusted(&just_now));
    assert_false(clock_is_trusted(&long_ago));
    assert_false(clock_is_trusted(&ahead));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_clock_is_judged),
        cmocka_unit_test(test_the_machine_has_a_boot_that_it_recognises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
