/* flow_order.c - from the offer to a paid order; what a document does to the order at hand. */
#include <string.h>

#include "kiosk/base/chain.h"
#include "kiosk/base/text.h"
#include "kiosk/core/flow_inner.h"

/* Within the write the certificate of the intent rules, whatever comes. */
static bool is_order_fixed(const struct flow *flow)
{
    enum flow_state state = flow->state;
    return state == FLOW_WRITING || state == FLOW_PRINTING || state == FLOW_DONE ||
           ((state == FLOW_PIN || state == FLOW_PIN_CHECKING) &&
            flow->visit.write == FLOW_WRITE_TEST);
}

/* Close the order at the platform. */
void order_leave(struct step *step, enum err_code why)
{
    struct visit *visit = &step->flow->visit;
    enum err_code kept = visit->failure;

    visit->failure = why;
    flow_note(step, ENTRY_ORDER_LEFT);
    visit->failure = kept;
}

/* Nobody pays another price, or for another term, than the one that was on the screen. */
static bool is_as_agreed(const struct fact_order *agreed, const struct fact_order *order)
{
    return order->amount_fen == agreed->amount_fen && order->term_years == agreed->term_years;
}

bool order_take(struct step *step)
{
    struct fact_order *mine = &step->flow->visit.order;
    struct fact_order order = step->event->u.order;
    bool refused_after_payment = order.status == FACT_ORDER_REFUSED && flow_is_paid(mine->status);

    if (mine->id[0] == '\0' || !text_same(mine->id, order.id) || is_order_fixed(step->flow) ||
        order.status >= FACT_ORDER_STATUS_COUNT)
        return false;
    if (refused_after_payment)
        order.status = FACT_ORDER_REFUND; /* the money goes back */
    if (fact_order_rank(order.status) < fact_order_rank(mine->status))
        return false;
    if (order.status == FACT_ORDER_TO_PAY && !is_as_agreed(mine, &order)) {
        order_leave(step, ERR_CONFLICT);
        order.status = FACT_ORDER_REFUSED;
    }
    if (mine->has_certificate && !order.has_certificate) {
        order.has_certificate = true;
        order.slot = mine->slot;
        memcpy(order.new_fingerprint, mine->new_fingerprint, FACTS_FINGERPRINT_LEN);
        order.new_not_before_s = mine->new_not_before_s;
        order.new_not_after_s = mine->new_not_after_s;
    }
    *mine = order;
    return true;
}

void offer_entered(struct step *step)
{
    const struct profile *profile = flow_profile(step->flow, step->rules);
    struct visit *visit = &step->flow->visit;
    if (profile == NULL || visit->term_years < 1 || visit->term_years > profile->renew_terms_max)
        visit->term_years = 1;
}

static void order_request(struct step *step)
{
    struct flow *flow = step->flow;
    struct visit *visit = &flow->visit;
    const struct profile *profile = flow_profile(flow, step->rules);
    const struct fact_certificate *certificate = flow_certificate(flow);

    if (visit->order.status == FACT_ORDER_REQUESTED || visit->order.status == FACT_ORDER_TO_PAY)
        order_leave(step, ERR_TIMEOUT); /* nobody must pay the one that ran out */

    memset(&visit->order, 0, sizeof(visit->order));
    visit->order.status = FACT_ORDER_REQUESTED;
    chain_uuid_at(visit->order.id, flow->hall.wall_s * FLOW_MS_PER_S, step->event->random);
    visit->order.term_years = visit->term_years;
    visit->order.amount_fen = profile_renew_fen(profile, visit->term_years);
    visit->order.created_s = flow->hall.wall_s;
    visit->order.slot = certificate->slot;
    visit->order.old_not_after_s = certificate->not_after_s;
    memcpy(visit->order.old_fingerprint, certificate->fingerprint, FACTS_FINGERPRINT_LEN);
    flow_enter(step, FLOW_ORDERING);
    flow_journal(step, ENTRY_ORDER_REQUESTED);
}

