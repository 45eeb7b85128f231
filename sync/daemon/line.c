#include "sync/daemon/line.h"

#define DOUBLINGS_MAX 6 /* 500 ms << 6 is above the ceiling */

void line_init(struct line *line)
{
    *line = (struct line){0};
    line->lanes[LANE_JOURNAL].well = true; /* nothing is known against them */
    line->lanes[LANE_AHEAD].well = true;
}

bool line_up(const struct line *line)
{
    return line->lanes[LANE_FEED].well && line->lanes[LANE_JOURNAL].well;
}

bool line_may_send(const struct line *line, enum lane lane, uint64_t now_ms)
{
    if (lane != LANE_FEED && !line->lanes[LANE_FEED].well)
        return false;
    return now_ms >= line->lanes[lane].next_ms;
}

void line_answered(struct line *line, enum lane lane)
{
    line->lanes[lane].well = true;
    line->lanes[lane].failures = 0;
    line->lanes[lane].next_ms = 0;
}

void line_failed(struct line *line, enum lane lane, uint64_t now_ms, uint32_t retry_after_s,
                 uint32_t random)
{
    unsigned doublings = line->lanes[lane].failures;
    if (doublings > DOUBLINGS_MAX)
        doublings = DOUBLINGS_MAX;
    uint64_t most_ms = (uint64_t)LINE_PAUSE_FIRST_MS << doublings;
    if (most_ms > LINE_PAUSE_MAX_MS)
        most_ms = LINE_PAUSE_MAX_MS;
    uint64_t pause_ms = most_ms / 2 + random % (most_ms / 2 + 1);

    if (retry_after_s > LINE_RETRY_AFTER_MAX_S)
        retry_after_s = LINE_RETRY_AFTER_MAX_S;
    if (pause_ms < (uint64_t)retry_after_s * 1000)
        pause_ms = (uint64_t)retry_after_s * 1000;

    line->lanes[lane].well = false;
    line->lanes[lane].next_ms = now_ms + pause_ms;
    if (line->lanes[lane].failures < UINT32_MAX)
        line->lanes[lane].failures++;
}
