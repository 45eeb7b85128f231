/* sim_kiosk.c - stands for the application: runs effects, turns results into events. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

static struct sim_pending *later(struct sim *sim, uint64_t from_ms, uint64_t to_ms)
{
    promise(sim, sim->pending_count < SIM_PENDING_MAX, "P8: the kiosk has too much to do");
    if (sim->pending_count == SIM_PENDING_MAX)
        sim->pending_count--;
    struct sim_pending *pending = &sim->pending[sim->pending_count++];
    memset(pending, 0, sizeof(*pending));
    pending->at_ms = sim_in(sim, from_ms, to_ms);
    return pending;
}

static struct event *answer(struct sim_pending *pending, enum event_kind kind, uint32_t id)
{
    pending->answer = true;
    pending->event.kind = kind;
    pending->event.id = id;
    return &pending->event;
}

static void do_identify(struct sim *sim, const struct effect *effect)
{
    struct event *event = answer(later(sim, 100, 900), EVENT_IDENTIFIED, effect->id);
    bool fails = !sim->calm && sim_chance(sim, 5);

    if (sim->inserted == SIM_NO_TOKEN) {
        event->result = ERR_GONE;
    } else if (fails) {
        event->result = sim_chance(sim, 50) ? ERR_IO : ERR_MALFORMED;
    } else {
        const struct sim_token *token = &sim->tokens[sim->inserted];
        event->u.token = token->facts;
        event->u.token.tries_left = token->tries;
        event->u.token.certificate_count = token->torn ? 0 : 1;
    }
}

/* What the ledger knows of an order: the document, and what was journaled here since. */
static struct fact_order merged(const struct sim *sim, const struct sim_order *order,
                                const struct sim_entry *request)
{
    struct fact_order facts = request->request;
    if (order != NULL && order->box.status != FACT_ORDER_NONE)
        facts = order->box;

    for (int i = 0; i < sim->journal_count; i++) {
        const struct sim_entry *entry = &sim->journal[i];
        if (strcmp(entry->order, request->order) != 0)
            continue;
        if (entry->kind == ENTRY_DELIVERED && sim->broken != BREAK_FORGETS_DELIVERY)
            facts.status = FACT_ORDER_DONE;
        if (entry->kind == ENTRY_ORDER_LEFT &&
            (facts.status == FACT_ORDER_REQUESTED || facts.status == FACT_ORDER_TO_PAY))
            facts.status = FACT_ORDER_CLOSED;
    }
    return facts;
}

static bool is_paid(enum fact_order_status status)
{
    return status == FACT_ORDER_IN_REVIEW || status == FACT_ORDER_TO_MAKE ||
           status == FACT_ORDER_TO_WRITE;
}

/* The order of this token that matters: one that is paid, else the newest. */
static struct fact_order look_up(const struct sim *sim, int token)
{
    struct fact_order found = {.status = FACT_ORDER_NONE};

    for (int i = 0; i < sim->journal_count; i++) {
        const struct sim_entry *entry = &sim->journal[i];
        if (entry->kind != ENTRY_ORDER_REQUESTED || entry->token != token)
            continue;
        int at = platform_find(sim, entry->order);
        struct fact_order facts = merged(sim, at >= 0 ? &sim->orders[at] : NULL, entry);
        if (is_paid(facts.status) && sim->broken == BREAK_FORGETS_PAYMENT)
            continue;
        if (!is_paid(found.status) || is_paid(facts.status))
            found = facts;
    }
    return found;
}

static void do_look_up(struct sim *sim, const struct effect *effect)
{
    struct event *event = answer(later(sim, 1, 30), EVENT_LOOKED_UP, effect->id);
    int token = effect->visit.token.id[1] - '0';

    event->u.found.account.known = true;
    event->u.found.account.seals = 2;
    event->u.found.order = look_up(sim, token);
    if (sim->broken == BREAK_DREAMS_OF_PAYMENT && event->u.found.order.id[0] != '\0') {
        event->u.found.order.status = FACT_ORDER_TO_WRITE;
        event->u.found.order.has_certificate = true;
    }
}

