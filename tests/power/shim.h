/*
 * shim.h - a disk under SQLite that remembers every write, truncate and sync, so that a test can
 * ask what would stand if the power had failed after any of them. And a disk that fails at the
 * n-th write.
 *
 *     shim_install --> shim_record --> ... the code under test ... --> shim_image, for every point
 *
 * Only the database and its WAL are looked at; the -shm file does not survive a reboot anyway.
 */
#ifndef TESTS_POWER_SHIM_H
#define TESTS_POWER_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIM_FILE_MAX (1 << 20) /* bytes of a database or WAL */
#define SHIM_POINTS_MAX 4096
#define SHIM_SECTOR 512

/* What becomes of writes that no sync followed. */
enum shim_fate {
    SHIM_DROP_ALL,
    SHIM_KEEP_ALL,
    SHIM_KEEP_SOME,    /* each whole write by chance */
    SHIM_TEAR_LAST,    /* the last one up to some sector, all before it kept */
    SHIM_KEEP_SECTORS, /* each sector of each write by chance */
    SHIM_FATE_COUNT,
};

struct shim_content {
    size_t len;
    uint8_t at[SHIM_FILE_MAX];
};

struct shim_disk {
    struct shim_content database, wal;
};

/* Become SQLite's default VFS; nothing is synced for real any more. */
void shim_install(void);

/* Forget what was recorded and record from now on; `syncs` false: syncs are taken and do nothing.
 */
void shim_record(bool syncs);
void shim_stop(void);

/*
 * From now on a journal.db that is opened stands in memory, and on the disk what was synced of it:
 * a process that is killed leaves what a power cut does. `syncs` false: it is never synced.
 */
void shim_volatile(bool syncs);

/* Points recorded so far. */
size_t shim_points(void);

/* The disk after the first `count` points and then a cut; `before` is the disk at shim_record().
 */
void shim_image(const struct shim_disk *before, size_t count, enum shim_fate fate, unsigned seed,
                struct shim_disk *out);

/* Let the n-th write or sync from now on (1: the next) fail with this SQLite code; 0: never. */
void shim_fail(unsigned n, int code);

/* Whether that has happened. */
bool shim_failed(void);

#endif
