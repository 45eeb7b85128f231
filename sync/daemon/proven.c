#include "sync/daemon/proven.h"

#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

struct proven_clocks proven_clocks_now(void)
{
    struct proven_clocks clocks = {.boot_ms = (int64_t)clock_boot_ms(), .wall_ms = clock_wall_ms()};
    clock_boot_id(clocks.boot_id);
    return clocks;
}

bool proven_take(struct inbox_state *state, int64_t time_ms, const struct proven_clocks *clocks)
{
    if (time_ms <= state->proven_ms)
        return false;
    state->proven_ms = time_ms;
    state->proven_boot_ms = clocks->boot_ms;
    memcpy(state->boot_id, clocks->boot_id, sizeof(state->boot_id));
    return true;
}

int64_t proven_floor_ms(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    int64_t proven_ms = state->proven_ms;
    bool same_boot = clocks->boot_id[0] != '\0' && text_same(state->boot_id, clocks->boot_id);
    if (same_boot && clocks->boot_ms > state->proven_boot_ms)
        proven_ms += clocks->boot_ms - state->proven_boot_ms;
    return proven_ms;
}

int64_t proven_time_ms(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    int64_t proven_ms = proven_floor_ms(state, clocks);
    return proven_ms > clocks->wall_ms ? proven_ms : clocks->wall_ms;
}
