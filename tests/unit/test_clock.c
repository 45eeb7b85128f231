#include <string.h>
#include <time.h>

#include "kiosk/base/clock.h"
#include "tests/unit/unit.h"

static void boot_time_never_goes_back(void **state)
{
    (void)state;
    uint64_t was = clock_boot_ms();
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_boot_ms();
        assert_true(now >= was);
        was = now;
    }
}

static void boot_time_counts_milliseconds(void **state)
{
    struct timespec nap = {0, 30 * 1000000L};
    (void)state;
    uint64_t from = clock_boot_ms();
    (void)nanosleep(&nap, NULL);
    uint64_t took = clock_boot_ms() - from;
    assert_in_range(took, 29, 5000);
}

static void wall_time_is_that_of_the_machine(void **state)
{
    (void)state;
    int64_t from = (int64_t)time(NULL);
    int64_t got = clock_wall_ms() / 1000;
    assert_true(got >= from - 1 && got <= (int64_t)time(NULL) + 1);
}

static void a_boot_has_an_id_that_stays(void **state)
{
    (void)state;
    char first[CLOCK_BOOT_ID_LEN + 1] = "?";
    char second[CLOCK_BOOT_ID_LEN + 1] = "";
    clock_boot_id(first);
    clock_boot_id(second);
    assert_int_equal(strlen(first), CLOCK_BOOT_ID_LEN);
    assert_string_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boot_time_never_goes_back),
        cmocka_unit_test(boot_time_counts_milliseconds),
        cmocka_unit_test(wall_time_is_that_of_the_machine),
        cmocka_unit_test(a_boot_has_an_id_that_stays),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
