#include "tests/power/sweep.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "kiosk/base/text.h"

#define SEEDS 2U
#define TROUBLES_MAX 100000U
#define SEEN_MAX 65536U /* a power of two */

/* Which operation it hits, and whether all after it. */
struct blow {
    enum disk_trouble trouble;
    bool stays;
    unsigned n;
};

static size_t done_at[SWEEP_STEPS_MAX]; /* points when a step had returned */

/* Images that were looked at, with how many steps were acknowledged then. */
static uint64_t seen[SEEN_MAX];

static bool is_news(uint64_t digest, size_t acknowledged)
{
    uint64_t key = (digest ^ (uint64_t)acknowledged << 48) | 1;
    for (size_t i = 0; i < SEEN_MAX; i++) {
        uint64_t *slot = &seen[((key >> 8) + i) % SEEN_MAX];
        if (*slot == key)
            return false;
        if (*slot == 0) {
            *slot = key;
            return true;
        }
    }
    return true;
}

static void forget_seen(void)
{
    for (size_t i = 0; i < SEEN_MAX; i++)
        seen[i] = 0;
}

size_t sweep_stride(size_t sparse)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
    const char *all = getenv("POWER_ALL");
    return SWEEP_IS_SLOW && !text_same(all != NULL ? all : "", "1") ? sparse : 1;
}

void sweep_say(const char *name, const char *what, const struct tally *tally)
{
    (void)printf("# %s, %s: %zu points, %zu images, %zu finished, %zu told: %zu lost, %zu doubled, "
                 "%zu half%s%s\n",
                 name, what, tally->points, tally->images, tally->finished, tally->told,
                 tally->lost, tally->doubled, tally->half, tally->first_site != NULL ? " at " : "",
                 tally->first_site != NULL ? tally->first_site : "");
}

static void is_half(struct tally *tally, const char *site)
{
    tally->half++;
    if (tally->first_site == NULL)
        tally->first_site = site;
}

static void record(const struct scenario *scenario, bool syncs)
{
    assert(scenario->steps <= SWEEP_STEPS_MAX);
    disk_clear();
    scenario->prepare();
    disk_record(syncs);
    struct err e = scenario->open(true);
    for (size_t i = 0; i < scenario->steps && !failed(e); i++) {
        e = scenario->step(i);
        done_at[i] = disk_points();
    }
    if (failed(e))
        (void)fprintf(stderr, "%s: %s %lld at %s\n", scenario->name, err_name(e.code),
                      (long long)e.native, e.site);
    assert(!failed(e));
    scenario->close();
    disk_stop();
}

/* What stands; false when it is not worth going on. */
static bool look(const struct scenario *scenario, size_t acknowledged, struct tally *tally)
{
    size_t reached = 0;
    bool in_order = true;
    bool lost = scenario->stands != NULL && !scenario->stands();
    bool doubled = false;

    while (reached < scenario->steps && scenario->count(reached) > 0)
        reached++;
    for (size_t i = 0; i < scenario->steps; i++) {
        unsigned count = scenario->count(i);
        lost = lost || (count == 0 && i < acknowledged);
        if (count == SWEEP_NOTHING)
            continue;
        doubled = doubled || count > 1;
        in_order = in_order && (count == 0 || i < reached);
    }
    tally->lost += lost ? 1 : 0;
    tally->doubled += doubled ? 1 : 0;
    if (!lost && !doubled && (!in_order || !scenario->agrees(reached))) {
        is_half(tally, "agrees");
        return false;
    }
    return !lost && !doubled;
}

/* Every step again, as a program would that never saw an answer. */
static void go_on(const struct scenario *scenario, struct tally *tally)
{
    struct err e = ERR_OK;
    for (size_t i = 0; i < scenario->steps && !failed(e); i++)
        e = scenario->step(i);
    if (failed(e)) {
        is_half(tally, e.site);
    } else {
        (void)look(scenario, scenario->steps, tally);
    }
}

static void check(const struct scenario *scenario, size_t acknowledged, struct tally *tally)
{
    struct err e = scenario->open(acknowledged == 0);
    tally->images++;
    if (failed(e)) {
        is_half(tally, e.site);
    } else if (look(scenario, acknowledged, tally)) {
        go_on(scenario, tally);
    }
    scenario->close();
}

static void cut_after(const struct scenario *scenario, size_t points, struct tally *tally)
{
    size_t acknowledged = 0;
    while (acknowledged < scenario->steps && done_at[acknowledged] <= points)
        acknowledged++;
    for (unsigned fate = 0; fate < DISK_FATE_COUNT; fate++) {
        unsigned seeds = disk_by_chance((enum disk_fate)fate) ? SEEDS : 1;
        for (unsigned seed = 0; seed < seeds; seed++) {
            disk_cut(points, (enum disk_fate)fate, (unsigned)points * 1000 + fate * 10 + seed);
            if (is_news(disk_digest(), acknowledged))
                check(scenario, acknowledged, tally);
        }
    }
}

