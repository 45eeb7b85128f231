#include "kiosk/pki/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/text.h"

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
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

static bool flush_folder_of(const char *path)
{
    char folder[PATH_MAX];
    (void)text_copy(folder, sizeof(folder), path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)text_copy(folder, sizeof(folder), ".");
    } else {
        slash[slash == folder ? 1 : 0] = '\0';
    }
    CLEANUP(close_fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

struct err durable_write(const char *path, struct bytes content, mode_t mode)
{
    char beside[PATH_MAX];
    if (!text_print(beside, sizeof(beside), "%s.XXXXXX", path))
        return ERR(ERR_NO_ROOM, ENAMETOOLONG, "path");
    CLEANUP(close_fd) int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return ERR(ERR_IO, errno, "mkostemp");

    if (fchmod(fd, mode) != 0 || !write_all(fd, content) || fsync(fd) != 0 ||
        rename(beside, path) != 0) {
        int number = errno;
        (void)unlink(beside);
        return ERR(number == ENOSPC ? ERR_NO_ROOM : ERR_IO, number, "write");
    }
    if (!flush_folder_of(path))
        return ERR(ERR_IO, errno, "fsync");
    return ERR_OK;
}
