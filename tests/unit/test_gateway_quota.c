#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/gateway/quota.h"
#include "tests/unit/unit.h"

#define NOW_MS 1000000

static struct quotas *quotas;

static int set_up(void **state)
{
    (void)state;
    quotas = calloc(1, sizeof(*quotas));
    return quotas == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(quotas);
    return 0;
}

static const uint8_t *named(uint32_t number)
{
    static uint8_t key[QUOTA_KEY_LEN];

    memcpy(key, &number, sizeof(number));
    return key;
}

/* One request from its beginning to its end. */
static unsigned ask(uint32_t who, int64_t bytes, uint64_t now_ms)
{
    struct quota_owner *owner = NULL;
    unsigned wait_s = quota_enter(quotas, named(who), now_ms, &owner);

    if (wait_s > 0)
        return wait_s;
    quota_charge(quotas, owner, 0, bytes, now_ms);
    quota_leave(owner);
    return 0;
}

/* How many of `count` requests go on, one each `step_ms` from `from_ms`. */
static int pass(uint32_t who, int count, uint64_t from_ms, uint64_t step_ms, int64_t bytes)
{
    int passed = 0;

    for (int i = 0; i < count; i++)
        passed += ask(who, bytes, from_ms + (uint64_t)i * step_ms) == 0;
    return passed;
}

static void a_bucket_holds_a_burst_and_is_filled_at_its_rate(void **state)
{
    static const struct {
        const char *sentence;
        struct quota_rates rates;
        int count;
        uint64_t step_ms;
        int64_t bytes;
        int wanted;
    } cases[] = {
        {"all at once: the burst", {10, 0, 0, 0}, 100, 0, 0, 20},
        {"at the rate: all", {10, 0, 0, 0}, 1000, 100, 0, 1000},
        {"at twice the rate: half, and the burst", {10, 0, 0, 0}, 1000, 50, 0, 519},
        {"every millisecond: no fraction is lost", {10, 0, 0, 0}, 10000, 1, 0, 119},
        {"without a limit: all", {0, 0, 0, 0}, 10000, 0, 1 << 20, 10000},
        {"by bytes: the burst, and what makes the debt", {0, 1000, 0, 0}, 100, 0, 500, 4},
        {"by bytes, in time", {0, 1000, 0, 0}, 100, 500, 500, 100},
        {"by bytes of a day", {0, 0, 86400, 0}, 1000, 1, 1000, 87},
        {"by bytes of a day, all day", {0, 0, 86400, 0}, 1000, 1000, 2, 1000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        *quotas = (struct quotas){.rates = cases[i].rates};
        int passed = pass(1, cases[i].count, NOW_MS, cases[i].step_ms, cases[i].bytes);
        if (passed != cases[i].wanted)
            fail_msg("%s: %d", cases[i].sentence, passed);
    }
}

static void who_waits_as_long_as_he_is_told_goes_on(void **state)
{
    static const struct quota_rates rates[] = {{1, 0, 0, 0}, {0, 100, 0, 0}, {0, 0, 864000, 0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        *quotas = (struct quotas){.rates = rates[i]};
        uint64_t now_ms = NOW_MS;
        for (int j = 0; j < 50; j++) {
            unsigned wait_s = ask(1, 999, now_ms);
            now_ms += wait_s * UINT64_C(1000);
            if (wait_s > 0)
                assert_int_equal(ask(1, 999, now_ms), 0);
        }
        assert_true(now_ms > NOW_MS || i == 2);
    }
}

static void one_owner_costs_another_nothing(void **state)
{
    (void)state;
    *quotas = (struct quotas){.rates = {10, 0, 0, 0}};
    assert_int_equal(pass(1, 1000, NOW_MS, 0, 0), 20);
    assert_int_equal(pass(2, 1000, NOW_MS, 0, 0), 20);
    assert_int_equal(pass(1, 1000, NOW_MS, 0, 0), 0);
}

static void so_many_run_at_once(void **state)
{
    struct quota_owner *owner = NULL;

    (void)state;
    *quotas = (struct quotas){.rates = {.running_max = 3}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(quota_enter(quotas, named(1), NOW_MS, &owner), 0);
    assert_int_equal(ask(1, 0, NOW_MS), 1);
    assert_int_equal(ask(2, 0, NOW_MS), 0);
    quota_leave(owner);
    assert_int_equal(ask(1, 0, NOW_MS), 0);
}

static void of_more_owners_than_fit_the_oldest_is_forgotten_unless_he_runs(void **state)
{
    struct quota_owner *running = NULL;

    (void)state;
    *quotas = (struct quotas){.rates = {10, 0, 0, 0}};
    assert_int_equal(quota_enter(quotas, named(1), NOW_MS, &running), 0);
    assert_int_equal(pass(2, 100, NOW_MS, 0, 0), 20);
    for (uint32_t i = 3; i < 3 + QUOTA_OWNERS_MAX; i++)
        assert_int_equal(ask(i, 0, NOW_MS + i), 0);
    assert_int_equal(pass(2, 100, NOW_MS + 10, 0, 0), 20);
    assert_int_equal(running->running, 1);
    assert_memory_equal(running->key, named(1), QUOTA_KEY_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_holds_a_burst_and_is_filled_at_its_rate),
        cmocka_unit_test(who_waits_as_long_as_he_is_told_goes_on),
        cmocka_unit_test(one_owner_costs_another_nothing),
        cmocka_unit_test(so_many_run_at_once),
        cmocka_unit_test(of_more_owners_than_fit_the_oldest_is_forgotten_unless_he_runs),
    };
    return cmocka_run_group_tests_name("gateway quota", tests, set_up, tear_down);
}
