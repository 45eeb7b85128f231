/* This program links wipe_free.c. It looks at its own memory through /proc, as nobody should have
 * to. */
#include "kiosk/app/wipe.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define MARK 0xC7
/* Links of malloc and addresses of later calls hold single bytes that look like a mark by chance:
 * a trace is a run of them. */
#define RUN_MIN 8

/* How many bytes of MARK, in runs, stand at an address that may no longer be ours. */
static size_t marks_at(uintptr_t at, size_t len)
{
    static uint8_t copy[65536];
    size_t marks = 0;
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0 && len <= sizeof(copy));
    ssize_t got = pread(fd, copy, len, (off_t)at);
    (void)close(fd);
    for (ssize_t i = 0; i < got;) {
        size_t run = 0;
        while (i < got && copy[i] == MARK) {
            run++;
            i++;
        }
        marks += run >= RUN_MIN ? run : 0;
        i += run == 0;
    }
    return marks;
}

static void test_what_is_freed_is_wiped(void **state)
{
    (void)state;
    static const size_t lens[] = {24, 25, 100, 1000, 1032, 20000, 60000};
    for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
        uint8_t *block = malloc(lens[i]);
        assert_non_null(block);
        uintptr_t at = (uintptr_t)block;
        memset(block, MARK, lens[i]);
        assert_int_equal(marks_at(at, lens[i]), lens[i]); /* the look sees */
        free(block);
        assert_int_equal(marks_at(at, lens[i]), 0);
    }
    free(NULL);
}

static void test_what_realloc_leaves_behind_is_wiped(void **state)
{
    (void)state;
    uint8_t *block = malloc(1000);
    assert_non_null(block);
    memset(block, MARK, 1000);
    uintptr_t at = (uintptr_t)block;
    uint8_t *grown = realloc(block, 50000);
    assert_non_null(grown);
    assert_int_equal(marks_at((uintptr_t)grown, 1000), 1000); /* it came along */
    if ((uintptr_t)grown != at)
        assert_int_equal(marks_at(at, 1000), 0);

    at = (uintptr_t)grown;
    memset(grown, MARK, 50000);
    uint8_t *less = realloc(grown, 40000);
    assert_non_null(less);
    assert_int_equal(marks_at((uintptr_t)less, 50000), 40000);
    at = (uintptr_t)less;
    uint8_t *little = realloc(less, 10);
    assert_non_null(little);
    assert_int_equal(marks_at((uintptr_t)little, 10), 10);
    if ((uintptr_t)little != at)
        assert_int_equal(marks_at(at, 40000), 0);
    free(little);
}

static void test_realloc_keeps_its_contract_at_the_edges(void **state)
{
    (void)state;
    char *block = realloc(NULL, 10);
    assert_non_null(block);
    (void)strcpy(block, "certkiosk");
    for (size_t len = 10; len < 5000; len += 37) {
        block = realloc(block, len);
        assert_non_null(block);
        assert_string_equal(block, "certkiosk");
        assert_true(malloc_usable_size(block) >= len);
    }
    assert_null(realloc(block, 0));
}

static uintptr_t __attribute__((noinline)) leave_marks(void)
{
    volatile uint8_t room[2000];
    for (size_t i = 0; i < sizeof(room); i++)
        room[i] = MARK;
    return (uintptr_t)room;
}

static void test_what_a_function_left_on_the_stack_is_wiped(void **state)
{
    (void)state;
    uintptr_t at = leave_marks();
    assert_true(marks_at(at, 2000) >= RUN_MIN); /* the look sees */
    wipe_stack();
    assert_int_equal(marks_at(at, 2000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_freed_is_wiped),
        cmocka_unit_test(test_what_realloc_leaves_behind_is_wiped),
        cmocka_unit_test(test_realloc_keeps_its_contract_at_the_edges),
        cmocka_unit_test(test_what_a_function_left_on_the_stack_is_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
