/* One row for each arrow of the visit: at a place, something happens, this follows. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/flow_world.h"

struct row {
    const char *sentence;
    void (*given)(struct world *world); /* before the walk; NULL: all is well */
    enum place at;
    void (*happens)(struct world *world);
    enum flow_state state;
    enum flow_message message;
    const char *effects;
};

/* What is given. */

static void a_frozen_token(struct world *world)
{
    world->token.tries_left = 0;
}

static void one_try_left(struct world *world)
{
    world->token.tries_left = 1;
}

static void untold_tries(struct world *world)
{
    world->token.tries_left = FACTS_TRIES_UNKNOWN;
}

static void no_certificate(struct world *world)
{
    world->token.certificate_count = 0;
}

static void a_foreign_certificate(struct world *world)
{
    world->token.certificates[0].profile = FACTS_NO_PROFILE;
}

static void a_forged_certificate(struct world *world)
{
    world->token.certificates[0].chain_ok = false;
}

static void two_certificates(struct world *world)
{
    world->token.certificate_count = 2;
    world->token.certificates[1] = world->token.certificates[0];
    world->token.certificates[1].slot = 0x9C;
    world->token.certificates[1].fingerprint[0] = 9;
}

static void ours_and_a_foreign_one(struct world *world)
{
    two_certificates(world);
    world->token.certificates[0].profile = FACTS_NO_PROFILE;
}

static void an_early_visitor(struct world *world)
{
    world->token.certificates[0].not_after_s += 100LL * 86400;
}

static void an_unknown_account(struct world *world)
{
    world->account.known = false;
}

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

static void a_cut_line(struct world *world)
{
    world->hall.line_up = false;
}

static void a_wrong_clock(struct world *world)
{
    world->hall.clock_trusted = false;
}

static void no_reader(struct world *world)
{
    world->hall.reader_there = false;
}

static void no_paper(struct world *world)
{
    world->hall.printer = FACT_PRINTER_PAPER_OUT;
}

static void a_bad_ledger(struct world *world)
{
    world->hall.ledger_ok = false;
}

static void two_announcements(struct world *world)
{
    world->hall.announcement_count = 2;
}

/* What happens. */

static void nothing(struct world *world)
{
    (void)world;
}

#define TOUCH(name, action, value) \
    static void name(struct world *world) \
    { \
        world_touch(world, action, value); \
    }
TOUCH(a_touch, ACTION_START, 0)
TOUCH(next, ACTION_NEXT, 0)
TOUCH(back, ACTION_BACK, 0)
TOUCH(home, ACTION_HOME, 0)
TOUCH(finish, ACTION_FINISH, 0)
TOUCH(retry, ACTION_RETRY, 0)
TOUCH(reprint, ACTION_REPRINT, 0)
TOUCH(language, ACTION_LANGUAGE, 0)
TOUCH(next_announcement, ACTION_NEXT_ANNOUNCEMENT, 0)
TOUCH(renew, ACTION_SERVICE, SERVICE_RENEW)
TOUCH(unlock, ACTION_SERVICE, SERVICE_UNLOCK)
TOUCH(collect, ACTION_SERVICE, SERVICE_COLLECT)
TOUCH(a_service_that_is_none, ACTION_SERVICE, 99)
TOUCH(the_second, ACTION_CHOOSE, 1)
TOUCH(the_third, ACTION_CHOOSE, 2)

static void send_result(struct world *world, enum event_kind kind, enum err_code result)
{
    struct event event = world_event(world, kind);
    event.result = result;
    world_send(world, &event);
}

#define ANSWER(name, kind, result) \
    static void name(struct world *world) \
    { \
        send_result(world, kind, result); \
    }
