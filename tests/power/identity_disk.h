/*
 * identity_disk.h - the file calls behind file_put() and pending.c, counted, failed, and cut.
 *
 * The files are real ones in a folder of the test. A cut ends the process before its n-th call and
 * first does to the files what the power would: what no fsync of its file followed is gone or torn;
 * names that no fsync of the folder followed are as they were. For one thread; linked with
 * --wrap of these calls, so that those of our own code come here.
 */
#ifndef TESTS_POWER_IDENTITY_DISK_H
#define TESTS_POWER_IDENTITY_DISK_H

#include <stdbool.h>

enum cut_fate {
    CUT_KILL,        /* all that was written stays, as after kill -9 */
    CUT_DROP,        /* bytes that were not synced are gone */
    CUT_TEAR,        /* half of them */
    CUT_UNNAME,      /* names that were not synced are as before */
    CUT_DROP_UNNAME, /* both */
    CUT_FATE_COUNT,
};

#define CUT_EXIT 77 /* of the process that was cut */

/* Count from here; the n-th call (1: the next) is the cut. */
void cut_at(unsigned n, enum cut_fate fate);

/* Count from here; the n-th call fails with `number`, an errno; `stays`: and all after it. */
void cut_fail(unsigned n, int number, bool stays);

/* fsync says that all is well, and does nothing: a disk that lies. */
void cut_lie(void);

/* The file system knows no files without a name. */
void cut_plain(bool is_plain);

/* Count, fail and cut no more. */
void cut_off(void);

/* Calls since then. */
unsigned cut_count(void);

/* The power goes now. */
_Noreturn void cut_now(void);

#endif
