/* flow_token.c - from an inserted token to the certificate that is meant. */
#include <string.h>

#include "kiosk/core/flow_inner.h"

#define NO_CERTIFICATE FACTS_CERTIFICATES_MAX /* as an index: none is chosen */

void reading_entered(struct step *step)
{
    struct visit *visit = &step->flow->visit;

    memset(&visit->token, 0, sizeof(visit->token));
    memset(&visit->account, 0, sizeof(visit->account));
    memset(&visit->order, 0, sizeof(visit->order));
    memset(&visit->eligibility, 0, sizeof(visit->eligibility));
    visit->chosen = NO_CERTIFICATE;
    visit->pin_verified = false; /* identifying starts a new session with the token */
    visit->token_proved = false;
    visit->token_refuses = false;
    visit->pin_wrong = false;
    visit->write = FLOW_WRITE_INTENT;
    visit->failure = ERR_NONE;
    visit->printed = ERR_NONE;
    visit->printed_known = false;
    flow_await(step, EFFECT_IDENTIFY);
}

void reading_expired(struct step *step)
{
    flow_say(step, MESSAGE_TOKEN_UNREADABLE);
}

void leave_touched(struct step *step)
{
    if (step->event->action == ACTION_BACK || step->event->action == ACTION_FINISH)
        flow_leave(step);
}

static bool is_usable(const struct step *step, uint32_t index)
{
    const struct fact_token *token = &step->flow->visit.token;
    return index < token->certificate_count &&
           token->certificates[index].profile < step->rules->profile_count &&
           token->certificates[index].chain_ok;
}

static bool is_of_order(const struct fact_certificate *certificate, const struct fact_order *order)
{
    const uint8_t *fingerprint = certificate->fingerprint;
    return memcmp(fingerprint, order->old_fingerprint, FACTS_FINGERPRINT_LEN) == 0 ||
           (order->has_certificate &&
            memcmp(fingerprint, order->new_fingerprint, FACTS_FINGERPRINT_LEN) == 0);
}

/* The usable certificate that an order to be resumed is about: before the write or after it. */
static uint8_t certificate_of_order(const struct step *step)
{
    const struct visit *visit = &step->flow->visit;
    bool open = flow_way_on(step->flow) != FLOW_OFFER;

    for (uint8_t i = 0; open && i < visit->token.certificate_count; i++) {
        if (is_usable(step, i) && is_of_order(&visit->token.certificates[i], &visit->order))
            return i;
    }
    return NO_CERTIFICATE;
}

static void choose(struct step *step, uint8_t index)
{
    step->flow->visit.chosen = index;
    flow_enter(step, FLOW_CERTIFICATE);
}

/* A token whose certificate was torn by an interrupted write shows none of ours; a paid order
 * for it heals it. */
static void heal_or_refuse(struct step *step)
{
    struct visit *visit = &step->flow->visit;

    if (!flow_is_paid(visit->order.status)) {
        flow_say(step, MESSAGE_TOKEN_FOREIGN);
    } else if (visit->token.tries_left == 0) {
        flow_say(step, MESSAGE_PIN_BLOCKED);
    } else {
        flow_enter(step, FLOW_PIN);
    }
}

/* From all that is known of the token now. */
static void show(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    uint8_t first = NO_CERTIFICATE;
    uint8_t usable = 0;

    for (uint8_t i = 0; i < visit->token.certificate_count; i++) {
        if (!is_usable(step, i))
            continue;
        first = usable == 0 ? i : first;
        usable++;
    }

    uint8_t ordered = certificate_of_order(step);
    if (ordered != NO_CERTIFICATE) {
        choose(step, ordered);
    } else if (usable == 0 || flow_is_paid(visit->order.status)) {
        heal_or_refuse(step);
    } else if (usable == 1) {
        choose(step, first);
    } else {
        flow_enter(step, FLOW_CHOOSE_CERTIFICATE);
    }
}

static bool is_renewable(const struct step *step, uint8_t index)
{
    const struct visit *visit = &step->flow->visit;
    const struct fact_certificate *certificate = &visit->token.certificates[index];
    struct eligibility found =
        eligibility_of_renewal(&step->rules->profiles[certificate->profile], certificate,
                               &visit->account, visit->token.tries_left, step->flow->hall.wall_s);

    return found.verdict == VERDICT_OK;
}

/*
 * Whether it is to be seen that the token lets this house write: before anything is sold for it,
 * and never without need, since tokens may count what they refuse.
 */
static bool is_proof_due(const struct step *step)
{
    const struct flow *flow = step->flow;
    enum flow_state next = flow_way_on(flow);
    bool open = next == FLOW_ORDERING || next == FLOW_PAY;
    bool may_sell = flow_may_sell(flow) || next == FLOW_MESSAGE; /* a refund: one may start anew */

    if (!may_sell || flow->visit.token.tries_left == 0)
        return false;
    for (uint8_t i = 0; i < flow->visit.token.certificate_count; i++) {
        if (is_usable(step, i) && (open || is_renewable(step, i)))
            return true;
    }
    return false;
}