void offer_touched(struct step *step)
{
    struct flow *flow = step->flow;
    const struct profile *profile = flow_profile(flow, step->rules);
    enum action action = step->event->action;
    uint32_t value = step->event->value;

    if (action == ACTION_BACK) {
        flow_enter(step, FLOW_CERTIFICATE);
    } else if (action == ACTION_TERM && value >= 1 && value <= (uint32_t)profile->renew_terms_max) {
        flow->visit.term_years = (uint8_t)value;
    } else if (action == ACTION_NEXT) {
        certificate_judge(step);
        if (flow_next_allowed(flow, step->rules))
            order_request(step);
    }
}

void offer_ordered(struct step *step)
{
    if (flow_is_paid(step->flow->visit.order.status))
        flow_go_on(step); /* the earlier order was paid after all */
}

static void ordering_end(struct step *step, enum err_code why, enum flow_message message)
{
    order_leave(step, why);
    flow_say(step, message);
}

void ordering_touched(struct step *step)
{
    if (step->event->action == ACTION_BACK || step->event->action == ACTION_HOME)
        ordering_end(step, ERR_NONE, MESSAGE_CANCELLED);
}

void ordering_answered(struct step *step)
{
    if (step->event->kind != EVENT_JOURNALED)
        return;
    step->flow->waiting_for = 0;
    if (step->event->result != ERR_NONE) {
        flow_enter(step, FLOW_OUT_OF_SERVICE);
    } else {
        flow_arm(step); /* the platform's time starts now */
    }
}

void ordering_ordered(struct step *step)
{
    struct flow *flow = step->flow;
    const struct fact_order *order = &flow->visit.order;

    if (order->status == FACT_ORDER_REFUSED || order->status == FACT_ORDER_CLOSED) {
        flow_say(step, MESSAGE_ORDER_REFUSED);
    } else if (flow_is_paid(order->status) || order->status == FACT_ORDER_REFUND) {
        flow_go_on(step);
    } else if (order->status == FACT_ORDER_TO_PAY && flow_pay_open(order, flow->hall.wall_s)) {
        flow_enter(step, FLOW_PAY);
    }
}

void ordering_removed(struct step *step)
{
    ordering_end(step, ERR_GONE, MESSAGE_PULLED_UNPAID);
}

void ordering_expired(struct step *step)
{
    if (step->flow->waiting_for != 0) { /* a ledger that does not answer is no ledger */
        flow_enter(step, FLOW_OUT_OF_SERVICE);
    } else {
        ordering_end(step, ERR_TIMEOUT, MESSAGE_PLATFORM_SILENT);
    }
}

void pay_touched(struct step *step)
{
    enum action action = step->event->action;
    if (action == ACTION_CONTINUE) {
        flow_arm(step); /* as long as the order itself lives */
    } else if (action == ACTION_BACK || action == ACTION_HOME) {
        ordering_end(step, ERR_NONE, MESSAGE_CANCELLED);
    }
}

void pay_ordered(struct step *step)
{
    const struct fact_order *order = &step->flow->visit.order;

    if (flow_is_paid(order->status) || order->status == FACT_ORDER_REFUND) {
        flow_go_on(step);
    } else if (order->status == FACT_ORDER_CLOSED) {
        flow_say(step, MESSAGE_NOT_PAID);
    } else if (order->status == FACT_ORDER_REFUSED) {
        flow_say(step, MESSAGE_ORDER_REFUSED);
    }
}

void pay_removed(struct step *step)
{
    ordering_end(step, ERR_GONE, MESSAGE_PULLED_PAYING);
}

void pay_expired(struct step *step)
{
    ordering_end(step, ERR_TIMEOUT, MESSAGE_NOT_PAID);
}

void issuing_touched(struct step *step)
{
    if (step->event->action == ACTION_BACK || step->event->action == ACTION_HOME ||
        step->event->action == ACTION_FINISH)
        flow_enter(step, FLOW_TICKET);
}

void issuing_ordered(struct step *step)
{
    if (flow_way_on(step->flow) != FLOW_ISSUING)
        flow_go_on(step);
}

void issuing_expired(struct step *step)
{
    flow_enter(step, FLOW_TICKET);
}
