/* sim_promises.c - the promises, asserted from outside: by what the platform, the token and
 * the journal have seen, not by what the flow believes. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define OVERDUE_MS 60000

void promise(struct sim *sim, bool kept, const char *what)
{
    if (!kept && sim->why[0] == '\0')
        (void)snprintf(sim->why, sizeof(sim->why), "%s", what);
}

static int entries_of(const struct sim *sim, enum entry_kind kind, const char *order)
{
    int count = 0;
    for (int i = 0; i < sim->journal_count; i++)
        count += sim->journal[i].kind == kind && strcmp(sim->journal[i].order, order) == 0;
    return count;
}

static bool is_paid(enum fact_order_status status)
{
    return status == FACT_ORDER_IN_REVIEW || status == FACT_ORDER_TO_MAKE ||
           status == FACT_ORDER_TO_WRITE;
}

void promises_after_step(struct sim *sim, const struct flow *before)
{
    const char *rule = "";

    bool kept = flow_check(&sim->flow, &rule); /* before its sentence is read */
    promise(sim, kept, rule);
    for (int i = 0; i < sim->order_count; i++)
        promise(sim, sim->orders[i].captured <= 1, "P1: an order is paid for once");
    promise(sim, before->deadline_ms == 0 || sim->now_ms < before->deadline_ms + OVERDUE_MS,
            "P8: a wait ends when its time is over");
    promise(sim, sim->sent_tries <= sim->typed_tries, "P5: a try is one that was typed");
    promise(sim, sim->journal_count >= sim->journal_sent || sim->flow.state == FLOW_OUT_OF_SERVICE,
            "P7: a journal that was set back stops service");
}

static void of_write(struct sim *sim, const struct effect *effect)
{
    int index = platform_find(sim, effect->visit.order.id);
    promise(sim, index >= 0, "P3: what is written was ordered");
    if (index < 0)
        return;
    struct sim_order *order = &sim->orders[index];
    promise(sim, order->captured == 1, "P3: what is written is paid");
    promise(sim, order->box.status == FACT_ORDER_TO_WRITE && order->box.has_certificate,
            "P3: the payment is durable before the write");
    promise(sim, entries_of(sim, ENTRY_WRITE_INTENDED, order->order.id) > order->writes,
            "P3: the intent is durable before the write");
    promise(sim, sim->inserted == SIM_NO_TOKEN || sim->inserted == order->token,
            "P4: the token that is written is the one that was paid for");
    order->writes++;
}

static void of_verify(struct sim *sim, const struct effect *effect)
{
    const struct visit *visit = &effect->visit;
    if (sim->inserted == SIM_NO_TOKEN)
        return;
    const struct sim_token *token = &sim->tokens[sim->inserted];
    promise(sim, visit->token.tries_left <= token->tries, "P5: no more tries are shown than left");
    promise(sim, token->tries != 1 || visit->pin_last_try_ok,
            "P5: the last try is spent with consent only");
}

void promises_of_effect(struct sim *sim, const struct effect *effect, const struct flow *before)
{
    bool journal = effect->kind == EFFECT_JOURNAL;

    if (effect->kind == EFFECT_WRITE) {
        of_write(sim, effect);
    } else if (effect->kind == EFFECT_VERIFY_PIN) {
        of_verify(sim, effect);
    } else if (journal && effect->entry == ENTRY_DELIVERED) {
        promise(sim, entries_of(sim, ENTRY_DELIVERED, effect->visit.order.id) == 0,
                "P1: a payment is delivered once");
    } else if (journal && effect->entry == ENTRY_ORDER_REQUESTED) {
        promise(sim,
                !is_paid(before->visit.order.status) &&
                    entries_of(sim, ENTRY_ORDER_REQUESTED, effect->visit.order.id) == 0,
                "P1: nothing is ordered twice");
        promise(sim, sim->inserted == SIM_NO_TOKEN || !sim->tokens[sim->inserted].refuses,
                "P9: what is ordered can be written");
    }
}

void promises_at_end(struct sim *sim)
{
    enum flow_state state = sim->flow.state;

    promise(sim, state == FLOW_ATTRACT || state == FLOW_TAKE_TOKEN,
            "P8: a kiosk left alone comes to rest");
    for (int i = 0; i < sim->order_count; i++) {
        const struct sim_order *order = &sim->orders[i];
        bool settled =
            order->order.status == FACT_ORDER_DONE || order->order.status == FACT_ORDER_REFUND;
        bool frozen = sim->tokens[order->token].tries == 0; /* unlock first, then resume */
        promise(sim, order->captured == 0 || settled || frozen,
                "P2: what is paid is delivered or refunded");
        promise(sim, order->order.status != FACT_ORDER_DONE || order->captured == 1,
                "P1: what is delivered is paid");
    }
    for (int i = 0; i < SIM_TOKENS; i++) {
        promise(sim, !sim->tokens[i].torn || sim->tokens[i].tries == 0,
                "P4: a torn token is healed");
    }
}
