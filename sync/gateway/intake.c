#include "sync/gateway/intake.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "sync/gateway/generation.h"
#include "sync/gateway/intake_inner.h"
#include "sync/gateway/kiosks.h"
#include "sync/wire/entry.h"

/* What applies an entry of each kind; NULL: it is only kept. */
static struct err (*const appliers[ENTRY_COUNT])(const struct platform *, const struct report *,
                                                 char *) = {
    [ENTRY_PIN_VERIFIED] = orders_ask,  [ENTRY_ORDER_REQUESTED] = orders_request,
    [ENTRY_ORDER_LEFT] = orders_leave,  [ENTRY_WRITE_INTENDED] = orders_intend,
    [ENTRY_WRITE_FAILED] = orders_note, [ENTRY_DELIVERED] = orders_deliver,
    [ENTRY_RECEIPT] = orders_receipt,   [ENTRY_TOKEN_REPAIR] = orders_repair,
};

/* A kiosk whose clock is fast is not later than others for ever. */
static struct order_place place_of(const struct intake *intake, const struct batch_entry *entry)
{
    int64_t now_ms = intake->platform->now_ms();
    struct order_place place = {.seq = entry->seq,
                                .at_ms = entry->at_ms < now_ms ? entry->at_ms : now_ms};

    (void)text_copy(place.epoch, sizeof(place.epoch), intake->epoch); /* it is as long */
    return place;
}

struct err intake_apply(const struct intake *intake, const struct batch_entry *entry,
                        char out_code[ORDER_CODE_SIZE])
{
    struct report report = {.kiosk = intake->kiosk, .txid = entry->txid};
    struct entry body = {0};
    enum entry_kind kind = ENTRY_COUNT;

    struct err e = entry_kind_by_name(entry->kind, &kind);
    if (failed(e)) {
        (void)text_copy(out_code, ORDER_CODE_SIZE, "unknown_kind");
        return ERR_OK;
    }
    e = entry_read(kind, (struct bytes){entry->body, entry->body_len}, &body);
    if (failed(e)) {
        (void)text_copy(out_code, ORDER_CODE_SIZE, "malformed");
        return ERR_OK;
    }
    out_code[0] = '\0';
    report.entry = &body;
    report.place = place_of(intake, entry);
    return appliers[kind] == NULL ? ERR_OK : appliers[kind](intake->platform, &report, out_code);
}

static struct err keep(const struct intake *intake, const struct batch_entry *entry,
                       const char *code)
{
    return store_run(
        intake->platform->store,
        "INSERT INTO journal(kiosk, epoch, seq, txid, at_ms, visit, kind, body, prev, hash,"
        " rejected, received_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq),
               V_TEXT(entry->txid), V_NUMBER(entry->at_ms), V_TEXT(entry->visit),
               V_TEXT(entry->kind), V_BLOB(entry->body, entry->body_len),
               V_BLOB(entry->prev.at, HASH_LEN), V_BLOB(entry->hash.at, HASH_LEN), V_TEXT(code),
               V_NUMBER(intake->platform->now_ms())));
}

bool intake_hash_true(const struct intake *intake, const struct batch_entry *entry)
{
    struct chain_entry link = {
        .seq = entry->seq,
        .at_ms = entry->at_ms,
        .epoch = intake->epoch,
        .txid = entry->txid,
        .visit = entry->visit,
        .kind = entry->kind,
        .body = {entry->body, entry->body_len},
        .prev = entry->prev,
    };
    struct hash hash = {0};

    return !failed(chain_hash(&link, &hash)) && hash_same(&hash, &entry->hash);
}

struct err intake_txid_known(const struct intake *intake, const char *txid, bool *out_known)
{
    return store_has(intake->platform->store,
                     "SELECT 1 FROM journal WHERE txid = ?1"
                     " UNION ALL SELECT 1 FROM ahead WHERE txid = ?1 AND signed >= ?2",
                     VALUES(V_TEXT(txid), V_NUMBER(intake->is_signed)), out_known);
}

