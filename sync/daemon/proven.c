#include "sync/daemon/proven.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

static void read_boot_id(char out[CHAIN_UUID_LEN + 1])
{
    out[0] = '\0';
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t len = read(fd, out, CHAIN_UUID_LEN);
    out[len == CHAIN_UUID_LEN ? CHAIN_UUID_LEN : 0] = '\0';
    (void)close(fd); /* only read from */
}

struct proven_clocks proven_clocks_now(void)
{
    struct proven_clocks clocks = {.boot_ms = (int64_t)clock_boot_ms(), .wall_ms = clock_wall_ms()};
    read_boot_id(clocks.boot_id);
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

int64_t proven_time_ms(const struct inbox_state *state, const struct proven_clocks *clocks)
{
    int64_t proven_ms = state->proven_ms;
    bool same_boot = clocks->boot_id[0] != '\0' && text_same(state->boot_id, clocks->boot_id);
    if (same_boot && clocks->boot_ms > state->proven_boot_ms)
        proven_ms += clocks->boot_ms - state->proven_boot_ms;
    return proven_ms > clocks->wall_ms ? proven_ms : clocks->wall_ms;
}
