/* uplink_inner.h - shared by uplink.c (what is sent) and uplink_answer.c (what comes back). */
#ifndef SYNC_DAEMON_UPLINK_INNER_H
#define SYNC_DAEMON_UPLINK_INNER_H

#include "kiosk/ledger/agreement.h"
#include "sync/daemon/uplink.h"

/* A batch packed to travel, and the rows that it holds. */
struct parcel {
    char epoch[CHAIN_UUID_LEN + 1];
    uint64_t after_seq, last_seq; /* from after_seq + 1 to last_seq */
    size_t max; /* entries that it was to hold; one that is signed as a whole may hold more */
    size_t count;
    bool full;       /* more was signed than went in */
    uint8_t *packed; /* NULL: there is none */
    size_t packed_len;
};

struct uplink {
    struct desk *desk;
    const char *journal_path;
    struct journal *journal; /* NULL: not there, or unreadable */
    struct journal_status status;
    struct journal_head head; /* as it was signed last: nothing behind it is sent */
    int64_t told_ms;          /* the platform's time of its newest word about the mark */
    uint64_t send_after;      /* the next batch begins behind this seq */
    size_t batch_max;         /* entries; what the line carries in good time */
    bool look;
    bool forked;           /* two histories: nothing is sent until the journal is opened again */
    uint64_t fork_over_ms; /* when that is */
    uint64_t next_look_ms;
    uint64_t resent_from; /* the last seq that a gap sent us back to; 0: none */
    struct batch *batch;  /* to pack from */
    struct parcel sent;   /* on its way, or the last that was */
    struct parcel next;   /* packed while the one before is on its way */
    uint64_t sent_ms;
};

/* React to the answer to the batch that was on its way. Fails only when the inbox does. */
MUST_CHECK struct err uplink_take_answer(struct uplink *uplink, const struct http_answer *answer,
                                         uint64_t now_ms);

/* Whether the journal just opened has what the platform acknowledged; a fork when not. */
void uplink_check(struct uplink *uplink, uint64_t now_ms);

/* Read epoch and head of the journal. False: it cannot be read now, and is closed. */
bool uplink_refresh(struct uplink *uplink);

#endif
