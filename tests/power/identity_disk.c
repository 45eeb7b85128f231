#include "tests/power/identity_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 16
#define NAMES_MAX 16
#define PATH_SIZE 256

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming) */
int __real_mkostemp(char *path, int flags);
int __real_fchmod(int fd, mode_t mode);
ssize_t __real_write(int fd, const void *at, size_t len);
int __real_fsync(int fd);
int __real_open(const char *path, int flags, ...);
int __real_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_mkostemp(char *path, int flags);
int __wrap_fchmod(int fd, mode_t mode);
ssize_t __wrap_write(int fd, const void *at, size_t len);
int __wrap_fsync(int fd);
int __wrap_open(const char *path, int flags, ...);
int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

/* A name that was put in the place of another, or taken away. */
struct change {
    char path[PATH_SIZE];
    char before[PATH_SIZE]; /* a second name of what was there; "": nothing was */
};

static struct {
    unsigned calls, cut, fail;
    int number;
    bool stays, lies, armed, is_plain;
    enum cut_fate fate;
    size_t file_count, change_count;
    struct {
        int own, copy; /* the caller's descriptor, and ours of the same file */
        bool dirty;
    } files[FILES_MAX];
    struct change changes[NAMES_MAX];
} disk;

static void begin(void)
{
    disk.calls = disk.cut = disk.fail = 0;
    disk.file_count = disk.change_count = 0;
    disk.lies = disk.stays = false;
    disk.armed = true;
}

void cut_at(unsigned n, enum cut_fate fate)
{
    begin();
    disk.cut = n;
    disk.fate = fate;
}

void cut_fail(unsigned n, int number, bool stays)
{
    begin();
    disk.fail = n;
    disk.number = number;
    disk.stays = stays;
}

static void settle_names(void)
{
    for (size_t i = 0; i < disk.change_count; i++) {
        if (disk.changes[i].before[0] != '\0')
            (void)__real_unlink(disk.changes[i].before); /* ours */
    }
    disk.change_count = 0;
}

void cut_off(void)
{
    settle_names();
    for (size_t i = 0; i < disk.file_count; i++)
        (void)close(disk.files[i].copy); /* nothing of it is only in memory */
    disk.file_count = 0;
    disk.armed = false;
}

void cut_lie(void)
{
    disk.lies = true;
}

void cut_plain(bool is_plain)
{
    disk.is_plain = is_plain;
}

unsigned cut_count(void)
{
    return disk.calls;
}

static void die(const char *what)
{
    perror(what);
    abort();
}

static void spoil_files(bool whole)
{
    struct stat facts;
    for (size_t i = 0; i < disk.file_count; i++) {
        if (!disk.files[i].dirty)
            continue;
        if (fstat(disk.files[i].copy, &facts) != 0 ||
            ftruncate(disk.files[i].copy, whole ? 0 : facts.st_size / 2) != 0)
            die("spoil");
    }
}

static void undo_names(void)
{
    while (disk.change_count > 0) {
        const struct change *change = &disk.changes[--disk.change_count];
        if (change->before[0] == '\0') {
            (void)__real_unlink(change->path); /* a name that is not there yet */
        } else if (__real_rename(change->before, change->path) != 0) {
            die("undo");
        }
    }
}

void cut_now(void)
{
    switch (disk.fate) {
    case CUT_KILL:
    case CUT_FATE_COUNT:
        break;
    case CUT_DROP:
    case CUT_TEAR:
        spoil_files(disk.fate == CUT_DROP);
        break;
    case CUT_DROP_UNNAME:
        spoil_files(true);
        undo_names();
        break;
    case CUT_UNNAME:
        undo_names();
        break;
    }
    _exit(CUT_EXIT);
}

/* False: this call fails. */
static bool passes(void)
{
    if (!disk.armed)
        return true;
    disk.calls++;
    if (disk.cut != 0 && disk.calls == disk.cut)
        cut_now();
    if (disk.fail != 0 && (disk.calls == disk.fail || (disk.stays && disk.calls > disk.fail))) {
        errno = disk.number;
        return false;
    }
    return true;
}

static void remember_file(int fd)
{
    if (!disk.armed || fd < 0)
        return;
    if (disk.file_count == FILES_MAX)
        die("too many files");
    disk.files[disk.file_count].own = fd;
    disk.files[disk.file_count].copy = dup(fd);
    disk.files[disk.file_count++].dirty = true;
}

static void remember_name(const char *path)
{
    if (!disk.armed)
        return;
    if (disk.change_count == NAMES_MAX)
        die("too many names");
    struct change *change = &disk.changes[disk.change_count];
    (void)snprintf(change->path, PATH_SIZE, "%s", path);
    (void)snprintf(change->before, PATH_SIZE, "%s.undo%zu", path, disk.change_count++);
    if (link(path, change->before) != 0)
        change->before[0] = '\0'; /* there was nothing */
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker's names */
int __wrap_mkostemp(char *path, int flags)
{
    int fd = passes() ? __real_mkostemp(path, flags) : -1;
    remember_file(fd);
    return fd;
}

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if ((flags & O_TMPFILE) != O_TMPFILE)
        return __real_open(path, flags, mode);
    if (disk.is_plain) {
        errno = EOPNOTSUPP;
        return -1;
    }
    int fd = passes() ? __real_open(path, flags, mode) : -1;
    remember_file(fd);
    return fd;
}

int __wrap_linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    if (!passes())
        return -1;
    if (access(to, F_OK) != 0)
        remember_name(to);
    return __real_linkat(from_fd, from, to_fd, to, flags);
}

int __wrap_fchmod(int fd, mode_t mode)
{
    return passes() ? __real_fchmod(fd, mode) : -1;
}

ssize_t __wrap_write(int fd, const void *at, size_t len)
{
    return passes() ? __real_write(fd, at, len) : -1;
}

int __wrap_fsync(int fd)
{
    struct stat facts;
    if (!passes())
        return -1;
    if (disk.lies)
        return 0;
    if (fstat(fd, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        settle_names();
        return 0;
    }
    for (size_t i = 0; i < disk.file_count; i++) {
        /* the newest of that number: older ones are closed */
        if (disk.files[i].own == fd && i + 1 == disk.file_count)
            disk.files[i].dirty = false;
    }
    return 0; /* the disk under the test needs none */
}

int __wrap_rename(const char *from, const char *to)
{
    if (!passes())
        return -1;
    remember_name(to);
    return __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
    if (!passes())
        return -1;
    remember_name(path);
    return __real_unlink(path);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */
