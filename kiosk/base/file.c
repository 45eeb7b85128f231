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

struct err file_flush_folder(const char *path)
{
    char folder[PATH_MAX];
    if (!text_copy(folder, sizeof(folder), path))
        return ERR(ERR_IO, ENAMETOOLONG, "folder");
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)text_copy(folder, sizeof(folder), "."); /* fits */
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    CLEANUP(file_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return ERR(ERR_IO, errno, "folder");
    return ERR_OK;
}

struct err file_put(const char *path, struct bytes content, mode_t mode)
{
    char beside[PATH_MAX];
    if (!text_print(beside, sizeof(beside), "%s.XXXXXX", path))
        return ERR(ERR_NO_ROOM, ENAMETOOLONG, "path");
    CLEANUP(file_close) int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return ERR(ERR_IO, errno, "mkostemp");

    if (fchmod(fd, mode) != 0 || !write_all(fd, content) || fsync(fd) != 0 ||
        rename(beside, path) != 0) {
        int number = errno;
        (void)unlink(beside); /* when it stays it is in nobody's way */
        return ERR(number == ENOSPC ? ERR_NO_ROOM : ERR_IO, number, "write");
    }
    return file_flush_folder(path);
}

static struct err failure(struct err e)
{
    if (e.native == ENOSPC)
        e.code = ERR_NO_ROOM;
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
