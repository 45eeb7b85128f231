#include <string.h>

#include "kiosk/base/err.h"
#include "tests/unit/unit.h"

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ERR_CODE_COUNT; i++) {
        assert_memory_equal(err_name((enum err_code)i), "ERR_", 4);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(err_name((enum err_code)i), err_name((enum err_code)k));
    }
}

static void an_error_says_where_and_why(void **state)
{
    (void)state;
    struct err e = ERR(ERR_TIMEOUT, 110, "SCardTransmit");
    assert_true(failed(e));
    assert_int_equal(e.code, ERR_TIMEOUT);
    assert_int_equal(e.native, 110);
    assert_memory_equal(e.site, "test_err.c:", 11);
    assert_non_null(strstr(e.site, " SCardTransmit"));
}

static void no_error_is_no_failure(void **state)
{
    (void)state;
    assert_false(failed(ERR_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(an_error_says_where_and_why),
        cmocka_unit_test(no_error_is_no_failure),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
