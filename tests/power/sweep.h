/*
 * sweep.h - an act of several steps, tried against every power cut and every trouble of a disk.
 *
 *     scenario.prepare --> record: open, step 0, step 1, ... --> for each point and fate: cut,
 *     open, look at what stands, every step again, look once more
 *
 * A step that has returned ERR_OK is acknowledged: whatever happens later, its effect stands, once.
 * A step whose answer nobody got is done again, and adds nothing when it stands already.
 *
 * What is swept, in test_power_X.c; "all" is
 *     - kill -9, alone and beside a reader, and power cuts after every write, truncate, sync,
 *       change of a name and barrier, closing included: what was not synced is dropped, kept, torn
 *       at 512 bytes, reordered by writes and by sectors, names without bytes and bytes without
 *       names; a second cut in what follows the first;
 *     - EIO, a sync that fails and drops its pages, seen or not, and a full disk: at every
 *       operation, once and to stay, with and without a power cut after it.
 *
 *     journal   a whole order, checkpoints, signed heads, an erasure, a migration from
 *               each release                                                             all
 *     inbox     creation of both databases, documents arrive, an acknowledgement, an
 *               erasure, a damaged inbox or log that is put aside and fetched anew,
 *               a migration from each release                                            all
 *     gateway   a whole order, a stored batch, checkpoints, documents published, a
 *               migration from each release                                              all
 *     orders    a request ahead of its turn, a refund with a late delivery and a repair  all
 *     enrol     invite, enrolment, renewals, the first use of one, a kiosk shut out      all
 *     keys      a key of the platform is added, put to use, revoked      files; see identity_disk.h
 *     identity  a kiosk's TLS key and certificate, enrolled and renewed  files; see identity_disk.h
 *     token     the write of a certificate; token and disk lose the power at once      power
 *
 * Sanitizers take a part of the points, for they see the same in it; POWER_ALL=1 takes all.
 */
#ifndef TESTS_POWER_SWEEP_H
#define TESTS_POWER_SWEEP_H

#include "kiosk/base/err.h"
#include "tests/power/disk.h"

#define SWEEP_STEPS_MAX 32
#define SWEEP_NOTHING (~0U) /* a step that leaves nothing to be counted */

struct scenario {
    const char *name;
    size_t steps; /* <= SWEEP_STEPS_MAX */

    /* Put what stands before onto the empty disk, and close it. */
    void (*prepare)(void);

    /* Open what the steps need; `first`: no step was acknowledged yet. Opens again after a cut. */
    struct err (*open)(bool first);

    /* One step; as often as one likes. */
    struct err (*step)(size_t i);

    /* NULL is open: fine. */
    void (*close)(void);

    /* How often the effect of step i stands, or SWEEP_NOTHING. */
    unsigned (*count)(size_t i);

    /* Whether all that stood before still does; NULL: nothing did. */
    bool (*stands)(void);

    /* Whether what belongs together is there together, when the first `reached` steps stand: chain,
     * projection, each transaction. A step that leaves nothing stands with the one before it. */
    bool (*agrees)(size_t reached);

    /* Whether it opens again by itself after trouble, and goes on as it is. */
    bool by_itself;
};

struct tally {
    size_t points, images;
    size_t lost;            /* acknowledged, and not there */
    size_t doubled;         /* there more than once */
    size_t half;            /* there in part, or does not open, or cannot be gone on with */
    size_t finished, told;  /* with trouble: steps went on to their end, or the trouble was said */
    const char *first_site; /* of the first error that made an image `half`; NULL */
};

/* Power cut and kill -9 after every `stride`-th point, the close at the end included, with every
 * fate; `syncs` false: on a disk that does not sync. */
struct tally sweep_power(const struct scenario *scenario, bool syncs, size_t stride);

/* Trouble at every `stride`-th operation: the steps go until one says it. A disk that was full for
 * a moment is gone on with as it is open; otherwise all is closed, opened and tried once more while
 * the trouble `stays`, and then on a disk that is well again, to the end. After every failed sync
 * the power goes, too, and after every other one of the other troubles. */
struct tally sweep_trouble(const struct scenario *scenario, enum disk_trouble trouble, bool stays,
                           size_t stride);

/* Every cut; a second cut in what follows the first; and every trouble, once and to stay; with a
 * line of it. The test fails unless nothing is lost, doubled or half, and each kind of trouble
 * struck. */
void sweep_all_cuts(const struct scenario *scenario, size_t stride);
void sweep_second_cuts(const struct scenario *scenario);
void sweep_all_troubles(const struct scenario *scenario, size_t stride);

/*
 * The controls: the same on a disk or with a program on which it must go wrong. Each test fails
 * unless it is seen to.
 *
 * On a disk that does not sync, and with SQLite's weaker settings: each loses. A program that does
 * not hear what the disk says and goes on: each kind of trouble loses. One that says that a step is
 * done before it is: cuts lose. One that does not know its repeats: cuts double, and do nothing
 * worse.
 */
void sweep_careless_disks(const struct scenario *scenario, size_t stride);
void sweep_deaf_program(const struct scenario *scenario, size_t stride);
void sweep_hasty_program(const struct scenario *scenario, size_t stride);
void sweep_forgetful_program(const struct scenario *scenario, size_t stride);

/* The one line of all these together, for tests/run: "points: " and what was tried and found. */
void sweep_report(const char *what);

/* 1, or `sparse` when the environment has no POWER_ALL=1 and a sanitizer slows everything. */
size_t sweep_stride(size_t sparse);

/* One line of one sweep. */
void sweep_say(const char *name, const char *what, const struct tally *tally);

void sweep_add(struct tally *sum, const struct tally *more);

#endif
