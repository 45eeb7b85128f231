/* One row for each arrow of the visit, from the offer to the taken token, and for orders of earlier
 * visits. */
#include <string.h>

#include "tests/unit/flow_rows.h"

/* What is given. */

static void an_order(struct world *world, enum fact_order_status status)
{
    struct fact_order order = {.status = status,
                               .id = "11111111-1111-4111-8111-111111111111",
                               .order_no = "N7",
                               .pay_url = "https://pay.example/p/7",
                               .term_years = 1,
                               .amount_fen = 20000,
                               .created_s = world->hall.wall_s - 60,
                               .expires_s = world->hall.wall_s + 120,
                               .old_fingerprint = {1},
                               .slot = 0x9A};
    order.has_certificate = status == FACT_ORDER_TO_WRITE;
    memset(order.new_fingerprint, order.has_certificate ? 2 : 0, sizeof(order.new_fingerprint));
    world->order = order;
}

static void an_order_to_pay(struct world *world)
{
    an_order(world, FACT_ORDER_TO_PAY);
}

static void an_expired_order(struct world *world)
{
    an_order(world, FACT_ORDER_TO_PAY);
    world->order.expires_s = world->hall.wall_s;
}

static void a_requested_order(struct world *world)
{
    an_order(world, FACT_ORDER_REQUESTED);
}

static void an_old_request(struct world *world)
{
    an_order(world, FACT_ORDER_REQUESTED);
    world->order.created_s = world->hall.wall_s - 3600;
}

static void an_order_in_review(struct world *world)
{
    an_order(world, FACT_ORDER_IN_REVIEW);
}

static void an_order_to_make(struct world *world)
{
    an_order(world, FACT_ORDER_TO_MAKE);
}

static void an_order_to_write(struct world *world)
{
    an_order(world, FACT_ORDER_TO_WRITE);
}

static void an_order_to_write_and_a_cut_line(struct world *world)
{
    an_order(world, FACT_ORDER_TO_WRITE);
    world->hall.line_up = false;
}

static void an_order_to_write_and_a_frozen_token(struct world *world)
{
    an_order(world, FACT_ORDER_TO_WRITE);
    world->token.tries_left = 0;
}

static void an_order_to_pay_and_a_cut_line(struct world *world)
{
    an_order(world, FACT_ORDER_TO_PAY);
    world->hall.line_up = false;
}

static void an_order_to_pay_of_a_token_that_refuses(struct world *world)
{
    an_order_to_pay(world);
    a_token_that_refuses(world);
}

static void an_order_to_write_of_a_token_that_refuses(struct world *world)
{
    an_order_to_write(world);
    a_token_that_refuses(world);
}

static void a_refund(struct world *world)
{
    an_order(world, FACT_ORDER_REFUND);
}

static void a_closed_order(struct world *world)
{
    an_order(world, FACT_ORDER_CLOSED);
}

static void a_torn_token_that_is_paid_for(struct world *world)
{
    an_order(world, FACT_ORDER_TO_WRITE);
    world->token.certificate_count = 0;
}

static void a_torn_token_with_an_unpaid_order(struct world *world)
{
    an_order(world, FACT_ORDER_TO_PAY);
    world->token.certificate_count = 0;
}

static void a_written_token_of_two(struct world *world)
{
    an_order(world, FACT_ORDER_TO_WRITE);
    two_certificates(world);
    memset(world->token.certificates[1].fingerprint, 2, FACTS_FINGERPRINT_LEN);
}

static void no_paper(struct world *world)
{
    world->hall.printer = FACT_PRINTER_PAPER_OUT;
}

/* What happens. */

static void paid_at_the_proof_and_next(struct world *world)
{
    send_status(world, FACT_ORDER_TO_MAKE);
    token_refuses(world);
    next(world);
}

static void paid_and_next(struct world *world)
{
    send_status(world, FACT_ORDER_TO_MAKE);
    next(world);
}

static void done_elsewhere_and_pin_right(struct world *world)
{
    send_status(world, FACT_ORDER_DONE);
    pin_right(world);
}

static void retry_and_next(struct world *world)
{
    next(world);
    retry(world);
    next(world);
}

static void anew_and_pin_right(struct world *world)
{
    retry_and_next(world);
    world_type_pin(world, 6);
    next(world);
    pin_right(world);
}

static void issued_without_the_certificate(struct world *world)
{
    struct event event = world_order(world, FACT_ORDER_TO_WRITE);
    event.u.order.has_certificate = false;
    world_send(world, &event);
}

