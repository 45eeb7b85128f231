#include "sync/daemon/status.h"

#include <inttypes.h>

#include "kiosk/base/text.h"

void status_print(char *out, const struct desk *desk, uint64_t head_seq)
{
    const struct inbox_state *state = &desk->store.state;
    uint64_t quarantined = 0;
    struct err e = inbox_quarantined(desk->store.inbox, &quarantined);
    uint64_t queued = head_seq > state->acked_seq ? head_seq - state->acked_seq : 0;

    /* STATUS_TEXT_MAX is more than all of it can be */
    (void)text_print(out, STATUS_TEXT_MAX,
                     "kiosk=%s\nline=%s\nline_since_ms=%" PRId64 "\nepoch=%s\nhead_seq=%" PRIu64
                     "\nacked_seq=%" PRIu64 "\nqueued=%" PRIu64 "\nquarantined=%s%" PRIu64
                     "\ncursor=%" PRIu64 "\nproven_ms=%" PRId64
                     "\ntrouble=%s\nfeed_failures=%u\njournal_failures=%u\n",
                     desk->kiosk, line_up(&desk->line) ? "up" : "down", state->line_since_ms,
                     state->epoch, head_seq, state->acked_seq, queued, failed(e) ? "?" : "",
                     quarantined, state->cursor, state->proven_ms, state->trouble,
                     desk->line.lanes[LANE_FEED].failures, desk->line.lanes[LANE_JOURNAL].failures);
}
