/* flow_hall.c - the states around a visit: before it, after it, and what is said in between. */
#include <string.h>

#include "kiosk/core/flow_inner.h"

/* What an inserted token is taken to want; its visitor has chosen nothing. */
#define SERVICE_DEFAULT SERVICE_RENEW

void attract_entered(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    visit->language = step->rules->language;
    visit->large_text = false;
    visit->high_contrast = false;
}

static void announcement_turn(struct step *step)
{
    struct flow *flow = step->flow;
    if (flow->hall.announcement_count > 0)
        flow->announcement = (uint8_t)((flow->announcement + 1) % flow->hall.announcement_count);
}

void attract_expired(struct step *step)
{
    announcement_turn(step);
    flow_arm(step);
}

void attract_touched(struct step *step)
{
    if (step->event->action == ACTION_NEXT_ANNOUNCEMENT) {
        attract_expired(step);
    } else if (step->event->action != ACTION_NONE) {
        flow_enter(step, FLOW_SERVICES);
    }
}

void services_touched(struct step *step)
{
    enum action action = step->event->action;
    uint32_t value = step->event->value;

    if (action == ACTION_NEXT_ANNOUNCEMENT) {
        announcement_turn(step);
    } else if (action == ACTION_BACK) {
        flow_leave(step);
    }
    if (action != ACTION_SERVICE || value >= SERVICE_COUNT)
        return;

    enum service service = (enum service)value;
    if (!service_row(service)->needs_token ||
        flow_service_block(step->flow, step->rules, service) != SERVICE_HERE)
        return;
    flow_begin(step, service);
    flow_enter(step, step->flow->token_in ? FLOW_READING : FLOW_INSERT);
}

void services_expired(struct step *step)
{
    flow_end(step);
    flow_enter(step, FLOW_ATTRACT);
}

void insert_touched(struct step *step)
{
    if (step->event->action == ACTION_BACK)
        flow_home(step);
}

void take_token_removed(struct step *step)
{
    flow_end(step);
    flow_enter(step, FLOW_ATTRACT);
}

/* A token in the reader starts a visit, or goes on with the one that asked for it. */
void token_arrived(struct step *step)
{
    if (step->flow->state != FLOW_INSERT) {
        if (step->flow->visit.id[0] != '\0')
            flow_end(step);
        flow_begin(step, SERVICE_DEFAULT);
    }
    flow_enter(step, FLOW_READING);
}

static void message_retry(struct step *step)
{
    struct flow *flow = step->flow;

    switch (flow->message) {
    case MESSAGE_WRITE_FAILED:
        if (flow->token_in)
            flow_go_on(step);
        return;
    case MESSAGE_REFUND: /* that order is over; the certificate may need a new one */
        memset(&flow->visit.order, 0, sizeof(flow->visit.order));
        if (flow->token_in && flow_certificate(flow) != NULL)
            flow_enter(step, FLOW_CERTIFICATE);
        return;
    case MESSAGE_TOKEN_UNREADABLE:
    case MESSAGE_PLATFORM_SILENT:
    case MESSAGE_ORDER_REFUSED:
    case MESSAGE_NOT_PAID:
    case MESSAGE_CANCELLED:
        flow_enter(step, flow->token_in ? FLOW_READING : FLOW_INSERT);
        return;
    case MESSAGE_NONE:
    case MESSAGE_TOKEN_FOREIGN:
    case MESSAGE_PULLED_UNPAID:
    case MESSAGE_PULLED_PAYING:
    case MESSAGE_PULLED_PAID:
    case MESSAGE_PIN_BLOCKED:
    case MESSAGE_STAFF_NEEDED:
    case MESSAGE_COUNT:
        return;
    }
}

void message_touched(struct step *step)
{
    enum action action = step->event->action;
    if (action == ACTION_RETRY) {
        message_retry(step);
    } else if (action == ACTION_FINISH || action == ACTION_BACK || action == ACTION_NEXT) {
        flow_leave(step);
    }
}

/* Whoever takes the token has understood, or is about to insert another one. */
void message_removed(struct step *step)
{
    uint64_t soon_ms = step->event->now_ms + FLOW_READ_MS;
    if (soon_ms < step->flow->deadline_ms)
        step->flow->deadline_ms = soon_ms;
    step->flow->warn_ms = 0;
    step->flow->warning = false;
}

/* The money came while "not paid" was still on the screen. */
void message_ordered(struct step *step)
{
    struct flow *flow = step->flow;
    bool unpaid =
        flow->message == MESSAGE_NOT_PAID || flow->message == MESSAGE_CANCELLED ||
        flow->message == MESSAGE_PULLED_PAYING || flow->message == MESSAGE_PULLED_UNPAID ||
        flow->message == MESSAGE_PLATFORM_SILENT || flow->message == MESSAGE_ORDER_REFUSED;

    if (unpaid && flow->visit.order.status == FACT_ORDER_REFUND)
        flow_say(step, MESSAGE_REFUND);
    if (!unpaid || !flow_is_paid(flow->visit.order.status))
        return;
    if (flow->token_in && flow->visit.pin_verified) {
        flow_go_on(step);
    } else {
        flow_say(step, MESSAGE_PULLED_PAID);
    }
}
