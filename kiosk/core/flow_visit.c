/* flow_visit.c - how a visit begins and ends, and the small verbs all states use. */
#include <assert.h>
#include <string.h>

#include "kiosk/base/chain.h"
#include "kiosk/core/flow_inner.h"

static struct effect *effect_add(struct step *step, enum effect_kind kind)
{
    assert(step->out->count < FLOW_EFFECTS_MAX);
    struct effect *effect = &step->out->list[step->out->count++];

    memset(effect, 0, sizeof(*effect));
    if (++step->flow->last_id == 0) /* 0 means: waits for nothing */
        step->flow->last_id = 1;
    effect->kind = kind;
    effect->id = step->flow->last_id;
    if (kind != EFFECT_WIPE_VISIT && kind != EFFECT_WIPE_PIN)
        effect->visit = step->flow->visit;
    return effect;
}

uint32_t flow_issue(struct step *step, enum effect_kind kind)
{
    return effect_add(step, kind)->id;
}

void flow_await(struct step *step, enum effect_kind kind)
{
    step->flow->waiting_for = flow_issue(step, kind);
}

void flow_note(struct step *step, enum entry_kind entry)
{
    effect_add(step, EFFECT_NOTE)->entry = entry;
}

void flow_journal(struct step *step, enum entry_kind entry)
{
    struct effect *effect = effect_add(step, EFFECT_JOURNAL);
    effect->entry = entry;
    step->flow->waiting_for = effect->id;
}

static uint32_t timeout_of(const struct flow *flow)
{
    uint32_t timeout_ms = flow_row(flow->state)->timeout_ms;

    if (flow->state == FLOW_ATTRACT && flow->hall.announcement_count < 2)
        return 0;
    if (flow->state != FLOW_PAY || flow->visit.order.expires_s == 0)
        return timeout_ms;
    int64_t left_s = flow->visit.order.expires_s - flow->hall.wall_s;
    if (left_s < 1)
        return 1;
    return left_s < timeout_ms / 1000 ? (uint32_t)left_s * 1000 : timeout_ms;
}

void flow_arm(struct step *step)
{
    struct flow *flow = step->flow;
    uint32_t timeout_ms = timeout_of(flow);
    uint32_t warn_ms = flow_row(flow->state)->warn_ms;

    flow->warning = false;
    flow->deadline_ms = timeout_ms == 0 ? 0 : step->event->now_ms + timeout_ms;
    flow->warn_ms = 0;
    if (timeout_ms != 0 && warn_ms != 0)
        flow->warn_ms = flow->deadline_ms - (warn_ms < timeout_ms ? warn_ms : timeout_ms);
}

static void pin_forget(struct step *step, enum flow_state next)
{
    struct flow *flow = step->flow;
    if ((flow->state != FLOW_PIN && flow->state != FLOW_PIN_CHECKING) || next == FLOW_PIN_CHECKING)
        return;
    (void)flow_issue(step, EFFECT_WIPE_PIN); /* has no answer */
    flow->visit.pin_len = 0;
    flow->visit.pin_last_try_ok = false;
}

/* All but the way the visitor likes to read: that is nobody's secret, and TAKE_TOKEN and SERVICES
 * still speak to the same person. ATTRACT forgets it too. */
static void visit_wipe(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    struct visit kept = {.language = visit->language,
                         .large_text = visit->large_text,
                         .high_contrast = visit->high_contrast};

    (void)flow_issue(step, EFFECT_WIPE_VISIT); /* has no answer */
    memset(visit, 0, sizeof(*visit));
    *visit = kept;
}

void flow_enter(struct step *step, enum flow_state state)
{
    struct flow *flow = step->flow;

    pin_forget(step, state);
    if (state == FLOW_OUT_OF_SERVICE)
        visit_wipe(step);
    flow->state = state;
    flow->message = MESSAGE_NONE;
    flow->since_ms = step->event->now_ms;
    flow->waiting_for = 0;
    flow->visit.help_open = false;
    flow_arm(step);
    if (flow_row(state)->entered != NULL)
        flow_row(state)->entered(step);
}