ANSWER(inserted, EVENT_INSERTED, ERR_NONE)
ANSWER(removed, EVENT_REMOVED, ERR_NONE)
ANSWER(hall, EVENT_HALL, ERR_NONE)
ANSWER(identified, EVENT_IDENTIFIED, ERR_NONE)
ANSWER(an_unknown_card, EVENT_IDENTIFIED, ERR_UNSUPPORTED)
ANSWER(gone_while_reading, EVENT_IDENTIFIED, ERR_GONE)
ANSWER(look_up_failed, EVENT_LOOKED_UP, ERR_IO)
ANSWER(pin_right, EVENT_PIN_ANSWERED, ERR_NONE)
ANSWER(pin_blocked, EVENT_PIN_ANSWERED, ERR_BLOCKED)
ANSWER(gone_at_the_pin, EVENT_PIN_ANSWERED, ERR_GONE)
ANSWER(pin_never_sent, EVENT_PIN_ANSWERED, ERR_MALFORMED)
ANSWER(pin_lost, EVENT_PIN_ANSWERED, ERR_IO)
ANSWER(journaled, EVENT_JOURNALED, ERR_NONE)
ANSWER(journal_failed, EVENT_JOURNALED, ERR_IO)
ANSWER(gone_while_writing, EVENT_WRITTEN, ERR_GONE)
ANSWER(write_lost, EVENT_WRITTEN, ERR_IO)
ANSWER(write_differs, EVENT_WRITTEN, ERR_CONFLICT)
ANSWER(write_refused, EVENT_WRITTEN, ERR_DENIED)
ANSWER(test_wants_pin, EVENT_TESTED, ERR_DENIED)
ANSWER(test_failed, EVENT_TESTED, ERR_IO)
ANSWER(gone_at_the_test, EVENT_TESTED, ERR_GONE)
ANSWER(printed, EVENT_PRINTED, ERR_NONE)
ANSWER(not_printed, EVENT_PRINTED, ERR_NO_ROOM)

static void pin_wrong(struct world *world)
{
    struct event event = world_event(world, EVENT_PIN_ANSWERED);
    event.result = ERR_DENIED;
    event.value = 4;
    world_send(world, &event);
    assert_int_equal(world->flow.visit.token.tries_left, 4);
    assert_true(world->flow.visit.pin_wrong);
}

static void pin_wrong_for_the_last_time(struct world *world)
{
    struct event event = world_event(world, EVENT_PIN_ANSWERED);
    event.result = ERR_DENIED;
    event.value = 0;
    world_send(world, &event);
}

static void short_pin_and_next(struct world *world)
{
    struct event event = world_event(world, EVENT_PIN_LENGTH);
    event.value = 5;
    world_send(world, &event);
    next(world);
}

static void consent_and_next(struct world *world)
{
    world_touch(world, ACTION_LAST_TRY, 0);
    next(world);
}

static void a_late_answer(struct world *world)
{
    struct event event = world_event(world, EVENT_JOURNALED);
    event.id = world->flow.waiting_for + 1;
    world_send(world, &event);
}

static void an_answer_of_another_kind(struct world *world)
{
    send_result(world, EVENT_PRINTED, ERR_NONE);
}

static void send_status(struct world *world, enum fact_order_status status)
{
    struct event event = world_order(world, status);
    world_send(world, &event);
}

#define DOCUMENT(name, status) \
    static void name(struct world *world) \
    { \
        send_status(world, status); \
    }
DOCUMENT(the_order, FACT_ORDER_TO_PAY)
DOCUMENT(refused, FACT_ORDER_REFUSED)
DOCUMENT(closed, FACT_ORDER_CLOSED)
DOCUMENT(paid, FACT_ORDER_TO_MAKE)
DOCUMENT(to_review, FACT_ORDER_IN_REVIEW)
DOCUMENT(issued, FACT_ORDER_TO_WRITE)
DOCUMENT(refunded, FACT_ORDER_REFUND)

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

