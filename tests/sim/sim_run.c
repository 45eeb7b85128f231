/* sim_run.c - the clock of the simulated world: what happens next, until the seed is told out. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define WALL_S 1780279200 /* 2026-06-01 10:00 in Beijing */
#define DAY_S 86400
#define HALL_MS 10000
#define STORM_MS 2400000
#define CALM_MS 1200000
#define ALONE_MS 600000
#define ROUNDS_MAX 200000

/* Modulo 2^64, which the sanitizers would else take for a slip. */
static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product = 0;
    (void)__builtin_mul_overflow(a, b, &product);
    return product;
}

/* splitmix64, public domain, Sebastiano Vigna 2015 */
static uint64_t draw(struct sim *sim)
{
    (void)__builtin_add_overflow(sim->rng, 0x9E3779B97F4A7C15U, &sim->rng);
    uint64_t z = sim->rng;
    z = times(z ^ (z >> 30), 0xBF58476D1CE4E5B9U);
    z = times(z ^ (z >> 27), 0x94D049BB133111EBU);
    return z ^ (z >> 31);
}

uint64_t sim_random(struct sim *sim, uint64_t below)
{
    return draw(sim) % below;
}

bool sim_chance(struct sim *sim, unsigned percent)
{
    return sim_random(sim, 100) < percent;
}

uint64_t sim_in(struct sim *sim, uint64_t from_ms, uint64_t to_ms)
{
    return sim->now_ms + from_ms + sim_random(sim, to_ms - from_ms + 1);
}

static void init(struct sim *sim, uint64_t seed, enum sim_break broken, bool trace)
{
    memset(sim, 0, sizeof(*sim));
    sim->seed = sim->rng = seed;
    sim->broken = broken;
    sim->trace = trace;
    sim->now_ms = 1000;
    sim->inserted = SIM_NO_TOKEN;
    sim->power_ms = sim->sync_ms = SIM_NEVER;
    sim->rules = (struct flow_rules){.profile_count = 1,
                                     .profiles = {{.name = "norinco",
                                                   .services = "renew",
                                                   .renew_year_fen = 20000,
                                                   .renew_opens_days = 60,
                                                   .renew_late_days = 365,
                                                   .renew_terms_max = 3}}};
    sim->hall = (struct fact_hall){.line_up = true,
                                   .reader_there = true,
                                   .ledger_ok = true,
                                   .room_ok = true,
                                   .clock_trusted = true,
                                   .wall_s = WALL_S};
    for (int i = 0; i < SIM_TOKENS; i++) {
        struct fact_token *facts = &sim->tokens[i].facts;
        struct fact_certificate *certificate = &facts->certificates[0];
        sim->tokens[i].tries = (uint8_t)(2 + sim_random(sim, 4));
        (void)snprintf(facts->id, sizeof(facts->id), "s%d", i);
        facts->certificate_count = 1;
        certificate->slot = 0x9A;
        certificate->chain_ok = true;
        memset(certificate->fingerprint, i + 1, FACTS_FINGERPRINT_LEN);
        certificate->not_before_s = WALL_S - 335LL * DAY_S;
        certificate->not_after_s = WALL_S + 30LL * DAY_S;
    }
    for (int i = 0; i < SIM_PAYMENTS_MAX; i++)
        sim->payments[i].at_ms = SIM_NEVER;
    sim->visitor_ms = sim_in(sim, 100, 5000);
    sim->fault_ms = sim_in(sim, 5000, 200000);
    sim->hall_ms = sim->now_ms + HALL_MS;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_ms(struct sim *sim)
{
    bool more = sim->journal_sent < sim->journal_count || sim->document_got < sim->document_count;

    if (sim->sync_ms == SIM_NEVER && more && sim->hall.line_up)
        sim->sync_ms = sim_in(sim, 20, 400);
    uint64_t next = least(kiosk_next_ms(sim), platform_next_ms(sim));
    next = least(next, least(sim->visitor_ms, sim->fault_ms));
    return least(next, visitor_next_payment_ms(sim));
}

static void kiosk_work(struct sim *sim)
{
    uint64_t tick = flow_next_tick_ms(&sim->flow);

    if (!sim->power) {
        if (sim->power_ms <= sim->now_ms)
            kiosk_power_on(sim);
        return;
    }
    kiosk_do_pending(sim);
    if (sim->power && tick != 0 && tick <= sim->now_ms && sim->broken != BREAK_CLOCK_STOPS)
        kiosk_send_kind(sim, EVENT_TICK);
    if (sim->power && sim->hall_ms <= sim->now_ms) {
        sim->hall_ms = sim->now_ms + HALL_MS;
        kiosk_send_kind(sim, EVENT_HALL);
    }
}

static void one_round(struct sim *sim)
{
    uint64_t next = next_ms(sim);

    sim->now_ms = next > sim->now_ms ? next : sim->now_ms;
    sim->hall.wall_s = WALL_S + (int64_t)(sim->now_ms / 1000);
    platform_work(sim);
    if (sim->sync_ms <= sim->now_ms) {
        sim->sync_ms = SIM_NEVER;
        platform_sync(sim);
    }
    visitor_pay(sim);
    kiosk_work(sim);
    if (sim->fault_ms <= sim->now_ms)
        fault_happen(sim);
    if (sim->visitor_ms <= sim->now_ms)
        visitor_act(sim);
}

static void run_for(struct sim *sim, uint64_t ms)
{
    uint64_t until = sim->now_ms + ms;
    int rounds = 0;

    while (sim->why[0] == '\0' && sim->now_ms < until) {
        one_round(sim);
        promise(sim, ++rounds < ROUNDS_MAX, "P8: time goes on");
    }
}

bool sim_run(struct sim *sim, uint64_t seed, enum sim_break broken, bool trace)
{
    init(sim, seed, broken, trace);
    kiosk_power_on(sim);
    run_for(sim, STORM_MS);

    sim->calm = true;
    kiosk_repair(sim);
    sim->fault_ms = SIM_NEVER;
    sim->hall.line_up = sim->hall.ledger_ok = sim->hall.clock_trusted = sim->hall.room_ok = true;
    sim->hall.printer = FACT_PRINTER_READY;
    for (int i = 0; i < SIM_TOKENS; i++)
        sim->tokens[i].refuses = false;
    run_for(sim, CALM_MS);

    sim->visitor_ms = SIM_NEVER;
    run_for(sim, ALONE_MS);
    if (sim->why[0] == '\0')
        promises_at_end(sim);
    return sim->why[0] == '\0';
}