struct tally sweep_power(const struct scenario *scenario, bool syncs, size_t stride)
{
    struct tally tally = {0};
    forget_seen();
    record(scenario, syncs);
    for (size_t points = 0; points <= disk_points(); points += stride) {
        tally.points++;
        cut_after(scenario, points, &tally);
    }
    disk_clear();
    return tally;
}

/* --- trouble ---------------------------------------------------------------------------------- */

static bool is_said(struct err e)
{
    return e.code == ERR_IO || e.code == ERR_NO_ROOM;
}

/* The steps from the first that is not acknowledged, until one fails. */
static struct err act(const struct scenario *scenario, size_t *in_out_acknowledged)
{
    struct err e = ERR_OK;
    while (*in_out_acknowledged < scenario->steps && !failed(e)) {
        e = scenario->step(*in_out_acknowledged);
        *in_out_acknowledged += failed(e) ? 0 : 1;
    }
    return e;
}

/* While the trouble stays a program that opens again is told again, or it is well. */
static struct err insist(const struct scenario *scenario, size_t *in_out_acknowledged)
{
    scenario->close();
    struct err e = scenario->open(*in_out_acknowledged == 0);
    return failed(e) ? e : act(scenario, in_out_acknowledged);
}

/* Once more on a disk that is as it was, and then on one that is well: as it is open. */
static struct err recover(const struct scenario *scenario, bool stays, size_t *in_out_acknowledged)
{
    struct err e = stays ? act(scenario, in_out_acknowledged) : ERR_OK;
    if (failed(e) && !is_said(e))
        return e;
    if (stays && !scenario->by_itself)
        return e;
    disk_heal();
    e = act(scenario, in_out_acknowledged);
    return failed(e) ? ERR(ERR_CONFLICT, e.code, "it does not go on by itself") : e;
}

/* Open, every step, close; with what follows once trouble was said. `*out_acknowledged` stand. */
static struct err live_with(const struct scenario *scenario, bool stays, bool insists,
                            struct tally *tally, size_t *out_acknowledged)
{
    struct err e = scenario->open(true);
    bool opened = !failed(e);
    if (opened)
        e = act(scenario, out_acknowledged);
    if (disk_failed_by(DISK_FULL) && e.code == ERR_IO && (e.native & 0xFF) != SQLITE_CANTOPEN)
        is_half(tally, e.site); /* staff would be told to mend what is only full */
    if (opened && failed(e) && is_said(e) && (scenario->by_itself || e.code == ERR_NO_ROOM))
        e = recover(scenario, stays, out_acknowledged);
    if (failed(e) && is_said(e) && (stays || insists))
        e = insist(scenario, out_acknowledged);
    if (!failed(e))
        scenario->close(); /* which may be troubled, too: nobody is told */
    return e;
}

/* False when the steps have fewer operations than n. */
static bool trouble_at(const struct scenario *scenario, const struct blow *blow, bool cuts,
                       struct tally *tally)
{
    size_t acknowledged = 0;
    disk_rewind();
    disk_fail(blow->trouble, blow->n, blow->stays);
    struct err e = live_with(scenario, blow->stays, cuts, tally, &acknowledged);
    bool struck = disk_failed();
    disk_heal();
    scenario->close();
    if (!struck)
        return false;

    tally->points++;
    tally->finished += failed(e) ? 0 : 1;
    tally->told += failed(e) && is_said(e) ? 1 : 0;
    if (failed(e) && !is_said(e))
        is_half(tally, e.site);
    if (cuts)
        disk_drop();
    check(scenario, acknowledged, tally);
    return true;
}

/* Where a sync has failed, what is only read as if it were there is gone with the power alone. */
static bool both_ways(enum disk_trouble trouble)
{
    return trouble == DISK_FSYNC_LOST || trouble == DISK_FSYNC_STALE;
}

struct tally sweep_trouble(const struct scenario *scenario, enum disk_trouble trouble, bool stays,
                           size_t stride)
{
    struct tally tally = {0};
    struct blow blow = {trouble, stays, 1};
    bool struck = true;
    disk_clear();
    scenario->prepare();
    disk_record(true);
    disk_stop();
    for (size_t i = 0; struck && blow.n < TROUBLES_MAX; i++) {
        bool cuts = i % 2 == (stays ? 1 : 0);
        struck = trouble_at(scenario, &blow, cuts, &tally);
        if (struck && both_ways(trouble))
            struck = trouble_at(scenario, &blow, !cuts, &tally);
        blow.n += (unsigned)stride;
    }
    assert(!struck);
    disk_clear();
    return tally;
}

void sweep_add(struct tally *sum, const struct tally *more)
{
    sum->points += more->points;
    sum->images += more->images;
    sum->lost += more->lost;
    sum->doubled += more->doubled;
    sum->half += more->half;
    sum->finished += more->finished;
    sum->told += more->told;
    if (sum->first_site == NULL)
        sum->first_site = more->first_site;
}
