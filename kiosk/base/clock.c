#include "kiosk/base/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/file.h"

static struct timespec now_of(clockid_t id)
{
    struct timespec now;
    int rc = clock_gettime(id, &now);
    assert(rc == 0);
    (void)rc;
    return now;
}

uint64_t clock_boot_ms(void)
{
    struct timespec now = now_of(CLOCK_BOOTTIME);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

int64_t clock_wall_ms(void)
{
    struct timespec now = now_of(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_boot_id(char *out)
{
    CLEANUP(file_close) int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, out, CLOCK_BOOT_ID_LEN);
    out[len == CLOCK_BOOT_ID_LEN ? CLOCK_BOOT_ID_LEN : 0] = '\0';
}
