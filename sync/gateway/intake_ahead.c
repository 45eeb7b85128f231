/*
 * What a visitor waits for need not wait for the queue before it: requests, farewells and intents
 * of orders are applied when they come ahead. They are remembered by place and hash until their
 * turn in the journal, where the same entry is stored without being applied again, and another one
 * is a fork.
 */
#include <string.h>

#include "sync/gateway/intake_inner.h"
#include "sync/gateway/kiosks.h"
#include "sync/wire/entry.h"

static struct err find(const struct intake *intake, const struct batch_entry *entry,
                       enum ahead_state *out_state)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e =
        store_query(intake->platform->store,
                    "SELECT hash = ?, signed FROM ahead WHERE kiosk = ? AND epoch = ? AND seq = ?",
                    VALUES(V_BLOB(entry->hash.at, HASH_LEN), V_TEXT(intake->kiosk),
                           V_TEXT(intake->epoch), V_NUMBER(entry->seq)),
                    &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_state = AHEAD_NONE;
    if (failed(e))
        return ERR_OK;
    *out_state = intake->is_signed && column_number(query, 1) == 0 ? AHEAD_OVERRULED : AHEAD_OTHER;
    if (column_number(query, 0) == 1)
        *out_state = AHEAD_SAME;
    return ERR_OK;
}

struct err intake_ahead_settle(const struct intake *intake, const struct batch_entry *entry,
                               enum ahead_state *out_state)
{
    struct err e = find(intake, entry, out_state);

    if (failed(e) || *out_state == AHEAD_NONE || *out_state == AHEAD_OTHER)
        return e;
    return store_run(intake->platform->store,
                     "DELETE FROM ahead WHERE kiosk = ? AND epoch = ? AND seq = ?",
                     VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq)));
}

/* What was overruled gives way. */
static struct err remember(const struct intake *intake, const struct batch_entry *entry)
{
    return store_run(intake->platform->store,
                     "INSERT OR REPLACE INTO ahead(kiosk, epoch, seq, txid, hash, signed)"
                     " VALUES(?, ?, ?, ?, ?, ?)",
                     VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq),
                            V_TEXT(entry->txid), V_BLOB(entry->hash.at, HASH_LEN),
                            V_NUMBER(intake->is_signed)));
}

/* What cannot be done now, perhaps for what is still before it, is left to its turn. */
static struct err apply(const struct intake *intake, const struct batch_entry *entry)
{
    char code[ORDER_CODE_SIZE] = "";
    struct err e = intake_apply(intake, entry, code);

    return failed(e) || code[0] != '\0' ? e : remember(intake, entry);
}

/* One that is stored in its turn already is nothing to be done. */
static struct err take(const struct intake *intake, const struct batch_entry *entry,
                       struct intake_answer *answer)
{
    enum ahead_state state = AHEAD_NONE;
    bool known = false;

    if (entry->seq <= intake->head_seq || !entry_goes_ahead(entry->kind))
        return ERR_OK;
    struct err e = find(intake, entry, &state);
    bool is_free = state == AHEAD_NONE || state == AHEAD_OVERRULED;
    if (!failed(e) && is_free)
        e = intake_txid_known(intake, entry->txid, &known);
    if (failed(e) || state == AHEAD_SAME)
        return e;
    if (is_free && !known)
        return apply(intake, entry);
    watch_note(intake->watch, known ? ALARM_DUPLICATE_TXID : ALARM_FORK,
               "entry %llu came ahead with another content", (unsigned long long)entry->seq);
    answer->verdict = INTAKE_FORK;
    answer->seq = entry->seq;
    return ERR_OK;
}

/* Those that may still come in their turn. */
static struct err count_waiting(const struct intake *intake, uint64_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(
        intake->platform->store,
        "SELECT count(*) FROM ahead WHERE kiosk = ? AND epoch = ? AND seq > ? AND signed >= ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(intake->head_seq),
               V_NUMBER(intake->is_signed)),
        &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        *out_count = (uint64_t)column_number(query, 0);
    return e;
}

static struct err take_judged(struct intake *intake, const struct batch *batch,
                              struct intake_answer *answer)
{
    uint64_t waiting = 0;
    if (!intake->is_signed && !intake_is_chain(intake, batch, &answer->seq)) {
        answer->verdict = INTAKE_MALFORMED;
        return ERR_OK;
    }
    struct err e = kiosk_head(intake->platform->store, intake->kiosk, intake->epoch,
                              &intake->head_seq, &intake->head);
    if (!failed(e))
        e = count_waiting(intake, &waiting);
    if (failed(e))
        return e;
    if (waiting + batch->count > INTAKE_AHEAD_MAX) {
        answer->verdict = INTAKE_FULL;
        return ERR_OK;
    }
    for (size_t i = 0; i < batch->count && !failed(e) && answer->verdict == INTAKE_STORED; i++)
        e = take(intake, &batch->entries[i], answer);
    return e;
}

static struct err take_all(struct intake *intake, const struct batch *batch,
                           struct intake_answer *answer)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = intake->platform->store;

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = kiosk_contact(store, intake->kiosk, platform_now_s(intake->platform));
    if (!failed(e))
        e = intake_judge(intake, batch, answer);
    if (!failed(e) && answer->verdict == INTAKE_STORED)
        e = take_judged(intake, batch, answer);
    if (failed(e) || answer->verdict != INTAKE_STORED)
        return e;
    e = watch_raise(intake->watch, intake->platform, intake->kiosk);
    return failed(e) ? e : transaction_commit(&work);
}

struct err intake_ahead(const struct platform *platform, const char *kiosk,
                        const struct batch *batch, struct intake_answer *out_answer)
{
    struct watch watch = {0};
    struct intake intake = {
        .platform = platform, .kiosk = kiosk, .epoch = batch->epoch, .watch = &watch};
    struct intake_answer answer = {.verdict = INTAKE_STORED};

    if (batch->count > BATCH_AHEAD_MAX) {
        answer.verdict = INTAKE_MALFORMED;
        *out_answer = answer;
        return ERR_OK;
    }
    struct err e = take_all(&intake, batch, &answer);
    if (!failed(e) && answer.verdict != INTAKE_STORED)
        e = watch_raise_alone(&watch, platform, kiosk);
    if (!failed(e))
        *out_answer = answer;
    return e;
}
