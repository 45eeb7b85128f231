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
