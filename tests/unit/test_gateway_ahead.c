#include <stdlib.h>

#include "tests/unit/gateway_world.h"

/* A journal whose end comes before its beginning. */
struct fixture {
    struct world world;
    struct batch *queue; /* what came before the order */
    struct batch *order; /* what is sent ahead, and later in its turn */
};

static const struct entry started = {.kind = ENTRY_VISIT_STARTED, .service = "renew"};
static const struct entry ended = {.kind = ENTRY_VISIT_ENDED};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->queue = calloc(1, sizeof(*fixture->queue));
    fixture->order = calloc(1, sizeof(*fixture->order));
    assert_true(fixture->queue != NULL && fixture->order != NULL);
    world_open(&fixture->world);
    for (int i = 0; i < 3; i++)
        world_add(&fixture->world, fixture->queue, &ended);
    struct entry request = world_request(&fixture->world, WORLD_ORDER, 1);
    world_add(&fixture->world, fixture->order, &started);
    world_add(&fixture->world, fixture->order, &request);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    world_close(&fixture->world);
    free(fixture->queue);
    free(fixture->order);
    free(fixture);
    return 0;
}

static enum intake_verdict ahead(struct fixture *fixture)
{
    struct intake_answer answer = {.verdict = INTAKE_STORED};

    world_ok(intake_ahead(&fixture->world.platform, WORLD_KIOSK, fixture->order, &answer));
    return answer.verdict;
}

static struct intake_answer in_turn(struct fixture *fixture, const struct batch *batch)
{
    struct intake_answer answer = {0};

    world_ok(intake_batch(&fixture->world.platform, WORLD_KIOSK, batch, &answer));
    return answer;
}

static int64_t count(struct fixture *fixture, const char *sql)
{
    return world_number(&fixture->world, sql);
}

static void a_request_that_comes_ahead_makes_its_order_at_once(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(ahead(fixture), INTAKE_STORED);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders WHERE status = 'to_pay'"), 1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM journal"), 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM ahead"), 1);
}

static void in_its_turn_it_is_stored_and_not_applied_again(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(ahead(fixture), INTAKE_STORED);
    world_pay(&fixture->world, WORLD_ORDER);
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_STORED);
    struct intake_answer answer = in_turn(fixture, fixture->order);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.acked_seq, 5);
    assert_int_equal(answer.ack.rejected_count, 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders"), 1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM journal"), 5);
    assert_int_equal(count(fixture, "SELECT count(*) FROM ahead"), 0);
}

static void as_often_as_it_comes_ahead_it_is_applied_once(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 3; i++)
        assert_int_equal(ahead(fixture), INTAKE_STORED);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders"), 1);
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_STORED);
    assert_int_equal(in_turn(fixture, fixture->order).verdict, INTAKE_STORED);
    assert_int_equal(ahead(fixture), INTAKE_STORED); /* and a late one */
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders"), 1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM ahead"), 0);
}

static void what_cannot_be_done_yet_is_done_in_its_turn(void **state)
{
    struct fixture *fixture = *state;
    struct entry request = world_request(&fixture->world, WORLD_ORDER, 1);
    struct entry left = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "cancelled"};
    struct world other = fixture->world;

    /* The farewell of an order whose request is still in the queue. */
    fixture->queue->count = fixture->order->count = 0;
    other.seq = 0;
    other.head = (struct hash){{0}};
    (void)text_copy(left.order, sizeof(left.order), WORLD_ORDER);
    world_add(&other, fixture->queue, &request);
    world_add(&other, fixture->order, &left);
    assert_int_equal(ahead(fixture), INTAKE_STORED);
    assert_int_equal(count(fixture, "SELECT count(*) FROM ahead"), 0);
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_STORED);
    struct intake_answer answer = in_turn(fixture, fixture->order);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.rejected_count, 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders WHERE status = 'closed'"), 1);
}

