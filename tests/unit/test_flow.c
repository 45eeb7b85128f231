/* One row for each arrow of the visit, from power-on to a right PIN; with orders:
 * test_flow_order.c. */
#include "kiosk/core/civil.h"
#include "tests/unit/flow_rows.h"

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

static void ours_and_a_foreign_one(struct world *world)
{
    two_certificates(world);
    world->token.certificates[0].profile = FACTS_NO_PROFILE;
}

static void an_early_visitor(struct world *world)
{
    world->token.certificates[0].not_after_s += 100LL * 86400;
}

static void two_that_are_early(struct world *world)
{
    an_early_visitor(world);
    two_certificates(world);
}

static void one_of_two_that_is_early(struct world *world)
{
    two_certificates(world);
    world->token.certificates[1].not_after_s += INT64_C(100) * CIVIL_DAY_S;
}

/* Certificate and order are of the visit before this one. */
static void a_delivered_order(struct world *world)
{
    struct fact_certificate *certificate = &world->token.certificates[0];
    certificate->not_before_s = world->hall.wall_s;
    certificate->not_after_s = world->hall.wall_s + INT64_C(395) * CIVIL_DAY_S;
    world->order =
        (struct fact_order){.status = FACT_ORDER_DONE, .id = "delivered", .has_certificate = true};
    memcpy(world->order.new_fingerprint, certificate->fingerprint, FACTS_FINGERPRINT_LEN);
}

static void a_week_ago(struct world *world)
{
    a_delivered_order(world);
    world->token.certificates[0].not_before_s -= INT64_C(8) * CIVIL_DAY_S;
}

static void an_order_of_another_certificate(struct world *world)
{
    a_delivered_order(world);
    world->token.certificates[0].fingerprint[0] = 7;
}

static void an_unknown_account(struct world *world)
{
    world->account.known = false;
}

static void a_cut_line(struct world *world)
{
    world->hall.line_up = false;
}

static void a_wrong_clock(struct world *world)
{
    world->hall.clock_trusted = false;
}

static void a_full_disk(struct world *world)
{
    world->hall.room_ok = false;
}

static void no_reader(struct world *world)
{
    world->hall.reader_there = false;
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

static void too_late_then_retry(struct world *world)
{
    world_wait(world, 20000);
    retry(world);
}

static void refuses_and_next(struct world *world)
{
    token_refuses(world);
    assert_int_equal(world->flow.visit.eligibility.verdict, VERDICT_REFUSES);
    assert_false(flow_next_allowed(&world->flow, &world->rules));
    next(world);
}

static void a_slow_look_up_and_a_slow_proof(struct world *world)
{
    world_wait(world, 15000);
    looked_up(world);
    world_wait(world, 15000);
    assert_int_equal(world->flow.state, FLOW_READING);
    proved(world);
}

static void removed_and_its_proof_comes_late(struct world *world)
{
    struct event event = world_event(world, EVENT_PROVED);
    removed(world);
    world_send(world, &event);
    assert_false(world->flow.visit.token_proved);
}

static void the_day_comes_and_next(struct world *world)
{
    world->hall.wall_s += INT64_C(100) * CIVIL_DAY_S;
    hall(world);
    next(world);
}

static void a_minute_with_a_touch(struct world *world)
{
    world_wait(world, 50000);
    world_touch(world, ACTION_CONTINUE, 0);
    world_wait(world, 50000);
}

static void ledger_heals_with_a_token_in(struct world *world)
{
    inserted(world);
    world->hall.ledger_ok = true;
    hall(world);
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
    {"renew waits for room on the disk", a_full_disk, AT_SERVICES, renew, FLOW_SERVICES, MESSAGE_NONE, ""},
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

    {"a token that may be renewed proves that it can be written", NULL, AT_LOOKING_UP, looked_up, FLOW_READING, MESSAGE_NONE, "prove"},
    {"... also when one of two may be", one_of_two_that_is_early, AT_LOOKING_UP, looked_up, FLOW_READING, MESSAGE_NONE, "prove"},
    {"one of which none may be renewed is not asked to", two_that_are_early, AT_LOOKING_UP, looked_up, FLOW_CHOOSE_CERTIFICATE, MESSAGE_NONE, ""},
    {"... nor one that is frozen", a_frozen_token, AT_LOOKING_UP, looked_up, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... nor one that nobody knows", an_unknown_account, AT_LOOKING_UP, looked_up, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... nor one of somebody else", a_foreign_certificate, AT_LOOKING_UP, looked_up, FLOW_MESSAGE, MESSAGE_TOKEN_FOREIGN, ""},
    {"a proof shows the certificate", NULL, AT_PROVING, proved, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a token that refuses to be written is not asked for its PIN", NULL, AT_PROVING, refuses_and_next, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... nor one that this house cannot write", NULL, AT_PROVING, token_cannot_be_written, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"a token that refused can be taken", a_token_that_refuses, AT_CERTIFICATE, removed, FLOW_ATTRACT, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"a token gone at the proof was pulled", NULL, AT_PROVING, gone_at_the_proof, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"a token pulled at the proof was pulled", NULL, AT_PROVING, removed_and_its_proof_comes_late, FLOW_MESSAGE, MESSAGE_PULLED_UNPAID, ""},
    {"a proof that is lost can be tried again", NULL, AT_PROVING, proof_lost, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, ""},
    {"a proof that never ends is one that is lost", NULL, AT_PROVING, twenty_seconds, FLOW_MESSAGE, MESSAGE_TOKEN_UNREADABLE, ""},
    {"each has its time", NULL, AT_LOOKING_UP, a_slow_look_up_and_a_slow_proof, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"the proof can be left", NULL, AT_PROVING, back, FLOW_TAKE_TOKEN, MESSAGE_NONE, "note:visit_ended wipe_visit"},
    {"what becomes renewable while it shows is proved first", an_early_visitor, AT_CERTIFICATE, the_day_comes_and_next, FLOW_READING, MESSAGE_NONE, "identify"},
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
    {"a receipt that did not come out is printed", a_delivered_order, AT_CERTIFICATE, reprint, FLOW_PRINTING, MESSAGE_NONE, "print"},
    {"... for a few days only", a_week_ago, AT_CERTIFICATE, reprint, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"... and of this certificate only", an_order_of_another_certificate, AT_CERTIFICATE, reprint, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
    {"where no order is known there is no receipt", NULL, AT_CERTIFICATE, reprint, FLOW_CERTIFICATE, MESSAGE_NONE, ""},
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
};
/* clang-format on */

int main(void)
{
    struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tests[i] = (struct CMUnitTest){
            .name = rows[i].sentence, .test_func = run_row, .initial_state = &rows[i]};
    }
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