/* When the newest stored entry was made, to compare the next with. */
static struct err read_head_time(const struct intake *intake, int64_t *out_ms)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(
        intake->platform->store,
        "SELECT at_ms FROM journal WHERE kiosk = ? AND epoch = ? AND seq = ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(intake->head_seq)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        *out_ms = column_number(query, 0);
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A seq that is stored: the same entry, or a fork. */
static struct err take_again(const struct intake *intake, const struct batch_entry *entry,
                             enum intake_verdict *out_verdict)
{
    bool is_same = false;

    struct err e =
        store_has(intake->platform->store,
                  "SELECT 1 FROM journal WHERE kiosk = ? AND epoch = ? AND seq = ? AND hash = ?",
                  VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq),
                         V_BLOB(entry->hash.at, HASH_LEN)),
                  &is_same);
    if (failed(e))
        return e;
    *out_verdict = is_same ? INTAKE_STORED : INTAKE_FORK;
    if (*out_verdict == INTAKE_FORK) {
        watch_note(intake->watch, ALARM_FORK, "entry %llu is stored with another content",
                   (unsigned long long)entry->seq);
    }
    return ERR_OK;
}

/* An entry that no history with what is stored can have. */
static bool is_fork(const struct intake *intake, const struct batch_entry *entry, bool txid_known)
{
    unsigned long long seq = entry->seq;
    bool follows = hash_same(&entry->prev, &intake->head);

    if (txid_known)
        watch_note(intake->watch, ALARM_DUPLICATE_TXID, "entry %llu: txid %s", seq, entry->txid);
    if (!follows) {
        watch_note(intake->watch, ALARM_FORK, "entry %llu follows another than the stored one",
                   seq);
    }
    return txid_known || !follows;
}

static struct err take_new(struct intake *intake, const struct batch_entry *entry,
                           enum intake_verdict *out_verdict)
{
    char code[ORDER_CODE_SIZE] = "";
    enum ahead_state ahead = AHEAD_NONE;
    bool known = false;

    struct err e = intake_ahead_settle(intake, entry, &ahead);
    if (!failed(e))
        e = intake_txid_known(intake, entry->txid, &known);
    if (failed(e))
        return e;
    if (is_fork(intake, entry, known || ahead == AHEAD_OTHER)) {
        *out_verdict = INTAKE_FORK;
        return ERR_OK;
    }
    if (ahead != AHEAD_SAME)
        e = intake_apply(intake, entry, code);
    if (!failed(e))
        e = keep(intake, entry, code);
    if (failed(e))
        return e;
    watch_clock(intake->watch, entry->seq, entry->at_ms, intake->platform->now_ms());
    if (code[0] != '\0') {
        watch_note(intake->watch, ALARM_REJECTED, "entry %llu, %s: %s",
                   (unsigned long long)entry->seq, entry->kind, code);
    }
    intake->is_advanced = true;
    intake->head_seq = entry->seq;
    intake->head = entry->hash;
    *out_verdict = INTAKE_STORED;
    return ERR_OK;
}

static struct err take(struct intake *intake, const struct batch_entry *entry,
                       struct intake_answer *answer)
{
    answer->seq = entry->seq;
    if (entry->seq > intake->head_seq + 1) {
        answer->verdict = INTAKE_GAP;
        answer->seq = intake->head_seq + 1;
        watch_note(intake->watch, ALARM_GAP, "entry %llu came, %llu is expected",
                   (unsigned long long)entry->seq, (unsigned long long)answer->seq);
        return ERR_OK;
    }
    if (entry->seq == 0 || (!intake->is_signed && !intake_hash_true(intake, entry))) {
        answer->verdict = INTAKE_MALFORMED;
        watch_note(intake->watch, ALARM_MALFORMED, "entry %llu does not hash to what it says",
                   (unsigned long long)entry->seq);
        return ERR_OK;
    }
    if (entry->seq <= intake->head_seq)
        return take_again(intake, entry, &answer->verdict);
    return take_new(intake, entry, &answer->verdict);
}

/* The verdicts are read back from the journal, so that a repeat is answered as the first was. */
static struct err read_verdicts(const struct intake *intake, const struct batch *batch,
                                struct ack *out)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    if (batch->count == 0)
        return ERR_OK;
    struct err e = store_query(
        intake->platform->store,
        "SELECT seq, rejected FROM journal WHERE kiosk = ? AND epoch = ? AND seq BETWEEN ? AND ?"
        " AND rejected <> '' ORDER BY seq LIMIT ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(batch->entries[0].seq),
               V_NUMBER(batch->entries[batch->count - 1].seq), V_NUMBER(ACK_REJECTED_MAX)),
        &query);
    while (!failed(e) && !failed(e = store_row(query)) && out->rejected_count < ACK_REJECTED_MAX) {
        out->rejected[out->rejected_count].seq = (uint64_t)column_number(query, 0);
        column_text(query, 1, out->rejected[out->rejected_count].code,
                    sizeof(out->rejected[0].code));
        out->rejected_count++;
    }
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

