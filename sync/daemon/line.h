/*
 * line.h - is the platform there, and when may each lane try again. Pure.
 *
 *     init --> may_send? --(request)--> answered | failed --> may_send? ...
 *
 * The line is up when the last word of feed and journal was an answer. While the feed fails it
 * alone tries, with a growing pause, and the others are held: one probe, not three (a breaker).
 * Times are of the boot clock.
 */
#ifndef SYNC_DAEMON_LINE_H
#define SYNC_DAEMON_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/daemon/lane.h"

#define LINE_PAUSE_FIRST_MS 500
#define LINE_PAUSE_MAX_MS 30000
#define LINE_RETRY_AFTER_MAX_S 300 /* longer is not believed */

struct line {
    struct {
        bool well;
        unsigned failures; /* in a row */
        uint64_t next_ms;
    } lanes[LANE_COUNT];
};

/* At start: not up before the feed has answered. */
void line_init(struct line *line);

bool line_up(const struct line *line);
bool line_may_send(const struct line *line, enum lane lane, uint64_t now_ms);

/* The platform answered with what was asked for. */
void line_answered(struct line *line, enum lane lane);

/*
 * It did not: the lane pauses for a random time between the half and the whole of FIRST, 2 FIRST, 4
 * FIRST ... up to MAX, at least `retry_after_s`. `random` is fresh.
 */
void line_failed(struct line *line, enum lane lane, uint64_t now_ms, uint32_t retry_after_s,
                 uint32_t random);

#endif
