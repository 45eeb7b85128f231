/*
 * sim.h - a kiosk, its visitors, the platform and the power supply in one process, from a seed.
 *
 *   sim_run(seed)   for some visits everything may fail: line, power, token, printer, payer;
 *                   then a calm time in which honest visitors come back; after each step the
 *                   promises are asserted, and at the end that what was paid was delivered
 *
 *   sim_run.c       the clock: what happens next          sim_platform.c  orders and documents
 *   sim_kiosk.c     the application: runs the effects     sim_visitor.c   touches, phone, faults
 *   sim_promises.c  the promises, by number               sim_main.c      the command
 *
 * The flow is the real one. Nothing here reads a clock or draws a random number but from the
 * seed, so a failing seed replays exactly.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/core/flow.h"

#define SIM_TOKENS 3
#define SIM_ORDERS_MAX 64
#define SIM_DOCUMENTS_MAX 512
#define SIM_JOURNAL_MAX 2048
#define SIM_PENDING_MAX 24
#define SIM_PAYMENTS_MAX 4
#define SIM_NO_TOKEN (-1)
#define SIM_NEVER UINT64_MAX
#define SIM_WHY_MAX 200

/* What is broken on purpose, to see that it is found. */
enum sim_break {
    BREAK_NOTHING,
    BREAK_JOURNAL_LIES,      /* answers before it is durable */
    BREAK_CAPTURES_TWICE,    /* the platform takes a second payment for an order */
    BREAK_FORGETS_DELIVERY,  /* the look-up does not see what was delivered */
    BREAK_FORGETS_PAYMENT,   /* the look-up does not see paid orders */
    BREAK_TRIES_TWICE,       /* a PIN is sent twice when it is wrong */
    BREAK_CLOCK_STOPS,       /* no ticks */
    BREAK_DREAMS_OF_PAYMENT, /* an order is said to be issued that nobody paid */
    BREAK_WRITES_UNASKED,    /* a bit flips: the flow is in WRITING */
    BREAK_WRITES_HALF,       /* a token says written when half of it is */
    BREAK_REMEMBERS_VISIT,   /* a visit is not wiped */
    BREAK_SKIPS_PROOF,       /* every token is said to let itself be written */
    BREAK_IGNORES_MARK,      /* the journal is not held against what is acknowledged */
    BREAK_COUNT,
};

struct sim_token {
    struct fact_token facts;
    uint8_t tries; /* the real ones */
    bool torn;     /* a write was interrupted: its certificate cannot be read */
    bool refuses;  /* this house's key for writing, until staff have seen to it */
};

struct sim_order {
    struct fact_order order;
    int token;
    int captured;          /* payments taken at the provider */
    int writes;            /* begun on its token */
    uint64_t told_ms;      /* when the provider tells of the payment */
    uint64_t again_ms;     /* and when it tells again */
    uint64_t issue_ms;     /* when the review or the CA is done */
    struct fact_order box; /* the newest document in the kiosk's inbox; status NONE: none */
};

struct sim_entry {
    enum entry_kind kind;
    char order[FACTS_UUID_SIZE];
    int token;
    struct fact_order request; /* ORDER_REQUESTED */
};

/* Something inside the kiosk that is done after a while, and lost when the power goes. */
struct sim_pending {
    uint64_t at_ms;
    bool append; /* `entry` becomes durable */
    struct sim_entry entry;
    bool write; /* the write on the token is complete */
    uint8_t fingerprint;
    int token;
    bool answer; /* `event` goes to the flow */
    struct event event;
};

struct sim {
    uint64_t seed, rng;
    enum sim_break broken;
    bool trace;
    bool calm; /* no faults, honest visitors */
    uint64_t now_ms;

    struct flow flow;
    struct flow_rules rules;
    struct effects out;
    bool power;
    uint64_t power_ms, hall_ms;
    struct fact_hall hall;
    struct sim_pending pending[SIM_PENDING_MAX];
    int pending_count;

    struct sim_entry journal[SIM_JOURNAL_MAX];
    int journal_count, journal_sent;
    int journal_right; /* entries of the right one while an older copy is in its place; else 0 */
    struct sim_order orders[SIM_ORDERS_MAX];
    int order_count;
    struct {
        int order;
        struct fact_order body;
    } documents[SIM_DOCUMENTS_MAX];
    int document_count, document_got;
    uint64_t sync_ms;

    struct sim_token tokens[SIM_TOKENS];
    int inserted; /* index, or SIM_NO_TOKEN */
    int next_token;
    uint64_t visitor_ms, fault_ms;
    bool walked_away, wrong_pin;
    uint8_t typed; /* digits on the keypad */
    struct {
        uint64_t at_ms;
        int order;
    } payments[SIM_PAYMENTS_MAX]; /* phones that are about to pay */

    int typed_tries, sent_tries; /* P5 */
    int steps;
    char why[SIM_WHY_MAX]; /* the broken promise; empty as long as all are kept */
};

/* sim_run.c: false when a promise was broken; sim->why says which. */
bool sim_run(struct sim *sim, uint64_t seed, enum sim_break broken, bool trace);
uint64_t sim_random(struct sim *sim, uint64_t below);
bool sim_chance(struct sim *sim, unsigned percent);
uint64_t sim_in(struct sim *sim, uint64_t from_ms, uint64_t to_ms); /* a time in that while */

/* sim_kiosk.c */
void kiosk_power_on(struct sim *sim);
void kiosk_power_off(struct sim *sim);
void kiosk_repair(struct sim *sim);                    /* the right journal is in its place again */
void kiosk_send(struct sim *sim, struct event *event); /* one step, and its effects */
void kiosk_send_kind(struct sim *sim, enum event_kind kind);
void kiosk_touch(struct sim *sim, enum action action, uint32_t value);
void kiosk_pull(struct sim *sim);
void kiosk_do_pending(struct sim *sim);
uint64_t kiosk_next_ms(const struct sim *sim);

/* sim_platform.c */
void platform_sync(struct sim *sim); /* journal up, documents down */
void platform_work(struct sim *sim); /* time-outs, payments told, certificates issued */
void platform_pay(struct sim *sim, int index);
int platform_find(const struct sim *sim, const char *id); /* -1: none */
uint64_t platform_next_ms(const struct sim *sim);

/* sim_visitor.c */
void visitor_act(struct sim *sim);
void visitor_pay(struct sim *sim); /* the phones whose time has come */
void fault_happen(struct sim *sim);
uint64_t visitor_next_payment_ms(const struct sim *sim);

/* sim_promises.c: each notes the first broken promise in sim->why. */
void promise(struct sim *sim, bool kept, const char *what);
void promises_after_step(struct sim *sim, const struct flow *before);
void promises_of_effect(struct sim *sim, const struct effect *effect, const struct flow *before);
void promises_at_end(struct sim *sim);

#endif
