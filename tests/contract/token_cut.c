#include "tests/contract/token_cut.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 160

static struct token_identity seen; /* big */

static const char *const names[] = {[BENCH_NONE] = "nothing",
                                    [BENCH_PULL] = "pulled",
                                    [BENCH_LOST] = "lost",
                                    [BENCH_SWAP] = "swapped",
                                    [BENCH_HANG] = "hung"};

void cut_bad(const struct cut *cut, const char *what)
{
    fail_msg("%s: %s, %s at command %u: %s", cut->on->kind->name, cut->job->name, names[cut->fault],
             cut->n + 1, what);
}

void cut_bad_error(const struct cut *cut, struct err e)
{
    char what[NAME_SIZE];

    (void)snprintf(what, sizeof(what), "%s %x %s", err_name(e.code), (unsigned)e.native, e.site);
    cut_bad(cut, what);
}

bool cut_take(struct cut *cut, const struct job *job)
{
    const struct bench_kind *kind = cut->on->kind;

    if (!job->able(cut->on->model))
        return false;
    bench_close(cut->on);
    cut->on = bench_open(kind);
    cut->job = job;
    return true;
}

void cut_prepare(struct cut *cut)
{
    cut->job->prepare(cut->on);
    cut->on->kind->keep(cut->on);
}

void cut_ready(struct cut *cut, bool in)
{
    struct bench *on = cut->on;

    on->kind->restore(on);
    if (cut->job->anew != NULL)
        cut->job->anew();
    if (!in)
        on->kind->insert(on);
    bench_arrive(on, &seen);
    memcpy(cut->id, on->id, sizeof(cut->id));
    if (cut->job->ready != NULL)
        cut->job->ready(on);
}

bool cut_run(struct cut *cut, struct err *out_error)
{
    struct bench *on = cut->on;

    on->kind->fault(on, cut->fault, cut->n);
    uint32_t before = on->kind->commands(on);
    *out_error = cut->job->run(on);
    uint32_t commands = on->kind->commands(on) - before;
    on->kind->fault(on, BENCH_NONE, 0);
    bool unanswered = cut->fault != BENCH_SWAP;
    bool struck = on->kind->counts_unanswered || !unanswered
                      ? commands > cut->n
                      : commands == cut->n && failed(*out_error);
    if (!struck && failed(*out_error))
        cut_bad_error(cut, *out_error);
    return struck;
}

void cut_repair(struct cut *cut)
{
    struct bench *on = cut->on;
    const struct job *job = cut->job;

    if ((on->model->serial || !job->renames) && strcmp(on->id, cut->id) != 0)
        cut_bad(cut, "another token");
    cut->points++;
    enum job_state state = job->look(on);
    if (state == JOB_BAD)
        cut_bad(cut, "something is lost");
    cut->torn += state == JOB_TORN ? 1 : 0;

    bench_look(on, &seen);
    if (job->ready != NULL)
        job->ready(on);
    struct err e = job->run(on);
    if (failed(e))
        cut_bad_error(cut, e);
    bench_look(on, &seen);
    if (job->look(on) != JOB_NEW)
        cut_bad(cut, "not completed by repeating");
}

void cut_assert_untouched(struct cut *cut, struct err e)
{
    const struct bench_kind *kind = cut->on->kind;

    if (cut->job->changes_pin && e.code != ERR_GONE)
        cut_bad(cut, "done to the other token, and not told");
    if (kind->other_keeps_pins != NULL && !kind->other_keeps_pins(cut->on))
        cut_bad(cut, "the other token has another PIN");
    if (cut->on->kind->changes(cut->on) > (cut->job->sends_pin ? 1 : 0))
        cut_bad(cut, "the other token was changed");
}
