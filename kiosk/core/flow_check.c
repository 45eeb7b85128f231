/* flow_check.c - the invariants, each a sentence and the function that judges it. */
#include <stddef.h>

#include "kiosk/core/flow_inner.h"

static bool between_visits(const struct flow *flow)
{
    return flow->state == FLOW_ATTRACT || flow->state == FLOW_SERVICES ||
           flow->state == FLOW_TAKE_TOKEN || flow->state == FLOW_OUT_OF_SERVICE;
}

static bool nothing_is_left(const struct flow *flow)
{
    const struct visit *visit = &flow->visit;
    return !between_visits(flow) ||
           (visit->id[0] == '\0' && visit->token.id[0] == '\0' &&
            visit->token.certificate_count == 0 && !visit->account.known &&
            visit->account.account[0] == '\0' && visit->order.status == FACT_ORDER_NONE &&
            visit->order.id[0] == '\0' && !visit->pin_verified && !visit->token_proved &&
            visit->pin_len == 0);
}

static bool a_visit_has_an_id(const struct flow *flow)
{
    return between_visits(flow) || flow->visit.id[0] != '\0';
}

static bool attract_is_as_new(const struct flow *flow)
{
    return flow->state != FLOW_ATTRACT || (!flow->visit.large_text && !flow->visit.high_contrast);
}

static bool a_message_is_said(const struct flow *flow)
{
    return (flow->state == FLOW_MESSAGE) == (flow->message != MESSAGE_NONE);
}

static bool every_wait_ends(const struct flow *flow)
{
    return flow->deadline_ms != 0 || between_visits(flow) || flow->state == FLOW_WRITING;
}

static bool services_end_too(const struct flow *flow)
{
    return flow->state != FLOW_SERVICES || flow->deadline_ms != 0;
}

static bool nothing_interrupts_a_write(const struct flow *flow)
{
    return flow->state != FLOW_WRITING || (flow->deadline_ms == 0 && flow->warn_ms == 0);
}

static bool a_write_is_paid_for(const struct flow *flow)
{
    const struct fact_order *order = &flow->visit.order;
    return flow->state != FLOW_WRITING ||
           (order->status == FACT_ORDER_TO_WRITE && order->has_certificate);
}

static bool a_write_awaits_an_answer(const struct flow *flow)
{
    return flow->state != FLOW_WRITING || flow->waiting_for != 0;
}

static bool pay_has_an_order(const struct flow *flow)
{
    const struct fact_order *order = &flow->visit.order;
    return flow->state != FLOW_PAY || (order->status == FACT_ORDER_TO_PAY &&
                                       order->pay_url[0] != '\0' && order->amount_fen > 0);
}

static bool issuing_is_paid(const struct flow *flow)
{
    return (flow->state != FLOW_ISSUING && flow->state != FLOW_TICKET) ||
           flow_is_paid(flow->visit.order.status);
}

static bool thanks_are_for_a_delivery(const struct flow *flow)
{
    return (flow->state != FLOW_PRINTING && flow->state != FLOW_DONE) ||
           flow->visit.order.status == FACT_ORDER_DONE;
}

static bool the_pin_comes_before_money(const struct flow *flow)
{
    enum flow_state state = flow->state;
    bool needs =
        state == FLOW_OFFER || state == FLOW_ORDERING || state == FLOW_PAY || state == FLOW_ISSUING;
    return !needs || flow->visit.pin_verified;
}

static bool what_is_sold_can_be_written(const struct flow *flow)
{
    enum flow_state state = flow->state;
    bool sells = state == FLOW_OFFER || state == FLOW_ORDERING || state == FLOW_PAY;
    return !sells || flow->visit.token_proved;
}

static bool a_verified_pin_needs_its_token(const struct flow *flow)
{
    return !flow->visit.pin_verified || flow->token_in;
}

static bool digits_are_typed_at_the_pin(const struct flow *flow)
{
    return flow->visit.pin_len == 0 || flow->state == FLOW_PIN || flow->state == FLOW_PIN_CHECKING;
}

static bool a_try_is_as_typed(const struct flow *flow)
{
    return flow->state != FLOW_PIN_CHECKING ||
           (flow->waiting_for != 0 && flow->visit.pin_len >= FLOW_PIN_MIN &&
            flow->visit.pin_len <= FLOW_PIN_MAX &&
            (!flow_pin_needs_consent(flow) || flow->visit.pin_last_try_ok));
}

static bool take_token_has_one(const struct flow *flow)
{
    return flow->state != FLOW_TAKE_TOKEN || flow->token_in;
}

static bool the_warning_comes_first(const struct flow *flow)
{
    return flow->warn_ms <= flow->deadline_ms && (flow->warn_ms != 0 || !flow->warning);
}

static bool a_term_is_on_offer(const struct flow *flow)
{
    return flow->state != FLOW_OFFER ||
           (flow->visit.term_years >= 1 && flow->visit.term_years <= PROFILE_TERM_YEARS_MAX);
}

static bool a_bad_ledger_stops_service(const struct flow *flow)
{
    return flow->hall.ledger_ok || flow->state == FLOW_OUT_OF_SERVICE ||
           (flow->state == FLOW_WRITING &&
            (flow->visit.write == FLOW_WRITE_TOKEN || flow->visit.write == FLOW_WRITE_TEST));
}

static const struct {
    bool (*holds)(const struct flow *flow);
    const char *rule;
} invariants[] = {
    {nothing_is_left, "P6: between visits nothing of a visit is left"},
    {a_visit_has_an_id, "P7: within a visit it has its id"},
    {attract_is_as_new, "P6: ATTRACT looks as it does for everyone"},
    {a_message_is_said, "P8: MESSAGE and only MESSAGE says one"},
    {every_wait_ends, "P8: every state of a visit but WRITING ends by itself"},
    {services_end_too, "P8: SERVICES ends by itself"},
    {nothing_interrupts_a_write, "P8: WRITING has no deadline"},
    {a_write_is_paid_for, "P3: WRITING has a paid order with its certificate"},
    {a_write_awaits_an_answer, "P8: WRITING awaits an answer"},
    {pay_has_an_order, "P1: PAY has an order to pay"},
    {issuing_is_paid, "P2: ISSUING and TICKET have a paid order"},
    {thanks_are_for_a_delivery, "P2: PRINTING and DONE have a delivered order"},
    {the_pin_comes_before_money, "P5: who is asked for money has shown the PIN"},
    {what_is_sold_can_be_written, "P9: who is asked for money has a token that can be written"},
    {a_verified_pin_needs_its_token, "P5: a PIN counts only while its token is in"},
    {digits_are_typed_at_the_pin, "P5: digits of a PIN exist at the PIN only"},
    {a_try_is_as_typed, "P5: a try is typed in full, and the last one agreed to"},
    {take_token_has_one, "P8: TAKE_TOKEN has a token to take"},
    {the_warning_comes_first, "P8: the warning comes before the end"},
    {a_term_is_on_offer, "P9: the term is one on offer"},
    {a_bad_ledger_stops_service, "P7: without a ledger there is no service"},
};

bool flow_check(const struct flow *flow, const char **out_rule)
{
    for (size_t i = 0; i < ARRAY_LEN(invariants); i++) {
        if (invariants[i].holds(flow))
            continue;
        *out_rule = invariants[i].rule;
        return false;
    }
    return true;
}
