#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/queue.h"
#include "tests/unit/unit.h"

#define ROUNDS 20000U
#define THREADS 2

static void items_come_out_in_order(void **state)
{
    struct queue queue;
    uint32_t out = 0;
    (void)state;
    assert_false(failed(queue_init(&queue, sizeof(out), 3)));
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t second = i + 1000;
        assert_false(failed(queue_push(&queue, &i)));
        assert_false(failed(queue_push(&queue, &second)));
        assert_false(failed(queue_pop(&queue, 0, &out)));
        assert_int_equal(out, i);
        assert_false(failed(queue_pop(&queue, 0, &out)));
        assert_int_equal(out, second);
    }
    queue_done(&queue);
}

static void a_full_queue_refuses_and_keeps_what_it_has(void **state)
{
    struct queue queue;
    uint8_t item = 1;
    (void)state;
    assert_false(failed(queue_init(&queue, 1, 2)));
    assert_false(failed(queue_push(&queue, &item)));
    item = 2;
    assert_false(failed(queue_push(&queue, &item)));
    item = 3;
    assert_int_equal(queue_push(&queue, &item).code, ERR_NO_ROOM);
    assert_false(failed(queue_pop(&queue, 0, &item)));
    assert_int_equal(item, 1);
    queue_done(&queue);
}

static void an_empty_queue_waits_as_long_as_told(void **state)
{
    struct queue queue;
    uint8_t item = 9;
    (void)state;
    assert_false(failed(queue_init(&queue, 1, 1)));
    uint64_t from = clock_boot_ms();
    assert_int_equal(queue_pop(&queue, 0, &item).code, ERR_TIMEOUT);
    assert_in_range(clock_boot_ms() - from, 0, 1000);
    from = clock_boot_ms();
    assert_int_equal(queue_pop(&queue, 40, &item).code, ERR_TIMEOUT);
    assert_in_range(clock_boot_ms() - from, 39, 5000);
    assert_int_equal(item, 9);
    queue_done(&queue);
}

static void what_was_taken_out_is_wiped(void **state)
{
    struct queue queue;
    uint32_t item = 0xDEADBEEF;
    (void)state;
    assert_false(failed(queue_init(&queue, sizeof(item), 2)));
    assert_false(failed(queue_push(&queue, &item)));
    assert_false(failed(queue_pop(&queue, 0, &item)));
    for (size_t i = 0; i < 2 * sizeof(item); i++)
        assert_int_equal(queue.items[i], 0);
    queue_done(&queue);
    queue_done(&queue);
}

static void *push_many(void *user)
{
    struct queue *queue = user;
    for (uint32_t i = 1; i <= ROUNDS;) {
        if (!failed(queue_push(queue, &i)))
            i++;
    }
    return NULL;
}

static void nothing_is_lost_between_threads(void **state)
{
    struct queue queue;
    pthread_t threads[THREADS];
    uint64_t sum = 0;
    (void)state;
    assert_false(failed(queue_init(&queue, sizeof(uint32_t), 8)));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, push_many, &queue), 0);
    for (uint32_t i = 0; i < THREADS * ROUNDS; i++) {
        uint32_t item = 0;
        assert_false(failed(queue_pop(&queue, 10000, &item)));
        sum += item;
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(sum, THREADS * ((uint64_t)ROUNDS * (ROUNDS + 1) / 2));
    queue_done(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_order),
        cmocka_unit_test(a_full_queue_refuses_and_keeps_what_it_has),
        cmocka_unit_test(an_empty_queue_waits_as_long_as_told),
        cmocka_unit_test(what_was_taken_out_is_wiped),
        cmocka_unit_test(nothing_is_lost_between_threads),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
