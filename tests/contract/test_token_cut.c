/*
 * What token.h promises of interruptions: at every command of every job the token is pulled out,
 * before it does what it was told or after, or another takes its place. It is then old or new, or
 * torn in a way that repeating the call repairs; and the other one is as it was.
 */
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_jobs.h"

#define POINTS_MAX 200 /* commands of a job at most */

static struct token_identity seen; /* big */

static const struct bench_kind *kind_now;

/* The same token as prepare left it, identified. */
static void begin(struct bench *on, const struct job *job)
{
    on->kind->restore(on);
    on->kind->pull(on);
    bench_insert(on, &seen);
    if (job->ready != NULL)
        job->ready(on);
}

static void bad(struct bench *on, const struct job *job, uint32_t n, const char *what)
{
    fail_msg("%s: %s, at command %u: %s", on->kind->name, job->name, n + 1, what);
}

/* Look, repeat, look again. */
static enum job_state repair(struct bench *on, const struct job *job, uint32_t n)
{
    enum job_state state = job->look(on);

    if (state == JOB_BAD)
        bad(on, job, n, "something is lost");
    bench_look(on, &seen);
    if (job->ready != NULL)
        job->ready(on);
    struct err e = job->run(on);
    if (failed(e))
        bad(on, job, n, err_name(e.code));
    bench_look(on, &seen);
    if (job->look(on) != JOB_NEW)
        bad(on, job, n, "not completed by repeating");
    return state;
}

static void arrive_after_pull(struct bench *on, const struct job *job, const char *id)
{
    bench_insert(on, &seen);
    if (on->model->serial || !job->renames)
        assert_string_equal(on->id, id);
}

/* Not counting what a PIN that came right after the swap did to its tries. */
static void arrive_after_swap(struct bench *on, const struct job *job, uint32_t n)
{
    uint32_t changes = on->kind->changes(on);

    if (changes > (job->sends_pin ? 1 : 0))
        bad(on, job, n, "the other token was changed");
    on->kind->swap(on, true);
    on->kind->pull(on);
    bench_insert(on, &seen);
}

struct tally {
    uint32_t points, torn;
};

/* False when the job has fewer commands. */
static bool cut_at(struct bench *on, const struct job *job, enum bench_fault fault, uint32_t n,
                   struct tally *tally)
{
    char id[TOKEN_ID_SIZE];

    begin(on, job);
    memcpy(id, on->id, sizeof(id));
    on->kind->fault(on, fault, n);
    uint32_t before = on->kind->commands(on);
    struct err e = job->run(on);
    bool struck = on->kind->commands(on) - before > n;
    on->kind->fault(on, BENCH_NONE, 0);
    if (!struck) {
        assert_int_equal(e.code, ERR_NONE);
        return false;
    }
    if (fault != BENCH_SWAP) {
        if (e.code != ERR_GONE)
            bad(on, job, n, err_name(e.code));
        arrive_after_pull(on, job, id);
    } else {
        arrive_after_swap(on, job, n);
    }
    tally->points++;
    tally->torn += repair(on, job, n) == JOB_TORN ? 1 : 0;
    return true;
}

static void cut_everywhere(struct bench *on, const struct job *job, struct tally *tally)
{
    static const enum bench_fault faults[] = {BENCH_PULL, BENCH_LOST, BENCH_SWAP};

    bench_insert(on, &seen);
    job->prepare(on);
    on->kind->keep(on);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        if (faults[i] == BENCH_SWAP && on->kind->model == NULL)
            continue; /* the simulator is not swapped within a call */
        for (uint32_t n = 0; n < POINTS_MAX && cut_at(on, job, faults[i], n, tally); n++)
            continue;
    }
}

static void every_job_may_be_interrupted_at_every_command(struct bench *on)
{
    struct tally tally = {.points = 0};

    kind_now = on->kind;
    for (const struct job *job = token_jobs; job->name != NULL; job++) {
        if (!job->able(on->model))
            continue;
        bench_close(on);
        on = bench_open(kind_now);
        cut_everywhere(on, job, &tally);
    }
    print_message("  %s: interrupted at %u points, torn and repaired %u\n", on->kind->name,
                  tally.points, tally.torn);
    assert_true(tally.points >= (on->kind->model == NULL ? 20U : 100U));
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(every_job_may_be_interrupted_at_every_command),
    };
    return bench_run("token cut", promises, ARRAY_LEN(promises));
}