static void do_prove(struct sim *sim, const struct effect *effect)
{
    struct event *event = answer(later(sim, 10, 400), EVENT_PROVED, effect->id);
    bool fails = !sim->calm && sim_chance(sim, 3);

    if (sim->inserted == SIM_NO_TOKEN) {
        event->result = ERR_GONE;
    } else if (sim->tokens[sim->inserted].refuses && sim->broken != BREAK_SKIPS_PROOF) {
        event->result = sim_chance(sim, 80) ? ERR_DENIED : ERR_UNSUPPORTED;
    } else if (fails) {
        event->result = ERR_IO;
    }
}

static void do_verify(struct sim *sim, const struct effect *effect)
{
    struct event *event = answer(later(sim, 50, 800), EVENT_PIN_ANSWERED, effect->id);

    if (sim->inserted == SIM_NO_TOKEN) {
        event->result = ERR_GONE;
        return;
    }
    struct sim_token *token = &sim->tokens[sim->inserted];
    sim->sent_tries += sim->broken == BREAK_TRIES_TWICE ? 2 : 1;
    if (!sim->wrong_pin && token->tries > 0) {
        token->tries = 5;
        return;
    }
    token->tries = (uint8_t)(token->tries > 0 ? token->tries - 1 : 0);
    event->result = token->tries > 0 ? ERR_DENIED : ERR_BLOCKED;
    event->value = token->tries;
}

static void do_append(struct sim *sim, const struct effect *effect)
{
    struct sim_pending *pending = later(sim, 5, 60);
    struct sim_entry *entry = &pending->entry;
    bool lies = sim->broken == BREAK_JOURNAL_LIES && effect->entry == ENTRY_WRITE_INTENDED;
    bool fails = !sim->calm && effect->kind == EFFECT_JOURNAL && sim_random(sim, 200) == 0;

    /* One writer, in order: nothing is durable before what was given to it earlier. */
    for (int i = 0; i < sim->pending_count - 1; i++) {
        if (sim->pending[i].append && sim->pending[i].at_ms >= pending->at_ms)
            pending->at_ms = sim->pending[i].at_ms + 1;
    }
    pending->append = !lies && !fails;
    entry->kind = effect->entry;
    entry->token =
        effect->visit.token.id[0] == 's' ? effect->visit.token.id[1] - '0' : SIM_NO_TOKEN;
    memcpy(entry->order, effect->visit.order.id, sizeof(entry->order));
    entry->request = effect->visit.order;
    if (effect->kind == EFFECT_JOURNAL)
        answer(pending, EVENT_JOURNALED, effect->id)->result = fails ? ERR_IO : ERR_NONE;
}

static void do_write(struct sim *sim, const struct effect *effect)
{
    struct sim_pending *pending = later(sim, 300, 2500);
    struct event *event = answer(pending, EVENT_WRITTEN, effect->id);

    if (sim->inserted == SIM_NO_TOKEN) {
        event->result = ERR_GONE;
        return;
    }
    if (sim->tokens[sim->inserted].refuses) {
        event->result = ERR_DENIED;
        return;
    }
    sim->tokens[sim->inserted].torn = true; /* from the first chained APDU to the last */
    if (!sim->calm && sim_chance(sim, 10)) {
        event->result = sim_chance(sim, 70) ? ERR_IO : ERR_CONFLICT;
        return;
    }
    pending->write = true;
    pending->token = sim->inserted;
    pending->fingerprint = effect->visit.order.new_fingerprint[0];
}

static void do_self_test(struct sim *sim, const struct effect *effect)
{
    struct event *event = answer(later(sim, 50, 400), EVENT_TESTED, effect->id);

    if (sim->inserted == SIM_NO_TOKEN) {
        event->result = ERR_GONE;
    } else if (!sim->calm && sim_chance(sim, 20)) {
        event->result = sim_chance(sim, 70) ? ERR_DENIED : ERR_IO;
    }
}

