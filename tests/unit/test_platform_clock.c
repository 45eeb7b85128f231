/* The platform's time: which wall clock is believed, at start and while it serves. */
#include "sync/gateway/platform_clock.h"

#include "kiosk/base/clock.h"
#include "tests/unit/unit.h"

#define Y2026 INT64_C(1795000000000)
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)

static int64_t wall_ms, boot_ms;

/* In the place of the machine's clocks. */
uint64_t clock_boot_ms(void)
{
    return (uint64_t)boot_ms;
}

int64_t clock_wall_ms(void)
{
    return wall_ms;
}

void clock_boot_id(char *out)
{
    out[0] = '\0';
}

static void pass(int64_t ms)
{
    boot_ms += ms;
    wall_ms += ms;
}

static void test_at_start_the_newest_moment_judges(void **state)
{
    static const struct {
        const char *name;
        int64_t newest_ms, wall_ms;
        enum platform_clock_verdict verdict;
    } rows[] = {
        {"a platform that has seen nothing believes any clock", 0, 5, PLATFORM_CLOCK_RIGHT},
        {"a restart", Y2026, Y2026 + 5 * SECOND, PLATFORM_CLOCK_RIGHT},
        {"a clock that was put right a little", Y2026, Y2026 - 299 * SECOND, PLATFORM_CLOCK_RIGHT},
        {"a clock that was set back", Y2026, Y2026 - 301 * SECOND, PLATFORM_CLOCK_BEHIND},
        {"1970", Y2026, 600 * SECOND, PLATFORM_CLOCK_BEHIND},
        {"a platform that was off for two days", Y2026, Y2026 + 2 * DAY, PLATFORM_CLOCK_RIGHT},
        {"one that was off for four, or a clock that jumped", Y2026, Y2026 + 4 * DAY,
         PLATFORM_CLOCK_AHEAD},
        {"2099", Y2026, Y2026 + 73 * YEAR, PLATFORM_CLOCK_AHEAD},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        print_message("  %s\n", rows[i].name);
        assert_int_equal(platform_clock_judge(rows[i].newest_ms, rows[i].wall_ms), rows[i].verdict);
    }
}

/* After `steps` of `step_ms` each, at readings `every_ms` apart. */
static void test_while_it_serves_the_boot_clock_judges(void **state)
{
    static const struct {
        const char *name;
        int64_t step_ms, every_ms;
        unsigned steps;
        bool has_jumped;
        int64_t followed_ms; /* of the steps */
    } rows[] = {
        {"no step", 0, SECOND, 10, false, 0},
        {"put right by a second", SECOND, SECOND, 1, false, SECOND},
        {"... and back", -SECOND, SECOND, 1, false, -SECOND},
        {"five minutes", 300 * SECOND, SECOND, 1, false, 300 * SECOND},
        {"a little more", 301 * SECOND, SECOND, 1, true, 0},
        {"a day back", -DAY, SECOND, 1, true, 0},
        {"73 years", 73 * YEAR, SECOND, 1, true, 0},
        {"many small ones add up to a jump", 10 * SECOND, SECOND, 60, true, 300 * SECOND},
        {"a slow drift does not", 10 * SECOND, 600 * SECOND, 60, false, 600 * SECOND},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct platform_clock clock;
        int64_t boot = 7 * SECOND;
        int64_t off = 0;
        print_message("  %s\n", rows[i].name);
        platform_clock_begin(&clock, boot, Y2026);
        for (unsigned k = 0; k < rows[i].steps; k++) {
            boot += rows[i].every_ms;
            off += rows[i].step_ms;
            platform_clock_follow(&clock, boot, Y2026 + (boot - 7 * SECOND) + off);
        }
        assert_int_equal(clock.has_jumped, rows[i].has_jumped);
        assert_int_equal(clock.offset_ms, Y2026 - 7 * SECOND + rows[i].followed_ms);
        /* Back where it was, it is believed again. */
        platform_clock_follow(&clock, boot, clock.offset_ms + boot);
        assert_false(clock.has_jumped);
    }
}