static void a_dearer_order(struct world *world)
{
    struct event event = world_order(world, FACT_ORDER_TO_PAY);
    event.u.order.amount_fen += 1;
    world_send(world, &event);
}

static void a_longer_order(struct world *world)
{
    struct event event = world_order(world, FACT_ORDER_TO_PAY);
    event.u.order.term_years += 1;
    world_send(world, &event);
}

static void an_order_without_a_way_to_pay(struct world *world)
{
    struct event event = world_order(world, FACT_ORDER_TO_PAY);
    event.u.order.pay_url[0] = '\0';
    world_send(world, &event);
}

static void an_order_of_another_visit(struct world *world)
{
    struct event event = world_order(world, FACT_ORDER_TO_MAKE);
    event.u.order.id[0] = 'f';
    world_send(world, &event);
}

static void cancel_then_paid(struct world *world)
{
    back(world);
    paid(world);
}

static void pulled_then_paid(struct world *world)
{
    removed(world);
    paid(world);
}

static void pulled_then_inserted(struct world *world)
{
    removed(world);
    inserted(world);
}

static void pulled_then_retry(struct world *world)
{
    removed(world);
    retry(world);
}

static void write_lost_then_retry(struct world *world)
{
    write_lost(world);
    retry(world);
}

static void time_over_then_refunded(struct world *world)
{
    world_wait(world, 300000);
    refunded(world);
}

static void five_minutes_with_a_touch(struct world *world)
{
    world_wait(world, 290000);
    assert_true(world->flow.warning);
    world->hall.wall_s += 290;
    hall(world);
    world_touch(world, ACTION_CONTINUE, 0);
    assert_false(world->flow.warning);
    world_wait(world, 200000);
}

static void clock_jump_and_next(struct world *world)
{
    world->hall.clock_trusted = false;
    hall(world);
    next(world);
}

static void disk_fills_and_next(struct world *world)
{
    world->hall.room_ok = false;
    hall(world);
    next(world);
}

static void ledger_fails(struct world *world)
{
    world->hall.ledger_ok = false;
    hall(world);
}

static void ledger_fails_then_written(struct world *world)
{
    ledger_fails(world);
    assert_int_equal(world->flow.state, FLOW_WRITING);
    send_result(world, EVENT_WRITTEN, ERR_NONE);
}

static void ledger_fails_then_tested(struct world *world)
{
    ledger_fails(world);
    send_result(world, EVENT_TESTED, ERR_NONE);
}

static void paper_runs_out_then_printed(struct world *world)
{
    world->hall.printer = FACT_PRINTER_PAPER_OUT;
    hall(world);
    journaled(world);
}

static void removed_then_journaled(struct world *world)
{
    removed(world);
    journaled(world);
}

static void the_pin_again(struct world *world)
{
    struct event event = world_event(world, EVENT_PIN_LENGTH);

    test_wants_pin(world);
    assert_int_equal(world->flow.state, FLOW_PIN);
    assert_int_equal(world->flow.visit.pin_returns_to, FLOW_WRITING);
    event.value = 6;
    world_send(world, &event);
    next(world);
    pin_right(world);
}

static void the_pin_again_in_vain(struct world *world)
{
    the_pin_again(world);
    test_wants_pin(world);
}

/* A key that wants the PIN for each use, and wanted it before the first: it has signed by now. */
static void the_pin_again_for_the_second_part(struct world *world)
{
    the_pin_again(world);
    struct event event = world_event(world, EVENT_TESTED);
    event.result = ERR_DENIED;
    event.value = 1;
    world_send(world, &event);
}

static void the_pin_a_third_time(struct world *world)
{
    struct event length = world_event(world, EVENT_PIN_LENGTH);

    the_pin_again_for_the_second_part(world);
    length.value = 6;
    world_send(world, &length);
    next(world);
    pin_right(world);
    struct event event = world_event(world, EVENT_TESTED);
    event.result = ERR_DENIED;
    event.value = 1;
    world_send(world, &event);
}

static void the_pin_again_but_back(struct world *world)
{
    test_wants_pin(world);
    back(world);
}

static void the_pin_again_but_nothing_more(struct world *world)
{
    test_wants_pin(world);
    world_wait(world, 60000);
}

