/*
 * clock_shift - a wall clock that is wrong, for the programs that this is loaded into before all
 * else:
 *
 *     LD_PRELOAD=libclock_shift.so CLOCK_SHIFT=FILE program
 *
 * FILE holds a number of milliseconds, 8 bytes, that is added to the wall clock; it may change at
 * any time. All other clocks are true.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift_ms;
static int (*true_clock)(clockid_t, struct timespec *);

/* Early, since the process may not open anything later. */
__attribute__((constructor)) static void set_up(void)
{
    const char *path = getenv("CLOCK_SHIFT");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *found = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&true_clock, &found, sizeof(found));
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof(*shift_ms), PROT_READ, MAP_SHARED, fd, 0);
    shift_ms = mapped == MAP_FAILED ? NULL : mapped;
    (void)close(fd);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    if (true_clock == NULL)
        set_up(); /* asked by another library's constructor */
    int result = true_clock(id, now);
    if (result != 0 || shift_ms == NULL || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
        return result;
    int64_t ms = (int64_t)now->tv_sec * 1000 + now->tv_nsec / 1000000 + *shift_ms;
    now->tv_nsec = now->tv_nsec % 1000000 + ms % 1000 * 1000000;
    now->tv_sec = ms / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now); /* of a clock that there is */
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0, 0};
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return result;
}
