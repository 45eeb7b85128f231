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
    uplink->head_told = 0; /* it is told once more, which changes nothing */
    log_event(LOG_LEVEL_INFO, "journal", "opened head=%llu acked=%llu",
              (unsigned long long)uplink->status.head_seq, (unsigned long long)uplink->send_after);
    uplink_check(uplink, now_ms);
    return true;
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

/* Whether the platform has all up to the signed entry, and not yet the signature. */
static bool head_is_news(const struct uplink *uplink)
{
    return uplink->head.seq > uplink->head_told && uplink->head.seq <= uplink->send_after;
}

static void take_head(const struct uplink *uplink, struct batch_head *out)
{
    static_assert(BATCH_SIGNATURE_LEN == JOURNAL_SIGNATURE_LEN, "one signature");
    *out = (struct batch_head){.seq = 0};
    if (uplink->head.seq <= uplink->head_told)
        return;
    out->seq = uplink->head.seq;
    out->hash = uplink->head.hash;
    memcpy(out->signature, uplink->head.signature, sizeof(out->signature));
}

/* Fill the batch with the rows behind `after_seq`; none is not an error. */
static struct err collect(struct uplink *uplink, uint64_t after_seq, bool *out_full)
{
    struct batch *batch = uplink->batch;
    struct filling filling = {.batch = batch};
    batch->count = 0;
    memcpy(batch->epoch, uplink->status.epoch, sizeof(batch->epoch));
    take_head(uplink, &batch->head);
    struct err e = journal_read(uplink->journal, after_seq, uplink->batch_max, take_row, &filling);
    *out_full = batch->count == uplink->batch_max || filling.bytes >= BATCH_BYTES_MAX;
    return e;
}

/* JSON and zstd of the batch; when it is too long for one, of half as many entries. */
static struct err pack(struct batch *batch, struct parcel *out_parcel)
{
    char *text = NULL;
    struct err e = batch_write(batch, &text);
    while (e.code == ERR_NO_ROOM && batch->count > 1) {
        batch->count /= 2;
        e = batch_write(batch, &text);
    }
    if (failed(e))
        return e;
    e = wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &out_parcel->packed,
                  &out_parcel->packed_len);
    free(text);
    return e;
}

/* Pack what stands behind `after_seq` into `next`. ERR_NOT_FOUND: nothing does; ERR_IO: the journal
 * cannot be read; others: an entry does not go into a batch. */
static struct err parcel_make(struct uplink *uplink, uint64_t after_seq)
{
    struct batch *batch = uplink->batch;
    struct parcel parcel = {.after_seq = after_seq};
    struct err e = collect(uplink, after_seq, &parcel.full);
    if (failed(e))
        return (struct err){ERR_IO, e.native, e.site};
    if (batch->count == 0 && !head_is_news(uplink))
        return ERR(ERR_NOT_FOUND, 0, "rows");
    size_t collected = batch->count;
    e = pack(batch, &parcel);
    if (failed(e))
        return e;
    memcpy(parcel.epoch, batch->epoch, sizeof(parcel.epoch));
    parcel.full = parcel.full || batch->count < collected;
    parcel.count = batch->count;
    parcel.last_seq = batch->count > 0 ? batch->entries[batch->count - 1].seq : after_seq;
    parcel.head_seq = batch->head.seq;
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
           (next->full || next->last_seq == uplink->status.head_seq);
}

/* Neither end waits for the other to pack or unpack. */
static void pack_ahead(struct uplink *uplink)
{
    if (uplink->next.packed != NULL || uplink->journal == NULL ||
        uplink->status.head_seq <= uplink->sent.last_seq)
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
    if (!open_journal(uplink, now_ms) || uplink->forked ||
        (uplink->status.head_seq <= uplink->send_after && !head_is_news(uplink)))
        return ERR_OK;
    uint64_t pause_end_ms = desk->line.lanes[LANE_JOURNAL].next_ms;
    if (line_may_send(&desk->line, LANE_JOURNAL, now_ms)) {
        send_next(uplink, now_ms);
    } else if (now_ms < pause_end_ms && pause_end_ms < uplink->next_look_ms) {
        uplink->next_look_ms = pause_end_ms;
    }
    return ERR_OK;
}
