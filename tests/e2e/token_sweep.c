/*
 * token_sweep - every job of the token contract, interrupted at every command over real parts: the
 * driver in its worker process, pcscd, a virtual token in the hall of CERTKIOSK_HALL.
 *
 *     token_sweep pull|lost|swap|kill|host|pcscd|control
 *
 * pull and lost: the token leaves before, or after, it has done what it was told; swap: another one
 * takes its place unseen; kill: it hangs, and the worker is killed; host: it hangs, and the process
 * that has the driver is killed, as a kiosk would be; pcscd: it hangs, and pcscd is killed and
 * started again. control: a write that tears and is never repaired, and a renewal that makes its
 * key where the old one is, which must be found.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench_hall.h"
#include "tests/contract/token_cut.h"
#include "tests/e2e/token_sweep_host.h"

#define NAP_US 2000
#define POINTS_MIN 40 /* of the token with the fewest jobs */

enum way { WAY_PULL, WAY_LOST, WAY_SWAP, WAY_KILL, WAY_HOST, WAY_PCSCD, WAY_CONTROL };

static const struct way_row {
    const char *name;
    enum way way;
    enum bench_fault fault;
} ways[] = {{"pull", WAY_PULL, BENCH_PULL},      {"lost", WAY_LOST, BENCH_LOST},
            {"swap", WAY_SWAP, BENCH_SWAP},      {"kill", WAY_KILL, BENCH_HANG},
            {"host", WAY_HOST, BENCH_HANG},      {"pcscd", WAY_PCSCD, BENCH_HANG},
            {"control", WAY_CONTROL, BENCH_PULL}};

static const struct way_row *way;
static struct token_identity seen; /* big */

/* --- while the call waits for a token that hangs ------------------------------------------ */

static atomic_bool over;

static void *strike(void *context)
{
    (void)context;
    while (!atomic_load(&over) &&
           strstr(host_tell("token.ctl", "token status"), "hangs=yes") == NULL)
        (void)usleep(NAP_US);
    if (atomic_load(&over))
        return NULL;
    if (way->way == WAY_PCSCD) {
        (void)host_tell("hall.ctl", "pcscd kill");
    } else {
        pid_t pid = host_child_of(getpid()); /* the only process that this one has started */
        if (pid > 0)
            (void)kill(pid, SIGKILL); /* it is ours */
    }
    return NULL;
}

static bool run_and_strike(struct cut *cut, struct err *out_error)
{
    pthread_t thread;

    atomic_store(&over, false);
    assert_int_equal(pthread_create(&thread, NULL, strike, NULL), 0);
    bool struck = cut_run(cut, out_error);
    atomic_store(&over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    if (struck && way->way == WAY_PCSCD)
        (void)hall_say("hall.ctl", "pcscd start");
    return struck;
}

/* --- one point ---------------------------------------------------------------------------- */

/* What this interruption may be called by the contract. */
static void assert_named(const struct cut *cut, struct err e)
{
    bool link = e.code == ERR_GONE || (e.code == ERR_IO && cut->fault == BENCH_HANG);
    if (failed(e) && !link && cut->fault != BENCH_SWAP)
        cut_bad_error(cut, e);
    if (!failed(e) && cut->fault != BENCH_SWAP)
        cut_bad(cut, "no error");
}

static void bring_back(struct cut *cut, struct err e)
{
    struct bench *on = cut->on;

    if (cut->fault == BENCH_SWAP) {
        cut_assert_untouched(cut, e);
        on->kind->swap(on, true);
    }
    if (cut->fault == BENCH_PULL || cut->fault == BENCH_LOST)
        on->kind->insert(on);
    bench_arrive(on, &seen);
}

static bool cut_once(struct cut *cut)
{
    struct err e = ERR_OK;

    if (way->way == WAY_HOST) {
        if (!host_run_and_kill(cut))
            return false;
        bench_arrive(cut->on, &seen);
        cut_repair(cut);
        return true;
    }
    cut_ready(cut, true);
    bool struck = cut->fault == BENCH_HANG ? run_and_strike(cut, &e) : cut_run(cut, &e);
    if (!struck)
        return false;
    assert_named(cut, e);
    bring_back(cut, e);
    cut_repair(cut);
    return true;
}

static void sweep_job(struct cut *cut)
{
    bool more = true;

    bench_insert(cut->on, &seen);
    cut->fault = BENCH_NONE;
    cut_prepare(cut);
    cut->fault = way->fault;
    for (cut->n = 0; more && cut->n < CUT_COMMANDS_MAX; cut->n++)
        more = cut_once(cut);
    assert_false(more);
}

static void every_job_may_be_interrupted_at_every_command(struct bench *on)
{
    struct cut cut = {.on = on};

    for (const struct job *job = token_jobs; job->name != NULL; job++) {
        if (!cut_take(&cut, job))
            continue;
        uint32_t before = cut.points;
        sweep_job(&cut);
        print_message("  %s, %s: %u points\n", way->name, job->name, cut.points - before);
    }
    print_message("  %s: %u points, torn and repaired %u\n", way->name, cut.points, cut.torn);
    assert_true(cut.points >= POINTS_MIN);
}

/* --- the control -------------------------------------------------------------------------- */

/* At how many points of the job its look says `state`, when nobody repairs. */
static uint32_t count_points(struct bench *on, const struct job *job, enum job_state state)
{
    struct cut cut = {.on = on, .job = job};
    uint32_t found = 0;
    bool struck = true;

    bench_insert(on, &seen);
    cut_prepare(&cut);
    cut.fault = way->fault;
    for (cut.n = 0; struck && cut.n < CUT_COMMANDS_MAX; cut.n++) {
        struct err e = ERR_OK;
        cut_ready(&cut, true);
        struck = cut_run(&cut, &e);
        if (struck)
            bring_back(&cut, e);
        found += struck && job->look(on) == state ? 1 : 0;
    }
    print_message("  control: %s: %s at %u of %u points\n", job->name,
                  state == JOB_TORN ? "torn and left so" : "the old key lost", found, cut.n - 1);
    return found;
}

/* Where what is never repaired is found torn: the sweep sees what it is there to see. */
static void a_tear_that_nobody_repairs_is_found(struct bench *on)
{
    const struct job *job = token_jobs;

    while (strcmp(job->name, "write") != 0)
        job++;
    assert_true(count_points(on, job, JOB_TORN) > 0);
}

static void a_key_that_is_lost_is_found(struct bench *on)
{
    assert_true(count_points(on, &token_job_careless, JOB_BAD) > 0);
}

int main(int argc, char **argv)
{
    static const struct bench_promise sweep[] = {
        PROMISE(every_job_may_be_interrupted_at_every_command)};
    static const struct bench_promise control[] = {PROMISE(a_tear_that_nobody_repairs_is_found),
                                                   PROMISE(a_key_that_is_lost_is_found)};

    for (size_t i = 0; argc == 2 && i < ARRAY_LEN(ways); i++) {
        if (text_same(argv[1], ways[i].name))
            way = &ways[i];
    }
    if (way == NULL || getenv("CERTKIOSK_HALL") == NULL) {
        (void)fprintf(stderr,
                      "CERTKIOSK_HALL=DIR token_sweep pull|lost|swap|kill|host|pcscd|control\n");
        return 2;
    }
    return way->way == WAY_CONTROL ? bench_run("token sweep control", control, ARRAY_LEN(control))
                                   : bench_run("token sweep", sweep, 1);
}
