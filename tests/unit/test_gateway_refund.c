/* Money that goes back, and a certificate that may be on the token all the same. */
#include <stdlib.h>

#include "tests/unit/gateway_world.h"

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        return -1;
    world_open(world);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    world_close(world);
    free(world);
    return 0;
}

static struct order_row buy(struct world *world, const char *order)
{
    struct entry entry = world_request(world, order, 1);

    (void)world_report(world, &entry);
    world_pay(world, order);
    struct order_row row = world_order(world, order);
    assert_int_equal(row.status, FACT_ORDER_TO_WRITE);
    return row;
}

static void report_write(struct world *world, enum entry_kind kind, const char *repaired)
{
    struct entry entry = world_delivered(world, WORLD_ORDER);

    entry.kind = kind;
    (void)text_copy(entry.why, sizeof(entry.why), "ERR_GONE");
    (void)text_copy(entry.repaired, sizeof(entry.repaired), repaired);
    memcpy(entry.old_certificate, world->first.fingerprint, sizeof(entry.old_certificate));
    assert_int_equal(world_report(world, &entry).ack.rejected_count, 0);
}

static bool has_certificate(struct world *world, const uint8_t *fingerprint)
{
    struct account account = {0};

    WORLD_DO(world, account_load(world->platform.store, WORLD_TOKEN, &account));
    return memcmp(account.certificate, fingerprint, FACTS_FINGERPRINT_LEN) == 0;
}

/* What kiosks told of the write before the refund was asked for. */
struct write_case {
    const char *sentence;
    const char *repaired;
    enum entry_kind told[3]; /* ENTRY_COUNT ends them */
    enum err_code refund;
};

static const struct write_case writes[] = {
    {"no kiosk began to write", "", {ENTRY_COUNT}, ERR_NONE},
    {"a kiosk writes", "", {ENTRY_WRITE_INTENDED, ENTRY_COUNT}, ERR_BLOCKED},
    {"a token pulled in the write may hold the certificate",
     "",
     {ENTRY_WRITE_INTENDED, ENTRY_WRITE_FAILED, ENTRY_COUNT},
     ERR_BLOCKED},
    {"a repair that failed leaves it open",
     "no",
     {ENTRY_WRITE_INTENDED, ENTRY_TOKEN_REPAIR, ENTRY_COUNT},
     ERR_BLOCKED},
    {"a repaired token has its old certificate",
     "yes",
     {ENTRY_WRITE_INTENDED, ENTRY_TOKEN_REPAIR, ENTRY_COUNT},
     ERR_NONE},
};

static struct err refund(const struct platform *platform, struct order_row *order,
                         enum err_code want)
{
    assert_int_equal(orders_refund(platform, order).code, want);
    return ERR_OK;
}

static void check_write(const struct write_case *row)
{
    struct world world;

    print_message("  %s\n", row->sentence);
    world_open(&world);
    (void)buy(&world, WORLD_ORDER);
    for (size_t i = 0; row->told[i] != ENTRY_COUNT; i++)
        report_write(&world, row->told[i], row->repaired);
    struct order_row order = world_order(&world, WORLD_ORDER);
    WORLD_DO(&world, refund(&world.platform, &order, row->refund));
    order = world_order(&world, WORLD_ORDER);
    assert_int_equal(order.status,
                     row->refund == ERR_NONE ? FACT_ORDER_REFUND : FACT_ORDER_TO_WRITE);
    WORLD_DO(&world, orders_refund_forced(&world.platform, &order));
    WORLD_DO(&world, orders_refund_forced(&world.platform, &order));
    WORLD_DO(&world, orders_refund(&world.platform, &order)); /* it is, so nothing is to warn of */
    order = world_order(&world, WORLD_ORDER);
    assert_string_equal(order_status_told(&order), "refund");
    world_close(&world);
}

static void a_refund_waits_while_the_certificate_may_be_on_the_token(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(writes); i++)
        check_write(&writes[i]);
}

static void a_write_of_another_token_says_nothing(void **state)
{
    struct world *world = *state;

    (void)buy(world, WORLD_ORDER);
    struct entry entry = world_delivered(world, WORLD_ORDER);
    entry.kind = ENTRY_WRITE_INTENDED;
    (void)text_copy(entry.token, sizeof(entry.token), "s999");
    assert_string_equal(world_report(world, &entry).ack.rejected[0].code, "unknown_order");
    assert_false(world_order(world, WORLD_ORDER).write_open);
}

static void a_delivery_ends_what_was_open(void **state)
{
    struct world *world = *state;

    (void)buy(world, WORLD_ORDER);
    report_write(world, ENTRY_WRITE_INTENDED, "");
    report_write(world, ENTRY_DELIVERED, "");
    report_write(world, ENTRY_WRITE_INTENDED, ""); /* of another kiosk, late */
    assert_false(world_order(world, WORLD_ORDER).write_open);
}

