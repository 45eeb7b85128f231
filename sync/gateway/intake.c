#include "sync/gateway/intake.h"

#include "kiosk/base/text.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/orders.h"
#include "sync/wire/entry.h"

struct intake {
    const struct platform *platform;
    const char *kiosk;
    const char *epoch;
    uint64_t head_seq;
    struct hash head;
};

/* What applies an entry of each kind; NULL: it is only kept. */
static struct err (*const appliers[ENTRY_COUNT])(const struct platform *, const struct report *,
                                                 char *) = {
    [ENTRY_ORDER_REQUESTED] = orders_request, [ENTRY_ORDER_LEFT] = orders_leave,
    [ENTRY_WRITE_INTENDED] = orders_intend,   [ENTRY_WRITE_FAILED] = orders_note,
    [ENTRY_DELIVERED] = orders_deliver,       [ENTRY_RECEIPT] = orders_receipt,
    [ENTRY_TOKEN_REPAIR] = orders_repair,
};

static struct err apply(const struct intake *intake, const struct batch_entry *entry,
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

static bool hash_true(const struct intake *intake, const struct batch_entry *entry)
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

static struct err txid_known(const struct intake *intake, const char *txid, bool *out_known)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(intake->platform->store, "SELECT 1 FROM journal WHERE txid = ?",
                               VALUES(V_TEXT(txid)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_known = !failed(e);
    return ERR_OK;
}

/* A seq that is stored: the same entry, or a fork. */
static struct err take_again(const struct intake *intake, const struct batch_entry *entry,
                             enum intake_verdict *out_verdict)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    struct hash stored = {0};

    struct err e = store_query(
        intake->platform->store,
        "SELECT hash FROM journal WHERE kiosk = ? AND epoch = ? AND seq = ?",
        VALUES(V_TEXT(intake->kiosk), V_TEXT(intake->epoch), V_NUMBER(entry->seq)), &query);
    if (!failed(e))
        e = store_row(query);
    if (failed(e))
        return e;
    column_blob(query, 0, stored.at, HASH_LEN);
    *out_verdict = hash_same(&stored, &entry->hash) ? INTAKE_STORED : INTAKE_FORK;
    return ERR_OK;
}

static struct err take_new(struct intake *intake, const struct batch_entry *entry,
                           enum intake_verdict *out_verdict)
{
    char code[ORDER_CODE_SIZE] = "";
    bool known = false;

    struct err e = txid_known(intake, entry->txid, &known);
    if (failed(e))
        return e;
    if (known || !hash_same(&entry->prev, &intake->head)) {
        *out_verdict = INTAKE_FORK;
        return ERR_OK;
    }
    e = apply(intake, entry, code);
    if (!failed(e))
        e = keep(intake, entry, code);
    if (failed(e))
        return e;
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
        return ERR_OK;
    }
    if (entry->seq == 0 || !hash_true(intake, entry)) {
        answer->verdict = INTAKE_MALFORMED;
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

static struct err intake_finish(struct intake *intake, const struct batch *batch,
                                struct intake_answer *answer)
{
    struct err e = read_verdicts(intake, batch, &answer->ack);
    if (!failed(e) && batch->count > 0) {
        e = kiosk_advance(intake->platform->store, intake->kiosk, intake->epoch, intake->head_seq,
                          &intake->head);
    }
    fill_ack(intake->platform, intake->kiosk, intake->epoch, &answer->ack);
    answer->ack.acked_seq = intake->head_seq;
    answer->ack.head_hash = intake->head;
    return e;
}

struct err intake_batch(const struct platform *platform, const char *kiosk,
                        const struct batch *batch, struct intake_answer *out_answer)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct intake intake = {.platform = platform, .kiosk = kiosk, .epoch = batch->epoch};
    struct intake_answer answer = {.verdict = INTAKE_STORED};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = kiosk_contact(platform->store, kiosk, platform_now_s(platform));
    if (!failed(e))
        e = kiosk_head(platform->store, kiosk, batch->epoch, &intake.head_seq, &intake.head);
    for (size_t i = 0; i < batch->count && !failed(e) && answer.verdict == INTAKE_STORED; i++)
        e = take(&intake, &batch->entries[i], &answer);
    if (!failed(e) && answer.verdict == INTAKE_STORED) {
        e = intake_finish(&intake, batch, &answer);
        if (!failed(e))
            e = transaction_commit(&work);
    }
    if (!failed(e))
        *out_answer = answer;
    return e;
}

struct err intake_ack(const struct platform *platform, const char *kiosk, struct ack *out_ack)
{
    struct kiosk known = {0};
    struct ack ack = {0};

    struct err e = kiosk_load(platform->store, kiosk, &known);
    if (failed(e))
        return e;
    fill_ack(platform, kiosk, known.epoch, &ack);
    ack.acked_seq = known.seq;
    ack.head_hash = known.head;
    *out_ack = ack;
    return ERR_OK;
}
