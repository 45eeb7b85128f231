/* Whole visits, and what a single row cannot say: the values that go along. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/flow_world.h"

static struct world *world;

static int begin(void **state)
{
    (void)state;
    world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world_init(world);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(world);
    return 0;
}

static void send_kind(enum event_kind kind)
{
    struct event event = world_event(world, kind);
    world_send(world, &event);
}

static const struct effect *last_effect(void)
{
    assert_true(world->out.count > 0);
    return &world->out.list[world->out.count - 1];
}

static void a_renewal_from_touch_to_receipt(void **state)
{
    (void)state;
    world_walk(world, AT_TAKE_TOKEN);
    send_kind(EVENT_REMOVED);
    assert_int_equal(world->flow.state, FLOW_ATTRACT);
}

static void a_visit_has_one_id_and_it_is_a_uuid(void **state)
{
    (void)state;
    world_walk(world, AT_INSERT);
    char id[FACTS_UUID_SIZE];
    memcpy(id, world->flow.visit.id, sizeof(id));
    assert_int_equal(strlen(id), 36);
    assert_int_equal(id[14], '7');
    assert_string_equal(last_effect()->visit.id, id);
    for (enum place place = AT_READING; place <= AT_DONE; place++) {
        struct world fresh;
        world_init(&fresh);
        world_walk(&fresh, place);
        assert_string_equal(fresh.flow.visit.id, id);
    }
}

static void the_request_says_what_was_agreed(void **state)
{
    (void)state;
    world_walk(world, AT_OFFER);
    world_touch(world, ACTION_TERM, 4);
    assert_int_equal(world->flow.visit.term_years, 1);
    world_touch(world, ACTION_TERM, 0);
    assert_int_equal(world->flow.visit.term_years, 1);
    world_touch(world, ACTION_TERM, 3);
    world_touch(world, ACTION_NEXT, 0);

    const struct fact_order *order = &last_effect()->visit.order;
    assert_int_equal(last_effect()->kind, EFFECT_JOURNAL);
    assert_int_equal(order->status, FACT_ORDER_REQUESTED);
    assert_int_equal(strlen(order->id), 36);
    assert_string_not_equal(order->id, world->flow.visit.id);
    assert_int_equal(order->term_years, 3);
    assert_int_equal(order->amount_fen, 60000);
    assert_int_equal(order->slot, 0x9A);
    assert_int_equal(order->old_fingerprint[0], 1);
    assert_int_equal(order->old_not_after_s, world->token.certificates[0].not_after_s);
    assert_int_equal(order->created_s, world->hall.wall_s);
}

static enum err_code why_left(enum err_code kept)
{
    const struct effect *effect = &world->out.list[0];
    assert_int_equal(effect->kind, EFFECT_NOTE);
    assert_int_equal(effect->entry, ENTRY_ORDER_LEFT);
    assert_int_equal(world->flow.visit.failure, kept);
    return effect->visit.failure;
}

static void an_order_left_says_why(void **state)
{
    (void)state;
    world_walk(world, AT_PAY);
    world_touch(world, ACTION_BACK, 0);
    assert_int_equal(why_left(ERR_NONE), ERR_NONE);

    struct fact_order to_pay = world->flow.visit.order;
    world_init(world);
    world->order = to_pay;
    world_walk(world, AT_PROVING);
    world->proof = ERR_DENIED;
    send_kind(EVENT_PROVED);
    assert_int_equal(why_left(ERR_NONE), ERR_DENIED);

    world_init(world);
    world_walk(world, AT_PAY);
    send_kind(EVENT_REMOVED);
    assert_int_equal(why_left(ERR_NONE), ERR_GONE);

    world_init(world);
    world_walk(world, AT_PAY);
    world_wait(world, 300000);
    assert_int_equal(why_left(ERR_NONE), ERR_TIMEOUT);
}

static void the_payment_ends_with_the_order(void **state)
{
    (void)state;
    world_walk(world, AT_ORDERED);
    struct event event = world_order(world, FACT_ORDER_TO_PAY);
    event.u.order.expires_s = world->hall.wall_s + 90;
    world_send(world, &event);
    assert_int_equal(world->flow.deadline_ms, world->now_ms + 90000);
    assert_int_equal(world->flow.warn_ms, world->now_ms + 70000);
}

static void the_language_ends_with_the_visit(void **state)
{
    (void)state;
    world_walk(world, AT_CERTIFICATE);
    world_touch(world, ACTION_LANGUAGE, 0);
    world_touch(world, ACTION_LARGE_TEXT, 0);
    world_touch(world, ACTION_HIGH_CONTRAST, 0);
    world_touch(world, ACTION_HOME, 0);
    assert_int_equal(world->flow.state, FLOW_TAKE_TOKEN);
    assert_int_equal(world->flow.visit.language, LANGUAGE_EN);
    send_kind(EVENT_REMOVED);
    assert_int_equal(world->flow.visit.language, LANGUAGE_ZH);
    assert_false(world->flow.visit.large_text);
    assert_false(world->flow.visit.high_contrast);
}

static void help_opens_everywhere_and_gives_time(void **state)
{
    (void)state;
    world_walk(world, AT_CERTIFICATE);
    world_wait(world, 50000);
    assert_true(world->flow.warning);
    world_touch(world, ACTION_HELP, 0);
    assert_true(world->flow.visit.help_open);
    assert_false(world->flow.warning);
    assert_int_equal(world->flow.deadline_ms, world->now_ms + 60000);
    world_touch(world, ACTION_HELP_CLOSE, 0);
    assert_false(world->flow.visit.help_open);
}

static void a_write_pulled_half_way_is_completed_by_the_next_visit(void **state)
{
    (void)state;
    world_walk(world, AT_WRITE);
    world->order = world->flow.visit.order;
    send_kind(EVENT_REMOVED);
    assert_int_equal(world->flow.message, MESSAGE_PULLED_PAID);
    world->token.certificate_count = 0; /* torn */
    send_kind(EVENT_INSERTED);
    send_kind(EVENT_IDENTIFIED);
    send_kind(EVENT_LOOKED_UP);
    assert_int_equal(world->flow.state, FLOW_PIN);
    for (enum place place = AT_PIN_TYPED; place <= AT_OFFER; place++) {
        struct event event = world_event(world, EVENT_PIN_LENGTH);
        event.value = 8;
        if (place == AT_PIN_TYPED) {
            world_send(world, &event);
        } else if (place == AT_PIN_CHECKING) {
            world_touch(world, ACTION_NEXT, 0);
        } else {
            send_kind(EVENT_PIN_ANSWERED);
        }
    }
    assert_int_equal(world->flow.state, FLOW_WRITING);
    send_kind(EVENT_JOURNALED);
    assert_int_equal(last_effect()->kind, EFFECT_WRITE);
    assert_string_equal(last_effect()->visit.order.id, world->order.id);
    send_kind(EVENT_WRITTEN);
    send_kind(EVENT_TESTED);
    send_kind(EVENT_JOURNALED);
    assert_int_equal(world->flow.state, FLOW_PRINTING);
}

