#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now); /* cannot fail for the clocks used here */
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t bench_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

double bench_us(void (*run)(void *), void *context, unsigned rounds)
{
    uint64_t fastest_ns = UINT64_MAX;

    run(context);
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        run(context);
        uint64_t took_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
        fastest_ns = took_ns < fastest_ns ? took_ns : fastest_ns;
    }
    return (double)fastest_ns / 1000.0;
}

void bench_print(const struct bench_row *row)
{
    double ratio = row->reference > 0.0 ? row->ours / row->reference : 0.0;
    bool holds = row->at_least ? ratio >= row->limit : ratio <= row->limit;

    (void)printf("{\"name\":\"%s\",\"unit\":\"%s\",\"ours\":%.6g,\"reference\":%.6g,"
                 "\"reference_name\":\"%s\",\"ratio\":%.3g,\"aim\":\"%s %g\",\"holds\":%s}\n",
                 row->name, row->unit, row->ours, row->reference, row->reference_name, ratio,
                 row->at_least ? ">=" : "<=", row->limit, holds ? "true" : "false");
}

void bench_need(bool well, const char *what)
{
    if (well)
        return;
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}