static void a_delivery_that_comes_after_the_refund_is_stored_and_shown(void **state)
{
    struct world *world = *state;
    struct order_row order = buy(world, WORLD_ORDER);

    WORLD_DO(world, orders_refund(&world->platform, &order));
    report_write(world, ENTRY_WRITE_INTENDED, "");
    assert_true(world_order(world, WORLD_ORDER).write_open);
    struct entry late = world_delivered(world, WORLD_ORDER);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(world_report(world, &late).ack.rejected_count, 0);
        order = world_order(world, WORLD_ORDER);
        assert_string_equal(order_status_told(&order), "delivered_refunded");
        assert_false(order.write_open);
        assert_int_equal(world_number(world, "SELECT count(*) FROM deliveries"), 1);
        assert_true(has_certificate(world, late.new_certificate));
    }
    WORLD_DO(world, orders_refund(&world->platform, &order));
    assert_string_equal(order_status_told(&order), "delivered_refunded");

    world_clock(365 * INT64_C(86400)); /* the next renewal, of what is on the token */
    struct entry next = world_request(world, WORLD_ORDER_2, 1);
    memcpy(next.old_certificate, late.new_certificate, sizeof(next.old_certificate));
    next.old_not_after_s = civil_add_years(world->first.not_after_s, 1);
    (void)world_report(world, &next);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
}

static void what_a_kiosk_put_back_after_a_late_delivery_is_the_account_s(void **state)
{
    struct world *world = *state;
    struct order_row order = buy(world, WORLD_ORDER);

    WORLD_DO(world, orders_refund(&world->platform, &order));
    struct entry late = world_delivered(world, WORLD_ORDER);
    assert_int_equal(world_report(world, &late).ack.rejected_count, 0);
    report_write(world, ENTRY_TOKEN_REPAIR, "no");
    assert_true(has_certificate(world, late.new_certificate));
    for (int i = 0; i < 2; i++) {
        report_write(world, ENTRY_TOKEN_REPAIR, "yes");
        assert_true(has_certificate(world, world->first.fingerprint));
    }
    (void)buy(world, WORLD_ORDER_2);
    struct entry second = world_delivered(world, WORLD_ORDER_2);
    assert_int_equal(world_report(world, &second).ack.rejected_count, 0);
    report_write(world, ENTRY_TOKEN_REPAIR, "yes"); /* once more, late */
    assert_true(has_certificate(world, second.new_certificate));
}

static void a_late_delivery_does_not_undo_a_later_one(void **state)
{
    struct world *world = *state;
    struct order_row order = buy(world, WORLD_ORDER);

    WORLD_DO(world, orders_refund(&world->platform, &order));
    (void)buy(world, WORLD_ORDER_2);
    struct entry second = world_delivered(world, WORLD_ORDER_2);
    struct entry late = world_delivered(world, WORLD_ORDER);
    assert_int_equal(world_report(world, &second).ack.rejected_count, 0);
    assert_int_equal(world_report(world, &late).ack.rejected_count, 0);
    assert_int_equal(world_number(world, "SELECT count(*) FROM deliveries"), 2);
    assert_true(has_certificate(world, second.new_certificate));
}

static void what_was_given_up_before_it_was_issued_is_not_delivered(void **state)
{
    struct world *world = *state;
    struct entry entry = world_request(world, WORLD_ORDER, 1);
    struct entry delivered = {.kind = ENTRY_DELIVERED, .token = WORLD_TOKEN, .slot = 0x9A};

    world->platform.profiles[0].renew_reviewed = true;
    (void)world_report(world, &entry);
    world_pay(world, WORLD_ORDER);
    struct order_row order = world_order(world, WORLD_ORDER);
    WORLD_DO(world, orders_deny(&world->platform, &order));
    (void)text_copy(delivered.order, sizeof(delivered.order), WORLD_ORDER);
    assert_string_equal(world_report(world, &delivered).ack.rejected[0].code, "not_paid");
    order = world_order(world, WORLD_ORDER);
    assert_string_equal(order_status_told(&order), "refund");
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refund_waits_while_the_certificate_may_be_on_the_token),
        ROW(a_write_of_another_token_says_nothing),
        ROW(a_delivery_ends_what_was_open),
        ROW(a_delivery_that_comes_after_the_refund_is_stored_and_shown),
        ROW(what_a_kiosk_put_back_after_a_late_delivery_is_the_account_s),
        ROW(a_late_delivery_does_not_undo_a_later_one),
        ROW(what_was_given_up_before_it_was_issued_is_not_delivered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