static struct store *make_store(void)
{
    struct store *store = NULL;
    assert_int_equal(store_open(":memory:", true, &store).code, ERR_NONE);
    return store;
}

static int64_t newest(struct store *store)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    int64_t at_ms = -1;
    assert_int_equal(store_begin(store, &work).code, ERR_NONE);
    assert_int_equal(platform_clock_newest(store, &at_ms).code, ERR_NONE);
    return at_ms;
}

static void say_it_is_right(struct store *store)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    assert_int_equal(store_begin(store, &work).code, ERR_NONE);
    assert_int_equal(platform_clock_trust(store, wall_ms).code, ERR_NONE);
    assert_int_equal(transaction_commit(&work).code, ERR_NONE);
}

static int64_t look(struct store *store)
{
    int64_t jump_ms = -1;
    assert_int_equal(platform_clock_round(store, &jump_ms).code, ERR_NONE);
    return jump_ms;
}

static void test_a_jump_is_neither_followed_nor_kept(void **state)
{
    CLEANUP(store_done) struct store *store = make_store();
    enum platform_clock_verdict verdict = PLATFORM_CLOCK_AHEAD;
    int64_t newest_ms = -1;
    (void)state;
    boot_ms = 100 * SECOND;
    wall_ms = Y2026;
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_NONE);
    assert_int_equal(look(store), 0);
    assert_int_equal(newest(store), Y2026);

    pass(61 * SECOND);
    wall_ms += 10 * YEAR;
    assert_int_equal(platform_clock_now_ms(), Y2026 + 61 * SECOND); /* before anybody has looked */
    assert_int_equal(look(store), 10 * YEAR);
    assert_int_equal(look(store), 0); /* told once */
    assert_int_equal(platform_clock_now_ms(), Y2026 + 61 * SECOND);
    assert_int_equal(newest(store), Y2026 + 61 * SECOND);

    wall_ms -= 10 * YEAR;
    pass(61 * SECOND);
    assert_int_equal(look(store), 0);
    assert_int_equal(platform_clock_now_ms(), Y2026 + 122 * SECOND);
    assert_int_equal(newest(store), Y2026 + 122 * SECOND);

    /* A restart with the wrong clock does not help it. */
    wall_ms += 10 * YEAR;
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_CONFLICT);
    assert_int_equal(verdict, PLATFORM_CLOCK_AHEAD);
    assert_int_equal(newest_ms, Y2026 + 122 * SECOND);
    wall_ms -= 20 * YEAR;
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_CONFLICT);
    assert_int_equal(verdict, PLATFORM_CLOCK_BEHIND);
}

static void test_an_operator_says_that_it_is_right(void **state)
{
    CLEANUP(store_done) struct store *store = make_store();
    enum platform_clock_verdict verdict = PLATFORM_CLOCK_AHEAD;
    int64_t newest_ms = -1;
    (void)state;
    wall_ms = Y2026;
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_NONE);
    pass(120 * SECOND);
    assert_int_equal(look(store), 0);

    /* While it serves, forwards and back. */
    wall_ms += 10 * DAY;
    assert_true(look(store) > 0);
    say_it_is_right(store);
    assert_int_equal(look(store), 0);
    assert_int_equal(platform_clock_now_ms(), wall_ms);
    assert_int_equal(newest(store), wall_ms);
    wall_ms -= 10 * DAY;
    assert_true(look(store) < 0);
    say_it_is_right(store);
    assert_int_equal(look(store), 0);
    assert_int_equal(platform_clock_now_ms(), wall_ms);

    /* And at start. */
    wall_ms += 10 * YEAR;
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_CONFLICT);
    say_it_is_right(store);
    assert_int_equal(platform_clock_start(store, &verdict, &newest_ms).code, ERR_NONE);
    assert_int_equal(platform_clock_now_ms(), wall_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_start_the_newest_moment_judges),
        cmocka_unit_test(test_while_it_serves_the_boot_clock_judges),
        cmocka_unit_test(test_a_jump_is_neither_followed_nor_kept),
        cmocka_unit_test(test_an_operator_says_that_it_is_right),
    };
    return cmocka_run_group_tests_name("platform clock", tests, NULL, NULL);
}
