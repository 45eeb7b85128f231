/* A preallocated file: blocks that nobody else gets, and that are free again with one truncate. */
#include "kiosk/ledger/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/file.h"

#define RESERVE_MODE 0600
#define BLOCK 512 /* st_blocks counts in these, whatever the file system's are */

static bool is_whole(int fd, uint64_t size)
{
    struct stat info;
    return fstat(fd, &info) == 0 && (uint64_t)info.st_size >= size &&
           (uint64_t)info.st_blocks * BLOCK >= size;
}

/* Where blocks cannot be reserved, as where they are compressed, posix_fallocate writes them. */
static struct err make(int fd, uint64_t size)
{
    int rc = posix_fallocate(fd, 0, (off_t)size);
    if (rc == 0)
        return ERR_OK;
    if (ftruncate(fd, 0) != 0) /* half a reserve is none, and others need the room */
        return ERR(ERR_IO, errno, "ftruncate");
    return ERR(rc == ENOSPC ? ERR_NO_ROOM : ERR_IO, rc, "posix_fallocate");
}

struct err reserve_hold(const char *path, uint64_t size)
{
    struct statvfs disk;
    CLEANUP(file_close)
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, RESERVE_MODE);
    if (fd < 0)
        return ERR(errno == ENOSPC ? ERR_NO_ROOM : ERR_IO, errno, "reserve");
    if (fstatvfs(fd, &disk) != 0)
        return ERR(ERR_IO, errno, "fstatvfs");
    uint64_t room = (uint64_t)disk.f_bavail * disk.f_frsize;
    bool whole = is_whole(fd, size);
    if (room < RESERVE_MARGIN + (whole ? 0 : size))
        return ERR(ERR_NO_ROOM, 0, "reserve of disk");
    return whole ? ERR_OK : make(fd, size);
}

bool reserve_give_up(const char *path)
{
    struct stat info;
    CLEANUP(file_close) int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && fstat(fd, &info) == 0 && info.st_blocks > 0 && ftruncate(fd, 0) == 0;
}
