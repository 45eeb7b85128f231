/* sweep_acts.c - which sweeps an act is put to, and the controls of them. */
#include "tests/power/sweep.h"

#include "tests/unit/unit.h"

#include <stdio.h>

#define FIRST_CUTS 5U   /* of an act, for each a second one is tried */
#define SECOND_CUTS 12U /* in what follows it */

/* For sweep_report(). */
static struct tally promised, controls;
static size_t acts;

void sweep_report(const char *what)
{
    (void)printf("points: %s: %zu acts, %zu points, %zu images: %zu lost, %zu doubled, %zu half;"
                 " controls: %zu points, %zu lost, %zu doubled\n",
                 what, acts, promised.points, promised.images, promised.lost, promised.doubled,
                 promised.half, controls.points, controls.lost, controls.doubled);
}

static void keep_promise(const struct scenario *scenario, const char *what,
                         const struct tally *tally)
{
    sweep_say(scenario->name, what, tally);
    sweep_add(&promised, tally);
    assert_true(tally->points > 0 && tally->images > 0);
    assert_int_equal(tally->lost + tally->doubled + tally->half, 0);
}

static void keep_control(const struct scenario *scenario, const char *what,
                         const struct tally *tally)
{
    sweep_say(scenario->name, what, tally);
    sweep_add(&controls, tally);
}

void sweep_all_cuts(const struct scenario *scenario, size_t stride)
{
    struct tally tally = sweep_power(scenario, true, stride);
    acts++;
    keep_promise(scenario, "power", &tally);
}

void sweep_all_troubles(const struct scenario *scenario, size_t stride)
{
    struct tally sum = {0};
    for (unsigned trouble = 0; trouble < DISK_TROUBLE_COUNT; trouble++) {
        for (unsigned stays = 0; stays < 2; stays++) {
            struct tally tally =
                sweep_trouble(scenario, (enum disk_trouble)trouble, stays != 0, stride);
            assert_true(tally.points > 0);
            sweep_add(&sum, &tally);
        }
    }
    assert_true(sum.told > 0);
    keep_promise(scenario, "trouble", &sum);
}

/* --- a second cut, in what follows the first ---------------------------------------------------
 */

static const struct scenario *inner; /* what a wrapper below is around */
static size_t first_cut;             /* points before it */
static enum disk_fate first_fate;
static size_t first_done; /* steps that were acknowledged before it */

static void prepare_cut(void)
{
    struct err e = ERR_OK;
    inner->prepare();
    disk_record(true);
    e = inner->open(true);
    first_done = 0;
    for (size_t i = 0; i < inner->steps && !failed(e); i++) {
        e = inner->step(i);
        first_done += disk_points() <= first_cut ? 1 : 0;
    }
    assert_false(failed(e));
    inner->close();
    disk_stop();
    disk_cut(first_cut, first_fate, (unsigned)first_cut);
}

static struct err open_cut(bool first)
{
    return inner->open(first && first_done == 0);
}

static bool cut_stands(void)
{
    bool stands = inner->stands == NULL || inner->stands();
    for (size_t i = 0; i < first_done && stands; i++)
        stands = inner->count(i) > 0;
    return stands;
}

/* Points of the act, from nothing to its end. */
static size_t count_points(const struct scenario *scenario)
{
    disk_clear();
    inner = scenario;
    first_cut = 0;
    first_fate = DISK_KEEP_ALL;
    prepare_cut();
    return disk_points();
}

void sweep_second_cuts(const struct scenario *scenario)
{
    static const enum disk_fate fates[] = {DISK_KEEP_ALL, DISK_KEEP_SECTORS, DISK_DROP_ALL};
    size_t points = count_points(scenario);
    struct scenario again = *scenario;
    struct tally sum = {0};
    again.prepare = prepare_cut;
    again.open = open_cut;
    again.stands = cut_stands;
    for (size_t i = 0; i < FIRST_CUTS; i++) {
        first_cut = (i + 1) * points / (FIRST_CUTS + 1);
        first_fate = fates[i % ARRAY_LEN(fates)];
        struct tally tally = sweep_power(&again, true, points / SECOND_CUTS + 1);
        sweep_add(&sum, &tally);
    }
    keep_promise(scenario, "a second cut", &sum);
}

/* --- the controls ----------------------------------------------------------------------------- */

void sweep_careless_disks(const struct scenario *scenario, size_t stride)
{
    static const struct {
        const char *what, *level;
        bool syncs;
    } rows[] = {
        {"without syncs", NULL, false},
        {"synchronous=OFF", "OFF", true},
        {"synchronous=NORMAL", "NORMAL", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        disk_synchronous(rows[i].level);
        struct tally tally = sweep_power(scenario, rows[i].syncs, stride);
        disk_synchronous(NULL);
        keep_control(scenario, rows[i].what, &tally);
        assert_true(tally.lost > 0);
    }
}

static struct err step_deaf(size_t i)
{
    (void)inner->step(i); /* what it says is what this one does not hear */
    return ERR_OK;
}

void sweep_deaf_program(const struct scenario *scenario, size_t stride)
{
    static const char *const names[DISK_TROUBLE_COUNT] = {
        [DISK_EIO] = "deaf to EIO",
        [DISK_FSYNC_LOST] = "deaf to a failed sync",
        [DISK_FSYNC_STALE] = "deaf to a failed sync that is not seen",
        [DISK_FULL] = "deaf to a full disk",
    };
    struct scenario deaf = *scenario;
    inner = scenario;
    deaf.step = step_deaf;
    for (unsigned trouble = 0; trouble < DISK_TROUBLE_COUNT; trouble++) {
        struct tally tally = sweep_trouble(&deaf, (enum disk_trouble)trouble, false, stride);
        keep_control(scenario, names[trouble], &tally);
        assert_true(tally.lost > 0);
    }
}

/* Says that step i is done when it has done the one before. */
static struct err step_hasty(size_t i)
{
    return i > 0 ? inner->step(i - 1) : ERR_OK;
}

static unsigned count_hasty(size_t i)
{
    return i < inner->steps ? inner->count(i) : SWEEP_NOTHING;
}

static bool hasty_agrees(size_t reached)
{
    return inner->agrees(reached < inner->steps ? reached : inner->steps);
}

void sweep_hasty_program(const struct scenario *scenario, size_t stride)
{
    struct scenario hasty = *scenario;
    inner = scenario;
    hasty.steps = scenario->steps + 1;
    hasty.step = step_hasty;
    hasty.count = count_hasty;
    hasty.agrees = hasty_agrees;
    struct tally tally = sweep_power(&hasty, true, stride);
    keep_control(scenario, "told before it is done", &tally);
    assert_true(tally.lost > 0);
    assert_int_equal(tally.doubled, 0);
}

void sweep_forgetful_program(const struct scenario *scenario, size_t stride)
{
    struct tally tally = sweep_power(scenario, true, stride);
    keep_control(scenario, "power", &tally);
    assert_true(tally.doubled > 0);
    assert_int_equal(tally.lost + tally.half, 0);
}
