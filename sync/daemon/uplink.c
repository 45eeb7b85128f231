#include "sync/daemon/uplink.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/batch_row.h"
#include "sync/daemon/uplink_inner.h"

#define ENTRY_JSON_BYTES 450 /* of an entry as sent, beside its body */

struct err uplink_create(struct desk *desk, const char *journal_path, struct uplink **out_uplink)
{
    struct uplink *uplink = calloc(1, sizeof(*uplink));
    struct batch *batch = calloc(1, sizeof(*batch));
    if (uplink == NULL || batch == NULL) {
        free(uplink);
        free(batch);
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    *uplink = (struct uplink){.desk = desk,
                              .journal_path = journal_path,
                              .batch_max = UPLINK_BATCH_FIRST,
                              .look = true,
                              .batch = batch};
    *out_uplink = uplink;
    return ERR_OK;
}

static void parcel_drop(struct parcel *parcel)
{
    free(parcel->packed);
    *parcel = (struct parcel){.packed = NULL};
}

void uplink_destroy(struct uplink *uplink)
{
    if (uplink == NULL)
        return;
    http_cancel(uplink->desk->http, LANE_JOURNAL); /* it borrows `sent` */
    journal_close(uplink->journal);
    parcel_drop(&uplink->sent);
    parcel_drop(&uplink->next);
    free(uplink->batch);
    free(uplink);
}

void uplink_look(struct uplink *uplink)
{
    uplink->look = true;
}

uint64_t uplink_head_seq(const struct uplink *uplink)
{
    return uplink->status.head_seq;
}

static void lose_journal(struct uplink *uplink, struct err e)
{
    log_err("journal", e);
    journal_close(uplink->journal);
    uplink->journal = NULL;
}

bool uplink_refresh(struct uplink *uplink)
{
    if (uplink->journal == NULL)
        return false;
    struct err e = journal_get_status(uplink->journal, &uplink->status);
    if (!failed(e))
        e = journal_get_head(uplink->journal, &uplink->head);
    if (failed(e))
        lose_journal(uplink, e);
    return !failed(e);
}

static bool open_journal(struct uplink *uplink, uint64_t now_ms)
{
    const struct inbox_state *state = &uplink->desk->store.state;
    if (uplink->journal != NULL)
        return uplink_refresh(uplink);
    struct err e = journal_open_read(uplink->journal_path, &uplink->journal);
    if (failed(e)) {
        if (e.code != ERR_NOT_FOUND && e.code != ERR_IO)
            log_err("journal", e);
        uplink->journal = NULL;
        return false;
    }
    if (!uplink_refresh(uplink))
        return false;
    /* Another epoch is another journal: all of it is news to the platform. */
    uplink->send_after = text_same(state->epoch, uplink->status.epoch) ? state->acked_seq : 0;
    log_event(LOG_LEVEL_INFO, "journal", "opened head=%llu acked=%llu",
              (unsigned long long)uplink->status.head_seq, (unsigned long long)uplink->send_after);
    uplink_check(uplink, now_ms);
    return true;
}

/* Another file may stand there now, with other entries behind the same seq: of the one that was
 * read nothing is kept. */
static void begin_anew(struct uplink *uplink)
{
    uplink->forked = false;
    uplink->resent_from = 0;
    parcel_drop(&uplink->next);
    journal_close(uplink->journal);
    uplink->journal = NULL;
}

/* How far a batch is filled. */
struct filling {
    struct batch *batch;
    size_t bytes; /* about, as JSON */
};

static bool take_row(void *context, const struct journal_row *row)
{
    struct filling *filling = context;
    struct batch *batch = filling->batch;
    batch_row_add(batch, row);
    filling->bytes += row->body_len + ENTRY_JSON_BYTES;
    return batch->count < BATCH_ENTRIES_MAX && filling->bytes < BATCH_BYTES_MAX;
}

/* The newest signed entry of those that may go into one batch; when none of `max` is signed, the
 * one that ends the smallest batch there is. ERR_NO_ROOM: that one is too large. */
static struct err find_end(struct uplink *uplink, uint64_t after_seq, size_t max,
                           struct journal_head *out_head)
{
    struct journal_head head;
    struct err e = journal_head_behind(uplink->journal, after_seq, after_seq + max, &head);
    if (failed(e))
        return e.code == ERR_NOT_FOUND ? e : (struct err){ERR_IO, e.native, e.site};
    if (head.seq - after_seq > BATCH_ENTRIES_MAX)
        return ERR(ERR_NO_ROOM, 0, "too much between two signatures");
    *out_head = head;
    return ERR_OK;
}

/* Fill the batch with the rows behind `after_seq`, at most `max` or a smallest batch, up to one
 * that is signed. ERR_NOT_FOUND: none is; ERR_NO_ROOM: too much; ERR_IO: the journal cannot be
 * read. */
static struct err collect(struct uplink *uplink, uint64_t after_seq, size_t max)
{
    struct batch *batch = uplink->batch;
    struct filling filling = {.batch = batch};
    struct journal_head head = {.seq = 0};
    batch->count = 0;
    memcpy(batch->epoch, uplink->status.epoch, sizeof(batch->epoch));
    struct err e = find_end(uplink, after_seq, max, &head);
    if (failed(e))
        return e;
    e = journal_read(uplink->journal, after_seq, (size_t)(head.seq - after_seq), take_row,
                     &filling);
    if (failed(e))
        return (struct err){ERR_IO, e.native, e.site};
    batch_row_sign(batch, &head);
    return batch->count == head.seq - after_seq ? ERR_OK : ERR(ERR_NO_ROOM, 0, "bytes");
}

/* JSON and zstd of the batch. ERR_NO_ROOM: too long. */
static struct err pack(const struct batch *batch, struct parcel *out_parcel)
{
    char *text = NULL;
    struct err e = batch_write(batch, &text);
    if (failed(e))
        return e;
    e = wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &out_parcel->packed,
                  &out_parcel->packed_len);
    free(text);
    return e;
}

