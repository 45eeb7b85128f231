#include "tests/unit/flow_world.h"

#include <stdio.h>
#include <string.h>

#define WALL_S 1780279200 /* 2026-06-01 10:00 in Beijing */
#define DAY_S 86400

static const char *const kinds[] = {
    [EFFECT_IDENTIFY] = "identify",
    [EFFECT_LOOK_UP] = "look_up",
    [EFFECT_PROVE] = "prove",
    [EFFECT_VERIFY_PIN] = "verify_pin",
    [EFFECT_WIPE_PIN] = "wipe_pin",
    [EFFECT_JOURNAL] = "journal",
    [EFFECT_NOTE] = "note",
    [EFFECT_WRITE] = "write",
    [EFFECT_SELF_TEST] = "self_test",
    [EFFECT_PRINT] = "print",
    [EFFECT_WIPE_VISIT] = "wipe_visit",
};

void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->now_ms = 1000;
    world->rules = (struct flow_rules){
        .profile_count = 2,
        .profiles = {{.name = "norinco",
                      .services = "renew unlock",
                      .renew_year_fen = 20000,
                      .renew_opens_days = 60,
                      .renew_late_days = 365,
                      .renew_terms_max = 3},
                     {.name = "jingdezhen",
                      .services = "renew",
                      .renew_year_fen = 20000,
                      .renew_late_days = 365,
                      .renew_terms_max = 3,
                      .renew_reviewed = true}},
    };
    world->hall = (struct fact_hall){.line_up = true,
                                     .reader_there = true,
                                     .ledger_ok = true,
                                     .room_ok = true,
                                     .clock_trusted = true,
                                     .wall_s = WALL_S};
    world->token = (struct fact_token){.id = "s1001", .tries_left = 5, .certificate_count = 1};
    world->token.certificates[0] = (struct fact_certificate){.slot = 0x9A,
                                                             .profile = 0,
                                                             .chain_ok = true,
                                                             .holder = "holder",
                                                             .fingerprint = {1},
                                                             .not_before_s = WALL_S - 335 * DAY_S,
                                                             .not_after_s = WALL_S + 30 * DAY_S};
    world->account = (struct fact_account){.known = true, .account = "A1", .seals = 2};
    flow_init(&world->flow, &world->rules, world->now_ms);
}

struct event world_event(struct world *world, enum event_kind kind)
{
    struct event event = {.kind = kind, .now_ms = world->now_ms, .id = world->flow.waiting_for};
    memset(event.random, ++world->random, sizeof(event.random));
    if (kind == EVENT_HALL) {
        event.u.hall = world->hall;
    } else if (kind == EVENT_IDENTIFIED) {
        event.u.token = world->token;
    } else if (kind == EVENT_LOOKED_UP) {
        event.u.found.account = world->account;
        event.u.found.order = world->order;
    } else if (kind == EVENT_PROVED) {
        event.result = world->proof;
    }
    return event;
}

void world_send(struct world *world, const struct event *event)
{
    const char *rule = "";
    flow_step(&world->flow, &world->rules, event, &world->out);
    if (!flow_check(&world->flow, &rule))
        fail_msg("broken: %s (state %d)", rule, (int)world->flow.state);
}

static void send_kind(struct world *world, enum event_kind kind)
{
    struct event event = world_event(world, kind);
    world_send(world, &event);
}

void world_touch(struct world *world, enum action action, uint32_t value)
{
    struct event event = world_event(world, EVENT_TOUCH);
    event.action = action;
    event.value = value;
    world_send(world, &event);
}

struct event world_order(struct world *world, enum fact_order_status status)
{
    struct event event = world_event(world, EVENT_ORDER);
    struct fact_order *order = &event.u.order;

