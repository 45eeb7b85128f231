/* flow_pin.c - the PIN: a try is spent only by a touch, and the last one only after consent. */
#include "kiosk/core/flow_inner.h"

/* Written, and only the test is missing, which wants the PIN once more. */
static bool is_test_pending(const struct flow *flow)
{
    return flow->visit.write == FLOW_WRITE_TEST;
}

void pin_entered(struct step *step)
{
    struct flow *flow = step->flow;
    flow->visit.pin_returns_to = is_test_pending(flow) ? FLOW_WRITING : flow_way_on(flow);
}

void pin_typed(struct step *step)
{
    struct flow *flow = step->flow;
    uint32_t len = step->event->value;

    if (flow->state != FLOW_PIN)
        return;
    flow->visit.pin_len = (uint8_t)(len > FLOW_PIN_MAX ? FLOW_PIN_MAX : len);
    flow_arm(step);
}

/* Leave without the PIN. What is paid and half done gets a ticket. */
static void pin_left(struct step *step, enum flow_state back_to)
{
    if (is_test_pending(step->flow)) {
        flow_enter(step, FLOW_TICKET);
    } else if (back_to == FLOW_CERTIFICATE && flow_certificate(step->flow) != NULL) {
        flow_enter(step, FLOW_CERTIFICATE);
    } else {
        flow_leave(step);
    }
}

void pin_expired(struct step *step)
{
    pin_left(step, FLOW_TAKE_TOKEN);
}

void pin_touched(struct step *step)
{
    struct flow *flow = step->flow;
    enum action action = step->event->action;

    if (action == ACTION_LAST_TRY) {
        flow->visit.pin_last_try_ok = true;
    } else if (action == ACTION_BACK) {
        pin_left(step, FLOW_CERTIFICATE);
    }
    if (action != ACTION_NEXT || !flow_next_allowed(flow, step->rules))
        return;
    flow->visit.pin_wrong = false;
    flow_enter(step, FLOW_PIN_CHECKING);
    flow_await(step, EFFECT_VERIFY_PIN);
}

static void on_right(struct step *step)
{
    struct flow *flow = step->flow;

    flow->visit.pin_verified = true;
    flow_note(step, ENTRY_PIN_VERIFIED);
    flow_go_on(step);
}

static void on_wrong(struct step *step, uint32_t tries_left)
{
    struct visit *visit = &step->flow->visit;

    visit->token.tries_left =
        (uint8_t)(tries_left < FACTS_TRIES_UNKNOWN ? tries_left : FACTS_TRIES_UNKNOWN);
    visit->pin_wrong = true;
    flow_note(step, ENTRY_PIN_REFUSED);
    if (tries_left == 0) {
        flow_say(step, MESSAGE_PIN_BLOCKED);
    } else {
        flow_enter(step, FLOW_PIN);
    }
}

void pin_silent(struct step *step)
{
    flow_say(step, MESSAGE_TOKEN_UNREADABLE); /* reading again tells what the tries are now */
}

void pin_answered(struct step *step)
{
    if (step->event->kind != EVENT_PIN_ANSWERED)
        return;
    switch (step->event->result) {
    case ERR_NONE:
        on_right(step);
        return;
    case ERR_DENIED:
        on_wrong(step, step->event->value);
        return;
    case ERR_BLOCKED:
        on_wrong(step, 0);
        return;
    case ERR_GONE:
        flow_pulled(step);
        return;
    case ERR_MALFORMED: /* never sent: no try was spent */
        flow_enter(step, FLOW_PIN);
        return;
    case ERR_TIMEOUT:
    case ERR_UNSUPPORTED:
    case ERR_NO_ROOM:
    case ERR_CONFLICT:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_CODE_COUNT:
        pin_silent(step);
        return;
    }
}