static void do_print(struct sim *sim, const struct effect *effect)
{
    if (!sim->calm && sim_chance(sim, 10))
        return; /* a printer that swallows the job: the flow's own time ends that */
    answer(later(sim, 500, 4000), EVENT_PRINTED, effect->id)->result =
        sim_chance(sim, 80) ? ERR_NONE : ERR_TIMEOUT;
}

static void do_effect(struct sim *sim, const struct effect *effect, const struct flow *before)
{
    promises_of_effect(sim, effect, before);
    switch (effect->kind) {
    case EFFECT_IDENTIFY:
        do_identify(sim, effect);
        return;
    case EFFECT_LOOK_UP:
        do_look_up(sim, effect);
        return;
    case EFFECT_PROVE:
        do_prove(sim, effect);
        return;
    case EFFECT_VERIFY_PIN:
        do_verify(sim, effect);
        sim->typed = 0;
        return;
    case EFFECT_WIPE_PIN:
    case EFFECT_WIPE_VISIT:
        sim->typed = 0;
        return;
    case EFFECT_JOURNAL:
    case EFFECT_NOTE:
        do_append(sim, effect);
        return;
    case EFFECT_WRITE:
        do_write(sim, effect);
        return;
    case EFFECT_SELF_TEST:
        do_self_test(sim, effect);
        return;
    case EFFECT_PRINT:
        do_print(sim, effect);
        return;
    }
}

static void sabotage(struct sim *sim)
{
    if (sim->broken == BREAK_WRITES_UNASKED && sim->flow.state == FLOW_OFFER) {
        sim->flow.state = FLOW_WRITING;
        sim->flow.deadline_ms = sim->flow.warn_ms = 0;
    }
    if (sim->broken == BREAK_REMEMBERS_VISIT && sim->flow.state == FLOW_ATTRACT)
        (void)snprintf(sim->flow.visit.token.id, sizeof(sim->flow.visit.token.id), "s0");
}

void kiosk_send(struct sim *sim, struct event *event)
{
    struct flow before = sim->flow;

    event->now_ms = sim->now_ms;
    for (size_t i = 0; i < sizeof(event->random); i++)
        event->random[i] = (uint8_t)sim_random(sim, 256);
    flow_step(&sim->flow, &sim->rules, event, &sim->out);
    sim->steps++;
    sabotage(sim);
    if (sim->trace) {
        printf("%10llu event %2d result %d action %2d: state %2d -> %2d message %2d, %d effects\n",
               (unsigned long long)sim->now_ms, (int)event->kind, (int)event->result,
               (int)event->action, (int)before.state, (int)sim->flow.state, (int)sim->flow.message,
               (int)sim->out.count);
    }
    promises_after_step(sim, &before);

    for (uint8_t i = 0; i < sim->out.count; i++)
        do_effect(sim, &sim->out.list[i], &before);
}

void kiosk_send_kind(struct sim *sim, enum event_kind kind)
{
    struct event event = {.kind = kind};
    if (kind == EVENT_HALL)
        event.u.hall = sim->hall;
    if (kind == EVENT_HALL && sim->journal_count < sim->journal_sent &&
        sim->broken != BREAK_IGNORES_MARK) {
        event.u.hall.ledger_ok = false;
        event.u.hall.ledger_fault = FACT_LEDGER_ROLLED_BACK;
    }
    kiosk_send(sim, &event);
}

void kiosk_touch(struct sim *sim, enum action action, uint32_t value)
{
    struct event event = {.kind = EVENT_TOUCH, .action = action, .value = value};
    kiosk_send(sim, &event);
}

