#include "sync/gateway/alarm.h"

#include "kiosk/base/text.h"

#define ALARM_COLUMNS \
    "SELECT id, kiosk, word, detail, first_s, last_s, count, cleared_s FROM alarms "

static const char *const names[ALARM_WORD_COUNT] = {
    [ALARM_FORK] = "fork",
    [ALARM_GAP] = "gap",
    [ALARM_SIGNATURE] = "signature",
    [ALARM_CLOCK] = "clock",
    [ALARM_REJECTED] = "rejected",
    [ALARM_DUPLICATE_TXID] = "duplicate_txid",
    [ALARM_EPOCH_CHANGED] = "epoch_changed",
    [ALARM_CERTIFICATE] = "certificate",
    [ALARM_CERTIFICATE_ENDS] = "certificate_ends",
    [ALARM_RESTORED] = "restored",
    [ALARM_MALFORMED] = "malformed",
    [ALARM_PLATFORM_CLOCK] = "platform_clock",
};

const char *alarm_word_name(enum alarm_word word)
{
    return names[word];
}

struct err alarm_raise(const struct platform *platform, const char *kiosk, enum alarm_word word,
                       const char *detail)
{
    char cut[ALARM_DETAIL_SIZE];
    int64_t now_s = platform_now_s(platform);

    (void)text_copy(cut, sizeof(cut), detail);
    return store_run(
        platform->store,
        "INSERT INTO alarms(kiosk, word, detail, first_s, last_s, count)"
        " VALUES(?,?,?,?,?,1) ON CONFLICT(kiosk, word) WHERE cleared_s = 0 DO UPDATE"
        " SET detail = excluded.detail, last_s = excluded.last_s, count = count + 1",
        VALUES(V_TEXT(kiosk), V_TEXT(names[word]), V_TEXT(cut), V_NUMBER(now_s), V_NUMBER(now_s)));
}

struct err alarm_raise_alone(const struct platform *platform, const char *kiosk,
                             enum alarm_word word, const char *detail)
{
    CLEANUP(transaction_done) struct transaction work = {0};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = alarm_raise(platform, kiosk, word, detail);
    return failed(e) ? e : transaction_commit(&work);
}

static void alarm_take(sqlite3_stmt *query, struct alarm *out)
{
    out->id = column_number(query, 0);
    column_text(query, 1, out->kiosk, sizeof(out->kiosk));
    column_text(query, 2, out->word, sizeof(out->word));
    column_text(query, 3, out->detail, sizeof(out->detail));
    out->first_s = column_number(query, 4);
    out->last_s = column_number(query, 5);
    out->count = column_number(query, 6);
    out->cleared_s = column_number(query, 7);
}

struct err alarm_list(struct store *store, bool only_open, struct alarm *out_alarms,
                      size_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    size_t count = 0;

    struct err e = store_query(store,
                               ALARM_COLUMNS "WHERE cleared_s = 0 OR NOT ?"
                                             " ORDER BY last_s DESC, id DESC LIMIT ?",
                               VALUES(V_NUMBER(only_open), V_NUMBER(ALARM_LIST_MAX)), &query);
    while (!failed(e) && count < ALARM_LIST_MAX && !failed(e = store_row(query)))
        alarm_take(query, &out_alarms[count++]);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_count = count;
    return ERR_OK;
}

static struct err alarm_load(struct store *store, int64_t id, struct alarm *out)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, ALARM_COLUMNS "WHERE id = ?", VALUES(V_NUMBER(id)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        alarm_take(query, out);
    return e;
}

static struct err forget_old(struct store *store, const char *kiosk)
{
    return store_run(store,
                     "DELETE FROM alarms WHERE kiosk = ?1 AND cleared_s <> 0 AND id NOT IN"
                     " (SELECT id FROM alarms WHERE kiosk = ?1 AND cleared_s <> 0"
                     "  ORDER BY cleared_s DESC, id DESC LIMIT ?2)",
                     VALUES(V_TEXT(kiosk), V_NUMBER(ALARM_CLEARED_MAX)));
}

struct err alarm_clear(const struct platform *platform, int64_t id, struct alarm *out_alarm)
{
    struct store *store = platform->store;
    struct alarm alarm = {0};

    struct err e =
        store_run(store, "UPDATE alarms SET cleared_s = ? WHERE id = ? AND cleared_s = 0",
                  VALUES(V_NUMBER(platform_now_s(platform)), V_NUMBER(id)));
    if (!failed(e))
        e = alarm_load(store, id, &alarm);
    if (!failed(e))
        e = forget_old(store, alarm.kiosk);
    if (!failed(e))
        *out_alarm = alarm;
    return e;
}