static void on_looked_up(struct step *step)
{
    struct visit *visit = &step->flow->visit;

    visit->account = step->event->u.found.account;
    visit->order = step->event->u.found.order;
    if (!is_proof_due(step)) {
        show(step);
        return;
    }
    flow_arm(step); /* another call to the token */
    flow_await(step, EFFECT_PROVE);
}

/* Nobody shall pay for what cannot be written; what is paid goes on to the write all the same. */
static void on_refused(struct step *step)
{
    struct fact_order *order = &step->flow->visit.order;

    step->flow->visit.token_refuses = true;
    if (order->status == FACT_ORDER_REQUESTED || order->status == FACT_ORDER_TO_PAY) {
        order_leave(step, ERR_DENIED);
        order->status = FACT_ORDER_CLOSED;
    }
    show(step);
}

static void on_proved(struct step *step)
{
    switch (step->event->result) {
    case ERR_NONE:
        step->flow->visit.token_proved = true;
        show(step);
        return;
    case ERR_DENIED:
    case ERR_UNSUPPORTED:
        on_refused(step);
        return;
    case ERR_GONE:
        flow_pulled(step);
        return;
    case ERR_BLOCKED:
    case ERR_TIMEOUT:
    case ERR_MALFORMED:
    case ERR_NO_ROOM:
    case ERR_CONFLICT:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_CODE_COUNT:
        flow_say(step, MESSAGE_TOKEN_UNREADABLE);
        return;
    }
}

static void on_identified(struct step *step)
{
    if (step->event->result == ERR_GONE) {
        flow_pulled(step);
    } else if (step->event->result != ERR_NONE || step->event->u.token.id[0] == '\0' ||
               step->event->u.token.certificate_count > FACTS_CERTIFICATES_MAX) {
        flow_say(step, MESSAGE_TOKEN_UNREADABLE);
    } else {
        step->flow->visit.token = step->event->u.token;
        flow_await(step, EFFECT_LOOK_UP);
    }
}

void reading_answered(struct step *step)
{
    bool identified = step->flow->visit.token.id[0] != '\0';

    if (step->event->kind == EVENT_IDENTIFIED && !identified) {
        on_identified(step);
    } else if (step->event->kind == EVENT_LOOKED_UP && identified) {
        /* Without what the ledger knows, a paid order would be overlooked. */
        if (step->event->result == ERR_NONE) {
            on_looked_up(step);
        } else {
            flow_say(step, MESSAGE_PLATFORM_SILENT);
        }
    } else if (step->event->kind == EVENT_PROVED) {
        on_proved(step);
    }
}

void choose_touched(struct step *step)
{
    if (step->event->action == ACTION_CHOOSE && is_usable(step, step->event->value)) {
        choose(step, (uint8_t)step->event->value);
    } else {
        leave_touched(step);
    }
}

void certificate_judge(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    const struct fact_certificate *certificate = flow_certificate(step->flow);

    if (certificate == NULL)
        return;
    visit->eligibility =
        eligibility_of_renewal(flow_profile(step->flow, step->rules), certificate, &visit->account,
                               visit->token.tries_left, step->flow->hall.wall_s);
    /* Nothing goes on with a frozen token, an order that was paid neither. */
    if (visit->token.tries_left == 0 && flow_way_on(step->flow) != FLOW_OFFER)
        visit->eligibility.verdict = VERDICT_PIN_BLOCKED;
    if (visit->token_refuses && visit->eligibility.verdict == VERDICT_OK)
        visit->eligibility.verdict = VERDICT_REFUSES;
}

void certificate_entered(struct step *step)
{
    step->flow->visit.pin_wrong = false;
    certificate_judge(step);
}

void certificate_removed(struct step *step)
{
    if (flow_next_allowed(step->flow, step->rules)) {
        flow_pulled(step);
        return;
    }
    flow_leave(step); /* nothing could be done: taking it out is the way to go */
}

void certificate_touched(struct step *step)
{
    struct flow *flow = step->flow;

    if (step->event->action == ACTION_REPRINT && flow_receipt_allowed(flow)) {
        flow_enter(step, FLOW_PRINTING);
        return;
    }
    if (step->event->action != ACTION_NEXT) {
        leave_touched(step);
        return;
    }
    certificate_judge(step);
    if (!flow_next_allowed(flow, step->rules))
        return;
    if (flow_may_sell(flow) && !flow->visit.token_proved) {
        flow_enter(step, FLOW_READING); /* it may be renewed only since it was read */
    } else if (flow_way_on(flow) == FLOW_MESSAGE || flow->visit.pin_verified ||
               !service_row(flow->visit.service)->needs_pin) {
        flow_go_on(step);
    } else {
        flow_enter(step, FLOW_PIN);
    }
}
