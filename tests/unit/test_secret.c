#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/secret.h"
#include "tests/unit/unit.h"

static void digits_are_typed_and_erased(void **state)
{
    CLEANUP(secret_wipe) struct secret secret = {.len = 0};
    (void)state;
    assert_false(failed(secret_push(&secret, '1')));
    assert_false(failed(secret_push(&secret, '2')));
    secret_pop(&secret);
    assert_int_equal(secret_reveal(&secret).len, 1);
    assert_int_equal(secret_reveal(&secret).at[0], '1');
    assert_int_equal(secret.at[1], 0);
    secret_pop(&secret);
    secret_pop(&secret);
    assert_int_equal(secret.len, 0);
}

static void a_secret_has_a_limit(void **state)
{
    CLEANUP(secret_wipe) struct secret secret = {.len = 0};
    uint8_t many[SECRET_LEN_MAX + 1] = {1};
    (void)state;
    for (int i = 0; i < SECRET_LEN_MAX; i++)
        assert_false(failed(secret_push(&secret, 'x')));
    assert_int_equal(secret_push(&secret, 'x').code, ERR_NO_ROOM);
    assert_int_equal(secret_set(&secret, (struct bytes){many, sizeof(many)}).code, ERR_NO_ROOM);
    assert_int_equal(secret.at[0], 'x');
    assert_false(failed(secret_set(&secret, (struct bytes){many, 1})));
    assert_int_equal(secret.len, 1);
    assert_int_equal(secret.at[1], 0);
}

static void a_wiped_secret_is_zero(void **state)
{
    struct secret secret = {.len = 0};
    const struct secret zero = {.len = 0};
    (void)state;
    assert_false(failed(secret_set(&secret, (struct bytes){(const uint8_t *)"123456", 6})));
    secret_wipe(&secret);
    assert_memory_equal(&secret, &zero, sizeof(zero));
}

static void a_child_does_not_inherit_it(void **state)
{
    int status = 0;
    (void)state;
    struct secret *secret = secret_create();
    assert_non_null(secret);
    assert_int_equal(secret->len, 0);
    assert_false(failed(secret_push(secret, '1')));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(secret->len == 0 && secret->at[0] == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(secret->len, 1);
    secret_destroy(secret);
    secret_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_typed_and_erased),
        cmocka_unit_test(a_secret_has_a_limit),
        cmocka_unit_test(a_wiped_secret_is_zero),
        cmocka_unit_test(a_child_does_not_inherit_it),
    };
    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
