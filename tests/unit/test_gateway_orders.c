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

static struct intake_answer request(struct world *world, const char *order, uint8_t years)
{
    struct entry entry = world_request(world, order, years);
    return world_report(world, &entry);
}

static void an_order_goes_from_request_to_done(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 2);
    assert_int_equal(world_order(world, WORLD_ORDER).amount_fen, 2 * WORLD_YEAR_FEN);
    assert_int_equal(world_order(world, WORLD_ORDER).expires_s, WORLD_NOW_S + WORLD_PAY_S);
    world_clock(60);
    world_pay(world, WORLD_ORDER);
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_TO_WRITE);
    assert_int_equal(order.paid_s, WORLD_NOW_S + 60);
    assert_int_equal(order.write_before_s, WORLD_NOW_S + 60 + 7 * INT64_C(86400));
    assert_int_equal(world_number(world, "SELECT not_after_s FROM certificates WHERE order_id"
                                         " IS NOT NULL"),
                     civil_add_years(world->first.not_after_s, 2));
    struct entry delivered = world_delivered(world, WORLD_ORDER);
    assert_int_equal(world_report(world, &delivered).ack.rejected_count, 0);
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_DONE);
    assert_int_equal(world_number(world, "SELECT count(*) FROM accounts a JOIN deliveries d ON"
                                         " a.certificate = d.certificate"),
                     1);
}

static void the_issued_document_comes_before_the_order_that_needs_it(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    assert_int_equal(world_number(world, "SELECT (SELECT cursor FROM documents WHERE type = "
                                         "'issued') < (SELECT cursor FROM documents WHERE type = "
                                         "'order')"),
                     1);
}

static void a_request_that_comes_again_changes_nothing(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    struct order_row first = world_order(world, WORLD_ORDER);
    int64_t cursor = world_number(world, "SELECT max(cursor) FROM documents");
    world_clock(5);
    assert_int_equal(request(world, WORLD_ORDER, 1).ack.rejected_count, 0);
    struct order_row again = world_order(world, WORLD_ORDER);
    assert_memory_equal(&first, &again, sizeof(first));
    assert_int_equal(world_number(world, "SELECT max(cursor) FROM documents"), cursor);
    assert_string_equal(request(world, WORLD_ORDER, 2).ack.rejected[0].code, "order_conflict");
}

static void a_second_payment_is_refused_by_provider_and_books(void **state)
{
    struct world *world = *state;
    struct order_row order = {0};

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    order = world_order(world, WORLD_ORDER);
    CLEANUP(transaction_done) struct transaction work = {0};
    world_ok(store_begin(world->platform.store, &work));
    assert_int_equal(pay_demo.confirm(world->platform.store, order.charge).code, ERR_CONFLICT);
    order.status = FACT_ORDER_TO_PAY; /* as if the program had forgotten */
    assert_int_equal(orders_settle(&world->platform, &order).code, ERR_CONFLICT);
}

static void settling_again_issues_nothing_more(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct order_row order = world_order(world, WORLD_ORDER);
    WORLD_DO(world, orders_settle(&world->platform, &order));
    WORLD_DO(world, orders_make(&world->platform, &order));
    world_ok(orders_round_make(&world->platform));
    assert_int_equal(world_issues(), 1);
    assert_int_equal(world_number(world, "SELECT count(*) FROM payments"), 1);
}

static void a_delivery_counts_however_late(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    world_clock(30 * INT64_C(86400));
    world_ok(orders_round_expire(&world->platform));
    struct entry delivered = world_delivered(world, WORLD_ORDER);
    assert_int_equal(world_report(world, &delivered).ack.rejected_count, 0);
    assert_int_equal(world_report(world, &delivered).ack.rejected_count, 0);
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_DONE);
    assert_int_equal(world_number(world, "SELECT count(*) FROM deliveries"), 1);
}

static void a_delivery_that_cannot_be_is_rejected(void **state)
{
    struct world *world = *state;
    struct entry delivered = {.kind = ENTRY_DELIVERED, .token = WORLD_TOKEN, .slot = 0x9A};

    (void)text_copy(delivered.order, sizeof(delivered.order), WORLD_ORDER);
    assert_string_equal(world_report(world, &delivered).ack.rejected[0].code, "unknown_order");
    (void)request(world, WORLD_ORDER, 1);
    assert_string_equal(world_report(world, &delivered).ack.rejected[0].code, "not_paid");
    world_pay(world, WORLD_ORDER);
    assert_string_equal(world_report(world, &delivered).ack.rejected[0].code, "other_certificate");
    delivered = world_delivered(world, WORLD_ORDER);
    (void)text_copy(delivered.token, sizeof(delivered.token), "s999");
    assert_string_equal(world_report(world, &delivered).ack.rejected[0].code, "unknown_order");
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_TO_WRITE);
}

