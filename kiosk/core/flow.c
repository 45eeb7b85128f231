/* flow.c - the dispatcher: each state is a row, each event finds its handler in the row. */
#include "kiosk/core/flow.h"

#include <assert.h>
#include <string.h>

#include "kiosk/core/flow_inner.h"

/* clang-format off */
static const struct state_row rows[FLOW_STATE_COUNT] = {
    [FLOW_OUT_OF_SERVICE] = {.entered = NULL},
    [FLOW_ATTRACT] = {.entered = attract_entered, .touched = attract_touched,
        .inserted = token_arrived, .expired = attract_expired, .timeout_ms = FLOW_ANNOUNCEMENT_MS},
    [FLOW_SERVICES] = {.touched = services_touched, .inserted = token_arrived,
        .expired = services_expired, .timeout_ms = FLOW_IDLE_MS, .warn_ms = FLOW_WARN_MS,
        .idle = true, .home = true},
    [FLOW_INSERT] = {.touched = insert_touched, .inserted = token_arrived, .expired = flow_leave,
        .timeout_ms = FLOW_IDLE_MS, .warn_ms = FLOW_WARN_MS, .idle = true, .home = true},
    [FLOW_READING] = {.entered = reading_entered, .touched = leave_touched,
        .answered = reading_answered, .removed = flow_pulled, .expired = reading_expired,
        .timeout_ms = FLOW_TOKEN_MS, .home = true},
    [FLOW_CHOOSE_CERTIFICATE] = {.touched = choose_touched, .removed = flow_pulled,
        .expired = flow_leave, .timeout_ms = FLOW_IDLE_MS, .warn_ms = FLOW_WARN_MS, .idle = true,
        .home = true},
    [FLOW_CERTIFICATE] = {.entered = certificate_entered, .touched = certificate_touched,
        .removed = certificate_removed, .expired = flow_leave, .timeout_ms = FLOW_IDLE_MS,
        .warn_ms = FLOW_WARN_MS, .idle = true, .home = true},
    [FLOW_PIN] = {.entered = pin_entered, .touched = pin_touched, .removed = flow_pulled,
        .expired = pin_expired, .timeout_ms = FLOW_IDLE_MS, .warn_ms = FLOW_WARN_MS, .idle = true,
        .home = true},
    [FLOW_PIN_CHECKING] = {.answered = pin_answered, .removed = flow_pulled,
        .expired = pin_silent, .timeout_ms = FLOW_TOKEN_MS},
    [FLOW_OFFER] = {.entered = offer_entered, .touched = offer_touched, .ordered = offer_ordered,
        .removed = flow_pulled, .expired = flow_leave, .timeout_ms = FLOW_IDLE_MS,
        .warn_ms = FLOW_WARN_MS, .idle = true, .home = true},
    [FLOW_ORDERING] = {.touched = ordering_touched, .answered = ordering_answered,
        .ordered = ordering_ordered, .removed = ordering_removed, .expired = ordering_expired,
        .timeout_ms = FLOW_ORDERING_MS},
    [FLOW_PAY] = {.touched = pay_touched, .ordered = pay_ordered, .removed = pay_removed,
        .expired = pay_expired, .timeout_ms = FLOW_PAY_MS, .warn_ms = FLOW_WARN_MS},
    [FLOW_ISSUING] = {.touched = issuing_touched, .ordered = issuing_ordered,
        .removed = flow_pulled, .expired = issuing_expired, .timeout_ms = FLOW_ISSUING_MS},
    [FLOW_WRITING] = {.entered = writing_entered, .answered = writing_answered,
        .removed = writing_removed},
    [FLOW_PRINTING] = {.entered = printing_entered, .answered = printing_answered,
        .expired = printing_expired, .timeout_ms = FLOW_PRINTING_MS},
    [FLOW_DONE] = {.touched = done_touched, .removed = done_removed, .inserted = token_arrived, .expired = flow_leave,
        .timeout_ms = FLOW_DONE_MS, .warn_ms = FLOW_DONE_WARN_MS, .idle = true, .home = true},
    [FLOW_TICKET] = {.entered = ticket_entered, .touched = ticket_touched, .removed = ticket_removed,
        .answered = ticket_answered, .ordered = ticket_ordered, .inserted = token_arrived, .expired = flow_leave,
        .timeout_ms = FLOW_IDLE_MS, .warn_ms = FLOW_WARN_MS, .idle = true, .home = true},
    [FLOW_MESSAGE] = {.touched = message_touched, .removed = message_removed, .ordered = message_ordered,
        .inserted = token_arrived, .expired = flow_leave, .timeout_ms = FLOW_IDLE_MS,
        .warn_ms = FLOW_WARN_MS, .idle = true, .home = true},
    [FLOW_TAKE_TOKEN] = {.removed = take_token_removed},
};
/* clang-format on */

const struct state_row *flow_row(enum flow_state state)
{
    assert(state < FLOW_STATE_COUNT);
    return &rows[state];
}

static void call(void (*handler)(struct step *), struct step *step)
{
    if (handler != NULL)
        handler(step);
}

