/* sim_platform.c - a small platform: idempotent, one payment an order, documents in order. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define PAY_S 900

int platform_find(const struct sim *sim, const char *id)
{
    for (int i = 0; i < sim->order_count; i++) {
        if (strcmp(sim->orders[i].order.id, id) == 0)
            return i;
    }
    return -1;
}

static void publish(struct sim *sim, int index, enum fact_order_status status)
{
    struct sim_order *order = &sim->orders[index];

    order->order.status = status;
    if (sim->document_count == SIM_DOCUMENTS_MAX)
        return;
    sim->documents[sim->document_count].order = index;
    sim->documents[sim->document_count].body = order->order;
    sim->document_count++;
    if (sim->trace) {
        printf("%10llu platform: order %d is %d\n", (unsigned long long)sim->now_ms, index,
               (int)status);
    }
}

static bool is_paid(enum fact_order_status status)
{
    return status == FACT_ORDER_IN_REVIEW || status == FACT_ORDER_TO_MAKE ||
           status == FACT_ORDER_TO_WRITE;
}

static bool has_paid_order(const struct sim *sim, int token)
{
    for (int i = 0; i < sim->order_count; i++) {
        if (sim->orders[i].token == token && is_paid(sim->orders[i].order.status))
            return true;
    }
    return false;
}

static void on_requested(struct sim *sim, const struct sim_entry *entry)
{
    if (platform_find(sim, entry->order) >= 0 || sim->order_count == SIM_ORDERS_MAX)
        return;
    struct sim_order *order = &sim->orders[sim->order_count];
    bool refuse = has_paid_order(sim, entry->token) || (!sim->calm && sim_chance(sim, 5));

    memset(order, 0, sizeof(*order));
    order->order = entry->request;
    order->token = entry->token;
    order->told_ms = order->again_ms = order->issue_ms = SIM_NEVER;
    order->order.expires_s = sim->hall.wall_s + PAY_S;
    (void)snprintf(order->order.pay_url, sizeof(order->order.pay_url), "https://p/%d",
                   sim->order_count);
    if (!sim->calm && sim_chance(sim, 3))
        order->order.amount_fen += 100; /* a price list that has changed meanwhile */
    sim->order_count++;
    publish(sim, sim->order_count - 1, refuse ? FACT_ORDER_REFUSED : FACT_ORDER_TO_PAY);
}

static void take_entry(struct sim *sim, const struct sim_entry *entry)
{
    if (entry->kind == ENTRY_ORDER_REQUESTED) {
        on_requested(sim, entry);
        return;
    }
    int index = platform_find(sim, entry->order);
    if (index < 0)
        return;
    struct sim_order *order = &sim->orders[index];
    if (entry->kind == ENTRY_ORDER_LEFT && order->order.status == FACT_ORDER_TO_PAY)
        publish(sim, index, FACT_ORDER_CLOSED);
    if (entry->kind == ENTRY_DELIVERED && order->order.status == FACT_ORDER_TO_WRITE)
        publish(sim, index, FACT_ORDER_DONE);
}

static void give_document(struct sim *sim, int index)
{
    int at = sim->documents[index].order;
    struct sim_order *order = &sim->orders[at];

    if (index >= sim->document_got)
        order->box = sim->documents[index].body; /* durable before it is told */
    if (!sim->power || strcmp(sim->flow.visit.order.id, order->order.id) != 0)
        return;
    struct event event = {.kind = EVENT_ORDER};
    event.u.order = sim->documents[index].body;
    kiosk_send(sim, &event);
}

void platform_sync(struct sim *sim)
{
    if (!sim->hall.line_up)
        return;
    /* A connection that dies after the platform has stored makes the kiosk send again. */
    int from =
        sim->journal_sent > 0 && sim_chance(sim, 20) ? sim->journal_sent - 1 : sim->journal_sent;
    for (int i = from; i < sim->journal_count; i++)
        take_entry(sim, &sim->journal[i]);
    if (sim->journal_sent < sim->journal_count) /* what is acknowledged never goes back */
        sim->journal_sent = sim->journal_count;
    while (sim->document_got < sim->document_count) {
        give_document(sim, sim->document_got);
        sim->document_got++;
    }
    if (sim->document_got > 0 && sim_chance(sim, 10)) /* one comes again, late */
        give_document(sim, (int)sim_random(sim, (uint64_t)sim->document_got));
}

/* The page on the phone: one capture an order, and only while it is open. */
void platform_pay(struct sim *sim, int index)
{
    struct sim_order *order = &sim->orders[index];
    bool open = order->order.status == FACT_ORDER_TO_PAY &&
                order->order.expires_s > sim->hall.wall_s && order->captured == 0;

    if (!open && !(sim->broken == BREAK_CAPTURES_TWICE && order->captured > 0))
        return;
    order->captured++;
    order->told_ms = sim_in(sim, 50, sim->calm ? 500 : 90000);
    order->again_ms = sim_chance(sim, 30) ? sim_in(sim, 1000, 300000) : SIM_NEVER;
}

static void on_told(struct sim *sim, int index)
{
    struct sim_order *order = &sim->orders[index];
    bool late = order->order.status == FACT_ORDER_CLOSED;

    if (order->order.status != FACT_ORDER_TO_PAY && !late)
        return;
    order->order.paid_s = sim->hall.wall_s;
    if (late && sim_chance(sim, 50)) {
        publish(sim, index, FACT_ORDER_REFUND);
        return;
    }
    publish(sim, index, sim_chance(sim, 20) ? FACT_ORDER_IN_REVIEW : FACT_ORDER_TO_MAKE);
    order->issue_ms = sim_in(sim, 100, sim->calm ? 1000 : 120000);
}

static void on_issue(struct sim *sim, int index)
{
    struct sim_order *order = &sim->orders[index];

    order->issue_ms = SIM_NEVER;
    if (order->order.status == FACT_ORDER_IN_REVIEW) {
        bool fine = sim_chance(sim, 80);
        publish(sim, index, fine ? FACT_ORDER_TO_MAKE : FACT_ORDER_REFUND);
        order->issue_ms = fine ? sim_in(sim, 100, 1000) : SIM_NEVER;
        return;
    }
    order->order.has_certificate = true;
    memset(order->order.new_fingerprint, 100 + index, FACTS_FINGERPRINT_LEN);
    publish(sim, index, FACT_ORDER_TO_WRITE);
}

void platform_work(struct sim *sim)
{
    for (int i = 0; i < sim->order_count; i++) {
        struct sim_order *order = &sim->orders[i];
        if (order->told_ms <= sim->now_ms) {
            order->told_ms = order->again_ms > sim->now_ms ? order->again_ms : SIM_NEVER;
            order->again_ms = SIM_NEVER;
            on_told(sim, i);
        }
        if (order->issue_ms <= sim->now_ms)
            on_issue(sim, i);
        if (order->order.status == FACT_ORDER_TO_PAY && order->captured == 0 &&
            order->order.expires_s <= sim->hall.wall_s)
            publish(sim, i, FACT_ORDER_CLOSED);
    }
}

uint64_t platform_next_ms(const struct sim *sim)
{
    uint64_t next = sim->sync_ms;
    for (int i = 0; i < sim->order_count; i++) {
        const struct sim_order *order = &sim->orders[i];
        next = order->told_ms < next ? order->told_ms : next;
        next = order->issue_ms < next ? order->issue_ms : next;
    }
    return next;
}
