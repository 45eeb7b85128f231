/* What a kiosk says proves nothing, and another generation costs a whole feed: hence the pause, and
 * the look at whether this database can have said what the kiosk has. */
#include "sync/gateway/generation.h"

#include <stdio.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/publish.h"
#include "sync/gateway/store_schema.h"

/* What one kiosk is told. */
struct generation {
    char id[GENERATION_SIZE];
    bool is_own;    /* it began anew by itself */
    int64_t made_s; /* then */
};

static struct err load(struct store *store, const char *kiosk, struct generation *out)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store,
                               "SELECT coalesce(r.generation, g.id), r.kiosk IS NOT NULL, r.made_s"
                               " FROM generation AS g LEFT JOIN restarts AS r ON r.kiosk = ?",
                               VALUES(V_TEXT(kiosk)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    column_text(query, 0, out->id, sizeof(out->id));
    out->is_own = column_number(query, 1) != 0;
    out->made_s = column_number(query, 2);
    return ERR_OK;
}

struct err generation_of(struct store *store, const char *kiosk,
                         char out_generation[GENERATION_SIZE])
{
    struct generation now;

    struct err e = load(store, kiosk, &now);
    if (!failed(e))
        (void)text_copy(out_generation, GENERATION_SIZE, now.id); /* same size */
    return e;
}

struct err generation_renew(const struct platform *platform)
{
    struct err e = store_run(platform->store, "UPDATE generation SET id = " STORE_SCHEMA_UUID,
                             VALUES(V_NUMBER(0)));
    if (!failed(e))
        e = store_run(platform->store, "DELETE FROM restarts", VALUES(V_NUMBER(0)));
    if (!failed(e))
        store_mark_changed(platform->store);
    return e;
}

/* Whether the kiosk has more of this generation than there is of it; `detail` tells what. */
static struct err is_beyond(const struct platform *platform, const struct feed_place *place,
                            char detail[ALARM_DETAIL_SIZE], bool *out_beyond)
{
    uint64_t newest = 0;
    uint64_t seq = 0;
    struct hash head = {{0}};

    struct err e = published_newest(platform->store, &newest);
    if (!failed(e) && place->epoch[0] != '\0')
        e = kiosk_head(platform->store, place->kiosk, place->epoch, &seq, &head);
    if (failed(e))
        return e;
    bool by_cursor = place->cursor > newest;
    bool by_mark = place->epoch[0] != '\0' && place->acked_seq > seq;
    if (by_cursor) {
        (void)snprintf(detail, ALARM_DETAIL_SIZE, "it has document %llu, the newest here is %llu",
                       (unsigned long long)place->cursor, (unsigned long long)newest);
    } else if (by_mark) {
        (void)snprintf(detail, ALARM_DETAIL_SIZE,
                       "its entry %llu was acknowledged, here it comes to %llu",
                       (unsigned long long)place->acked_seq, (unsigned long long)seq);
    }
    *out_beyond = by_cursor || by_mark;
    return ERR_OK;
}

/* Nothing proves what it says, for whoever has its line's key can say it: it alone begins anew.
 * `*in_out_cursor` is 0 then, unless there is too little time since it last did. */
static struct err restart(const struct platform *platform, const struct generation *now,
                          const struct feed_place *place, const char *detail,
                          uint64_t *in_out_cursor)
{
    int64_t now_s = platform_now_s(platform);

    /* A clock that was set back makes nothing older. */
    if (now->is_own && now_s - now->made_s < GENERATION_PAUSE_S)
        return ERR_OK;
    struct err e = alarm_raise(platform, place->kiosk, ALARM_RESTORED, detail);
    if (!failed(e)) {
        e = store_run(platform->store,
                      "INSERT INTO restarts(kiosk, generation, made_s)"
                      " VALUES(?, " STORE_SCHEMA_UUID ", ?) ON CONFLICT(kiosk) DO UPDATE"
                      " SET generation = excluded.generation, made_s = excluded.made_s",
                      VALUES(V_TEXT(place->kiosk), V_NUMBER(now_s)));
    }
    if (failed(e))
        return e;
    log_event(LOG_LEVEL_ERROR, "restored", "kiosk=%s %s", place->kiosk, detail);
    *in_out_cursor = 0;
    return ERR_OK;
}

struct err feed_place_settle(const struct platform *platform, const struct feed_place *place,
                             uint64_t *out_cursor)
{
    char detail[ALARM_DETAIL_SIZE] = "";
    struct generation now;
    bool beyond = false;

    *out_cursor = place->cursor;
    if (!place->tells)
        return ERR_OK;
    struct err e = load(platform->store, place->kiosk, &now);
    if (failed(e))
        return e;
    if (!text_same(place->generation, now.id)) {
        *out_cursor = 0;
        return ERR_OK;
    }
    e = is_beyond(platform, place, detail, &beyond);
    return failed(e) || !beyond ? e : restart(platform, &now, place, detail, out_cursor);
}
