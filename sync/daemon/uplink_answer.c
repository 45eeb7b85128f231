/* What the platform says of a batch, and what follows from it. */
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/uplink_inner.h"

/* Compare the platform's high-water mark with our own row. ERR_CONFLICT: a fork, ERR_IO: not to be
 * told now. */
static struct err compare(struct uplink *uplink, const struct ack *ack)
{
    enum agreement agreement = AGREEMENT_SAME;
    if (!uplink_refresh(uplink))
        return ERR(ERR_IO, 0, "no journal");
    struct err e = agreement_of_mark(uplink->journal, uplink->status.epoch, ack->acked_seq,
                                     &ack->head_hash, &agreement);
    if (failed(e))
        return ERR(ERR_IO, e.native, "journal_read");
    return agreement == AGREEMENT_SAME ? ERR_OK : ERR(ERR_CONFLICT, 0, "not the platform's");
}

static void fail(struct uplink *uplink, const struct http_answer *answer, const char *trouble,
                 uint64_t now_ms)
{
    desk_failed(uplink->desk, LANE_JOURNAL, answer, trouble, now_ms);
}

static void fork_found(struct uplink *uplink, const struct http_answer *answer, uint64_t now_ms)
{
    static const struct hash none;
    uplink->forked = true;
    uplink->fork_over_ms = now_ms + UPLINK_FORK_MS;
    /* The state names the journal that it speaks of, also before its first acknowledgement. */
    store_acknowledge(&uplink->desk->store, uplink->status.epoch, 0, &none, NULL);
    fail(uplink, answer, INBOX_TROUBLE_FORK, now_ms);
}

void uplink_check(struct uplink *uplink, uint64_t now_ms)
{
    const struct inbox_state *state = &uplink->desk->store.state;
    struct http_answer none = {.error = ERR_OK};
    enum agreement agreement = AGREEMENT_SAME;
    struct err e = agreement_of_mark(uplink->journal, state->epoch, state->acked_seq,
                                     &state->acked_hash, &agreement);
    if (!failed(e) && agreement != AGREEMENT_SAME)
        fork_found(uplink, &none, now_ms);
}

static struct err quarantine(struct uplink *uplink, const struct ack *ack)
{
    for (size_t i = 0; i < ack->rejected_count; i++) {
        if (ack->rejected[i].seq > ack->acked_seq)
            continue; /* not ours to quarantine: it will be sent again */
        struct err e = store_quarantine(&uplink->desk->store, ack->epoch, ack->rejected[i].seq,
                                        ack->rejected[i].code);
        if (failed(e))
            return e;
        log_event(LOG_LEVEL_ERROR, "journal", "quarantined seq=%llu code=%s",
                  (unsigned long long)ack->rejected[i].seq, ack->rejected[i].code);
    }
    return ERR_OK;
}

/* The answer took so long: more at once next time, or less? */
static void resize(struct uplink *uplink, uint64_t took_ms)
{
    size_t sent = uplink->sent.count;
    if (took_ms > UPLINK_SLOW_MS) {
        uplink->batch_max = sent > 1 ? sent / 2 : 1;
    } else if (took_ms < UPLINK_FAST_MS && uplink->sent.full &&
               uplink->sent.max >= uplink->batch_max) {
        uplink->batch_max *= 2;
    }
    if (uplink->batch_max > BATCH_ENTRIES_MAX)
        uplink->batch_max = BATCH_ENTRIES_MAX;
}

/* A signed acknowledgement whose mark is in our journal. */
static struct err move_on(struct uplink *uplink, const struct http_answer *answer,
                          const struct ack *ack, const struct sealed_ack *sealed, uint64_t now_ms)
{
    struct store *store = &uplink->desk->store;
    struct proven_clocks clocks = proven_clocks_now();
    struct err e = quarantine(uplink, ack);
    if (e.code == ERR_NO_ROOM) { /* the platform has it, and says so again */
        fail(uplink, answer, "disk", now_ms);
        return ERR_OK;
    }
    if (failed(e))
        return e;
    store_take_time(store, ack->time_ms, &clocks, sealed);
    store_acknowledge(store, ack->epoch, ack->acked_seq, &ack->head_hash, sealed);
    uplink->send_after = ack->acked_seq;
    uplink->told_ms = ack->time_ms;
    uplink->resent_from = 0;
    desk_answered(uplink->desk, LANE_JOURNAL, "");
    return ERR_OK;
}

static struct err on_stored(struct uplink *uplink, const struct http_answer *answer,
                            uint64_t now_ms)
{
    struct desk *desk = uplink->desk;
    struct sealed_ack sealed;
    struct ack ack;
    struct verdict_court court = desk_court(desk);
    struct err e = sealed_ack_read(answer->body, &sealed);
    if (!failed(e))
        e = verdict_of_ack(&court, &sealed, &ack);
    if (failed(e)) {
        log_err("journal", e);
        fail(uplink, answer, e.code == ERR_DENIED ? "seal" : "answer", now_ms);
        return ERR_OK;
    }
    /* "200" says that all of the batch is stored; anything else would be sent in circles. */
    if (!text_same(ack.epoch, uplink->sent.epoch) || ack.acked_seq < uplink->sent.last_seq) {
        fail(uplink, answer, "answer", now_ms);
        return ERR_OK;
    }
    e = compare(uplink, &ack);
    if (e.code == ERR_CONFLICT) {
        fork_found(uplink, answer, now_ms);
    } else if (failed(e)) {
        fail(uplink, answer, "", now_ms);
    }
    if (failed(e))
        return ERR_OK;
    resize(uplink, now_ms - uplink->sent_ms);
    return move_on(uplink, answer, &ack, &sealed, now_ms);
}