/* Entries of two kiosks come in any order. */
static void a_slip_that_was_printed_stays_so(void **state)
{
    static const char *const told[][2] = {
        {"no", "no"}, {"unknown", "unknown"}, {"yes", "yes"}, {"no", "yes"}, {"unknown", "yes"}};
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct entry slip = world_delivered(world, WORLD_ORDER);
    slip.kind = ENTRY_RECEIPT;
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        (void)text_copy(slip.printed, sizeof(slip.printed), told[i][0]);
        assert_int_equal(world_report(world, &slip).ack.rejected_count, 0);
        assert_string_equal(world_order(world, WORLD_ORDER).printed, told[i][1]);
    }
}

static void leaving_closes_what_is_unpaid_and_keeps_what_is_paid(void **state)
{
    struct world *world = *state;
    struct entry left = {.kind = ENTRY_ORDER_LEFT, .token = WORLD_TOKEN, .why = "timeout"};

    (void)text_copy(left.order, sizeof(left.order), WORLD_ORDER);
    (void)request(world, WORLD_ORDER, 1);
    (void)world_report(world, &left);
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_CLOSED);
    assert_string_equal(order.reason, "timeout");
    (void)request(world, WORLD_ORDER_2, 1);
    world_pay(world, WORLD_ORDER_2);
    (void)text_copy(left.order, sizeof(left.order), WORLD_ORDER_2);
    (void)world_report(world, &left);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_WRITE);
}

static void an_unpaid_order_closes_when_its_time_is_over(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_clock(WORLD_PAY_S - 1);
    world_ok(orders_round_expire(&world->platform));
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_TO_PAY);
    world_clock(WORLD_PAY_S);
    world_ok(orders_round_expire(&world->platform));
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_CLOSED);
    assert_string_equal(order.reason, "expired");
    CLEANUP(transaction_done) struct transaction work = {0};
    world_ok(store_begin(world->platform.store, &work));
    assert_int_equal(pay_demo.confirm(world->platform.store, order.charge).code, ERR_CONFLICT);
}

static void money_that_came_just_before_the_end_wins(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    struct order_row order = world_order(world, WORLD_ORDER);
    WORLD_DO(world, pay_demo.confirm(world->platform.store, order.charge));
    world_clock(WORLD_PAY_S + 1);
    world_ok(orders_round_expire(&world->platform));
    assert_int_equal(world_order(world, WORLD_ORDER).status, FACT_ORDER_TO_MAKE);
    assert_int_equal(world_number(world, "SELECT count(*) FROM payments"), 1);
}

static void a_new_request_replaces_an_unpaid_one_but_never_a_paid_one(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    (void)request(world, WORLD_ORDER_2, 2);
    assert_string_equal(world_order(world, WORLD_ORDER).reason, "superseded");
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
    world_pay(world, WORLD_ORDER_2);
    (void)request(world, "00000000-0000-4000-8000-000000000003", 1);
    struct order_row third = world_order(world, "00000000-0000-4000-8000-000000000003");
    assert_int_equal(third.status, FACT_ORDER_REFUSED);
    assert_string_equal(third.reason, "already_paid");
}

static const struct later {
    const char *sentence; /* of the second request; the first is the 11th entry, at that moment */
    const char *kiosk, *epoch;
    uint64_t seq;
    int64_t late_s;
    enum fact_order_status first, second;
} laters[] = {
    {"the same journal, further on", WORLD_KIOSK, WORLD_EPOCH, 12, -60, FACT_ORDER_CLOSED,
     FACT_ORDER_TO_PAY},
    {"the same journal, before", WORLD_KIOSK, WORLD_EPOCH, 10, 60, FACT_ORDER_TO_PAY,
     FACT_ORDER_REFUSED},
    {"another kiosk, later", "hall-2", WORLD_EPOCH, 3, 60, FACT_ORDER_CLOSED, FACT_ORDER_TO_PAY},
    {"another kiosk, at once", "hall-2", WORLD_EPOCH, 3, 0, FACT_ORDER_CLOSED, FACT_ORDER_TO_PAY},
    {"another kiosk, before", "hall-2", WORLD_EPOCH, 99, -1, FACT_ORDER_TO_PAY, FACT_ORDER_REFUSED},
    {"another life of the kiosk, later", WORLD_KIOSK, WORLD_VISIT, 3, 60, FACT_ORDER_CLOSED,
     FACT_ORDER_TO_PAY},
    {"another life of the kiosk, before", WORLD_KIOSK, WORLD_VISIT, 99, -1, FACT_ORDER_TO_PAY,
     FACT_ORDER_REFUSED},
};

static void request_at(struct world *world, const char *order, const struct later *at)
{
    struct entry entry = world_request(world, order, 1);
    struct report report = {.kiosk = at->kiosk, .txid = order, .entry = &entry};
    char code[ORDER_CODE_SIZE];

    (void)text_copy(report.place.epoch, sizeof(report.place.epoch), at->epoch);
    report.place.seq = at->seq;
    report.place.at_ms = (WORLD_NOW_S + at->late_s) * 1000;
    WORLD_DO(world, orders_request(&world->platform, &report, code));
}

