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

static bool in_this_boot(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    return state->proven_ms != 0 && clocks->boot_id[0] != '\0' &&
           text_same(state->boot_id, clocks->boot_id) && clocks->boot_ms >= state->proven_boot_ms;
}

int64_t proven_floor_ms(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    if (!in_this_boot(state, clocks))
        return state->proven_ms;
    return state->proven_ms + (clocks->boot_ms - state->proven_boot_ms);
}

int64_t proven_time_ms(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    int64_t floor_ms = proven_floor_ms(state, clocks);
    bool behind = clocks->wall_ms < floor_ms;
    return behind || in_this_boot(state, clocks) ? floor_ms : clocks->wall_ms;
}

int64_t proven_verify_ms(const struct inbox_state *state, const struct proven_clocks *clocks,
                         unsigned failures)
{
    int64_t time_ms = proven_time_ms(state, clocks);
    bool far_ahead = state->proven_ms != 0 && time_ms - state->proven_ms >= PROVEN_AHEAD_MS;
    if (far_ahead && !in_this_boot(state, clocks) && failures % 2 == 1)
        return state->proven_ms;
    return time_ms;
}

int64_t proven_ask_ms(const struct inbox_state *state, const struct proven_clocks *clocks,
                      unsigned failures)
{
    bool far_behind = proven_floor_ms(state, clocks) - clocks->wall_ms >= PROVEN_AHEAD_MS;
    return far_behind && failures % 2 == 1 ? clocks->wall_ms
                                           : proven_verify_ms(state, clocks, failures);
}
