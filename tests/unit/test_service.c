#include "kiosk/core/service.h"
#include "tests/unit/unit.h"

static void every_service_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        enum service found = SERVICE_COUNT;
        assert_true(service_by_name(service_row((enum service)i)->name, &found));
        assert_int_equal(found, i);
    }
}

static void a_name_that_is_none_finds_nothing(void **state)
{
    static const char *const names[] = {"", "renewal", "rene", "RENEW", "renew "};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        enum service found = SERVICE_COUNT;
        assert_false(service_by_name(names[i], &found));
        assert_int_equal(found, SERVICE_COUNT);
    }
}

static void what_is_done_here_proves_who_pays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        const struct service_row *row = service_row((enum service)i);
        if (row->fulfilment == FULFILMENT_WRITE_SAME_KEY)
            assert_true(row->needs_token && row->needs_pin && row->needs_paying);
    }
    assert_int_equal(service_row(SERVICE_RENEW)->fulfilment, FULFILMENT_WRITE_SAME_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_service_is_found_by_its_name),
        cmocka_unit_test(a_name_that_is_none_finds_nothing),
        cmocka_unit_test(what_is_done_here_proves_who_pays),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
