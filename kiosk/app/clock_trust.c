#include "kiosk/app/clock_trust.h"

#include <fcntl.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

bool clock_agrees(const struct inbox_state *proven, const struct clock_reading *now)
{
    if (proven->proven_ms == 0)
        return false;
    if (now->wall_ms < proven->proven_ms - CLOCK_TRUST_SLACK_MS)
        return false;
    if (!text_same(proven->boot_id, now->boot_id))
        return true;

    int64_t expected = proven->proven_ms + (now->boot_ms - proven->proven_boot_ms);
    int64_t off = now->wall_ms - expected;
    return off >= -CLOCK_TRUST_SLACK_MS && off <= CLOCK_TRUST_SLACK_MS;
}

static void read_boot_id(char out[CHAIN_UUID_LEN + 1])
{
    out[0] = '\0';
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t len = read(fd, out, CHAIN_UUID_LEN);
    out[len == CHAIN_UUID_LEN ? CHAIN_UUID_LEN : 0] = '\0';
    (void)close(fd); /* only read */
}

bool clock_is_trusted(const struct inbox_state *proven)
{
    struct clock_reading now = {.wall_ms = clock_wall_ms(), .boot_ms = (int64_t)clock_boot_ms()};
    read_boot_id(now.boot_id);
    return clock_agrees(proven, &now);
}