static void too_late_then_retry(struct world *world)
{
    world_wait(world, 20000);
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

#define WAIT(name, ms) \
    static void name(struct world *world) \
    { \
        world_wait(world, ms); \
    }
WAIT(eight_seconds, 8000)
WAIT(twenty_seconds, 20000)
WAIT(thirty_seconds, 30000)
WAIT(forty_seconds, 40000)
WAIT(a_minute, 60000)
WAIT(two_minutes, 120000)
WAIT(five_minutes, 300000)
WAIT(a_day, 86400000)

static void a_minute_with_a_touch(struct world *world)
{
    world_wait(world, 50000);
    world_touch(world, ACTION_CONTINUE, 0);
    world_wait(world, 50000);
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

static void line_cut(struct world *world)
{
    world->hall.line_up = false;
    hall(world);
}

static void line_cut_and_next(struct world *world)
{
    line_cut(world);
    next(world);
}

static void clock_jump_and_next(struct world *world)
{
    world->hall.clock_trusted = false;
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

static void reader_breaks(struct world *world)
{
    world->hall.reader_there = false;
    hall(world);
}

static void ledger_heals_with_a_token_in(struct world *world)
{
    inserted(world);
    world->hall.ledger_ok = true;
    hall(world);
}

static void paper_runs_out_then_printed(struct world *world)
{
    world->hall.printer = FACT_PRINTER_PAPER_OUT;
    hall(world);
    journaled(world);
}

static void every_touch(struct world *world)
{
    for (unsigned i = 0; i < ACTION_COUNT; i++)
        world_touch(world, (enum action)i, 1);
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
    {"a kiosk with a well ledger opens", NULL, AT_POWER_ON, hall, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"a kiosk with a bad ledger stays closed", a_bad_ledger, AT_POWER_ON, hall, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, ""},
    {"a closed kiosk answers no touch", a_bad_ledger, AT_POWER_ON, every_touch, FLOW_OUT_OF_SERVICE, MESSAGE_NONE, ""},
    {"a token that was in at power-on is read at once", a_bad_ledger, AT_POWER_ON, ledger_heals_with_a_token_in, FLOW_READING, MESSAGE_NONE, "note:visit_started identify"},
    {"a touch shows the services", NULL, AT_ATTRACT, a_touch, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"a language can be chosen at once", NULL, AT_ATTRACT, language, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"attract stays for ever", NULL, AT_ATTRACT, a_day, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"announcements take turns by themselves", two_announcements, AT_ATTRACT, eight_seconds, FLOW_ATTRACT, MESSAGE_NONE, ""},
    {"announcements take turns by a touch", two_announcements, AT_ATTRACT, next_announcement, FLOW_ATTRACT, MESSAGE_NONE, ""},
    {"a token in attract starts a visit", NULL, AT_ATTRACT, inserted, FLOW_READING, MESSAGE_NONE, "note:visit_started identify"},

    {"renew asks for the token", NULL, AT_SERVICES, renew, FLOW_INSERT, MESSAGE_NONE, "note:visit_started"},
    {"renew waits for the line", a_cut_line, AT_SERVICES, renew, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"renew waits for a trusted clock", a_wrong_clock, AT_SERVICES, renew, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"renew waits for a reader", no_reader, AT_SERVICES, renew, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"unlock is done at the counter", NULL, AT_SERVICES, unlock, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"collect is offered by nobody here", NULL, AT_SERVICES, collect, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"a service that is none does nothing", NULL, AT_SERVICES, a_service_that_is_none, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"services go back to attract", NULL, AT_SERVICES, back, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"home leads from services to attract", NULL, AT_SERVICES, home, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"services left alone end", NULL, AT_SERVICES, a_minute, FLOW_ATTRACT, MESSAGE_NONE, "wipe_visit"},
    {"services warn before they end", NULL, AT_SERVICES, forty_seconds, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"an answered warning gives another minute", NULL, AT_SERVICES, a_minute_with_a_touch, FLOW_SERVICES, MESSAGE_NONE, ""},
    {"a token while services show starts a visit", NULL, AT_SERVICES, inserted, FLOW_READING, MESSAGE_NONE, "note:visit_started identify"},

    {"the inserted token is read", NULL, AT_INSERT, inserted, FLOW_READING, MESSAGE_NONE, "identify"},
    {"insert goes back to services", NULL, AT_INSERT, back, FLOW_SERVICES, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"home leads from insert to services", NULL, AT_INSERT, home, FLOW_SERVICES, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"insert left alone ends the visit", NULL, AT_INSERT, a_minute, FLOW_ATTRACT, MESSAGE_NONE, "note:visit_ended wipe_visit"},

    {"an identified token is looked up", NULL, AT_READING, identified, FLOW_READING, MESSAGE_NONE, "look_up"},
    {"an unknown card is said to be one", NULL, AT_READING, an_unknown_card, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, ""},
    {"a token gone while it is read was pulled", NULL, AT_READING, gone_while_reading, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"a token pulled while it is read was pulled", NULL, AT_READING, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"a token that never answers is unreadable", NULL, AT_READING, twenty_seconds, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, ""},
    {"an unreadable token can be tried again", NULL, AT_READING, too_late_then_retry, FLOW_READING, MESSAGE_NONE, "identify"},
    {"a broken reader is a pulled token", NULL, AT_READING, reader_breaks, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"reading can be left", NULL, AT_READING, back, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"without the ledger's answer nothing is sold", NULL, AT_LOOKING_UP, look_up_failed, FLOW_MESSAGE, MESSAGE_PLATFORM_SILENT, ""},
    {"a late answer is none", NULL, AT_LOOKING_UP, a_late_answer, FLOW_READING, MESSAGE_NONE, ""},
    {"an answer of another kind is none", NULL, AT_LOOKING_UP, an_answer_of_another_kind, FLOW_READING, MESSAGE_NONE, ""},

    {"the certificate is shown", NULL, AT_CERTIFICATE, nothing, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a token without certificates is foreign", no_certificate, AT_CERTIFICATE, nothing, FLOW_MESSAGE, MESSAGE_TOKEN_FOREIGN, ""},
    {"a certificate of another CA is foreign", a_foreign_certificate, AT_CERTIFICATE, nothing, FLOW_MESSAGE, MESSAGE_TOKEN_FOREIGN, ""},
    {"a certificate that is not truly ours is foreign", a_forged_certificate, AT_CERTIFICATE, nothing, FLOW_MESSAGE, MESSAGE_TOKEN_FOREIGN, ""},
    {"of two certificates one is chosen", two_certificates, AT_CERTIFICATE, nothing, FLOW_CHOOSE_CERTIFICATE, MESSAGE_NONE, ""},
    {"the chosen certificate is shown", two_certificates, AT_CERTIFICATE, the_second, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a certificate that is not there cannot be chosen", two_certificates, AT_CERTIFICATE, the_third, FLOW_CHOOSE_CERTIFICATE, MESSAGE_NONE, ""},
    {"choosing can be left", two_certificates, AT_CERTIFICATE, back, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"choosing left alone ends", two_certificates, AT_CERTIFICATE, a_minute, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"a token pulled while choosing was pulled", two_certificates, AT_CERTIFICATE, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"a foreign certificate beside ours is passed over", ours_and_a_foreign_one, AT_CERTIFICATE, nothing, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"next asks for the PIN", NULL, AT_CERTIFICATE, next, FLOW_PIN, MESSAGE_NONE, ""},
    {"who is too early goes no further", an_early_visitor, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"who is unknown goes no further", an_unknown_account, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a frozen token goes no further", a_frozen_token, AT_CERTIFICATE, next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a cut line stops at the certificate", NULL, AT_CERTIFICATE, line_cut_and_next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a token pulled at the certificate was pulled", NULL, AT_CERTIFICATE, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"home asks to take the token", NULL, AT_CERTIFICATE, home, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"the certificate left alone ends", NULL, AT_CERTIFICATE, a_minute, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},

    {"a typed PIN is verified", NULL, AT_PIN_TYPED, next, FLOW_PIN_CHECKING, MESSAGE_NONE, "verify_pin"},
    {"no digits are no PIN", NULL, AT_PIN, next, FLOW_PIN, MESSAGE_NONE, ""},
    {"five digits are no PIN", NULL, AT_PIN, short_pin_and_next, FLOW_PIN, MESSAGE_NONE, ""},
    {"the last try is not spent without consent", one_try_left, AT_PIN_TYPED, next, FLOW_PIN, MESSAGE_NONE, ""},
    {"the last try is spent with consent", one_try_left, AT_PIN_TYPED, consent_and_next, FLOW_PIN_CHECKING, MESSAGE_NONE, "verify_pin"},
    {"tries that are not told need consent too", untold_tries, AT_PIN_TYPED, next, FLOW_PIN, MESSAGE_NONE, ""},
    {"back from the PIN wipes it", NULL, AT_PIN_TYPED, back, FLOW_CERTIFICATE, MESSAGE_NONE, "wipe_pin"},
    {"home from the PIN wipes it", NULL, AT_PIN_TYPED, home, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit wipe_pin"},
    {"a PIN left alone is wiped", NULL, AT_PIN_TYPED, a_minute, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit wipe_pin"},
    {"a pulled token wipes the PIN", NULL, AT_PIN_TYPED, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, "wipe_pin"},
    {"a right PIN leads to the offer", NULL, AT_PIN_CHECKING, pin_right, FLOW_OFFER, MESSAGE_NONE, "note:pin_verified wipe_pin"},
    {"a wrong PIN shows the tries left", NULL, AT_PIN_CHECKING, pin_wrong, FLOW_PIN, MESSAGE_NONE, "note:pin_refused wipe_pin"},
    {"the last wrong PIN freezes the token", NULL, AT_PIN_CHECKING, pin_wrong_for_the_last_time, FLOW_MESSAGE, MESSAGE_PIN_BLOCKED, "note:pin_refused wipe_pin"},
    {"a frozen token is said to be one", NULL, AT_PIN_CHECKING, pin_blocked, FLOW_MESSAGE, MESSAGE_PIN_BLOCKED, "note:pin_refused wipe_pin"},
    {"a PIN that was never sent is typed again", NULL, AT_PIN_CHECKING, pin_never_sent, FLOW_PIN, MESSAGE_NONE, "wipe_pin"},
    {"a PIN whose answer is lost is not repeated", NULL, AT_PIN_CHECKING, pin_lost, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, "wipe_pin"},
    {"a token gone at the PIN was pulled", NULL, AT_PIN_CHECKING, gone_at_the_pin, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, "wipe_pin"},
    {"a token pulled at the PIN was pulled", NULL, AT_PIN_CHECKING, removed, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, "wipe_pin"},
    {"a token silent at the PIN is unreadable", NULL, AT_PIN_CHECKING, twenty_seconds, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, "wipe_pin"},
    {"home does not leave a PIN that is being checked", NULL, AT_PIN_CHECKING, home, FLOW_PIN_CHECKING, MESSAGE_NONE, ""},
    {"a line cut at the PIN is said at the certificate", NULL, AT_PIN_CHECKING, line_cut, FLOW_PIN_CHECKING, MESSAGE_NONE, ""},

    {"an agreed offer is journaled before anything else", NULL, AT_OFFER, next, FLOW_ORDERING, MESSAGE_NONE, "journal:order_requested"},
    {"the offer goes back to the certificate", NULL, AT_OFFER, back, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a cut line orders nothing", NULL, AT_OFFER, line_cut_and_next, FLOW_OFFER, MESSAGE_NONE, ""},
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

static void run_row(void **state)
{
    const struct row *row = *state;
    struct world *world = calloc(1, sizeof(*world));
    char effects[WORLD_TEXT_MAX];

    assert_non_null(world);
    world_init(world);
    if (row->given != NULL)
        row->given(world);
    world_walk(world, row->at);
    row->happens(world);
    world_effects(world, effects);
    assert_int_equal(world->flow.state, row->state);
    assert_int_equal(world->flow.message, row->message);
    assert_string_equal(effects, row->effects);
    free(world);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tests[i] = (struct CMUnitTest){
            .name = rows[i].sentence, .test_func = run_row, .initial_state = &rows[i]};
    }
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
