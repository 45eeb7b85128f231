#include "sync/daemon/uplink.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/uplink_inner.h"

#define ANSWER_MAX 65536

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
                              .batch_max = BATCH_ENTRIES_MAX,
                              .look = true,
                              .batch = batch};
    *out_uplink = uplink;
    return ERR_OK;
}

static void drop_packed(struct uplink *uplink)
{
    free(uplink->packed);
    uplink->packed = NULL;
    uplink->packed_len = 0;
}

void uplink_destroy(struct uplink *uplink)
{
    if (uplink == NULL)
        return;
    http_cancel(uplink->desk->http, LANE_JOURNAL); /* it borrows `packed` */
    journal_close(uplink->journal);
    drop_packed(uplink);
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

static bool take_row(void *context, const struct journal_row *row)
{
    struct batch *batch = context;
    struct batch_entry *entry = &batch->entries[batch->count++];
    entry->seq = row->seq;
    entry->at_ms = row->at_ms;
    memcpy(entry->txid, row->txid, sizeof(entry->txid));
    memcpy(entry->visit, row->visit, sizeof(entry->visit));
    memcpy(entry->kind, row->kind, sizeof(entry->kind));
    memcpy(entry->body, row->body, row->body_len);
    entry->body_len = row->body_len;
    entry->prev = row->prev;
    entry->hash = row->hash;
    return batch->count < BATCH_ENTRIES_MAX;
}

/* Fill the batch with the next rows; none is not an error. */
static struct err collect(struct uplink *uplink)
{
    struct batch *batch = uplink->batch;
    batch->count = 0;
    memcpy(batch->epoch, uplink->status.epoch, sizeof(batch->epoch));
    return journal_read(uplink->journal, uplink->send_after, uplink->batch_max, take_row, batch);
}

/* JSON and zstd; when it is too long for one batch, half as many entries. */
static struct err pack(struct uplink *uplink)
{
    char *text = NULL;
    struct err e = batch_write(uplink->batch, &text);
    while (e.code == ERR_NO_ROOM && uplink->batch->count > 1) {
        uplink->batch->count /= 2;
        e = batch_write(uplink->batch, &text);
    }
    if (failed(e))
        return e;
    drop_packed(uplink);
    e = wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &uplink->packed,
                  &uplink->packed_len);
    free(text);
    return e;
}

static struct err post(struct uplink *uplink)
{
    char path[HTTP_PATH_MAX];
    if (!text_print(path, sizeof(path), "/v1/kiosks/%s/journal", uplink->desk->kiosk))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct http_request request = {.path = path,
                                   .packed = {uplink->packed, uplink->packed_len},
                                   .timeout_ms = UPLINK_TIMEOUT_MS,
                                   .answer_max = ANSWER_MAX};
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
    struct err e = collect(uplink);
    if (failed(e)) {
        lose_journal(uplink, e);
        return;
    }
    if (uplink->batch->count == 0)
        return;
    e = pack(uplink);
    if (!failed(e))
        e = post(uplink);
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
    if (http_busy(desk->http, LANE_JOURNAL) || (!uplink->look && now_ms < uplink->next_look_ms))
        return ERR_OK;

    uplink->next_look_ms = now_ms + UPLINK_LOOK_MS;
    uplink->look = false;
    if (!open_journal(uplink, now_ms) || uplink->forked ||
        uplink->status.head_seq <= uplink->send_after)
        return ERR_OK;
    uint64_t pause_end_ms = desk->line.lanes[LANE_JOURNAL].next_ms;
    if (line_may_send(&desk->line, LANE_JOURNAL, now_ms)) {
        send_next(uplink, now_ms);
    } else if (now_ms < pause_end_ms && pause_end_ms < uplink->next_look_ms) {
        uplink->next_look_ms = pause_end_ms;
    }
    return ERR_OK;
}
