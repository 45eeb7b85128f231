/*
 * What token.h promises of interruptions: at every command of every job the token is pulled out,
 * before it does what it was told or after, or another takes its place. It is then old or new, or
 * torn in a way that repeating the call repairs; and the other one is as it was.
 */
#include <string.h>

#include "kiosk/base/macros.h"
#include "tests/contract/token_cut.h"

static struct token_identity seen; /* big */

/* False when the job has fewer commands. */
static bool cut_once(struct cut *cut)
{
    struct bench *on = cut->on;
    struct err e = ERR_OK;

    cut_ready(cut, false);
    bool struck = cut_run(cut, &e);
    if (!struck)
        return false;
    if (cut->fault == BENCH_SWAP) {
        cut_assert_untouched(cut, e);
        on->kind->swap(on, true);
        on->kind->pull(on);
    } else if (e.code != ERR_GONE) {
        cut_bad_error(cut, e);
    }
    bench_insert(on, &seen);
    cut_repair(cut);
    return true;
}

static void cut_everywhere(struct cut *cut)
{
    static const enum bench_fault faults[] = {BENCH_PULL, BENCH_LOST, BENCH_SWAP};

    bench_insert(cut->on, &seen);
    cut_prepare(cut);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        if (faults[i] == BENCH_SWAP && cut->on->kind->model == NULL)
            continue; /* the simulator is not swapped within a call */
        cut->fault = faults[i];
        bool more = true;
        for (cut->n = 0; more && cut->n < CUT_COMMANDS_MAX; cut->n++) {
            cut->on->kind->pull(cut->on);
            more = cut_once(cut);
        }
        assert_false(more);
    }
}

/* Whether a write goes out in blocks, and one that is cut leaves what came so far. */
static bool tears(const struct bench *on)
{
    return on->kind->model == NULL || (on->model->put_tears && !on->model->extended_lc);
}

static void every_job_may_be_interrupted_at_every_command(struct bench *on)
{
    const struct bench_kind *kind = on->kind;
    struct cut cut = {.on = on};

    for (const struct job *job = token_jobs; job->name != NULL; job++) {
        if (!cut_take(&cut, job))
            continue;
        uint32_t torn = cut.torn;
        cut_everywhere(&cut);
        /* otherwise nothing of this could find a tear */
        if (strcmp(job->name, "write") == 0 && tears(cut.on))
            assert_true(cut.torn > torn);
    }
    print_message("  %s: interrupted at %u points, torn and repaired %u\n", kind->name, cut.points,
                  cut.torn);
    assert_true(cut.points >= (kind->model == NULL ? 20U : 100U));
}

/* A renewal that makes its key where the old one is: what it loses is found, or nothing of this
 * could find a loss. */
static void a_key_that_is_lost_is_found(struct bench *on)
{
    struct cut cut = {.on = on, .job = &token_job_careless, .fault = BENCH_PULL};
    struct err e = ERR_OK;
    uint32_t lost = 0;
    bool struck = true;

    bench_insert(on, &seen);
    cut_prepare(&cut);
    for (cut.n = 0; struck && cut.n < CUT_COMMANDS_MAX; cut.n++) {
        on->kind->pull(on);
        cut_ready(&cut, false);
        struck = cut_run(&cut, &e);
        if (struck)
            bench_insert(on, &seen);
        lost += struck && cut.job->look(on) == JOB_BAD ? 1 : 0;
    }
    print_message("  %s: lost at %u of %u points\n", on->kind->name, lost, cut.n - 1);
    assert_true(lost > 0);
}

int main(void)
{
    static const struct bench_promise promises[] = {
        PROMISE(every_job_may_be_interrupted_at_every_command),
        PROMISE(a_key_that_is_lost_is_found),
    };
    return bench_run("token cut", promises, ARRAY_LEN(promises));
}