void kiosk_power_on(struct sim *sim)
{
    sim->power = true;
    sim->power_ms = SIM_NEVER;
    flow_init(&sim->flow, &sim->rules, sim->now_ms);
    kiosk_send_kind(sim, EVENT_HALL);
    if (sim->inserted != SIM_NO_TOKEN)
        kiosk_send_kind(sim, EVENT_INSERTED);
}

/* While the power is off somebody puts an older copy of the journal in its place; the next time
 * staff put the right one back. */
static void change_journal(struct sim *sim)
{
    if (sim->journal_right != 0) {
        sim->journal_count = sim->journal_right;
        sim->journal_right = 0;
    } else if (!sim->calm && sim->journal_sent > 0 && sim_chance(sim, 10)) {
        sim->journal_right = sim->journal_count;
        sim->journal_count = (int)sim_random(sim, (uint64_t)sim->journal_sent);
    }
}

void kiosk_repair(struct sim *sim)
{
    if (sim->journal_right != 0)
        kiosk_power_off(sim);
}

void kiosk_power_off(struct sim *sim)
{
    if (sim->trace)
        printf("%10llu power off\n", (unsigned long long)sim->now_ms);
    sim->power = false;
    sim->pending_count = 0;
    sim->typed = 0;
    sim->power_ms = sim_in(sim, 2000, 120000);
    memset(&sim->flow, 0, sizeof(sim->flow));
    change_journal(sim);
}

/* Whatever the token was doing is not done. */
void kiosk_pull(struct sim *sim)
{
    sim->inserted = SIM_NO_TOKEN;
    for (int i = 0; i < sim->pending_count; i++) {
        struct event *event = &sim->pending[i].event;
        bool of_token = event->kind == EVENT_IDENTIFIED || event->kind == EVENT_PROVED ||
                        event->kind == EVENT_PIN_ANSWERED || event->kind == EVENT_WRITTEN ||
                        event->kind == EVENT_TESTED;
        sim->pending[i].write = false;
        if (sim->pending[i].answer && of_token)
            event->result = ERR_GONE;
    }
    if (sim->power)
        kiosk_send_kind(sim, EVENT_REMOVED);
}

static void finish_write(struct sim *sim, const struct sim_pending *pending)
{
    struct sim_token *token = &sim->tokens[pending->token];
    struct fact_certificate *certificate = &token->facts.certificates[0];

    token->torn = sim->broken == BREAK_WRITES_HALF;
    if (certificate->fingerprint[0] != pending->fingerprint)
        certificate->not_after_s += 365LL * 86400;
    memset(certificate->fingerprint, pending->fingerprint, FACTS_FINGERPRINT_LEN);
}

void kiosk_do_pending(struct sim *sim)
{
    for (int i = 0; i < sim->pending_count; i++) {
        if (sim->pending[i].at_ms > sim->now_ms)
            continue;
        struct sim_pending done = sim->pending[i];
        sim->pending[i] = sim->pending[--sim->pending_count];
        i--;
        if (done.append && sim->journal_count < SIM_JOURNAL_MAX)
            sim->journal[sim->journal_count++] = done.entry;
        if (done.write)
            finish_write(sim, &done);
        /* The power may go when it is durable and nobody has heard of it. */
        if (done.append && !sim->calm && sim_random(sim, 400) == 0) {
            kiosk_power_off(sim);
            return;
        }
        if (done.answer)
            kiosk_send(sim, &done.event);
    }
}

uint64_t kiosk_next_ms(const struct sim *sim)
{
    uint64_t next = SIM_NEVER;
    uint64_t tick = flow_next_tick_ms(&sim->flow);

    if (!sim->power)
        return sim->power_ms;
    for (int i = 0; i < sim->pending_count; i++)
        next = sim->pending[i].at_ms < next ? sim->pending[i].at_ms : next;
    if (tick != 0 && sim->broken != BREAK_CLOCK_STOPS)
        next = tick < next ? tick : next;
    return sim->hall_ms < next ? sim->hall_ms : next;
}
