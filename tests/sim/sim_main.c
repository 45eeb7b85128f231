/*
 * certkiosk-sim - run the flow through simulated days until a promise breaks.
 *
 *   certkiosk-sim [--seeds N] [--seed S] [--trace] [--selftest]
 *
 * Runs N seeds (1,000) from S (1) on; a failing one is run again with its trace on stdout, and
 * the exit status is 1. --selftest breaks something on purpose, one thing after the other, and
 * fails when that is not found as the promise it breaks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/sim/sim.h"

#define SELFTEST_SEEDS 300

static const struct {
    enum sim_break broken;
    const char *what;
    const char *promises; /* any of these may be the one that notices */
} breaks[] = {
    {BREAK_JOURNAL_LIES, "a journal that answers before it is durable", "P3"},
    {BREAK_CAPTURES_TWICE, "a platform that takes a second payment", "P1"},
    {BREAK_FORGETS_DELIVERY, "a ledger that forgets a delivery", "P1 P4"},
    {BREAK_FORGETS_PAYMENT, "a ledger that forgets a payment", "P2 P4"},
    {BREAK_TRIES_TWICE, "an application that sends a PIN twice", "P5"},
    {BREAK_CLOCK_STOPS, "a clock that stops", "P8"},
    {BREAK_DREAMS_OF_PAYMENT, "a ledger that dreams of a payment", "P3"},
    {BREAK_WRITES_UNASKED, "a flow that writes unasked", "P3"},
    {BREAK_WRITES_HALF, "a token that is written by half", "P4"},
    {BREAK_REMEMBERS_VISIT, "a flow that remembers a visit", "P6"},
    {BREAK_SKIPS_PROOF, "a proof that nobody made", "P9"},
    {BREAK_IGNORES_MARK, "a journal that was set back unseen", "P7"},
};

static struct sim sim; /* too large for a stack */

static bool found(enum sim_break broken, const char *what, const char *promises)
{
    for (uint64_t seed = 1; seed <= SELFTEST_SEEDS; seed++) {
        char number[3] = "";
        if (sim_run(&sim, seed, broken, false))
            continue;
        (void)snprintf(number, sizeof(number), "%.2s", sim.why);
        bool right = strstr(promises, number) != NULL;
        printf("%s %s: seed %llu, %s\n", right ? "found" : "WRONGLY FOUND", what,
               (unsigned long long)seed, sim.why);
        return right;
    }
    printf("NOT FOUND %s\n", what);
    return false;
}

static int selftest(void)
{
    bool fine = true;
    for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
        fine = found(breaks[i].broken, breaks[i].what, breaks[i].promises) && fine;
    return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_seeds(uint64_t first, uint64_t count, bool trace)
{
    uint64_t steps = 0;
    uint64_t paid = 0;
    uint64_t delivered = 0;

    for (uint64_t seed = first; seed < first + count; seed++) {
        bool kept = sim_run(&sim, seed, BREAK_NOTHING, trace);
        steps += (uint64_t)sim.steps;
        for (int i = 0; i < sim.order_count; i++) {
            paid += sim.orders[i].captured > 0;
            delivered += sim.orders[i].order.status == FACT_ORDER_DONE;
        }
        if (kept)
            continue;
        if (!trace)
            (void)sim_run(&sim, seed, BREAK_NOTHING, true);
        printf("seed %llu broke %s\n", (unsigned long long)seed, sim.why);
        return EXIT_FAILURE;
    }
    printf("%llu seeds, %llu steps, %llu orders paid, %llu delivered: all promises kept\n",
           (unsigned long long)count, (unsigned long long)steps, (unsigned long long)paid,
           (unsigned long long)delivered);
    return EXIT_SUCCESS;
}

static bool parse_count(const char *text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = text == NULL ? 0 : strtoull(text, &end, 10);
    if (text == NULL || errno != 0 || end == text || *end != '\0' || value == 0)
        return false;
    *out = value;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t seeds = 1000;
    uint64_t seed = 1;
    bool trace = false;
    bool test = false;
    bool fine = true;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0) {
            fine = parse_count(argv[++i], &seeds) && fine;
        } else if (strcmp(argv[i], "--seed") == 0) {
            fine = parse_count(argv[++i], &seed) && fine;
        } else if (strcmp(argv[i], "--trace") == 0) {
            trace = true;
        } else if (strcmp(argv[i], "--selftest") == 0) {
            test = true;
        } else {
            fine = false;
        }
        if (!fine)
            break;
    }
    if (!fine) {
        (void)fputs("usage: certkiosk-sim [--seeds N] [--seed S] [--trace] [--selftest]\n", stderr);
        return 2;
    }
    return test ? selftest() : run_seeds(seed, seeds, trace);
}
