#include "sync/daemon/downlink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/ring.h"
#include "sync/daemon/time_proof.h"

struct downlink {
    struct desk *desk;
    struct uplink *uplink;
    struct feed *feed;
    struct keyring keys; /* with what the feed says of them */
    size_t refused;      /* statements of the feed that do not count */
    uint64_t asked_ms;
    uint64_t asked_after;    /* cursor: an answer to another one would leave a gap */
    uint64_t pace_ms;        /* not before this */
    unsigned contradictions; /* as told of */
};

struct err downlink_create(struct desk *desk, struct uplink *uplink, struct downlink **out_downlink)
{
    struct downlink *downlink = calloc(1, sizeof(*downlink));
    struct feed *feed = calloc(1, sizeof(*feed));
    if (downlink == NULL || feed == NULL) {
        free(downlink);
        free(feed);
        return ERR(ERR_NO_ROOM, 0, "calloc");
    }
    *downlink = (struct downlink){.desk = desk, .uplink = uplink, .feed = feed};
    *out_downlink = downlink;
    return ERR_OK;
}

void downlink_destroy(struct downlink *downlink)
{
    if (downlink == NULL)
        return;
    http_cancel(downlink->desk->http, LANE_FEED);
    free(downlink->feed);
    free(downlink);
}

/* What time it is at least, when the acknowledgement is true: nothing is taken before all is. */
static int64_t moment_of(const struct feed *feed, int64_t proven_ms)
{
    struct ack ack;
    struct err e =
        ack_read((struct bytes){(const uint8_t *)feed->ack.text, strlen(feed->ack.text)}, &ack);
    return !failed(e) && ack.time_ms > proven_ms ? ack.time_ms : proven_ms;
}

/* The whole answer is good, or none of it, but for statements about keys, each of which is judged
 * by itself. A key that is introduced may have sealed the rest. `proven_ms` is what the time is at
 * least. */
static struct err check_at(struct downlink *downlink, struct bytes body, int64_t proven_ms,
                           struct ack *out_ack)
{
    const struct desk *desk = downlink->desk;
    struct feed *feed = downlink->feed;
    struct verdict_court court = desk_court(desk);
    struct err e = feed_read(body, feed);
    if (failed(e))
        return e;
    court.proven_ms = moment_of(feed, proven_ms);
    court.keys = &downlink->keys;
    downlink->keys = desk->keys;
    e = ring_take(feed, desk->kiosk, court.proven_ms / 1000, &downlink->keys, &downlink->refused);
    if (!failed(e))
        e = verdict_of_ack(&court, &feed->ack, out_ack);
    for (size_t i = 0; !failed(e) && i < feed->count; i++) {
        if (!text_same(feed->documents[i].type, KEYRING_STATEMENT))
            e = verdict_of_document(&court, &feed->documents[i]);
    }
    if (!failed(e) && feed->cursor < desk->store.state.cursor &&
        text_same(out_ack->generation, desk->store.state.generation))
        return ERR(ERR_CONFLICT, 0, "the feed went back");
    return e;
}

/* Whether the answer takes the key away that the proven time rests on, by the time that is known
 * without it: a key that was stolen, or sealed a wrong time, is no witness against those above it.
 */
static bool takes_witness(struct downlink *downlink, struct bytes body, struct ack *out_ack)
{
    char witness[SEAL_KEY_ID_SIZE];
    int64_t without_ms = 0;
    struct err e = time_proof_read(downlink->desk, witness, &without_ms);
    if (!failed(e))
        e = check_at(downlink, body, without_ms, out_ack);
    return !failed(e) && !keyring_counts(&downlink->keys, witness);
}

static struct err check(struct downlink *downlink, struct bytes body, struct ack *out_ack)
{
    int64_t proven_ms = desk_court(downlink->desk).proven_ms;
    struct err e = check_at(downlink, body, proven_ms, out_ack);
    if (e.code != ERR_DENIED && (failed(e) || downlink->refused == 0))
        return e;
    if (takes_witness(downlink, body, out_ack))
        return ERR_OK;
    return check_at(downlink, body, proven_ms, out_ack);
}

static const char *word_for(enum err_code code)
{
    if (code == ERR_DENIED)
        return "seal";
    if (code == ERR_NO_ROOM)
        return "disk";
    return code == ERR_CONFLICT ? "conflict" : "answer";
}

static void refuse(struct downlink *downlink, const struct http_answer *answer, struct err e,
                   uint64_t now_ms)
{
    if (downlink->desk->line.lanes[LANE_FEED].failures == 0)
        log_err("feed", e);
    desk_failed(downlink->desk, LANE_FEED, answer, word_for(e.code), now_ms);
}

/* Documents whose key fell are erased, and the platform seals them anew; a time falls with its key.
 */
static struct err change_keys(struct downlink *downlink)
{
    struct desk *desk = downlink->desk;
    bool lost = ring_lost_one(&desk->keys, &downlink->keys);
    if (downlink->keys.count != desk->keys.count || lost) {
        log_event(LOG_LEVEL_NOTICE, "keys", "known=%zu revoked=%s", downlink->keys.count,
                  lost ? "yes" : "no");
    }
    desk->keys = downlink->keys;
    desk->statements_refused += downlink->refused;
    desk->unsettled = desk->unsettled || lost;
    return desk_settle_keys(desk);
}

