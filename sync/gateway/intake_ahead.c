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
    struct store *store = intake->platform->store;
    bool is_there = false;
    bool is_same = false;

    struct err e = store_has(
        store, "SELECT 1 FROM ahead WHERE kiosk = ? AND epoch = ? AND seq = ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq)), &is_there);
    if (!failed(e) && is_there) {
        e = store_has(store,
                      "SELECT 1 FROM ahead WHERE kiosk = ? AND epoch = ? AND seq = ? AND hash = ?",
                      VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq),
                             V_BLOB(entry->hash.at, HASH_LEN)),
                      &is_same);
    }
    if (failed(e))
        return e;
    *out_state = is_there ? AHEAD_OTHER : AHEAD_NONE;
    if (is_same)
        *out_state = AHEAD_SAME;
    return ERR_OK;
}

struct err intake_ahead_settle(const struct intake *intake, const struct batch_entry *entry,
                               enum ahead_state *out_state)
{
    struct err e = find(intake, entry, out_state);

    if (failed(e) || *out_state != AHEAD_SAME)
        return e;
    return store_run(intake->platform->store,
                     "DELETE FROM ahead WHERE kiosk = ? AND epoch = ? AND seq = ?",
                     VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq)));
}

static struct err remember(const struct intake *intake, const struct batch_entry *entry)
{
    return store_run(intake->platform->store,
                     "INSERT INTO ahead(kiosk, epoch, seq, txid, hash) VALUES(?, ?, ?, ?, ?)",
                     VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq),
                            V_TEXT(entry->txid), V_BLOB(entry->hash.at, HASH_LEN)));
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
                       enum intake_verdict *out_verdict)
{
    enum ahead_state state = AHEAD_NONE;
    bool known = false;

    if (entry->seq <= intake->head_seq || !entry_goes_ahead(entry->kind))
        return ERR_OK;
    struct err e = find(intake, entry, &state);
    if (!failed(e) && state == AHEAD_NONE)
        e = intake_txid_known(intake, entry->txid, &known);
    if (failed(e) || state == AHEAD_SAME)
        return e;
    if (state == AHEAD_NONE && !known)
        return apply(intake, entry);
    watch_note(intake->watch, known ? ALARM_DUPLICATE_TXID : ALARM_FORK,
               "entry %llu came ahead with another content", (unsigned long long)entry->seq);
    *out_verdict = INTAKE_FORK;
    return ERR_OK;
}

/* Entries that follow each other and hash to what they say. */
static bool is_chain(const struct intake *intake, const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_entry *entry = &batch->entries[i];
        if (entry->seq == 0 || !intake_hash_true(intake, entry))
            return false;
        if (i > 0 && (entry->seq != entry[-1].seq + 1 || !hash_same(&entry->prev, &entry[-1].hash)))
            return false;
    }
    return true;
}

static struct err count_waiting(const struct intake *intake, uint64_t *out_count)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e =
        store_query(intake->platform->store, "SELECT count(*) FROM ahead WHERE kiosk = ?",
                    VALUES(V_TEXT(intake->kiosk)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        *out_count = (uint64_t)column_number(query, 0);
    return e;
}

static struct err take_all(struct intake *intake, const struct batch *batch,
                           enum intake_verdict *out_verdict)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct store *store = intake->platform->store;
    uint64_t waiting = 0;

    struct err e = store_begin(store, &work);
    if (!failed(e))
        e = kiosk_contact(store, intake->kiosk, platform_now_s(intake->platform));
    if (!failed(e))
        e = kiosk_head(store, intake->kiosk, intake->epoch, &intake->head_seq, &intake->head);
    if (!failed(e))
        e = count_waiting(intake, &waiting);
    if (failed(e))
        return e;
    if (waiting + batch->count > INTAKE_AHEAD_MAX) {
        *out_verdict = INTAKE_FULL;
        return ERR_OK;
    }
    for (size_t i = 0; i < batch->count && !failed(e) && *out_verdict == INTAKE_STORED; i++)
        e = take(intake, &batch->entries[i], out_verdict);
    if (failed(e) || *out_verdict != INTAKE_STORED)
        return e;
    e = watch_raise(intake->watch, intake->platform, intake->kiosk);
    return failed(e) ? e : transaction_commit(&work);
}

struct err intake_ahead(const struct platform *platform, const char *kiosk,
                        const struct batch *batch, enum intake_verdict *out_verdict)
{
    struct watch watch = {0};
    struct intake intake = {
        .platform = platform, .kiosk = kiosk, .epoch = batch->epoch, .watch = &watch};
    enum intake_verdict verdict = INTAKE_STORED;

    if (batch->count > BATCH_AHEAD_MAX || !is_chain(&intake, batch)) {
        *out_verdict = INTAKE_MALFORMED;
        return ERR_OK;
    }
    struct err e = take_all(&intake, batch, &verdict);
    if (!failed(e) && verdict != INTAKE_STORED)
        e = watch_raise_alone(&watch, platform, kiosk);
    if (!failed(e))
        *out_verdict = verdict;
    return e;
}