static void a_failed_write_says_why(void **state)
{
    (void)state;
    world_walk(world, AT_WRITE);
    struct event event = world_event(world, EVENT_WRITTEN);
    event.result = ERR_IO;
    world_send(world, &event);
    assert_int_equal(world->out.list[0].visit.failure, ERR_IO);
    assert_int_equal(world->flow.visit.failure, ERR_IO);
}

static void a_receipt_says_whether_it_was_printed(void **state)
{
    (void)state;
    world_walk(world, AT_PRINTING);
    world_wait(world, 30000);
    assert_true(world->flow.visit.printed_known);
    assert_int_equal(world->flow.visit.printed, ERR_TIMEOUT);
}

static void a_document_may_leave_out_the_certificate_that_is_here(void **state)
{
    (void)state;
    world_walk(world, AT_PAY);
    struct event event = world_order(world, FACT_ORDER_TO_MAKE);
    event.u.order.has_certificate = true;
    event.u.order.new_fingerprint[0] = 7;
    world_send(world, &event);
    event = world_order(world, FACT_ORDER_TO_WRITE);
    event.u.order.has_certificate = false;
    event.u.order.new_fingerprint[0] = 0;
    world_send(world, &event);
    assert_int_equal(world->flow.state, FLOW_WRITING);
    assert_int_equal(world->flow.visit.order.new_fingerprint[0], 7);
}

