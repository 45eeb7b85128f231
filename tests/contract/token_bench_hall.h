/* token_bench_hall.h - the hall of CERTKIOSK_HALL, told and asked; fails the test when it refuses.
 */
#ifndef TESTS_CONTRACT_TOKEN_BENCH_HALL_H
#define TESTS_CONTRACT_TOKEN_BENCH_HALL_H

#include "tests/contract/token_bench.h"

/* One line to `socket` below the hall's folder; the answer, until the next. */
const char *hall_say(const char *socket, const char *line);

/* A number of "token status", by its name. */
uint32_t hall_number(const char *name);

/* The driver as kiosks have it, for the token of the hall. */
void hall_open_driver(struct bench *on);

#endif