static void another_entry_in_its_turn_is_a_fork(void **state)
{
    struct fixture *fixture = *state;
    struct world other = fixture->world;

    assert_int_equal(ahead(fixture), INTAKE_STORED);
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_STORED);
    other.seq = 3;
    other.txids = 90;
    other.head = fixture->queue->entries[2].hash;
    fixture->queue->count = 0;
    world_add(&other, fixture->queue, &started);
    world_add(&other, fixture->queue, &ended);
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_FORK);
    assert_int_equal(count(fixture, "SELECT count(*) FROM alarms WHERE kiosk = '" WORLD_KIOSK "'"),
                     1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM journal"), 3);
}

static void entries_that_do_not_follow_each_other_are_not_taken(void **state)
{
    struct fixture *fixture = *state;

    fixture->order->entries[1].prev.at[0] ^= 1;
    assert_int_equal(ahead(fixture), INTAKE_MALFORMED);
    fixture->order->entries[1].prev.at[0] ^= 1;
    fixture->order->entries[1].body[2] ^= 1;
    assert_int_equal(ahead(fixture), INTAKE_MALFORMED);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders"), 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM ahead"), 0);
}

static void a_kiosk_has_only_so_many_ahead(void **state)
{
    struct fixture *fixture = *state;

    WORLD_DO(&fixture->world,
             store_run(fixture->world.platform.store,
                       "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE"
                       " i < 1098) INSERT INTO ahead(kiosk, epoch, seq, txid, hash)"
                       " SELECT id, '" WORLD_EPOCH "', i, 'x' || i, zeroblob(32)"
                       " FROM n, kiosks",
                       VALUES(V_NUMBER(0))));
    assert_int_equal(ahead(fixture), INTAKE_FULL);
    assert_int_equal(count(fixture, "SELECT count(*) FROM orders"), 0);
}

/* The line was down: the visitor asked, left and asked again, which is told first. */
static void begin_with_an_order_that_was_left(struct fixture *fixture)
{
    struct world *world = &fixture->world;
    struct entry old = world_request(world, WORLD_ORDER, 1);
    struct entry left = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "timeout"};
    struct entry again = world_request(world, WORLD_ORDER_2, 1);

    fixture->queue->count = fixture->order->count = 0;
    world->seq = 0;
    world->head = (struct hash){{0}};
    (void)text_copy(left.order, sizeof(left.order), WORLD_ORDER);
    world_add(world, fixture->queue, &old);
    world_add(world, fixture->queue, &left);
    world_add(world, fixture->order, &started);
    world_add(world, fixture->order, &again);
}

static void what_comes_late_leaves_the_order_alone_that_is_being_paid(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;

    begin_with_an_order_that_was_left(fixture);
    assert_int_equal(ahead(fixture), INTAKE_STORED);
    struct intake_answer answer = in_turn(fixture, fixture->queue);
    assert_int_equal(answer.verdict, INTAKE_STORED);
    assert_int_equal(answer.ack.rejected_count, 0);
    struct order_row late = world_order(world, WORLD_ORDER);
    assert_int_equal(late.status, FACT_ORDER_REFUSED);
    assert_string_equal(late.reason, "superseded");
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
    world_pay(world, WORLD_ORDER_2);
    assert_int_equal(in_turn(fixture, fixture->order).verdict, INTAKE_STORED);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_WRITE);
}

static void in_their_order_the_later_one_is_paid(void **state)
{
    struct fixture *fixture = *state;
    struct world *world = &fixture->world;

    begin_with_an_order_that_was_left(fixture);
    fixture->queue->count = 1; /* and the farewell, which is not told yet */
    assert_int_equal(in_turn(fixture, fixture->queue).verdict, INTAKE_STORED);
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_TO_PAY);
    assert_int_equal(ahead(fixture), INTAKE_STORED);
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_CLOSED);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_that_comes_ahead_makes_its_order_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(in_its_turn_it_is_stored_and_not_applied_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(as_often_as_it_comes_ahead_it_is_applied_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_done_yet_is_done_in_its_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_entry_in_its_turn_is_a_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_that_do_not_follow_each_other_are_not_taken, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_kiosk_has_only_so_many_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_late_leaves_the_order_alone_that_is_being_paid,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_their_order_the_later_one_is_paid, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
