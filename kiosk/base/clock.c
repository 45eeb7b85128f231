#include "kiosk/base/clock.h"

#include <assert.h>
#include <time.h>

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