/* Who has gone to another kiosk, or whose kiosk began anew, is known by the time. */
static void of_two_requests_the_later_one_is_the_visitors(void **state)
{
    const struct later first = {.kiosk = WORLD_KIOSK, .epoch = WORLD_EPOCH, .seq = 11};
    const struct hash client = {{2}};
    struct world *world = *state;

    for (size_t i = 0; i < ARRAY_LEN(laters); i++) {
        WORLD_DO(world, kiosk_enrol(world->platform.store, "hall-2", &client, WORLD_NOW_S));
        request_at(world, WORLD_ORDER, &first);
        request_at(world, WORLD_ORDER_2, &laters[i]);
        print_message("  %s\n", laters[i].sentence);
        assert_int_equal(world_order(world, WORLD_ORDER).status, laters[i].first);
        assert_int_equal(world_order(world, WORLD_ORDER_2).status, laters[i].second);
        world_close(world);
        world_open(world);
    }
}

static void a_reviewed_renewal_waits_for_people(void **state)
{
    struct world *world = *state;

    world->platform.profiles[0].renew_reviewed = true;
    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_IN_REVIEW);
    assert_int_equal(world_issues(), 0);
    WORLD_DO(world, orders_approve(&world->platform, &order));
    WORLD_DO(world, orders_approve(&world->platform, &order));
    world_ok(orders_round_make(&world->platform));
    order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_TO_WRITE);
    assert_int_equal(world_issues(), 1);
    assert_int_equal(orders_deny(&world->platform, &order).code, ERR_CONFLICT);
}

static void a_review_that_fails_makes_a_refund_due(void **state)
{
    struct world *world = *state;

    world->platform.profiles[0].renew_reviewed = true;
    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct order_row order = world_order(world, WORLD_ORDER);
    WORLD_DO(world, orders_deny(&world->platform, &order));
    WORLD_DO(world, orders_deny(&world->platform, &order));
    assert_int_equal(orders_approve(&world->platform, &order).code, ERR_CONFLICT);
    order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_REFUND);
    assert_string_equal(order.reason, "review_refused");
    (void)request(world, WORLD_ORDER_2, 1);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
}

static void what_is_paid_and_cannot_be_delivered_is_refunded(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(orders_refund(&world->platform, &order).code, ERR_CONFLICT); /* not paid */
    world_pay(world, WORLD_ORDER);
    world_ok(orders_round_make(&world->platform));
    order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_TO_WRITE);
    WORLD_DO(world, orders_refund(&world->platform, &order));
    WORLD_DO(world, orders_refund(&world->platform, &order));
    order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_REFUND);
    assert_string_equal(order.reason, "undeliverable");
    (void)request(world, WORLD_ORDER_2, 1);
    assert_int_equal(world_order(world, WORLD_ORDER_2).status, FACT_ORDER_TO_PAY);
}

static void what_was_delivered_is_not_refunded(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct entry delivered = world_delivered(world, WORLD_ORDER);
    (void)world_report(world, &delivered);
    struct order_row order = world_order(world, WORLD_ORDER);
    assert_int_equal(order.status, FACT_ORDER_DONE);
    assert_int_equal(orders_refund(&world->platform, &order).code, ERR_CONFLICT);
}

static void a_token_can_be_renewed_again_when_its_time_comes(void **state)
{
    struct world *world = *state;

    (void)request(world, WORLD_ORDER, 1);
    world_pay(world, WORLD_ORDER);
    struct entry delivered = world_delivered(world, WORLD_ORDER);
    (void)world_report(world, &delivered);
    (void)request(world, WORLD_ORDER_2, 1);
    assert_string_equal(world_order(world, WORLD_ORDER_2).reason, "other_certificate");
    world_clock(365 * INT64_C(86400));
    struct entry next = world_request(world, "00000000-0000-4000-8000-000000000003", 1);
    memcpy(next.old_certificate, delivered.new_certificate, sizeof(next.old_certificate));
    next.old_not_after_s = civil_add_years(world->first.not_after_s, 1);
    (void)world_report(world, &next);
    assert_int_equal(world_order(world, next.order).status, FACT_ORDER_TO_PAY);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(an_order_goes_from_request_to_done),
        ROW(the_issued_document_comes_before_the_order_that_needs_it),
        ROW(a_request_that_comes_again_changes_nothing),
        ROW(a_second_payment_is_refused_by_provider_and_books),
        ROW(settling_again_issues_nothing_more),
        ROW(a_delivery_counts_however_late),
        ROW(a_delivery_that_cannot_be_is_rejected),
        ROW(a_slip_that_was_printed_stays_so),
        ROW(leaving_closes_what_is_unpaid_and_keeps_what_is_paid),
        ROW(an_unpaid_order_closes_when_its_time_is_over),
        ROW(money_that_came_just_before_the_end_wins),
        ROW(a_new_request_replaces_an_unpaid_one_but_never_a_paid_one),
        ROW(of_two_requests_the_later_one_is_the_visitors),
        ROW(a_reviewed_renewal_waits_for_people),
        ROW(a_review_that_fails_makes_a_refund_due),
        ROW(what_is_paid_and_cannot_be_delivered_is_refunded),
        ROW(what_was_delivered_is_not_refunded),
        ROW(a_token_can_be_renewed_again_when_its_time_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