static void next_is_allowed_where_it_leads_on(void **state)
{
    (void)state;
    world_walk(world, AT_CERTIFICATE);
    assert_true(flow_next_allowed(&world->flow, &world->rules));
    world_touch(world, ACTION_NEXT, 0);
    assert_false(flow_next_allowed(&world->flow, &world->rules));
    assert_false(flow_pin_needs_consent(&world->flow));

    world_init(world);
    world->account.known = false;
    world_walk(world, AT_CERTIFICATE);
    assert_false(flow_next_allowed(&world->flow, &world->rules));
    assert_int_equal(world->flow.visit.eligibility.verdict, VERDICT_UNKNOWN);
}

static void the_profile_is_that_of_the_chosen_certificate(void **state)
{
    (void)state;
    world->token.certificates[0].profile = 1;
    assert_null(flow_profile(&world->flow, &world->rules));
    assert_null(flow_certificate(&world->flow));
    world_walk(world, AT_CERTIFICATE);
    assert_string_equal(flow_profile(&world->flow, &world->rules)->name, "jingdezhen");
}

static void every_entry_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ENTRY_COUNT; i++) {
        assert_true(strlen(entry_name((enum entry_kind)i)) > 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(entry_name((enum entry_kind)i), entry_name((enum entry_kind)k));
    }
}

static void a_broken_flow_is_named(void **state)
{
    const char *rule = NULL;
    (void)state;
    world_walk(world, AT_ATTRACT);
    assert_true(flow_check(&world->flow, &rule));
    world->flow.visit.order.id[0] = 'x';
    assert_false(flow_check(&world->flow, &rule));
    assert_non_null(strstr(rule, "P6"));

    world_init(world);
    world_walk(world, AT_WRITE);
    world->flow.visit.order.status = FACT_ORDER_TO_PAY;
    assert_false(flow_check(&world->flow, &rule));
    assert_non_null(strstr(rule, "P3"));
    world->flow.visit.order.status = FACT_ORDER_TO_WRITE;
    world->flow.deadline_ms = 1;
    assert_false(flow_check(&world->flow, &rule));
    assert_non_null(strstr(rule, "P8"));

    for (enum place place = AT_OFFER; place <= AT_PAY; place++) {
        world_init(world);
        world_walk(world, place);
        world->flow.visit.token_proved = false;
        assert_false(flow_check(&world->flow, &rule));
        assert_non_null(strstr(rule, "P9"));
    }
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_renewal_from_touch_to_receipt),
        ROW(a_visit_has_one_id_and_it_is_a_uuid),
        ROW(the_request_says_what_was_agreed),
        ROW(an_order_left_says_why),
        ROW(the_payment_ends_with_the_order),
        ROW(the_language_ends_with_the_visit),
        ROW(help_opens_everywhere_and_gives_time),
        ROW(a_write_pulled_half_way_is_completed_by_the_next_visit),
        ROW(a_failed_write_says_why),
        ROW(a_receipt_says_whether_it_was_printed),
        ROW(a_document_may_leave_out_the_certificate_that_is_here),
        ROW(next_is_allowed_where_it_leads_on),
        ROW(the_profile_is_that_of_the_chosen_certificate),
        ROW(every_entry_has_a_name),
        ROW(a_broken_flow_is_named),
    };
    return cmocka_run_group_tests_name("flow visits", tests, NULL, NULL);
}
