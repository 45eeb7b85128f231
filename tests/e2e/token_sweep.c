/*
 * token_sweep - every job of the token contract, interrupted at every command over real parts: the
 * driver in its worker process, pcscd, a virtual token in the hall of CERTKIOSK_HALL.
 *
 *     token_sweep pull|lost|swap|kill|pcscd|control
 *
 * pull and lost: the token leaves before, or after, it has done what it was told; swap: another one
 * takes its place unseen; kill: it hangs, and the worker is killed; pcscd: it hangs, and pcscd is
 * killed and started again. control: a write that tears and is never repaired, which must be found.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "tests/contract/token_bench_hall.h"
#include "tests/contract/token_cut.h"

#define PATH_SIZE 256
#define ASK_MS 10000
#define NAP_US 2000
#define POINTS_MIN 40 /* of the token with the fewest jobs */

enum way { WAY_PULL, WAY_LOST, WAY_SWAP, WAY_KILL, WAY_PCSCD, WAY_CONTROL };

static const struct way_row {
    const char *name;
    enum way way;
    enum bench_fault fault;
} ways[] = {{"pull", WAY_PULL, BENCH_PULL},   {"lost", WAY_LOST, BENCH_LOST},
            {"swap", WAY_SWAP, BENCH_SWAP},   {"kill", WAY_KILL, BENCH_HANG},
            {"pcscd", WAY_PCSCD, BENCH_HANG}, {"control", WAY_CONTROL, BENCH_PULL}};

static const struct way_row *way;
static struct token_identity seen; /* big */

/* --- while the call waits for a token that hangs
 * ------------------------------------------------------ */

static atomic_bool over;

/* A line to the hall, from another thread than the test's; the answer, or nothing. */
static const char *tell(const char *socket, const char *line)
{
    static struct control_reply reply;
    char path[PATH_SIZE];

    reply.text[0] = '\0';
    if (!text_print(path, sizeof(path), "%s/%s", getenv("CERTKIOSK_HALL"), socket) ||
        failed(control_ask(path, line, ASK_MS, &reply)))
        reply.text[0] = '\0';
    return reply.text;
}

/* The only process that this one has started. */
static pid_t worker(void)
{
    char path[PATH_SIZE], line[PATH_SIZE] = "";

    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(line, sizeof(line), file) == NULL)
            line[0] = '\0'; /* there is none */
        (void)fclose(file); /* only read */
    }
    return (pid_t)strtol(line, NULL, 10);
}

static void *strike(void *context)
{
    (void)context;
    while (!atomic_load(&over) && strstr(tell("token.ctl", "token status"), "hangs=yes") == NULL)
        (void)usleep(NAP_US);
    if (atomic_load(&over))
        return NULL;
    if (way->way == WAY_PCSCD) {
        (void)tell("hall.ctl", "pcscd kill");
    } else {
        pid_t pid = worker();
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

/* --- one point
 * ------------------------------------------------------------------------------------------ */

/* What this interruption may be called by the contract. */
static void assert_named(const struct cut *cut, struct err e)
{
    bool link = e.code == ERR_GONE || (e.code == ERR_IO && cut->fault == BENCH_HANG);
    if (failed(e) && !link && cut->fault != BENCH_SWAP)
        cut_bad(cut, err_name(e.code));
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
    const struct bench_kind *kind = on->kind;
    struct cut cut = {.on = on};

    for (const struct job *job = token_jobs; job->name != NULL; job++) {
        if (!job->able(on->model))
            continue;
        bench_close(on);
        cut.on = on = bench_open(kind);
        cut.job = job;
        uint32_t before = cut.points;
        sweep_job(&cut);
        print_message("  %s, %s: %u points\n", way->name, job->name, cut.points - before);
    }
    print_message("  %s: %u points, torn and repaired %u\n", way->name, cut.points, cut.torn);
    assert_true(cut.points >= POINTS_MIN);
}

/* --- the control
 * ----------------------------------------------------------------------------------------- */

/* Where what is never repaired is found torn: the sweep sees what it is there to see. */
static void a_tear_that_nobody_repairs_is_found(struct bench *on)
{
    const struct job *job = token_jobs;
    struct cut cut = {.on = on};
    uint32_t found = 0;
    bool struck = true;

    while (strcmp(job->name, "write") != 0)
        job++;
    cut.job = job;
    bench_insert(on, &seen);
    cut_prepare(&cut);
    cut.fault = way->fault;
    for (cut.n = 0; struck && cut.n < CUT_COMMANDS_MAX; cut.n++) {
        struct err e = ERR_OK;
        cut_ready(&cut, true);
        struck = cut_run(&cut, &e);
        if (struck)
            bring_back(&cut, e);
        found += struck && job->look(on) == JOB_TORN ? 1 : 0;
    }
    print_message("  control: torn and left so at %u of %u points\n", found, cut.n - 1);
    assert_true(found > 0);
}

int main(int argc, char **argv)
{
    static const struct bench_promise sweep[] = {
        PROMISE(every_job_may_be_interrupted_at_every_command)};
    static const struct bench_promise control[] = {PROMISE(a_tear_that_nobody_repairs_is_found)};

    for (size_t i = 0; argc == 2 && i < ARRAY_LEN(ways); i++) {
        if (text_same(argv[1], ways[i].name))
            way = &ways[i];
    }
    if (way == NULL || getenv("CERTKIOSK_HALL") == NULL) {
        (void)fprintf(stderr, "CERTKIOSK_HALL=DIR token_sweep pull|lost|swap|kill|pcscd|control\n");
        return 2;
    }
    return way->way == WAY_CONTROL ? bench_run("token sweep control", control, 1)
                                   : bench_run("token sweep", sweep, 1);
}