/* Collect and pack; when it is too long for one batch, of half as many entries. */
static struct err fill(struct uplink *uplink, uint64_t after_seq, struct parcel *out_parcel)
{
    size_t max = uplink->batch_max;
    struct err e = collect(uplink, after_seq, max);
    if (!failed(e))
        e = pack(uplink->batch, out_parcel);
    while (e.code == ERR_NO_ROOM && max > 1) {
        max /= 2;
        e = collect(uplink, after_seq, max);
        if (!failed(e))
            e = pack(uplink->batch, out_parcel);
    }
    return e;
}

/* Pack what stands signed behind `after_seq` into `next`. ERR_NOT_FOUND: nothing does; ERR_IO: the
 * journal cannot be read; others: what is signed together does not go into a batch. */
static struct err parcel_make(struct uplink *uplink, uint64_t after_seq)
{
    const struct batch *batch = uplink->batch;
    struct parcel parcel = {.after_seq = after_seq, .max = uplink->batch_max};
    struct err e = fill(uplink, after_seq, &parcel);
    if (failed(e))
        return e;
    memcpy(parcel.epoch, batch->epoch, sizeof(parcel.epoch));
    parcel.count = batch->count;
    parcel.last_seq = batch->head.seq;
    parcel.full = parcel.last_seq < uplink->head.seq;
    parcel_drop(&uplink->next);
    uplink->next = parcel;
    return ERR_OK;
}

/* Whether what was packed ahead is what would be packed now. */
static bool parcel_fits(const struct uplink *uplink)
{
    const struct parcel *next = &uplink->next;
    return next->packed != NULL && text_same(next->epoch, uplink->status.epoch) &&
           next->after_seq == uplink->send_after && next->count <= uplink->batch_max &&
           (next->full || next->last_seq == uplink->head.seq);
}

/* Neither end waits for the other to pack or unpack. */
static void pack_ahead(struct uplink *uplink)
{
    if (uplink->next.packed != NULL || uplink->journal == NULL ||
        uplink->head.seq <= uplink->sent.last_seq)
        return;
    struct err e = parcel_make(uplink, uplink->sent.last_seq);
    (void)e; /* fails again, and is told of, when it is to be sent */
}

static struct err post(struct uplink *uplink)
{
    char path[HTTP_PATH_MAX];
    if (!text_print(path, sizeof(path), "/v1/kiosks/%s/journal", uplink->desk->kiosk))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct http_request request = {.path = path,
                                   .packed = {uplink->sent.packed, uplink->sent.packed_len},
                                   .timeout_ms = UPLINK_TIMEOUT_MS,
                                   .answer_max = SEALED_ACK_BYTES_MAX};
    return desk_send(uplink->desk, LANE_JOURNAL, &request);
}

/* An entry that cannot be put into a batch blocks all behind it: staff must know. */
static void complain(struct uplink *uplink, struct err e, uint64_t now_ms)
{
    struct http_answer none = {.error = e};
    log_err("journal", e);
    desk_failed(uplink->desk, LANE_JOURNAL, &none, "batch", now_ms);
}

static void send_next(struct uplink *uplink, uint64_t now_ms)
{
    struct err e = parcel_fits(uplink) ? ERR_OK : parcel_make(uplink, uplink->send_after);
    if (e.code == ERR_NOT_FOUND)
        return;
    if (e.code == ERR_IO) {
        lose_journal(uplink, e);
        return;
    }
    if (!failed(e)) {
        parcel_drop(&uplink->sent);
        uplink->sent = uplink->next;
        uplink->next.packed = NULL;
        uplink->sent_ms = now_ms;
        e = post(uplink);
    }
    if (failed(e))
        complain(uplink, e, now_ms);
}

struct err uplink_step(struct uplink *uplink, uint64_t now_ms)
{
    struct desk *desk = uplink->desk;
    struct http_answer answer;
    if (http_take(desk->http, LANE_JOURNAL, &answer)) {
        struct err e = uplink_take_answer(uplink, &answer, now_ms);
        uplink->look = true;
        if (failed(e))
            return e;
    }
    if (http_sent(desk->http, LANE_JOURNAL))
        pack_ahead(uplink);
    if (http_busy(desk->http, LANE_JOURNAL) || (!uplink->look && now_ms < uplink->next_look_ms))
        return ERR_OK;

    uplink->next_look_ms = now_ms + UPLINK_LOOK_MS;
    uplink->look = false;
    if (uplink->forked && now_ms >= uplink->fork_over_ms)
        begin_anew(uplink);
    if (!open_journal(uplink, now_ms) || uplink->forked || uplink->head.seq <= uplink->send_after)
        return ERR_OK;
    uint64_t pause_end_ms = desk->line.lanes[LANE_JOURNAL].next_ms;
    if (line_may_send(&desk->line, LANE_JOURNAL, now_ms)) {
        send_next(uplink, now_ms);
    } else if (now_ms < pause_end_ms && pause_end_ms < uplink->next_look_ms) {
        uplink->next_look_ms = pause_end_ms;
    }
    return ERR_OK;
}