/* clang-format off */
static struct row rows[] = {
    {"an agreed offer is journaled before anything else", NULL, AT_OFFER, next, FLOW_ORDERING, MESSAGE_NONE, "journal:order_requested"},
    {"the offer goes back to the certificate", NULL, AT_OFFER, back, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a cut line orders nothing", NULL, AT_OFFER, line_cut_and_next, FLOW_OFFER, MESSAGE_NONE, ""},
    {"a full disk orders nothing", NULL, AT_OFFER, disk_fills_and_next, FLOW_OFFER, MESSAGE_NONE, ""},
    {"a wrong clock orders nothing", NULL, AT_OFFER, clock_jump_and_next, FLOW_OFFER, MESSAGE_NONE, ""},
    {"a token pulled at the offer was pulled", NULL, AT_OFFER, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"an offer left alone ends", NULL, AT_OFFER, a_minute, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"a failed journal closes the kiosk", NULL, AT_ORDERING, journal_failed, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},
    {"a journal that never answers closes the kiosk", NULL, AT_ORDERING, twenty_seconds, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},
    {"a durable request waits for the platform", NULL, AT_ORDERING, journaled, FLOW_ORDERING, MESSAGE_NONE, ""},
    {"the order is shown to pay", NULL, AT_ORDERED, the_order, FLOW_PAY, MESSAGE_NONE, ""},
    {"an order without a way to pay is waited for", NULL, AT_ORDERED, an_order_without_a_way_to_pay, FLOW_ORDERING, MESSAGE_NONE, ""},
    {"a dearer order is not shown to pay", NULL, AT_ORDERED, a_dearer_order, FLOW_MESSAGE, MESSAGE_ORDER_REFUSED, "note:order_left"},
    {"an order for another term is not shown to pay", NULL, AT_ORDERED, a_longer_order, FLOW_MESSAGE, MESSAGE_ORDER_REFUSED, "note:order_left"},
    {"another visit's order means nothing", NULL, AT_ORDERED, an_order_of_another_visit, FLOW_ORDERING, MESSAGE_NONE, ""},
    {"a refused order is said to be one", NULL, AT_ORDERED, refused, FLOW_MESSAGE, MESSAGE_ORDER_REFUSED, ""},
    {"a silent platform ends the order", NULL, AT_ORDERED, twenty_seconds, FLOW_MESSAGE, MESSAGE_PLATFORM_SILENT, "note:order_left"},
    {"ordering can be left", NULL, AT_ORDERED, back, FLOW_MESSAGE, MESSAGE_CANCELLED, "note:order_left"},
    {"home leaves ordering too", NULL, AT_ORDERED, home, FLOW_MESSAGE, MESSAGE_CANCELLED, "note:order_left"},
    {"a token pulled while ordering ends the order", NULL, AT_ORDERED, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, "note:order_left"},

    {"paid leads to issuing", NULL, AT_PAY, paid, FLOW_ISSUING, MESSAGE_NONE, ""},
    {"paid and issued leads to writing", NULL, AT_PAY, issued, FLOW_WRITING, MESSAGE_NONE, "journal:write_intended"},
    {"issued without the certificate is waited for", NULL, AT_PAY, issued_without_the_certificate, FLOW_ISSUING, MESSAGE_NONE, ""},
    {"paid and reviewed leads to a ticket", NULL, AT_PAY, to_review, FLOW_TICKET, MESSAGE_NONE, "print"},
    {"the same order again changes nothing", NULL, AT_PAY, the_order, FLOW_PAY, MESSAGE_NONE, ""},
    {"an order that gets dearer is no longer shown", NULL, AT_PAY, a_dearer_order, FLOW_MESSAGE, MESSAGE_ORDER_REFUSED, "note:order_left"},
    {"a closed order is not paid", NULL, AT_PAY, closed, FLOW_MESSAGE, MESSAGE_NOT_PAID, ""},
    {"a refunded order is said to be one", NULL, AT_PAY, refunded, FLOW_MESSAGE, MESSAGE_REFUND, ""},
    {"time over closes the order", NULL, AT_PAY, five_minutes, FLOW_MESSAGE, MESSAGE_NOT_PAID, "note:order_left"},
    {"an answered warning gives the order's own time", NULL, AT_PAY, five_minutes_with_a_touch, FLOW_PAY, MESSAGE_NONE, ""},
    {"leaving the payment closes the order", NULL, AT_PAY, back, FLOW_MESSAGE, MESSAGE_CANCELLED, "note:order_left"},
    {"a token pulled while paying closes the order", NULL, AT_PAY, removed, FLOW_MESSAGE, MESSAGE_PULLED_PAYING, "note:order_left"},
    {"a line cut while paying is only shown", NULL, AT_PAY, line_cut, FLOW_PAY, MESSAGE_NONE, ""},
    {"money after a cancel still counts", NULL, AT_PAY, cancel_then_paid, FLOW_ISSUING, MESSAGE_NONE, ""},
    {"money after a pulled token is said to be there", NULL, AT_PAY, pulled_then_paid, FLOW_MESSAGE, MESSAGE_PULLED_PAID, ""},
    {"money that goes back after time over is said to", NULL, AT_PAY, time_over_then_refunded, FLOW_MESSAGE, MESSAGE_REFUND, ""},
    {"a token inserted again is read again", NULL, AT_PAY, pulled_then_inserted, FLOW_READING, MESSAGE_NONE, "note:visit_ended wipe_visit note:visit_started identify"},
    {"retry without a token waits for one again", NULL, AT_PAY, pulled_then_retry, FLOW_MESSAGE, MESSAGE_PULLED_PAYING, ""},

    {"the certificate that comes is written", NULL, AT_ISSUING, issued, FLOW_WRITING, MESSAGE_NONE, "journal:write_intended"},
    {"an order that must be reviewed gets a ticket", an_order_in_review, AT_OFFER, nothing, FLOW_TICKET, MESSAGE_NONE, "note:pin_verified wipe_pin print"},
    {"a certificate that does not come gets a ticket", NULL, AT_ISSUING, a_minute, FLOW_TICKET, MESSAGE_NONE, "print"},
    {"who does not wait gets a ticket", NULL, AT_ISSUING, back, FLOW_TICKET, MESSAGE_NONE, "print"},
    {"a refusal after payment is a refund", NULL, AT_ISSUING, refused, FLOW_MESSAGE, MESSAGE_REFUND, ""},
    {"an order does not go back", NULL, AT_ISSUING, the_order, FLOW_ISSUING, MESSAGE_NONE, ""},
    {"a token pulled while issuing is told to come back", NULL, AT_ISSUING, removed, FLOW_MESSAGE, MESSAGE_PULLED_PAID, ""},

    {"a durable intent is followed by the write", NULL, AT_INTENT, journaled, FLOW_WRITING, MESSAGE_NONE, "write"},
    {"without a durable intent nothing is written", NULL, AT_INTENT, journal_failed, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},
    {"a token pulled before the write loses nothing", NULL, AT_INTENT, removed, FLOW_MESSAGE, MESSAGE_PULLED_PAID, ""},
    {"a bad ledger stops before the write", NULL, AT_INTENT, ledger_fails, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},
    {"no touch interrupts the write", NULL, AT_WRITE, every_touch, FLOW_WRITING, MESSAGE_NONE, ""},
    {"no time interrupts the write", NULL, AT_WRITE, a_day, FLOW_WRITING, MESSAGE_NONE, "write"},
    {"no document interrupts the write", NULL, AT_WRITE, refunded, FLOW_WRITING, MESSAGE_NONE, ""},
    {"a bad ledger does not interrupt the write", NULL, AT_WRITE, ledger_fails_then_written, FLOW_WRITING, MESSAGE_NONE, "self_test"},
    {"a bad ledger after the test closes the kiosk", NULL, AT_TEST, ledger_fails_then_tested, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "journal:delivered wipe_visit"},
    {"a token gone while written is told to come back", NULL, AT_WRITE, gone_while_writing, FLOW_MESSAGE, MESSAGE_PULLED_PAID, "note:write_failed"},
    {"a token pulled while written is told to come back", NULL, AT_WRITE, removed, FLOW_MESSAGE, MESSAGE_PULLED_PAID, "note:write_failed"},
    {"a failed write can be tried again", NULL, AT_WRITE, write_lost, FLOW_MESSAGE, MESSAGE_WRITE_FAILED, "note:write_failed"},
    {"a write tried again begins with its intent", NULL, AT_WRITE, write_lost_then_retry, FLOW_WRITING, MESSAGE_NONE, "journal:write_intended"},
    {"a write that reads back differently is for staff", NULL, AT_WRITE, write_differs, FLOW_MESSAGE, MESSAGE_STAFF_NEEDED, "note:write_failed"},
    {"a token that refuses the write is for staff", NULL, AT_WRITE, write_refused, FLOW_MESSAGE, MESSAGE_STAFF_NEEDED, "note:write_failed"},
    {"a test that wants the PIN gets it once more", NULL, AT_TEST, test_wants_pin, FLOW_PIN, MESSAGE_NONE, ""},
    {"a test that goes on with each PIN gets one for its second part", NULL, AT_TEST, the_pin_again_for_the_second_part, FLOW_PIN, MESSAGE_NONE, ""},
    {"one that goes on no more gets no third PIN", NULL, AT_TEST, the_pin_a_third_time, FLOW_MESSAGE, MESSAGE_STAFF_NEEDED, "note:write_failed"},
    {"after that PIN the test is repeated, not the write", NULL, AT_TEST, the_pin_again, FLOW_WRITING, MESSAGE_NONE, "note:pin_verified wipe_pin self_test"},
    {"a test that still wants the PIN is for staff", NULL, AT_TEST, the_pin_again_in_vain, FLOW_MESSAGE, MESSAGE_STAFF_NEEDED, "note:write_failed"},
    {"who leaves before the test gets a ticket", NULL, AT_TEST, the_pin_again_but_back, FLOW_TICKET, MESSAGE_NONE, "wipe_pin print"},
    {"a test left alone gets a ticket", NULL, AT_TEST, the_pin_again_but_nothing_more, FLOW_TICKET, MESSAGE_NONE, "wipe_pin print"},
    {"a failed test is for staff", NULL, AT_TEST, test_failed, FLOW_MESSAGE, MESSAGE_STAFF_NEEDED, "note:write_failed"},
    {"a token gone at the test is told to come back", NULL, AT_TEST, gone_at_the_test, FLOW_MESSAGE, MESSAGE_PULLED_PAID, "note:write_failed"},
    {"without a durable outcome there are no thanks", NULL, AT_OUTCOME, journal_failed, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},
    {"a durable outcome is printed", NULL, AT_OUTCOME, journaled, FLOW_PRINTING, MESSAGE_NONE, "print"},
    {"a token pulled after the test has all it needs", NULL, AT_OUTCOME, removed_then_journaled, FLOW_PRINTING, MESSAGE_NONE, "print"},
    {"without paper the receipt is on the screen", no_paper, AT_OUTCOME, journaled, FLOW_DONE, MESSAGE_NONE, "note:receipt"},
    {"paper that runs out before the slip is no delay", NULL, AT_OUTCOME, paper_runs_out_then_printed, FLOW_DONE, MESSAGE_NONE, "note:receipt"},
    {"a printed slip is noted", NULL, AT_PRINTING, printed, FLOW_DONE, MESSAGE_NONE, "note:receipt"},
    {"a slip that is not printed is noted", NULL, AT_PRINTING, not_printed, FLOW_DONE, MESSAGE_NONE, "note:receipt"},
    {"a printer that does not answer is no delay", NULL, AT_PRINTING, thirty_seconds, FLOW_DONE, MESSAGE_NONE, "note:receipt"},
    {"a token pulled while printing changes nothing", NULL, AT_PRINTING, removed, FLOW_PRINTING, MESSAGE_NONE, ""},

    {"the end asks to take the token", NULL, AT_DONE, thirty_seconds, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"finish asks to take the token", NULL, AT_DONE, finish, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"another slip can be printed", NULL, AT_DONE, reprint, FLOW_PRINTING, MESSAGE_NONE, "print"},
    {"a taken token leaves the receipt on the screen", NULL, AT_DONE, removed, FLOW_DONE, MESSAGE_NONE, ""},
    {"the next token starts the next visit", NULL, AT_DONE, pulled_then_inserted, FLOW_READING, MESSAGE_NONE, "note:visit_ended wipe_visit note:visit_started identify"},
    {"a token left in is waited for", NULL, AT_TAKE_TOKEN, a_day, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"a taken token leads to attract", NULL, AT_TAKE_TOKEN, removed, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"a broken reader leads to attract", NULL, AT_TAKE_TOKEN, reader_breaks, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"a ledger that fails closes the kiosk", NULL, AT_ATTRACT, ledger_fails, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, "wipe_visit"},

    {"an order to pay is payable again", an_order_to_pay, AT_OFFER, nothing, FLOW_PAY, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"a resumed order ends when it expires", an_order_to_pay, AT_OFFER, two_minutes, FLOW_MESSAGE, MESSAGE_NOT_PAID, "note:order_left"},
    {"an order to pay needs a token that can be written", an_order_to_pay, AT_LOOKING_UP, looked_up, FLOW_READING, MESSAGE_NONE, "prove"},
    {"one of a token that refuses is closed", an_order_to_pay, AT_PROVING, token_refuses, FLOW_CERTIFICATE, MESSAGE_NONE, "note:order_left"},
    {"... and not gone on with", an_order_to_pay_of_a_token_that_refuses, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... unless the money was faster", an_order_to_pay, AT_PROVING, paid_at_the_proof_and_next, FLOW_PIN, MESSAGE_NONE, ""},
    {"... or comes then", an_order_to_pay_of_a_token_that_refuses, AT_CERTIFICATE, paid_and_next, FLOW_PIN, MESSAGE_NONE, ""},
    {"an issued order needs no proof", an_order_to_write_of_a_token_that_refuses, AT_LOOKING_UP, looked_up, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... and goes on to the write", an_order_to_write_of_a_token_that_refuses, AT_OFFER, nothing, FLOW_WRITING, MESSAGE_NONE, "note:pin_verified wipe_pin journal:write_intended"},
    {"a refund is seen to be one only when the token was proved for what may follow", a_refund, AT_LOOKING_UP, looked_up, FLOW_READING, MESSAGE_NONE, "prove"},
    {"after a refund one may start anew", a_refund, AT_CERTIFICATE, retry_and_next, FLOW_PIN, MESSAGE_NONE, ""},
    {"... and gets an offer", a_refund, AT_CERTIFICATE, anew_and_pin_right, FLOW_OFFER, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"... nor when the order is over at the PIN", an_order_to_write, AT_PIN_CHECKING, done_elsewhere_and_pin_right, FLOW_CERTIFICATE, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"an order to pay needs the line", an_order_to_pay_and_a_cut_line, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"an expired order is left and a new one made", an_expired_order, AT_OFFER, next, FLOW_ORDERING, MESSAGE_NONE, "note:order_left journal:order_requested"},
    {"an unanswered request is waited for, not repeated", a_requested_order, AT_OFFER, nothing, FLOW_ORDERING, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"an old request is left and a new one made", an_old_request, AT_OFFER, next, FLOW_ORDERING, MESSAGE_NONE, "note:order_left journal:order_requested"},
    {"a closed order makes room for a new one", a_closed_order, AT_OFFER, next, FLOW_ORDERING, MESSAGE_NONE, "journal:order_requested"},
    {"money for an expired order is not asked twice", an_expired_order, AT_OFFER, paid, FLOW_ISSUING, MESSAGE_NONE, ""},
    {"a paid order goes on to issuing", an_order_to_make, AT_OFFER, nothing, FLOW_ISSUING, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"an issued order goes on to writing", an_order_to_write, AT_OFFER, nothing, FLOW_WRITING, MESSAGE_NONE, "note:pin_verified wipe_pin journal:write_intended"},
    {"an issued order is written without the line", an_order_to_write_and_a_cut_line, AT_CERTIFICATE, next, FLOW_PIN, MESSAGE_NONE, ""},
    {"an issued order waits for a frozen token", an_order_to_write_and_a_frozen_token, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a token pulled with a paid order is told to come back", an_order_to_write, AT_CERTIFICATE, removed, FLOW_MESSAGE, MESSAGE_PULLED_PAID, ""},
    {"a refund is said to be one", a_refund, AT_CERTIFICATE, next, FLOW_MESSAGE, MESSAGE_REFUND, ""},
    {"a torn token that is paid for is healed", a_torn_token_that_is_paid_for, AT_CERTIFICATE, nothing, FLOW_PIN, MESSAGE_NONE, ""},
    {"a torn token that is not paid for is foreign", a_torn_token_with_an_unpaid_order, AT_CERTIFICATE, nothing, FLOW_MESSAGE, MESSAGE_TOKEN_FOREIGN, ""},
    {"back from a torn token's PIN asks to take it", a_torn_token_that_is_paid_for, AT_CERTIFICATE, back, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit wipe_pin"},
    {"an order picks its certificate among several", a_written_token_of_two, AT_CERTIFICATE, nothing, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tests[i] = (struct CMUnitTest){
            .name = rows[i].sentence, .test_func = run_row, .initial_state = &rows[i]};
    }
    return cmocka_run_group_tests_name("flow_order", tests, NULL, NULL);
}