void flow_say(struct step *step, enum flow_message message)
{
    flow_enter(step, FLOW_MESSAGE);
    step->flow->message = message;
}

void flow_begin(struct step *step, enum service service)
{
    struct visit *visit = &step->flow->visit;

    chain_uuid_at(visit->id, step->flow->hall.wall_s * FLOW_MS_PER_S, step->event->random);
    visit->service = service;
    visit->term_years = 1;
    flow_note(step, ENTRY_VISIT_STARTED);
}

void flow_end(struct step *step)
{
    if (step->flow->visit.id[0] != '\0')
        flow_note(step, ENTRY_VISIT_ENDED);
    visit_wipe(step);
}

void flow_leave(struct step *step)
{
    enum flow_state next = step->flow->token_in ? FLOW_TAKE_TOKEN : FLOW_ATTRACT;
    flow_end(step);
    flow_enter(step, next);
}

void flow_home(struct step *step)
{
    if (step->flow->token_in || step->flow->state == FLOW_SERVICES) {
        flow_leave(step);
        return;
    }
    flow_end(step);
    flow_enter(step, FLOW_SERVICES);
}

void flow_pulled(struct step *step)
{
    step->flow->visit.pin_verified = false;
    step->flow->visit.token_proved = false;
    flow_say(step, flow_is_paid(step->flow->visit.order.status) ? MESSAGE_PULLED_PAID
                                                                : MESSAGE_PULLED_UNPAID);
}

bool flow_is_paid(enum fact_order_status status)
{
    return status == FACT_ORDER_IN_REVIEW || status == FACT_ORDER_TO_MAKE ||
           status == FACT_ORDER_TO_WRITE;
}

bool flow_pay_open(const struct fact_order *order, int64_t wall_s)
{
    return order->status == FACT_ORDER_TO_PAY && order->pay_url[0] != '\0' &&
           (order->expires_s == 0 || order->expires_s > wall_s);
}

enum flow_state flow_way_on(const struct flow *flow)
{
    const struct fact_order *order = &flow->visit.order;
    int64_t wall_s = flow->hall.wall_s;

    switch (order->status) {
    case FACT_ORDER_TO_WRITE:
        return order->has_certificate ? FLOW_WRITING : FLOW_ISSUING;
    case FACT_ORDER_TO_MAKE:
        return FLOW_ISSUING;
    case FACT_ORDER_IN_REVIEW:
        return FLOW_TICKET;
    case FACT_ORDER_REFUND:
        return FLOW_MESSAGE;
    case FACT_ORDER_TO_PAY:
        return flow_pay_open(order, wall_s) ? FLOW_PAY : FLOW_OFFER;
    case FACT_ORDER_REQUESTED:
        return wall_s < order->created_s + FLOW_REQUEST_LIFE_S ? FLOW_ORDERING : FLOW_OFFER;
    case FACT_ORDER_NONE:
    case FACT_ORDER_DONE:
    case FACT_ORDER_CLOSED:
    case FACT_ORDER_REFUSED:
    case FACT_ORDER_STATUS_COUNT:
        return FLOW_OFFER;
    }
    return FLOW_OFFER;
}

bool flow_may_sell(const struct flow *flow)
{
    enum flow_state next = flow_way_on(flow);
    return next == FLOW_OFFER || next == FLOW_ORDERING || next == FLOW_PAY;
}

void flow_go_on(struct step *step)
{
    struct flow *flow = step->flow;
    enum flow_state next = flow_way_on(flow);
    bool unproved = flow_may_sell(flow) && !flow->visit.token_proved;

    if (next == FLOW_MESSAGE) {
        flow_say(step, MESSAGE_REFUND);
    } else if (unproved || !flow_next_allowed(flow, step->rules)) {
        flow_enter(step, FLOW_CERTIFICATE); /* which says why not, or has it proved */
    } else {
        flow_enter(step, next);
    }
}
