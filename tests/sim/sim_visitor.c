/* sim_visitor.c - people, their phones, and what goes wrong around them. */
#include <string.h>

#include "tests/sim/sim.h"

static void insert(struct sim *sim)
{
    if (sim->inserted != SIM_NO_TOKEN)
        return;
    sim->inserted = sim->next_token;
    sim->tokens[sim->inserted].refuses = !sim->calm && sim_chance(sim, 5);
    kiosk_send_kind(sim, EVENT_INSERTED);
}

static void pull(struct sim *sim)
{
    if (sim->inserted == SIM_NO_TOKEN)
        return;
    if (sim->calm || sim_chance(sim, 60))
        sim->next_token = (sim->next_token + 1) % SIM_TOKENS;
    kiosk_pull(sim);
}

static void at_certificate(struct sim *sim)
{
    if (!flow_next_allowed(&sim->flow, &sim->rules)) {
        pull(sim);
    } else {
        kiosk_touch(sim, ACTION_NEXT, 0);
    }
}

static void at_pin(struct sim *sim)
{
    struct event event = {.kind = EVENT_PIN_LENGTH, .value = FLOW_PIN_MIN};

    if (sim->typed < FLOW_PIN_MIN) {
        sim->typed = FLOW_PIN_MIN;
        sim->wrong_pin = !sim->calm && sim_chance(sim, 15);
        kiosk_send(sim, &event);
        return;
    }
    if (flow_pin_needs_consent(&sim->flow) && !sim->flow.visit.pin_last_try_ok &&
        (sim->calm || sim_chance(sim, 50))) {
        kiosk_touch(sim, ACTION_LAST_TRY, 0);
        return;
    }
    sim->typed_tries++;
    kiosk_touch(sim, ACTION_NEXT, 0);
}

static void scan(struct sim *sim)
{
    int order = platform_find(sim, sim->flow.visit.order.id);
    int phones = sim_chance(sim, 20) ? 2 : 1;

    if (order < 0 || (!sim->calm && sim_chance(sim, 15)))
        return;
    for (int i = 0; i < SIM_PAYMENTS_MAX && phones > 0; i++) {
        if (sim->payments[i].at_ms != SIM_NEVER)
            continue;
        sim->payments[i].at_ms = sim_in(sim, 500, sim->calm ? 2000 : 120000);
        sim->payments[i].order = order;
        phones--;
    }
}

void visitor_pay(struct sim *sim)
{
    for (int i = 0; i < SIM_PAYMENTS_MAX; i++) {
        if (sim->payments[i].at_ms > sim->now_ms)
            continue;
        sim->payments[i].at_ms = SIM_NEVER;
        platform_pay(sim, sim->payments[i].order);
    }
}

uint64_t visitor_next_payment_ms(const struct sim *sim)
{
    uint64_t next = SIM_NEVER;
    for (int i = 0; i < SIM_PAYMENTS_MAX; i++)
        next = sim->payments[i].at_ms < next ? sim->payments[i].at_ms : next;
    return next;
}

static void at_message(struct sim *sim)
{
    if (!sim->calm && sim_chance(sim, 40)) {
        kiosk_touch(sim, ACTION_RETRY, 0);
    } else if (sim->inserted == SIM_NO_TOKEN && sim_chance(sim, 70)) {
        insert(sim);
    } else {
        kiosk_touch(sim, ACTION_FINISH, 0);
    }
}

/* What the screen asks for. */
static void act_as_asked(struct sim *sim)
{
    switch (sim->flow.state) {
    case FLOW_ATTRACT:
        if (sim_chance(sim, 50)) {
            kiosk_touch(sim, ACTION_START, 0);
        } else {
            insert(sim);
        }
        return;
    case FLOW_SERVICES:
        kiosk_touch(sim, ACTION_SERVICE, SERVICE_RENEW);
        return;
    case FLOW_INSERT:
        insert(sim);
        return;
    case FLOW_CHOOSE_CERTIFICATE:
        kiosk_touch(sim, ACTION_CHOOSE, 0);
        return;
    case FLOW_CERTIFICATE:
        at_certificate(sim);
        return;
    case FLOW_PIN:
        at_pin(sim);
        return;
    case FLOW_OFFER:
        kiosk_touch(sim, sim_chance(sim, 40) ? ACTION_TERM : ACTION_NEXT,
                    (uint32_t)sim_random(sim, 5));
        return;
    case FLOW_PAY:
        scan(sim);
        return;
    case FLOW_DONE:
    case FLOW_TICKET:
        kiosk_touch(sim, ACTION_FINISH, 0);
        return;
    case FLOW_MESSAGE:
        at_message(sim);
        return;
    case FLOW_TAKE_TOKEN:
        pull(sim);
        return;
    case FLOW_OUT_OF_SERVICE:
    case FLOW_READING:
    case FLOW_PIN_CHECKING:
    case FLOW_ORDERING:
    case FLOW_ISSUING:
    case FLOW_WRITING:
    case FLOW_PRINTING:
    case FLOW_STATE_COUNT:
        return;
    }
}

void visitor_act(struct sim *sim)
{
    enum flow_state state = sim->flow.state;

    sim->visitor_ms = sim_in(sim, 300, sim->calm ? 3000 : 8000);
    if (!sim->power)
        return;
    if (state == FLOW_ATTRACT || state == FLOW_TAKE_TOKEN)
        sim->walked_away = false;
    if (sim->walked_away)
        return;
    if (!sim->calm && sim_chance(sim, 3)) {
        sim->walked_away = true;
    } else if (!sim->calm && sim_chance(sim, 4)) {
        pull(sim);
    } else if (!sim->calm && sim_chance(sim, 8)) {
        uint64_t any = sim_random(sim, ACTION_COUNT);
        enum action action = (enum action)any;
        sim->typed_tries +=
            state == FLOW_PIN && sim->typed >= FLOW_PIN_MIN && action == ACTION_NEXT;
        kiosk_touch(sim, action, (uint32_t)sim_random(sim, 12));
    } else {
        act_as_asked(sim);
    }
}

void fault_happen(struct sim *sim)
{
    uint64_t printer = sim_random(sim, FACT_PRINTER_COUNT);

    sim->fault_ms = sim->calm ? SIM_NEVER : sim_in(sim, 5000, 120000);
    switch (sim_random(sim, 6)) {
    case 0:
        sim->hall.line_up = !sim->hall.line_up;
        break;
    case 1:
        sim->hall.line_up = true;
        break;
    case 2:
        sim->hall.printer = (enum fact_printer)printer;
        break;
    case 3:
        sim->hall.clock_trusted = !sim->hall.clock_trusted;
        sim->hall.room_ok = sim_chance(sim, 80);
        break;
    case 4:
        sim->hall.ledger_ok = sim_chance(sim, 70);
        break;
    default:
        if (sim->power)
            kiosk_power_off(sim);
        return;
    }
    if (sim->power)
        kiosk_send_kind(sim, EVENT_HALL);
}
