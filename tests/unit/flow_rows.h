/*
 * flow_rows.h - rows of the flow's arrows: at a place, something happens, this follows. What rows
 * of more than one table need is here.
 */
#ifndef TESTS_UNIT_FLOW_ROWS_H
#define TESTS_UNIT_FLOW_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "tests/unit/flow_world.h"

struct row {
    const char *sentence;
    void (*given)(struct world *world); /* before the walk; NULL: all is well */
    enum place at;
    void (*happens)(struct world *world);
    enum flow_state state;
    enum flow_message message;
    const char *effects;
};

/* What is given. */

static inline void two_certificates(struct world *world)
{
    world->token.certificate_count = 2;
    world->token.certificates[1] = world->token.certificates[0];
    world->token.certificates[1].slot = 0x9C;
    world->token.certificates[1].fingerprint[0] = 9;
}

static inline void a_token_that_refuses(struct world *world)
{
    world->proof = ERR_DENIED;
}

/* What happens. */

static inline void nothing(struct world *world)
{
    (void)world;
}

#define TOUCH(name, action, value) \
    static inline void name(struct world *world) \
    { \
        world_touch(world, action, value); \
    }
TOUCH(a_touch, ACTION_START, 0)
TOUCH(next, ACTION_NEXT, 0)
TOUCH(back, ACTION_BACK, 0)
TOUCH(home, ACTION_HOME, 0)
TOUCH(finish, ACTION_FINISH, 0)
TOUCH(retry, ACTION_RETRY, 0)
TOUCH(reprint, ACTION_REPRINT, 0)
TOUCH(language, ACTION_LANGUAGE, 0)
TOUCH(next_announcement, ACTION_NEXT_ANNOUNCEMENT, 0)
TOUCH(renew, ACTION_SERVICE, SERVICE_RENEW)
TOUCH(unlock, ACTION_SERVICE, SERVICE_UNLOCK)
TOUCH(collect, ACTION_SERVICE, SERVICE_COLLECT)
TOUCH(a_service_that_is_none, ACTION_SERVICE, 99)
TOUCH(the_second, ACTION_CHOOSE, 1)
TOUCH(the_third, ACTION_CHOOSE, 2)

static inline void send_result(struct world *world, enum event_kind kind, enum err_code result)
{
    struct event event = world_event(world, kind);
    event.result = result;
    world_send(world, &event);
}

#define ANSWER(name, kind, result) \
    static inline void name(struct world *world) \
    { \
        send_result(world, kind, result); \
    }
ANSWER(inserted, EVENT_INSERTED, ERR_NONE)
ANSWER(removed, EVENT_REMOVED, ERR_NONE)
ANSWER(hall, EVENT_HALL, ERR_NONE)
ANSWER(identified, EVENT_IDENTIFIED, ERR_NONE)
ANSWER(an_unknown_card, EVENT_IDENTIFIED, ERR_UNSUPPORTED)
ANSWER(gone_while_reading, EVENT_IDENTIFIED, ERR_GONE)
ANSWER(look_up_failed, EVENT_LOOKED_UP, ERR_IO)
ANSWER(looked_up, EVENT_LOOKED_UP, ERR_NONE)
ANSWER(proved, EVENT_PROVED, ERR_NONE)
ANSWER(token_refuses, EVENT_PROVED, ERR_DENIED)
ANSWER(token_cannot_be_written, EVENT_PROVED, ERR_UNSUPPORTED)
ANSWER(gone_at_the_proof, EVENT_PROVED, ERR_GONE)
ANSWER(proof_lost, EVENT_PROVED, ERR_IO)
ANSWER(pin_right, EVENT_PIN_ANSWERED, ERR_NONE)
ANSWER(pin_blocked, EVENT_PIN_ANSWERED, ERR_BLOCKED)
ANSWER(gone_at_the_pin, EVENT_PIN_ANSWERED, ERR_GONE)
ANSWER(pin_never_sent, EVENT_PIN_ANSWERED, ERR_MALFORMED)
ANSWER(pin_lost, EVENT_PIN_ANSWERED, ERR_IO)
ANSWER(journaled, EVENT_JOURNALED, ERR_NONE)
ANSWER(journal_failed, EVENT_JOURNALED, ERR_IO)
ANSWER(gone_while_writing, EVENT_WRITTEN, ERR_GONE)
ANSWER(write_lost, EVENT_WRITTEN, ERR_IO)
ANSWER(write_differs, EVENT_WRITTEN, ERR_CONFLICT)
ANSWER(write_refused, EVENT_WRITTEN, ERR_DENIED)
ANSWER(test_wants_pin, EVENT_TESTED, ERR_DENIED)
ANSWER(test_failed, EVENT_TESTED, ERR_IO)
ANSWER(gone_at_the_test, EVENT_TESTED, ERR_GONE)
ANSWER(printed, EVENT_PRINTED, ERR_NONE)
ANSWER(not_printed, EVENT_PRINTED, ERR_NO_ROOM)

static inline void send_status(struct world *world, enum fact_order_status status)
{
    struct event event = world_order(world, status);
    world_send(world, &event);
}

#define DOCUMENT(name, status) \
    static inline void name(struct world *world) \
    { \
        send_status(world, status); \
    }
DOCUMENT(the_order, FACT_ORDER_TO_PAY)
DOCUMENT(refused, FACT_ORDER_REFUSED)
DOCUMENT(closed, FACT_ORDER_CLOSED)
DOCUMENT(paid, FACT_ORDER_TO_MAKE)
DOCUMENT(to_review, FACT_ORDER_IN_REVIEW)
DOCUMENT(issued, FACT_ORDER_TO_WRITE)
DOCUMENT(refunded, FACT_ORDER_REFUND)

#define WAIT(name, ms) \
    static inline void name(struct world *world) \
    { \
        world_wait(world, ms); \
    }
WAIT(eight_seconds, 8000)
WAIT(twenty_seconds, 20000)
WAIT(thirty_seconds, 30000)
WAIT(forty_seconds, 40000)
WAIT(a_minute, 60000)
WAIT(two_minutes, 120000)
WAIT(five_minutes, 300000)
WAIT(a_day, 86400000)

static inline void line_cut(struct world *world)
{
    world->hall.line_up = false;
    hall(world);
}

static inline void line_cut_and_next(struct world *world)
{
    line_cut(world);
    next(world);
}

static inline void reader_breaks(struct world *world)
{
    world->hall.reader_there = false;
    hall(world);
}

static inline void every_touch(struct world *world)
{
    for (unsigned i = 0; i < ACTION_COUNT; i++)
        world_touch(world, (enum action)i, 1);
}

static inline void run_row(void **state)
{
    const struct row *row = *state;
    struct world *world = calloc(1, sizeof(*world));
    char effects[WORLD_TEXT_MAX];

    assert_non_null(world);
    world_init(world);
    if (row->given != NULL)
        row->given(world);
    world_walk(world, row->at);
    row->happens(world);
    world_effects(world, effects);
    assert_int_equal(world->flow.state, row->state);
    assert_int_equal(world->flow.message, row->message);
    assert_string_equal(effects, row->effects);
    free(world);
}

#endif
