#include "kiosk/app/clock_trust.h"

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

bool clock_agrees(const struct inbox_state *proven, const struct clock_reading *now)
{
    if (proven->proven_ms == 0)
        return false;
    if (now->wall_ms < proven->proven_ms - CLOCK_TRUST_SLACK_MS)
        return false;
    if (!text_same(proven->boot_id, now->boot_id))
        return now->wall_ms - proven->proven_ms <= CLOCK_TRUST_AHEAD_MS;

    int64_t expected = proven->proven_ms + (now->boot_ms - proven->proven_boot_ms);
    int64_t off = now->wall_ms - expected;
    return off >= -CLOCK_TRUST_SLACK_MS && off <= CLOCK_TRUST_SLACK_MS;
}

bool clock_is_trusted(const struct inbox_state *proven)
{
    struct clock_reading now = {.wall_ms = clock_wall_ms(), .boot_ms = (int64_t)clock_boot_ms()};
    clock_boot_id(now.boot_id);
    return clock_agrees(proven, &now);
}