    *order = world->flow.visit.order;
    order->status = status;
    order->expires_s = order->expires_s != 0 ? order->expires_s : world->hall.wall_s + 900;
    (void)snprintf(order->order_no, sizeof(order->order_no), "N1");
    (void)snprintf(order->pay_url, sizeof(order->pay_url), "https://pay.example/p/1");
    order->has_certificate = status == FACT_ORDER_TO_WRITE;
    memset(order->new_fingerprint, order->has_certificate ? 2 : 0, FACTS_FINGERPRINT_LEN);
    return event;
}

void world_wait(struct world *world, uint64_t ms)
{
    uint64_t until = world->now_ms + ms;
    for (;;) {
        uint64_t next = flow_next_tick_ms(&world->flow);
        if (next == 0 || next > until)
            break;
        world->now_ms = next > world->now_ms ? next : world->now_ms;
        send_kind(world, EVENT_TICK);
    }
    world->now_ms = until;
}

static void send_order(struct world *world, enum fact_order_status status)
{
    struct event event = world_order(world, status);
    world_send(world, &event);
}

void world_type_pin(struct world *world, uint32_t digits)
{
    struct event event = world_event(world, EVENT_PIN_LENGTH);
    event.value = digits;
    world_send(world, &event);
}

/* The one event that leads from the place before to `place`. */
static void walk_one(struct world *world, enum place place)
{
    switch (place) {
    case AT_POWER_ON:
        return;
    case AT_ATTRACT:
        send_kind(world, EVENT_HALL);
        return;
    case AT_SERVICES:
        world_touch(world, ACTION_START, 0);
        return;
    case AT_INSERT:
        world_touch(world, ACTION_SERVICE, SERVICE_RENEW);
        return;
    case AT_READING:
        send_kind(world, EVENT_INSERTED);
        return;
    case AT_LOOKING_UP:
        send_kind(world, EVENT_IDENTIFIED);
        return;
    case AT_PROVING:
        send_kind(world, EVENT_LOOKED_UP);
        return;
    case AT_CERTIFICATE:
        send_kind(world, EVENT_PROVED);
        return;
    case AT_PIN:
    case AT_PIN_CHECKING:
    case AT_ORDERING:
        world_touch(world, ACTION_NEXT, 0);
        return;
    case AT_PIN_TYPED:
        world_type_pin(world, 6);
        return;
    case AT_OFFER:
        send_kind(world, EVENT_PIN_ANSWERED);
        return;
    case AT_ORDERED:
    case AT_WRITE:
    case AT_PRINTING:
        send_kind(world, EVENT_JOURNALED);
        return;
    case AT_PAY:
        send_order(world, FACT_ORDER_TO_PAY);
        return;
    case AT_ISSUING:
        send_order(world, FACT_ORDER_TO_MAKE);
        return;
    case AT_INTENT:
        send_order(world, FACT_ORDER_TO_WRITE);
        return;
    case AT_TEST:
        send_kind(world, EVENT_WRITTEN);
        return;
    case AT_OUTCOME:
        send_kind(world, EVENT_TESTED);
        return;
    case AT_DONE:
        send_kind(world, EVENT_PRINTED);
        return;
    case AT_TAKE_TOKEN:
        world_touch(world, ACTION_FINISH, 0);
        return;
    }
}

void world_walk(struct world *world, enum place place)
{
    for (unsigned i = 0; i <= (unsigned)place; i++)
        walk_one(world, (enum place)i);
}

void world_effects(const struct world *world, char *out)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint8_t i = 0; i < world->out.count; i++) {
        const struct effect *effect = &world->out.list[i];
        bool entry = effect->kind == EFFECT_JOURNAL || effect->kind == EFFECT_NOTE;
        int len =
            snprintf(out + used, WORLD_TEXT_MAX - used, "%s%s%s%s", i > 0 ? " " : "",
                     kinds[effect->kind], entry ? ":" : "", entry ? entry_name(effect->entry) : "");
        assert_true(len > 0 && used + (size_t)len < WORLD_TEXT_MAX);
        used += (size_t)len;
    }
}