/* Go back to where the platform is, unless it asks for what we never had, or asks again. */
static void on_gap(struct uplink *uplink, const struct http_answer *answer, uint64_t expected,
                   uint64_t now_ms)
{
    bool ours = expected >= 1 && expected <= uplink->status.head_seq;
    bool again = uplink->resent_from != 0 || expected == uplink->sent.after_seq + 1;
    if (!ours || again) {
        uplink->resent_from = 0;
        fail(uplink, answer, "gap", now_ms);
        return;
    }
    log_event(LOG_LEVEL_WARNING, "journal", "gap resend_from=%llu", (unsigned long long)expected);
    uplink->send_after = expected - 1;
    uplink->resent_from = expected;
    line_answered(&uplink->desk->line, LANE_JOURNAL);
}

static void on_conflict(struct uplink *uplink, const struct http_answer *answer, uint64_t now_ms)
{
    struct refusal refusal;
    struct err e = refusal_read(answer->body, &refusal);
    if (!failed(e) && text_same(refusal.error, "fork")) {
        fork_found(uplink, answer, now_ms);
    } else if (!failed(e) && text_same(refusal.error, "gap")) {
        on_gap(uplink, answer, refusal.seq, now_ms);
    } else if (!failed(e) &&
               (text_same(refusal.error, "signature") || text_same(refusal.error, "unsigned"))) {
        fail(uplink, answer, "signature", now_ms);
    } else {
        fail(uplink, answer, "answer", now_ms);
    }
}

static void on_too_large(struct uplink *uplink, const struct http_answer *answer, uint64_t now_ms)
{
    size_t sent = uplink->sent.count;
    bool smallest = sent <= 1 || sent > uplink->sent.max; /* it is signed as a whole */
    uplink->batch_max = sent > 1 ? sent / 2 : 1;
    if (!smallest)
        return;
    fail(uplink, answer, "batch", now_ms);
}

struct err uplink_take_answer(struct uplink *uplink, const struct http_answer *answer,
                              uint64_t now_ms)
{
    if (failed(answer->error)) {
        /* Nobody answers here: the feed need not wait for its own limit to see it. If the batch was
         * more than the line carries, half of it is less. */
        resize(uplink, UINT64_MAX);
        fail(uplink, answer, NULL, now_ms);
        http_cancel(uplink->desk->http, LANE_FEED);
        desk_failed(uplink->desk, LANE_FEED, answer, NULL, now_ms);
        return ERR_OK;
    }
    switch (answer->status) {
    case 200:
        return on_stored(uplink, answer, now_ms);
    case 409:
        on_conflict(uplink, answer, now_ms);
        return ERR_OK;
    case 413:
        on_too_large(uplink, answer, now_ms);
        return ERR_OK;
    default:
        fail(uplink, answer, NULL, now_ms);
        return ERR_OK;
    }
}

void uplink_restart(struct uplink *uplink, const struct ack *ack, uint64_t now_ms)
{
    struct http_answer none = {.error = ERR_OK};
    bool ours = uplink->journal != NULL && text_same(ack->epoch, uplink->status.epoch);
    if (ours && compare(uplink, ack).code == ERR_CONFLICT)
        fork_found(uplink, &none, now_ms);
    uplink->send_after = ours ? ack->acked_seq : 0; /* what it has all the same it says at once */
    uplink->told_ms = ack->time_ms;
    uplink->resent_from = 0;
    uplink->look = true;
}

/* What a word that was sealed later than the newest does not have any more. */
static bool has_lost(const struct uplink *uplink, const struct ack *ack)
{
    bool none = ack->epoch[0] == '\0';
    return (none || text_same(ack->epoch, uplink->status.epoch)) &&
           ack->time_ms > uplink->told_ms && ack->acked_seq < uplink->send_after;
}

/* Whether the mark tells nothing that is not known. */
static bool is_old_news(const struct uplink *uplink, const struct ack *ack)
{
    const struct store *store = &uplink->desk->store;
    if (uplink->journal == NULL || !text_same(ack->epoch, uplink->status.epoch))
        return true;
    if (store->troubles[LANE_JOURNAL][0] != '\0' && !uplink->forked)
        return false;
    return text_same(ack->epoch, store->state.epoch) && ack->acked_seq <= store->state.acked_seq;
}

/* Not while a batch is on its way: its answer tells more. */
static void send_again(struct uplink *uplink, const struct ack *ack)
{
    if (uplink->journal == NULL || uplink->forked || !has_lost(uplink, ack) ||
        http_busy(uplink->desk->http, LANE_JOURNAL))
        return;
    log_event(LOG_LEVEL_WARNING, "journal", "lost by the platform, resend_from=%llu",
              (unsigned long long)ack->acked_seq + 1);
    uplink->send_after = ack->acked_seq;
    uplink->look = true;
}

void uplink_hear(struct uplink *uplink, const struct ack *ack, const struct sealed_ack *sealed,
                 uint64_t now_ms)
{
    struct desk *desk = uplink->desk;
    struct http_answer none = {.error = ERR_OK};
    send_again(uplink, ack);
    if (is_old_news(uplink, ack))
        return;
    struct err e = compare(uplink, ack);
    if (e.code == ERR_CONFLICT)
        fork_found(uplink, &none, now_ms);
    if (failed(e))
        return;
    store_acknowledge(&desk->store, ack->epoch, ack->acked_seq, &ack->head_hash, sealed);
    if (!http_busy(desk->http, LANE_JOURNAL) && uplink->send_after < ack->acked_seq) {
        uplink->send_after = ack->acked_seq;
        uplink->told_ms = ack->time_ms;
    }
    /* All that can be there is, and agrees: whatever was wrong is over. */
    if (ack->acked_seq >= uplink->head.seq)
        desk_answered(desk, LANE_JOURNAL, "");
}
