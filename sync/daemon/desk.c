#include "sync/daemon/desk.h"

#include <sys/random.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/ring.h"
#include "sync/daemon/time_proof.h"

static const char *const lane_names[LANE_COUNT] = {
    [LANE_FEED] = "feed",
    [LANE_JOURNAL] = "journal",
    [LANE_CERTIFICATE] = "certificate",
    [LANE_AHEAD] = "ahead",
};

static struct err erase_pile(struct desk *desk, const struct ring_foreign *foreign)
{
    struct err e = store_refetch(&desk->store);
    if (!failed(e))
        e = store_erase(&desk->store, foreign->names, foreign->count);
    if (!failed(e))
        log_event(LOG_LEVEL_WARNING, "keys", "erased=%zu, of keys that fell", foreign->count);
    return e;
}

/* Left to stand, one with a high version would keep out what the platform says in its place. */
static struct err erase_foreign(struct desk *desk)
{
    struct ring_foreign foreign = {.count = RING_FOREIGN_MAX};
    struct err e = ERR_OK;
    while (!failed(e) && foreign.count == RING_FOREIGN_MAX) {
        e = ring_find_foreign(desk->store.inbox, &desk->keys, &foreign);
        if (!failed(e) && foreign.count > 0)
            e = erase_pile(desk, &foreign);
    }
    return e;
}

struct err desk_settle_keys(struct desk *desk)
{
    if (!desk->unsettled)
        return ERR_OK;
    struct err e = erase_foreign(desk);
    if (!failed(e))
        e = time_proof_judge(desk);
    desk->unsettled = failed(e);
    return e.code == ERR_NO_ROOM ? ERR_OK : e;
}

/* A power cut may have come between a revocation and what follows from it. */
struct err desk_load_keys(struct desk *desk)
{
    struct err e = ring_load(desk->store.inbox, desk->kiosk, &desk->keys);
    if (failed(e))
        return e.code == ERR_NO_ROOM ? ERR_OK : e; /* all of the keys are known at another start */
    desk->unsettled = true;
    return desk_settle_keys(desk);
}

struct verdict_court desk_court(const struct desk *desk)
{
    struct proven_clocks clocks = proven_clocks_now();
    return (struct verdict_court){.kiosk = desk->kiosk,
                                  .keys = &desk->keys,
                                  .proven_ms = proven_floor_ms(&desk->store.state, &clocks)};
}

void desk_trouble(struct desk *desk, enum lane lane, const char *word)
{
    if (!store_trouble(&desk->store, lane, word))
        return;
    if (word[0] == '\0') {
        log_event(LOG_LEVEL_NOTICE, lane_names[lane], "trouble=over");
    } else {
        log_event(LOG_LEVEL_ERROR, lane_names[lane], "trouble=%s", word);
    }
}

void desk_answered(struct desk *desk, enum lane lane, const char *trouble)
{
    line_answered(&desk->line, lane);
    desk->why[lane] = NULL;
    desk_trouble(desk, lane, trouble);
}

uint32_t desk_draw(void)
{
    uint32_t random = 0;
    /* Without it the pauses of many kiosks may fall together; nothing worse. */
    ssize_t got = getrandom(&random, sizeof(random), GRND_NONBLOCK);
    (void)got;
    return random;
}

/* 511: RFC 6585, network authentication required. */
static bool is_portal(const struct http_answer *answer)
{
    return answer->is_portal || (answer->status >= 300 && answer->status < 400) ||
           answer->status == 511;
}

static const char *trouble_of(const struct http_answer *answer)
{
    if (is_portal(answer))
        return "portal";
    if (answer->error.code == ERR_DENIED)
        return "tls";
    if (failed(answer->error))
        return "";
    if (answer->status == 401 || answer->status == 403)
        return "denied";
    if (answer->status >= 500 || answer->status == 429)
        return "";
    return "answer";
}

/* Why the lane is down, also when that is no trouble that staff could end. */
static const char *why_of(const struct http_answer *answer, const char *trouble)
{
    if (trouble[0] != '\0')
        return trouble;
    if (failed(answer->error))
        return answer->why != NULL ? answer->why : "cut";
    return answer->status == 429 || answer->status == 503 ? "busy" : "error";
}

void desk_failed(struct desk *desk, enum lane lane, const struct http_answer *answer,
                 const char *trouble, uint64_t now_ms)
{
    if (trouble == NULL || (text_same(trouble, "answer") && is_portal(answer)))
        trouble = trouble_of(answer);
    desk->why[lane] = why_of(answer, trouble);
    if (desk->line.lanes[lane].failures == 0) {
        log_event(LOG_LEVEL_WARNING, lane_names[lane], "failed err=%s native=%d status=%d",
                  err_name(answer->error.code), (int)answer->error.native, answer->status);
    }
    /* A lane whose line is merely down keeps the word that it had. */
    if (trouble[0] != '\0')
        desk_trouble(desk, lane, trouble);
    line_failed(&desk->line, lane, now_ms, answer->retry_after_s, desk_draw());
}

struct err desk_send(struct desk *desk, enum lane lane, struct http_request *request)
{
    struct proven_clocks clocks = proven_clocks_now();
    const struct inbox_state *state = &desk->store.state;
    unsigned failures = desk->line.lanes[lane].failures;
    request->at_ms = lane == LANE_FEED ? proven_ask_ms(state, &clocks, failures)
                                       : proven_verify_ms(state, &clocks, failures);
    return http_start(desk->http, lane, request);
}
