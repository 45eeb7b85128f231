/*
 * disk.h - a disk in memory under SQLite and under the ledger's own renames, for tests of what
 * stands after a power cut, after kill -9, and after a disk that failed.
 *
 *     disk_install --> disk_clear --> ... what stands before ... --> disk_record
 *         --> ... the code under test ... --> disk_stop --> disk_cut, for every point and fate
 *         --> disk_rewind, disk_fail --> ... the code under test ... --> disk_heal
 *
 * A point is a write, truncate or sync of a file, a change of a name in the folder, or a barrier
 * between two changes of the shared memory. What no sync of its file followed is undecided when the
 * power goes; so are names that no sync of the folder followed. A folder's changes come to the disk
 * in order, as in any file system with a journal: how many of them is undecided. A process that is
 * killed leaves what it had written: DISK_KEEP_ALL.
 *
 * For one thread. The memory that connections share (-shm) is gone after a cut, as after a reboot
 * or when nobody else had the file open; DISK_KILL_BESIDE leaves it as it was for a reader.
 * Programs that use this are linked with the options of disk.cmake.
 */
#ifndef TESTS_POWER_DISK_H
#define TESTS_POWER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_FILE_MAX (8U << 20) /* bytes of a file */
#define DISK_POINTS_MAX 16384
#define DISK_SECTOR 512U

/* What becomes of that which no sync followed. */
enum disk_fate {
    DISK_DROP_ALL,
    DISK_KEEP_ALL,     /* as after kill -9 */
    DISK_KILL_BESIDE,  /* the same, of a writer beside which a reader goes on */
    DISK_KEEP_NAMES,   /* the names, and none of the bytes */
    DISK_KEEP_BYTES,   /* and the other way round */
    DISK_KEEP_SOME,    /* each whole write by chance */
    DISK_TEAR_LAST,    /* the last write up to some sector, all before it kept */
    DISK_KEEP_SECTORS, /* each sector of each write by chance */
    DISK_FATE_COUNT,
};

/* Whether this one knows chance: another seed is another disk. */
bool disk_by_chance(enum disk_fate fate);

enum disk_trouble {
    DISK_EIO,         /* a look at a file or name, or a change of one, fails */
    DISK_FSYNC_LOST,  /* a sync fails, and what it was to save is gone; later ones succeed */
    DISK_FSYNC_STALE, /* the same, but it is read as if it were there, until the power goes */
    DISK_FULL,        /* what makes a file longer fails half-way; so does a new name */
    DISK_TROUBLE_COUNT,
};

/* Become SQLite's default VFS: every file under `folder` stands on this disk from now on, but for
 * `*.lock`, which need the real one. SQLite is told that there is one thread. */
void disk_install(const char *folder);

/* Take all files away; none is open. */
void disk_clear(void);

/* What stands now is whole and synced; record from here. `syncs` false: syncs do nothing. */
void disk_record(bool syncs);

/* Record no more; what is recorded stays until the next disk_record(). */
void disk_stop(void);

/* Points recorded so far. */
size_t disk_points(void);

/* Make the disk what stands after the first `count` points and then a cut. No file is open. */
void disk_cut(size_t count, enum disk_fate fate, unsigned seed);

/* Make the disk what stood at disk_record(); none is open. */
void disk_rewind(void);

/* A cut now, of a disk that is not recorded: what was not synced is gone. */
void disk_drop(void);

/* A number that tells apart what stands. */
uint64_t disk_digest(void);

/* Let the n-th operation from now on (1: the next) that `trouble` can befall fail; `stays`: and all
 * after it, until disk_heal(). */
void disk_fail(enum disk_trouble trouble, unsigned n, bool stays);
void disk_heal(void);

/* Whether it has failed; and of this. */
bool disk_failed(void);
bool disk_failed_by(enum disk_trouble trouble);

/* Each connection opens with this `PRAGMA synchronous` and keeps it, whatever it asks for; NULL: as
 * it asks. */
void disk_synchronous(const char *level);

#endif
