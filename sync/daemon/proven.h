/*
 * proven.h - the newest time that the platform has signed, and what the time is at least. Pure but
 * for the name of this boot.
 *
 * Proven time never goes back, unless the key falls that sealed it: see time_proof.h. Within one
 * boot it goes on by the boot clock, which nobody sets, and the machine's clock has no say: in
 * 1970, in 2099 and a day back it is the same. In a later boot the machine's clock tells what has
 * passed since, unless it is behind.
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

/* What the time is, as far as it can be told, in ms since 1970 UTC. */
int64_t proven_time_ms(const struct inbox_state *state, const struct proven_clocks *clocks);

/*
 * When the platform's certificate is to be good. A machine's clock that is PROVEN_AHEAD_MS or more
 * ahead of a proof of an earlier boot may be right, for a kiosk that was put away, or wrong, and
 * then all certificates seem to have expired: after each failed attempt the other is tried.
 */
#define PROVEN_AHEAD_MS (INT64_C(90) * 86400 * 1000)
int64_t proven_verify_ms(const struct inbox_state *state, const struct proven_clocks *clocks,
                         unsigned failures);

/* The same for the feed, which carries nothing of the kiosk's and whose every word is sealed: a
 * proof that is PROVEN_AHEAD_MS ahead of the machine's clock may be of a key that fell since, and
 * that is heard of by the feed alone. So there the machine's clock is tried, too. */
int64_t proven_ask_ms(const struct inbox_state *state, const struct proven_clocks *clocks,
                      unsigned failures);

#endif
