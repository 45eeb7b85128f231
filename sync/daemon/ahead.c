#include "sync/daemon/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/daemon/batch_row.h"
#include "sync/wire/entry.h"

#define ANSWER_MAX 1024

struct ahead {
    struct desk *desk;
    const char *journal_path;
    struct journal *journal; /* NULL: not there, or unreadable */
    struct journal_status status;
    struct journal_head head; /* as it was signed last: nothing behind it is sent */
    bool look;
    uint64_t next_look_ms;
    uint64_t told_seq;    /* all of the journal up to here was sent ahead, or need not be */
    uint64_t sending_seq; /* the last entry that is on its way */
    uint8_t *packed;
    size_t packed_len;
};

struct err ahead_create(struct desk *desk, const char *journal_path, struct ahead **out_ahead)
{
    struct ahead *ahead = calloc(1, sizeof(*ahead));
    if (ahead == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    ahead->desk = desk;
    ahead->journal_path = journal_path;
    ahead->look = true;
    *out_ahead = ahead;
    return ERR_OK;
}

void ahead_destroy(struct ahead *ahead)
{
    if (ahead == NULL)
        return;
    http_cancel(ahead->desk->http, LANE_AHEAD); /* it borrows `packed` */
    journal_close(ahead->journal);
    free(ahead->packed);
    free(ahead);
}

void ahead_look(struct ahead *ahead)
{
    ahead->look = true;
}

/* Where the journal stands. Another one begins anew; one that cannot be read is opened again. */
static bool refresh(struct ahead *ahead)
{
    struct journal_status status;
    struct journal_head head;
    if (ahead->journal == NULL && failed(journal_open_read(ahead->journal_path, &ahead->journal))) {
        ahead->journal = NULL; /* the uplink says why */
        return false;
    }
    if (failed(journal_get_status(ahead->journal, &status)) ||
        failed(journal_get_head(ahead->journal, &head))) {
        journal_close(ahead->journal);
        ahead->journal = NULL;
        return false;
    }
    if (!text_same(status.epoch, ahead->status.epoch))
        ahead->told_seq = 0;
    ahead->status = status;
    ahead->head = head;
    return true;
}

/* Only the last visit's: another visitor's row throws away what was collected before. */
static bool take_row(void *context, const struct journal_row *row)
{
    struct batch *batch = context;
    if (batch->count > 0 && !text_same(batch->entries[0].visit, row->visit))
        batch->count = 0;
    batch_row_add(batch, row);
    return true;
}

static bool holds_news(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (entry_goes_ahead(batch->entries[i].kind))
            return true;
    }
    return false;
}

static struct err pack(struct ahead *ahead, const struct batch *batch)
{
    char *text = NULL;
    struct err e = batch_write(batch, &text);
    if (failed(e))
        return e;
    free(ahead->packed);
    ahead->packed = NULL;
    e = wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &ahead->packed,
                  &ahead->packed_len);
    free(text);
    return e;
}

static struct err post(struct ahead *ahead)
{
    char path[HTTP_PATH_MAX];
    if (!text_print(path, sizeof(path), "/v1/kiosks/%s/ahead", ahead->desk->kiosk))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct http_request request = {.path = path,
                                   .packed = {ahead->packed, ahead->packed_len},
                                   .timeout_ms = AHEAD_TIMEOUT_MS,
                                   .answer_max = ANSWER_MAX};
    return desk_send(ahead->desk, LANE_AHEAD, &request);
}

static void free_batch(struct batch **at)
{
    free(*at);
}

/* What cannot be sent goes in its turn. */
static void send_end(struct ahead *ahead)
{
    const uint64_t head = ahead->head.seq;
    uint64_t after = head > BATCH_AHEAD_MAX ? head - BATCH_AHEAD_MAX : 0;
    CLEANUP(free_batch) struct batch *batch = calloc(1, sizeof(*batch));
    if (batch == NULL)
        return;
    if (after < ahead->told_seq)
        after = ahead->told_seq;
    memcpy(batch->epoch, ahead->status.epoch, sizeof(batch->epoch));
    struct err e = journal_read(ahead->journal, after, (size_t)(head - after), take_row, batch);
    batch_row_sign(batch, &ahead->head);
    if (!failed(e) && batch->count > 0) {
        ahead->sending_seq = batch->entries[batch->count - 1].seq;
        if (!holds_news(batch)) {
            ahead->told_seq = ahead->sending_seq;
            return;
        }
        e = pack(ahead, batch);
    }
    if (!failed(e) && batch->count > 0)
        e = post(ahead);
    if (failed(e))
        ahead->told_seq = head;
}

/* Whatever the platform has against these entries it will say in their turn; only a line that
 * fails, or a platform that is busy, is tried again. */
static void take_answer(struct ahead *ahead, const struct http_answer *answer, uint64_t now_ms)
{
    struct desk *desk = ahead->desk;
    if (failed(answer->error) || answer->status == 429 || answer->status >= 500) {
        desk_failed(desk, LANE_AHEAD, answer, "", now_ms);
        return;
    }
    desk_answered(desk, LANE_AHEAD, "");
    ahead->told_seq = ahead->sending_seq;
    ahead->look = true;
}

void ahead_step(struct ahead *ahead, uint64_t now_ms)
{
    struct desk *desk = ahead->desk;
    const struct inbox_state *state = &desk->store.state;
    struct http_answer answer;
    if (http_take(desk->http, LANE_AHEAD, &answer))
        take_answer(ahead, &answer, now_ms);
    if (http_busy(desk->http, LANE_AHEAD) || (!ahead->look && now_ms < ahead->next_look_ms) ||
        !line_may_send(&desk->line, LANE_AHEAD, now_ms))
        return;
    ahead->next_look_ms = now_ms + AHEAD_LOOK_MS;
    ahead->look = false;
    if (text_same(state->trouble, INBOX_TROUBLE_FORK) || !refresh(ahead))
        return;
    uint64_t acked = text_same(state->epoch, ahead->status.epoch) ? state->acked_seq : 0;
    if (ahead->head.seq > acked + AHEAD_QUEUE_MIN && ahead->head.seq > ahead->told_seq)
        send_end(ahead);
}
