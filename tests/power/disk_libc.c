/* disk_libc.c - the disk as the code under test sees it past SQLite, put before the C library's
 * calls by the linker (--wrap): names, and what is opened to be synced. */
#include "tests/power/disk_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define OPEN_MAX_HERE 16
#define FREE_BLOCKS (1U << 20)

/* A file of the disk, or its folder, by a descriptor that reads nothing. */
static struct {
    int fd; /* 0: free */
    bool is_folder;
    size_t file;
} opened[OPEN_MAX_HERE];

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __real_access(const char *name, int mode);
int __wrap_access(const char *name, int mode);
int __real_unlink(const char *name);
int __wrap_unlink(const char *name);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_close(int fd);
int __wrap_close(int fd);
int __real_statvfs(const char *name, struct statvfs *out);
int __wrap_statvfs(const char *name, struct statvfs *out);

static int fail_with(int number)
{
    errno = number;
    return -1;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool shared_stands(const char *name)
{
    static const char suffix[] = "-shm";
    char database[DISK_NAME_SIZE];
    size_t len = strlen(name);
    size_t file = 0;
    if (len < sizeof(suffix) || !text_copy(database, sizeof(database), name) ||
        !text_same(name + len - strlen(suffix), suffix))
        return false;
    database[len - strlen(suffix)] = '\0';
    return disk_find(database, &file) && disk_file_at(file)->has_shared;
}

int __wrap_access(const char *name, int mode)
{
    size_t file = 0;
    if (!disk_has(name))
        return __real_access(name, mode);
    if (disk_strikes(DISK_READ, false))
        return fail_with(EIO);
    return disk_find(name, &file) || shared_stands(name) ? 0 : fail_with(ENOENT);
}

static int refuse(enum disk_operation operation, const char *name)
{
    size_t file = 0;
    if (!disk_find(name, &file))
        return fail_with(ENOENT);
    if (!disk_strikes(operation, operation != DISK_DELETE))
        return 0;
    return fail_with(disk_trouble_now() == DISK_FULL ? ENOSPC : EIO);
}

int __wrap_unlink(const char *name)
{
    if (!disk_has(name))
        return __real_unlink(name);
    if (refuse(DISK_DELETE, name) != 0)
        return -1;
    disk_delete(name);
    return 0;
}

int __wrap_rename(const char *from, const char *to)
{
    if (!disk_has(from))
        return __real_rename(from, to);
    if (refuse(DISK_RENAME, from) != 0)
        return -1;
    disk_rename(from, to);
    return 0;
}

int __wrap_link(const char *from, const char *to)
{
    size_t file = 0;
    if (!disk_has(from))
        return __real_link(from, to);
    if (refuse(DISK_LINK, from) != 0)
        return -1;
    if (disk_find(to, &file))
        return fail_with(EEXIST);
    disk_link(from, to);
    return 0;
}

int __wrap_statvfs(const char *name, struct statvfs *out)
{
    if (!disk_has(name) && !disk_is_folder(name))
        return __real_statvfs(name, out);
    memset(out, 0, sizeof(*out));
    out->f_bsize = out->f_frsize = DISK_SECTOR;
    out->f_blocks = out->f_bfree = out->f_bavail = FREE_BLOCKS;
    return 0;
}

/* --- what is opened to be synced -------------------------------------------------------------- */

static int open_here(const char *name, bool is_folder)
{
    size_t file = 0;
    size_t slot = 0;
    if (!is_folder && !disk_find(name, &file))
        return fail_with(ENOENT);
    if (disk_strikes(DISK_READ, false))
        return fail_with(EIO);
    while (slot < OPEN_MAX_HERE && opened[slot].fd != 0)
        slot++;
    int fd = slot < OPEN_MAX_HERE ? __real_open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
    if (fd <= 0)
        return fail_with(EMFILE);
    opened[slot].fd = fd;
    opened[slot].is_folder = is_folder;
    opened[slot].file = file;
    return fd;
}

int __wrap_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if (disk_is_folder(name))
        return open_here(name, true);
    return disk_has(name) ? open_here(name, false) : __real_open(name, flags, mode);
}

int __wrap_fsync(int fd)
{
    size_t slot = 0;
    while (slot < OPEN_MAX_HERE && opened[slot].fd != fd)
        slot++;
    if (slot == OPEN_MAX_HERE)
        return __real_fsync(fd);
    if (opened[slot].is_folder) {
        if (disk_strikes(DISK_SYNC_FOLDER, false))
            return fail_with(EIO);
        disk_sync_folder();
        return 0;
    }
    if (disk_strikes(DISK_SYNC, false)) {
        disk_sync_fails(opened[slot].file);
        return fail_with(EIO);
    }
    disk_sync(opened[slot].file);
    return 0;
}

int __wrap_close(int fd)
{
    for (size_t slot = 0; slot < OPEN_MAX_HERE; slot++) {
        if (opened[slot].fd == fd)
            opened[slot].fd = 0;
    }
    return __real_close(fd);
}
/* NOLINTEND(bugprone-reserved-identifier) */
