#include "sync/daemon/status.h"

#include <inttypes.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

/* Of the feed when it is down: it is the one that tries. */
static enum lane lane_down(const struct line *line)
{
    return line->lanes[LANE_FEED].well ? LANE_JOURNAL : LANE_FEED;
}

/* When the line is tried next, by the wall clock; 0: it is up. */
static int64_t next_try_ms(const struct desk *desk)
{
    const struct line *line = &desk->line;
    uint64_t next_ms = line->lanes[lane_down(line)].next_ms, now_ms = clock_boot_ms();
    if (line_up(line))
        return 0;
    return clock_wall_ms() + (next_ms > now_ms ? (int64_t)(next_ms - now_ms) : 0);
}

void status_print(char *out, const struct desk *desk, uint64_t head_seq)
{
    const struct inbox_state *state = &desk->store.state;
    uint64_t quarantined = 0;
    struct err e = inbox_quarantined(desk->store.inbox, &quarantined);
    const char *why = desk->why[lane_down(&desk->line)];
    uint64_t queued = head_seq > state->acked_seq ? head_seq - state->acked_seq : 0;

    /* STATUS_TEXT_MAX is more than all of it can be */
    (void)text_print(
        out, STATUS_TEXT_MAX,
        "kiosk=%s\nline=%s\nline_since_ms=%" PRId64 "\nline_why=%s\nline_next_ms=%" PRId64
        "\nepoch=%s\nhead_seq=%" PRIu64 "\nacked_seq=%" PRIu64 "\nqueued=%" PRIu64
        "\nquarantined=%s%" PRIu64 "\ncursor=%" PRIu64 "\nproven_ms=%" PRId64
        "\ntrouble=%s\ndamaged_inboxes=%u\nstatements_refused=%zu\nfeed_failures=%u"
        "\njournal_failures=%u\n",
        desk->kiosk, line_up(&desk->line) ? "up" : "down", state->line_since_ms,
        why != NULL && !line_up(&desk->line) ? why : "", next_try_ms(desk), state->epoch, head_seq,
        state->acked_seq, queued, failed(e) ? "?" : "", quarantined, state->cursor,
        state->proven_ms, state->trouble, desk->store.damaged, desk->statements_refused,
        desk->line.lanes[LANE_FEED].failures, desk->line.lanes[LANE_JOURNAL].failures);
}
