/* file.c - hides what it takes that a file survives a power cut: the order of write, flush, rename.
 */
#include "kiosk/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define NAME_TRIES_MAX 8

void file_close(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing of it is only in memory */
}

int file_take(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

struct err file_check_secret(int fd)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
        return ERR(ERR_IO, errno, "the key is no file");
    if ((facts.st_mode & S_IRWXO) != 0) {
        return ERR(ERR_DENIED, facts.st_mode & ALLPERMS,
                   "others may read or change the key's file: chmod 600 it");
    }
    mode_t group = facts.st_mode & S_IRWXG;
    if ((group & (mode_t)~S_IRGRP) != 0 || (group != 0 && facts.st_uid == geteuid())) {
        return ERR(ERR_DENIED, facts.st_mode & ALLPERMS,
                   "the group may read or change the key's file: chmod 600 it");
    }
    return ERR_OK;
}

static bool write_all(int fd, struct bytes content)
{
    while (content.len > 0) {
        ssize_t done = write(fd, content.at, content.len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        content.at += done;
        content.len -= (size_t)done;
    }
    return true;
}

static bool folder_of(const char *path, char out[PATH_MAX])
{
    if (!text_copy(out, PATH_MAX, path))
        return false;
    char *slash = strrchr(out, '/');
    if (slash == NULL) {
        (void)text_copy(out, PATH_MAX, "."); /* fits */
    } else {
        slash[slash == out ? 1 : 0] = '\0';
    }
    return true;
}

struct err file_flush_folder(const char *path)
{
    char folder[PATH_MAX];
    if (!folder_of(path, folder))
        return ERR(ERR_IO, ENAMETOOLONG, "folder");
    CLEANUP(file_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return ERR(ERR_IO, errno, "folder");
    return ERR_OK;
}

static enum err_code code_of(int number)
{
    return number == ENOSPC ? ERR_NO_ROOM : ERR_IO;
}

static bool fill(int fd, struct bytes content, mode_t mode)
{
    return fchmod(fd, mode) == 0 && write_all(fd, content) && fsync(fd) == 0;
}

/* -1: the file system knows no files without a name. */
static int open_nameless(const char *path)
{
    char folder[PATH_MAX];
    return folder_of(path, folder)
               ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR)
               : -1;
}

/*
 * Give it the name `path`. What stands there is replaced by way of `beside`: whoever is killed just
 * then leaves that, a whole file, which the next one takes away. Two of them at once may take each
 * other's away, and try again.
 */
static bool name_it(int fd, const char *path, const char *beside)
{
    char self[32];
    (void)text_print(self, sizeof(self), "/proc/self/fd/%d", fd); /* fits */
    bool named = linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
    for (int tries = 0; !named && errno == EEXIST && tries < NAME_TRIES_MAX; tries++) {
        if (linkat(AT_FDCWD, self, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) != 0) {
            int number = errno;
            (void)unlink(beside);
            errno = number;
            continue;
        }
        named = rename(beside, path) == 0;
        if (!named) {
            int number = errno == ENOENT ? EEXIST : errno;
            (void)unlink(beside);
            errno = number;
        }
    }
    return named;
}

/* A program that is killed leaves the file under a name of its own. */
static bool put_named(const char *path, struct bytes content, mode_t mode)
{
    char beside[PATH_MAX];
    if (!text_print(beside, sizeof(beside), "%s.XXXXXX", path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    CLEANUP(file_close) int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fill(fd, content, mode) && rename(beside, path) == 0)
        return true;
    int number = errno;
    (void)unlink(beside); /* when it stays it is in nobody's way */
    errno = number;
    return false;
}

/* A secret in it shall not stand anywhere else: it has no name until it is whole. */
struct err file_put(const char *path, struct bytes content, mode_t mode)
{
    char beside[PATH_MAX];
    if (!text_print(beside, sizeof(beside), "%s.new", path))
        return ERR(ERR_NO_ROOM, ENAMETOOLONG, "path");
    CLEANUP(file_close) int fd = open_nameless(path);
    bool is_put = fd >= 0 ? fill(fd, content, mode) && name_it(fd, path, beside)
                          : put_named(path, content, mode);
    if (!is_put)
        return ERR(code_of(errno), errno, "write");
    return file_flush_folder(path);
}

static struct err failure(struct err e)
{
    e.code = code_of(e.native);
    return e;
}

/* A name of an earlier attempt may be of the very same file; renaming over that one does nothing.
 */
static struct err keep(const char *path, const char *kept)
{
    if (unlink(kept) != 0 && errno != ENOENT)
        return ERR(ERR_IO, errno, "unlink");
    return link(path, kept) != 0 ? failure(ERR(ERR_IO, errno, "link")) : ERR_OK;
}

struct err file_replace(const char *from, const char *path, const char *kept)
{
    CLEANUP(file_close) int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fsync(fd) != 0)
        return failure(ERR(ERR_IO, errno, "fsync"));
    struct err e = kept != NULL ? keep(path, kept) : ERR_OK;
    if (!failed(e))
        e = file_flush_folder(path); /* the name to keep is there before the other one goes */
    if (!failed(e) && rename(from, path) != 0)
        e = failure(ERR(ERR_IO, errno, "rename"));
    return failed(e) ? e : file_flush_folder(path);
}
