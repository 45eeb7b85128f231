/*
 * flow_world.h - a kiosk without devices for tests of the flow: walk to a place, send one
 * event, read the effects as text. Every step is checked against flow_check().
 */
#ifndef TESTS_UNIT_FLOW_WORLD_H
#define TESTS_UNIT_FLOW_WORLD_H

#include "kiosk/core/flow.h"
#include "tests/unit/unit.h"

#define WORLD_TEXT_MAX 512

/* Where a visit can stand when something happens; in the order in which one is walked to. */
enum place {
    AT_POWER_ON,
    AT_ATTRACT,
    AT_SERVICES,
    AT_INSERT,
    AT_READING,
    AT_LOOKING_UP,
    AT_PROVING,     /* or where what needs no proof leads */
    AT_CERTIFICATE, /* or CHOOSE_CERTIFICATE, or whatever the facts lead to */
    AT_PIN,
    AT_PIN_TYPED,
    AT_PIN_CHECKING,
    AT_OFFER, /* or where an order to be resumed leads */
    AT_ORDERING,
    AT_ORDERED, /* the request is durable */
    AT_PAY,
    AT_ISSUING,
    AT_INTENT,
    AT_WRITE,
    AT_TEST,
    AT_OUTCOME,
    AT_PRINTING,
    AT_DONE,
    AT_TAKE_TOKEN,
};

struct world {
    struct flow flow;
    struct flow_rules rules;
    struct effects out;
    uint64_t now_ms;
    uint8_t random;
    struct fact_hall hall;
    struct fact_token token;     /* what IDENTIFY finds */
    struct fact_account account; /* what LOOK_UP finds */
    struct fact_order order;
    enum err_code proof; /* what PROVE answers */
};

/* A well kiosk; a token with one certificate that may be renewed, and no order. */
void world_init(struct world *world);

/* An event of `kind`, at the world's time, that answers what is awaited and carries the facts
 * of the world. */
struct event world_event(struct world *world, enum event_kind kind);
void world_send(struct world *world, const struct event *event);
void world_touch(struct world *world, enum action action, uint32_t value);

/* So many digits, one after the other. */
void world_type_pin(struct world *world, uint32_t digits);

/* The visit's order as the platform has it now; `status` TO_WRITE brings the certificate. */
struct event world_order(struct world *world, enum fact_order_status status);

/* Let `ms` pass, ticking when the flow asks for it. */
void world_wait(struct world *world, uint64_t ms);

void world_walk(struct world *world, enum place place);

/* "note:pin_verified wipe_pin journal:write_intended", into WORLD_TEXT_MAX bytes. */
void world_effects(const struct world *world, char *out);

#endif
