/*
 * proven.h - the newest time that the platform has signed, and what the time is at least. Pure but
 * for the name of this boot.
 *
 * Proven time never goes back. Within one boot it goes on by the boot clock, which nobody sets.
 */
#ifndef SYNC_DAEMON_PROVEN_H
#define SYNC_DAEMON_PROVEN_H

#include <stdbool.h>

#include "kiosk/ledger/inbox.h"

struct proven_clocks {
    int64_t boot_ms;
    int64_t wall_ms;
    char boot_id[CHAIN_UUID_LEN + 1]; /* "" when the system does not tell */
};

/* Both clocks as they stand. */
struct proven_clocks proven_clocks_now(void);

/* The platform signed `time_ms`. True when that is news and `state` has it now. */
bool proven_take(struct inbox_state *state, int64_t time_ms, const struct proven_clocks *clocks);

/* The proven time, gone on by the boot clock, in ms since 1970 UTC; 0 before the first. */
int64_t proven_floor_ms(const struct inbox_state *state, const struct proven_clocks *clocks);

/* The later of the machine's clock and the proven time, in ms since 1970 UTC. */
int64_t proven_time_ms(const struct inbox_state *state, const struct proven_clocks *clocks);

#endif
