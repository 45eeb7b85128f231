/*
 * full_disk.h - a disk of which nothing is left while the reserve is held, under SQLite and the
 * reserve.
 *
 *     full_disk_take(reserve) --> full_disk.on = true ... = false --> full_disk_give_back()
 */
#ifndef TESTS_UNIT_FULL_DISK_H
#define TESTS_UNIT_FULL_DISK_H

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "tests/unit/unit.h"

static struct {
    atomic_bool on;    /* told from one thread to another */
    atomic_bool spent; /* what was given up is full as well */
    char reserve[256];
} full_disk;

/* In the place of libc's. */
int fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    *out = (struct statvfs){.f_frsize = 512, .f_bavail = full_disk.on ? 0 : 1 << 20};
    return 0;
}

static ssize_t full_disk_write(int fd, const void *at, size_t len, off_t offset)
{
    struct stat reserve;
    bool held = stat(full_disk.reserve, &reserve) == 0 && reserve.st_blocks > 0;
    if (full_disk.on && (held || full_disk.spent)) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(fd, at, len, offset);
}

static inline void full_disk_take(const char *reserve)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_syscall_ptr call = (sqlite3_syscall_ptr)full_disk_write;
    (void)text_copy(full_disk.reserve, sizeof(full_disk.reserve), reserve);
    full_disk.on = false;
    full_disk.spent = false;
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite", call), SQLITE_OK);
    assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64", call), SQLITE_OK);
}

static inline void full_disk_give_back(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    full_disk.on = false;
    assert_int_equal(vfs->xSetSystemCall(vfs, NULL, NULL), SQLITE_OK);
}

#endif