/* A cursor by a key that falls now may have passed documents by. It goes back before the revocation
 * is stored, which a cut before that makes come again. */
static struct err pass_none_by(struct downlink *downlink)
{
    if (!ring_lost_one(&downlink->desk->keys, &downlink->keys))
        return ERR_OK;
    downlink->feed->cursor = 0;
    return store_refetch(&downlink->desk->store);
}

/* The documents, from the first page on when the platform begins anew, or a key fell. */
static struct err keep(struct downlink *downlink, const struct ack *ack, uint64_t now_ms)
{
    struct store *store = &downlink->desk->store;
    struct err e = ERR_OK;
    if (!text_same(ack->generation, store->state.generation)) {
        e = store_generation(store, ack, &downlink->feed->ack);
        if (!failed(e))
            uplink_restart(downlink->uplink, ack, now_ms);
    }
    if (!failed(e))
        e = pass_none_by(downlink);
    return failed(e) ? e : store_documents(store, downlink->feed);
}

/* Well, but for contradictions, which are said until somebody has looked, and started
 * certkiosk-syncd anew. */
static void be_answered(struct downlink *downlink)
{
    struct desk *desk = downlink->desk;
    unsigned count = inbox_contradictions(desk->store.inbox);
    if (count > downlink->contradictions)
        log_event(LOG_LEVEL_ERROR, "feed", "contradictions=%u, ours kept", count);
    downlink->contradictions = count;
    desk_answered(desk, LANE_FEED, count > 0 ? "conflict" : "");
}

static struct err on_feed(struct downlink *downlink, const struct http_answer *answer,
                          uint64_t now_ms)
{
    struct desk *desk = downlink->desk;
    struct proven_clocks clocks = proven_clocks_now();
    struct ack ack;
    struct err e = check(downlink, answer->body, &ack);
    if (failed(e)) {
        refuse(downlink, answer, e, now_ms);
        return ERR_OK;
    }
    e = keep(downlink, &ack, now_ms);
    if (e.code == ERR_CONFLICT || e.code == ERR_NO_ROOM) { /* the platform says it again */
        refuse(downlink, answer, e, now_ms);
        return ERR_OK;
    }
    if (failed(e))
        return e;
    e = change_keys(downlink);
    if (failed(e))
        return e;
    store_take_time(&desk->store, ack.time_ms, &clocks, &downlink->feed->ack);
    if (!desk->line.lanes[LANE_FEED].well)
        uplink_look(downlink->uplink);
    be_answered(downlink);
    uplink_hear(downlink->uplink, &ack, &downlink->feed->ack, now_ms);
    if (downlink->feed->count == 0 && now_ms < downlink->asked_ms + DOWNLINK_PACE_MS)
        downlink->pace_ms = downlink->asked_ms + DOWNLINK_PACE_MS;
    return ERR_OK;
}

/* Who finds by the feed that his journal is not the platform's sends nothing of it: this is all
 * that the platform hears of a journal that was set back, or of a second kiosk with the same keys.
 */
static bool tell_fork(const struct desk *desk, char path[HTTP_PATH_MAX])
{
    size_t used = strlen(path);
    return !text_same(desk->store.troubles[LANE_JOURNAL], INBOX_TROUBLE_FORK) ||
           text_print(path + used, HTTP_PATH_MAX - used, "&fork=1");
}

/* A first answer is wanted at once: it tells that the line is up. */
static struct err ask(struct downlink *downlink, uint64_t now_ms)
{
    struct desk *desk = downlink->desk;
    uint32_t wait_s = desk->line.lanes[LANE_FEED].well ? DOWNLINK_WAIT_S : 0;
    const struct inbox_state *state = &desk->store.state;
    char path[HTTP_PATH_MAX];
    if (!text_print(path, sizeof(path),
                    "/v1/kiosks/%s/feed?after=%" PRIu64 "&wait=%" PRIu32
                    "&generation=%s&epoch=%s&acked=%" PRIu64,
                    desk->kiosk, state->cursor, wait_s, state->generation, state->epoch,
                    state->acked_seq))
        return ERR(ERR_NO_ROOM, 0, "path");
    if (!tell_fork(desk, path))
        return ERR(ERR_NO_ROOM, 0, "path");
    struct http_request request = {.path = path,
                                   .timeout_ms = wait_s * 1000 + DOWNLINK_TIMEOUT_MS,
                                   .answer_max = FEED_BYTES_MAX};
    downlink->asked_ms = now_ms;
    downlink->asked_after = desk->store.state.cursor;
    return desk_send(desk, LANE_FEED, &request);
}

struct err downlink_step(struct downlink *downlink, uint64_t now_ms)
{
    struct desk *desk = downlink->desk;
    struct http_answer answer;
    struct err e = ERR_OK;
    if (http_take(desk->http, LANE_FEED, &answer) &&
        downlink->asked_after == desk->store.state.cursor) {
        if (failed(answer.error) || answer.status != 200) {
            desk_failed(desk, LANE_FEED, &answer, NULL, now_ms);
        } else {
            e = on_feed(downlink, &answer, now_ms);
            explicit_bzero(downlink->feed, sizeof(*downlink->feed)); /* certificates name holders */
        }
    }
    if (failed(e) || http_busy(desk->http, LANE_FEED) || now_ms < downlink->pace_ms ||
        !line_may_send(&desk->line, LANE_FEED, now_ms))
        return e;
    return ask(downlink, now_ms);
}
