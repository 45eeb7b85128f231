/* bench_flow - one step of the visit, against a copy of its state: the least that a pure function
 * over this state could cost. */
#include <string.h>

#include "kiosk/core/flow.h"
#include "tests/bench/bench.h"

#define STEPS 10000
#define ROUNDS 40

static struct {
    struct flow_rules rules;
    struct flow flow, copy;
    struct effects out;
    uint64_t now_ms;
    unsigned services_seen;
} all;

static void send(struct event event)
{
    event.now_ms = ++all.now_ms;
    flow_step(&all.flow, &all.rules, &event, &all.out);
}

/* Visitors who start, choose, look and go home: every tenth step is a tick. */
static void steps(void *context)
{
    static const struct event round[] = {
        {.kind = EVENT_TOUCH, .action = ACTION_START},
        {.kind = EVENT_TOUCH, .action = ACTION_LANGUAGE},
        {.kind = EVENT_TOUCH, .action = ACTION_HELP},
        {.kind = EVENT_TOUCH, .action = ACTION_HELP_CLOSE},
        {.kind = EVENT_TOUCH, .action = ACTION_SERVICE, .value = SERVICE_RENEW},
        {.kind = EVENT_TOUCH, .action = ACTION_LARGE_TEXT},
        {.kind = EVENT_TOUCH, .action = ACTION_BACK},
        {.kind = EVENT_TOUCH, .action = ACTION_NEXT},
        {.kind = EVENT_TICK},
        {.kind = EVENT_TOUCH, .action = ACTION_HOME},
    };
    (void)context;

    for (size_t i = 0; i < STEPS; i++) {
        send(round[i % ARRAY_LEN(round)]);
        all.services_seen += all.flow.state == FLOW_INSERT ? 1 : 0;
    }
}

static void copies(void *context)
{
    (void)context;
    for (size_t i = 0; i < STEPS; i++) {
        memcpy(&all.copy, &all.flow, sizeof(all.copy));
        __asm__ volatile("" : : "r"(&all.copy) : "memory"); /* it is wanted */
    }
}

int main(void)
{
    all.rules = (struct flow_rules){.profile_count = 1,
                                    .profiles = {{.name = "norinco",
                                                  .services = "renew",
                                                  .renew_year_fen = 20000,
                                                  .renew_opens_days = 60,
                                                  .renew_late_days = 365,
                                                  .renew_terms_max = 3}}};
    flow_init(&all.flow, &all.rules, all.now_ms);
    send((struct event){.kind = EVENT_HALL,
                        .u.hall = {.line_up = true,
                                   .reader_there = true,
                                   .ledger_ok = true,
                                   .room_ok = true,
                                   .clock_trusted = true,
                                   .wall_s = 1780279200}});
    double step_us = bench_us(steps, NULL, ROUNDS) / STEPS;
    bench_need(all.services_seen > 0, "no visitor comes to the services");
    double copy_us = bench_us(copies, NULL, ROUNDS) / STEPS;

    bench_print(&(struct bench_row){"flow: steps of the visit", "1/s", 1e6 / step_us, 1e6 / copy_us,
                                    "memcpy of the state", true, 0.1});
    return 0;
}
