/*
 * bench.h - what the measuring programs share: a clock, a fair repetition, a row of the result.
 *
 *     double us = bench_us(run, context, ROUNDS)          the fastest run, after one to warm up
 *     bench_print(&(struct bench_row){.name = ..., .limit = 10})
 *
 * Ours and what it is compared with are measured in the same process, one after the other.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

/* One line of the table. The aim is ours / reference <= limit, or >= when `at_least`. */
struct bench_row {
    const char *name;
    const char *unit;
    double ours, reference;
    const char *reference_name;
    bool at_least;
    double limit;
};

/* Microseconds of processor time that `run` takes: the fastest of `rounds`. For work that waits
 * for nothing. */
double bench_us(void (*run)(void *), void *context, unsigned rounds);

/* Nanoseconds of a clock that nothing sets back. */
uint64_t bench_now_ns(void);

/* The row as a line of JSON on stdout. */
void bench_print(const struct bench_row *row);

/* End the program with a line on stderr unless all is well. */
void bench_need(bool well, const char *what);

#endif
