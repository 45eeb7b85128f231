/*
 * platform_clock.h - the time that the platform works by and seals: the wall clock as long as it
 * can be believed. A wrong time that was sealed holds the kiosks to it, so a jump is never
 * followed.
 *
 *     platform_clock_start ---> platform_clock_round, each second      serve
 *                          '--> platform_clock_now_ms ...              any thread
 *     platform_clock_trust -----------------------------------------> an operator says it is right
 *
 * At start the wall clock is held against the newest moment that the database has; while the
 * platform serves, against the boot clock, which nobody sets. There is one in a process.
 */
#ifndef SYNC_GATEWAY_PLATFORM_CLOCK_H
#define SYNC_GATEWAY_PLATFORM_CLOCK_H

#include "sync/gateway/store.h"

#define PLATFORM_CLOCK_BACK_MAX_MS (INT64_C(300) * 1000)       /* behind the newest moment */
#define PLATFORM_CLOCK_AWAY_MAX_MS (INT64_C(3) * 86400 * 1000) /* and ahead of it, at start */
#define PLATFORM_CLOCK_STEP_MAX_MS (INT64_C(300) * 1000)       /* of the wall clock in an hour */
#define PLATFORM_CLOCK_ANCHOR_MS (INT64_C(3600) * 1000)
#define PLATFORM_CLOCK_STORE_MS (INT64_C(60) * 1000) /* between looks at the database */

/* How the wall clock goes by the boot clock. */
struct platform_clock {
    int64_t offset_ms; /* what is added to the boot clock */
    int64_t anchor_ms; /* what it was at `anchored_ms`, by the boot clock */
    int64_t anchored_ms;
    bool has_jumped; /* the wall clock is not believed */
};

enum platform_clock_verdict {
    PLATFORM_CLOCK_RIGHT, /* as far as can be told */
    PLATFORM_CLOCK_BEHIND,
    PLATFORM_CLOCK_AHEAD,
};

/* Pure: the wall clock at start, by the newest moment; 0: there is none. */
enum platform_clock_verdict platform_clock_judge(int64_t newest_ms, int64_t wall_ms);

/* Pure: begin at, or go on to, these readings. */
void platform_clock_begin(struct platform_clock *clock, int64_t boot_ms, int64_t wall_ms);
void platform_clock_follow(struct platform_clock *clock, int64_t boot_ms, int64_t wall_ms);

/* The newest moment that the database has; 0: none. Inside a transaction. */
MUST_CHECK struct err platform_clock_newest(struct store *store, int64_t *out_ms);

/* The wall clock is right, whatever was stored: a platform that serves goes by it within a second.
 * Inside a transaction. */
MUST_CHECK struct err platform_clock_trust(struct store *store, int64_t wall_ms);

/* Go by the wall clock from now on. ERR_CONFLICT: it cannot be right; `out_verdict` and
 * `out_newest_ms` say why not. */
MUST_CHECK struct err platform_clock_start(struct store *store,
                                           enum platform_clock_verdict *out_verdict,
                                           int64_t *out_newest_ms);

/* Look at the clocks, keep the newest moment and hear the operator. `*out_jump_ms` is by how much
 * the wall clock jumped when that is news, else 0. */
MUST_CHECK struct err platform_clock_round(struct store *store, int64_t *out_jump_ms);

/* In ms since 1970 UTC. Before platform_clock_start() as the wall clock has it. */
int64_t platform_clock_now_ms(void);

#endif