static void on_tick(struct step *step)
{
    struct flow *flow = step->flow;
    if (flow->deadline_ms != 0 && step->event->now_ms >= flow->deadline_ms) {
        call(flow_row(flow->state)->expired, step);
    } else if (flow->warn_ms != 0 && step->event->now_ms >= flow->warn_ms) {
        flow->warning = true;
    }
}

/* The touches that mean the same on every screen. True when this was one. */
static bool touch_is_common(struct step *step)
{
    struct visit *visit = &step->flow->visit;
    enum action action = step->event->action;

    if (action == ACTION_LANGUAGE) {
        visit->language = visit->language == LANGUAGE_ZH ? LANGUAGE_EN : LANGUAGE_ZH;
    } else if (action == ACTION_LARGE_TEXT) {
        visit->large_text = !visit->large_text;
    } else if (action == ACTION_HIGH_CONTRAST) {
        visit->high_contrast = !visit->high_contrast;
    } else if (action == ACTION_HELP || action == ACTION_HELP_CLOSE) {
        visit->help_open = action == ACTION_HELP;
    } else {
        return false;
    }
    /* Between visits only SERVICES has a time after which the next visitor's own choice rules. */
    if (step->flow->state == FLOW_ATTRACT) {
        bool help = visit->help_open;
        flow_enter(step, FLOW_SERVICES);
        visit->help_open = help;
    }
    return true;
}

static void on_touch(struct step *step)
{
    const struct state_row *row = flow_row(step->flow->state);

    if (row->idle)
        flow_arm(step);
    if (touch_is_common(step))
        return;
    if (step->event->action == ACTION_HOME && row->home) {
        flow_home(step);
    } else {
        call(row->touched, step);
    }
}

static void on_removed(struct step *step)
{
    if (!step->flow->token_in)
        return;
    step->flow->token_in = false;
    step->flow->visit.pin_verified = false;
    step->flow->visit.token_proved = false;
    call(flow_row(step->flow->state)->removed, step);
}

static void on_inserted(struct step *step)
{
    if (step->flow->token_in)
        return;
    step->flow->token_in = true;
    call(flow_row(step->flow->state)->inserted, step);
}

static void on_hall(struct step *step)
{
    struct flow *flow = step->flow;
    bool reader_left = flow->hall.reader_there && !step->event->u.hall.reader_there;

    flow->hall = step->event->u.hall;
    if (flow->announcement >= flow->hall.announcement_count)
        flow->announcement = 0;
    if (reader_left) /* no reader will ever tell that the token in it was taken */
        on_removed(step);
    if (flow->state == FLOW_ATTRACT && flow->deadline_ms == 0)
        flow_arm(step);
    if (flow->state != FLOW_OUT_OF_SERVICE || !flow->hall.ledger_ok)
        return;
    if (flow->token_in) {
        token_arrived(step);
    } else {
        flow_leave(step);
    }
}

static void on_answer(struct step *step)
{
    struct flow *flow = step->flow;
    if (flow->waiting_for == 0 || step->event->id != flow->waiting_for)
        return;
    call(flow_row(flow->state)->answered, step);
}

static void on_event(struct step *step)
{
    switch (step->event->kind) {
    case EVENT_TICK:
        on_tick(step);
        return;
    case EVENT_TOUCH:
        on_touch(step);
        return;
    case EVENT_PIN_LENGTH:
        pin_typed(step);
        return;
    case EVENT_HALL:
        on_hall(step);
        return;
    case EVENT_INSERTED:
        on_inserted(step);
        return;
    case EVENT_REMOVED:
        on_removed(step);
        return;
    case EVENT_ORDER:
        if (order_take(step))
            call(flow_row(step->flow->state)->ordered, step);
        return;
    case EVENT_IDENTIFIED:
    case EVENT_LOOKED_UP:
    case EVENT_PROVED:
    case EVENT_PIN_ANSWERED:
    case EVENT_JOURNALED:
    case EVENT_WRITTEN:
    case EVENT_TESTED:
    case EVENT_PRINTED:
        on_answer(step);
        return;
    case EVENT_COUNT:
        return;
    }
}

static bool is_within_write(const struct flow *flow)
{
    return flow->state == FLOW_WRITING &&
           (flow->visit.write == FLOW_WRITE_TOKEN || flow->visit.write == FLOW_WRITE_TEST);
}

void flow_init(struct flow *flow, const struct flow_rules *rules, uint64_t now_ms)
{
    memset(flow, 0, sizeof(*flow));
    flow->state = FLOW_OUT_OF_SERVICE;
    flow->since_ms = now_ms;
    flow->visit.language = rules->language;
}

void flow_step(struct flow *flow, const struct flow_rules *rules, const struct event *event,
               struct effects *out)
{
    struct step step = {flow, rules, event, out};

    out->count = 0;
    on_event(&step);
    if (!flow->hall.ledger_ok && flow->state != FLOW_OUT_OF_SERVICE && !is_within_write(flow))
        flow_enter(&step, FLOW_OUT_OF_SERVICE);
}

uint64_t flow_next_tick_ms(const struct flow *flow)
{
    if (flow->warn_ms != 0 && !flow->warning)
        return flow->warn_ms;
    return flow->deadline_ms;
}