static void fill_ack(const struct platform *platform, const char *kiosk, const char *epoch,
                     struct ack *out)
{
    (void)text_copy(out->kiosk, sizeof(out->kiosk), kiosk);
    (void)text_copy(out->epoch, sizeof(out->epoch), epoch);
    out->time_ms = platform->now_ms();
}

/* Which journal is the current one changes with new entries only: what is delayed or comes again
 * of an earlier one changes nothing. */
static struct err advance(const struct intake *intake)
{
    struct kiosk known = {0};

    struct err e = kiosk_load(intake->platform->store, intake->kiosk, &known);
    if (failed(e))
        return e;
    if (known.epoch[0] != '\0' && strcmp(known.epoch, intake->epoch) != 0) {
        watch_note(intake->watch, ALARM_EPOCH_CHANGED, "journal %s came to %llu, now it is %s",
                   known.epoch, (unsigned long long)known.seq, intake->epoch);
    }
    return kiosk_advance(intake->platform->store, intake->kiosk, intake->epoch, intake->head_seq,
                         &intake->head);
}

static struct err intake_finish(const struct intake *intake, const struct batch *batch,
                                struct intake_answer *answer)
{
    struct err e = read_verdicts(intake, batch, &answer->ack);
    if (!failed(e) && intake->is_advanced)
        e = advance(intake);
    if (!failed(e) && intake->is_signed && batch->count > 0)
        e = kiosk_signed(intake->platform->store, intake->kiosk, intake->epoch, batch->head.seq);
    if (!failed(e))
        e = watch_raise(intake->watch, intake->platform, intake->kiosk);
    fill_ack(intake->platform, intake->kiosk, intake->epoch, &answer->ack);
    answer->ack.acked_seq = intake->head_seq;
    answer->ack.head_hash = intake->head;
    return failed(e)
               ? e
               : generation_of(intake->platform->store, intake->kiosk, answer->ack.generation);
}

/* All of the batch, or nothing of it unless it is to be stored. */
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
    if (!failed(e))
        e = kiosk_head(store, intake->kiosk, intake->epoch, &intake->head_seq, &intake->head);
    if (!failed(e))
        e = read_head_time(intake, &intake->watch->before_ms);
    for (size_t i = 0; i < batch->count && !failed(e) && answer->verdict == INTAKE_STORED; i++)
        e = take(intake, &batch->entries[i], answer);
    if (failed(e) || answer->verdict != INTAKE_STORED)
        return e;
    e = intake_finish(intake, batch, answer);
    return failed(e) ? e : transaction_commit(&work);
}

struct err intake_batch(const struct platform *platform, const char *kiosk,
                        const struct batch *batch, struct intake_answer *out_answer)
{
    struct watch watch = {0};
    struct intake intake = {
        .platform = platform, .kiosk = kiosk, .epoch = batch->epoch, .watch = &watch};
    struct intake_answer answer = {.verdict = INTAKE_STORED};

    struct err e = take_all(&intake, batch, &answer);
    /* What was refused left nothing behind, so its alarms are written by themselves. */
    if (!failed(e) && answer.verdict != INTAKE_STORED)
        e = watch_raise_alone(&watch, platform, kiosk);
    if (!failed(e))
        *out_answer = answer;
    return e;
}

struct err intake_ack(const struct platform *platform, const char *kiosk, struct ack *out_ack)
{
    struct kiosk known = {0};
    struct ack ack = {0};

    struct err e = kiosk_load(platform->store, kiosk, &known);
    if (!failed(e))
        e = generation_of(platform->store, kiosk, ack.generation);
    if (failed(e))
        return e;
    fill_ack(platform, kiosk, known.epoch, &ack);
    ack.acked_seq = known.seq;
    ack.head_hash = known.head;
    *out_ack = ack;
    return ERR_OK;
}
