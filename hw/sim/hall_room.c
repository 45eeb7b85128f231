/* hall_room.c - hides namespaces. */
#include "hw/sim/hall_room.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/text.h"

#define MAP_MAX 64
#define PCSCD_DIR_MODE 0755

static bool folder_there(void)
{
    return mkdir(HALL_ROOM_PCSCD_DIR, PCSCD_DIR_MODE) == 0 || errno == EEXIST;
}

struct err hall_room_stay(void)
{
    return folder_there() ? ERR_OK : ERR(ERR_NOT_FOUND, errno, "mkdir " HALL_ROOM_PCSCD_DIR);
}

static struct err text_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR(ERR_DENIED, errno, "open map");
    ssize_t written = write(fd, text, strlen(text));
    int reason = errno;
    (void)close(fd); /* a file of /proc takes a write whole or refuses it */
    return written > 0 ? ERR_OK : ERR(ERR_DENIED, reason, "write map");
}

/* The user namespace knows one user and one group: ours, under their own numbers. */
static struct err maps_write(uid_t uid, gid_t gid)
{
    char uid_map[MAP_MAX];
    char gid_map[MAP_MAX];
    if (!text_print(uid_map, sizeof uid_map, "%u %u 1\n", (unsigned)uid, (unsigned)uid) ||
        !text_print(gid_map, sizeof gid_map, "%u %u 1\n", (unsigned)gid, (unsigned)gid))
        return ERR(ERR_NO_ROOM, 0, "map");
    struct err e = text_write("/proc/self/uid_map", uid_map);
    if (!failed(e))
        e = text_write("/proc/self/setgroups", "deny");
    return failed(e) ? e : text_write("/proc/self/gid_map", gid_map);
}

static struct err loopback_up(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR(ERR_DENIED, errno, "socket");
    struct ifreq request = {.ifr_name = "lo"};
    int rc = ioctl(fd, SIOCGIFFLAGS, &request);
    if (rc == 0) {
        request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
        rc = ioctl(fd, SIOCSIFFLAGS, &request);
    }
    int reason = errno;
    (void)close(fd); /* it was only a handle for the interface */
    return rc == 0 ? ERR_OK : ERR(ERR_DENIED, reason, "loopback");
}

/* A folder of pcscd's own: the pid file of another pcscd in it stays as it is. */
static struct err run_own(bool there)
{
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", there ? HALL_ROOM_PCSCD_DIR : "/run", "tmpfs", MS_NOSUID | MS_NODEV, NULL) !=
            0)
        return ERR(ERR_DENIED, errno, "mount");
    return folder_there() ? ERR_OK : ERR(ERR_DENIED, errno, "mkdir");
}

static struct err room_enter(bool there)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    bool plain = there && unshare(CLONE_NEWNET | CLONE_NEWNS) == 0;
    if (!plain) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0)
            return ERR(ERR_DENIED, errno, "unshare");
        struct err e = maps_write(uid, gid);
        if (failed(e))
            return e;
    }
    struct err e = loopback_up();
    return failed(e) ? e : run_own(there);
}

struct err hall_room_enter(void)
{
    bool there = folder_there();
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = room_enter(there);
        _exit(failed(e) ? e.native & 0xFF : 0);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return ERR(ERR_IO, errno, "fork");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return ERR(there ? ERR_DENIED : ERR_NOT_FOUND, WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                   "namespace");
    }
    return room_enter(there);
}
