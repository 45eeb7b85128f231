/*
 * clock_trust.h - may the wall clock be believed? Against the newest time the platform has signed.
 *
 * In the boot in which the proof came, the wall clock has to agree with proof + time passed since,
 * give or take CLOCK_TRUST_SLACK_MS; in a later boot it has to be past the proof, and not by more
 * than a kiosk may be without a word of the platform. A kiosk that never had a proof trusts
 * nothing.
 */
#ifndef KIOSK_APP_CLOCK_TRUST_H
#define KIOSK_APP_CLOCK_TRUST_H

#include <stdbool.h>

#include "kiosk/ledger/inbox.h"

#define CLOCK_TRUST_SLACK_MS 300000
#define CLOCK_TRUST_AHEAD_MS (INT64_C(31) * 86400 * 1000)

/* The three readings that a judgement needs. */
struct clock_reading {
    int64_t wall_ms;
    int64_t boot_ms;
    char boot_id[CHAIN_UUID_LEN + 1]; /* /proc/sys/kernel/random/boot_id */
};

/* Pure: the judgement. */
bool clock_agrees(const struct inbox_state *proven, const struct clock_reading *now);

/* The judgement for this machine now. */
bool clock_is_trusted(const struct inbox_state *proven);

#endif
