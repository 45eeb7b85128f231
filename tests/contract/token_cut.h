/*
 * token_cut.h - one interruption of one job at one command, and what is asked of the token then.
 *
 *     cut_take --> cut_prepare --> (cut_ready --> fault --> cut_run --> arrive --> cut_repair) for
 * each command
 */
#ifndef TESTS_CONTRACT_TOKEN_CUT_H
#define TESTS_CONTRACT_TOKEN_CUT_H

#include "tests/contract/token_jobs.h"

#define CUT_COMMANDS_MAX 200 /* of a job */

struct cut {
    struct bench *on;
    const struct job *job;
    enum bench_fault fault;
    uint32_t n;             /* commands before the fault */
    char id[TOKEN_ID_SIZE]; /* of the token */
    uint32_t points, torn;  /* so far */
};

/* The test fails: what went wrong, and where. */
void cut_bad(const struct cut *cut, const char *what);
void cut_bad_error(const struct cut *cut, struct err e);

/* Take the job up, with a bench of its own in place of the one before. False when tokens of this
 * model cannot do it. */
bool cut_take(struct cut *cut, const struct job *job);

/* Prepare the job on a blank token that is in, and keep that. */
void cut_prepare(struct cut *cut);

/* The token as it was kept, identified and ready; it is in already when `in`. */
void cut_ready(struct cut *cut, bool in);

/* Do the job until the fault strikes. False when it has no more than `n` commands; then it was
 * done. `*out_error` is what it answered. */
bool cut_run(struct cut *cut, struct err *out_error);

/* Arrived after the interruption: it is the same token; look, repeat, look again. */
void cut_repair(struct cut *cut);

/* The token that took its place is as it was, but for a try that a PIN right after the swap
 * spent; and `e`, which the job answered, tells of the swap when that PIN was to be changed. */
void cut_assert_untouched(struct cut *cut, struct err e);

#endif
