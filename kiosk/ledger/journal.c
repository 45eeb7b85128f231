/* Opening a journal with everything checked, and appending to it. */
#include "kiosk/ledger/journal.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (size_t i = 0; i < JOURNAL_STATEMENT_COUNT; i++)
        database_finalize(&journal->statements[i]);
    database_close(&journal->database);
    free(journal);
}

void journal_done(struct journal **at)
{
    journal_close(*at);
}

struct err journal_statement(struct journal *journal, enum journal_statement which, const char *sql,
                             sqlite3_stmt **out_statement)
{
    sqlite3_stmt **kept = &journal->statements[which];
    struct err e = *kept == NULL ? database_prepare(&journal->database, sql, kept) : ERR_OK;
    if (!failed(e))
        *out_statement = *kept;
    return e;
}

/* With its values taken off: what was in a visit's entry does not stay behind in it. */
void journal_rest(sqlite3_stmt **at)
{
    if (*at == NULL)
        return;
    (void)sqlite3_reset(*at); /* repeats the error of the last step, which was seen there */
    (void)sqlite3_clear_bindings(*at);
}

struct err journal_read_epoch(struct journal *journal)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(&journal->database, "SELECT epoch FROM meta", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row || !database_text(statement, 0, journal->epoch, sizeof(journal->epoch)))
        return ERR(ERR_MALFORMED, 0, "epoch");
    return ERR_OK;
}

static struct err open_with(const char *path, bool create, const struct journal_birth *birth,
                            struct journal **out_journal)
{
    struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL)
        return ERR(ERR_IO, SQLITE_NOMEM, "calloc");
    journal->guard = birth != NULL ? birth->guard : NULL;
    struct err e = birth != NULL
                       ? database_open(path, &journal_schema, create, birth, &journal->database)
                       : database_open_read(path, &journal_schema, &journal->database);
    if (!failed(e))
        e = journal_read_epoch(journal);
    if (failed(e)) {
        journal_close(journal);
        return e;
    }
    *out_journal = journal;
    return ERR_OK;
}

/* What is short is looked at whole: pages and indexes too, and the orders in another way. */
static struct err verify_whole(struct journal *journal)
{
    uint64_t bad_seq = 0;
    struct err e = database_check_pages(&journal->database, true);
    if (!failed(e))
        e = journal_verify(journal, &bad_seq);
    return failed(e) ? e : journal_verify_orders(journal);
}

static struct err verify_opened(struct journal *journal)
{
    struct journal_walk mark;
    struct err e = journal_mark(journal, &mark);
    if (!failed(e))
        e = journal_tail_read(journal);
    if (!failed(e) && journal->tail.signed_seq < mark.seq)
        e = ERR(ERR_CONFLICT, mark.seq, "what was signed is so no more");
    if (failed(e))
        return e;
    return journal->tail.seq <= JOURNAL_WHOLE_MAX ? verify_whole(journal)
                                                  : journal_verify_since(journal, &mark);
}

struct err journal_open(const char *path, bool create, const uint8_t random[16],
                        const struct journal_guard *guard, struct journal **out_journal)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    char epoch[CHAIN_UUID_LEN + 1];
    const struct journal_birth birth = {.epoch = epoch, .guard = guard};
    chain_uuid(epoch, random);
    struct err e = open_with(path, create, &birth, &journal);
    if (!failed(e))
        e = verify_opened(journal);
    if (failed(e))
        return e;
    *out_journal = journal;
    journal = NULL;
    return ERR_OK;
}

struct err journal_open_read(const char *path, struct journal **out_journal)
{
    return open_with(path, false, NULL, out_journal);
}

static bool draft_fine(const struct journal_draft *draft)
{
    size_t order = strnlen(draft->order, sizeof(draft->order));
    size_t token = strnlen(draft->token, sizeof(draft->token));
    if (strnlen(draft->txid, sizeof(draft->txid)) == sizeof(draft->txid) ||
        strnlen(draft->visit, sizeof(draft->visit)) == sizeof(draft->visit) ||
        strnlen(draft->kind, sizeof(draft->kind)) == sizeof(draft->kind))
        return false;
    return (order == 0 || order == CHAIN_UUID_LEN) && token < sizeof(draft->token) &&
           text_valid(draft->order, order) && text_valid(draft->token, token) &&
           draft->order_state < JOURNAL_ORDER_STATE_COUNT && draft->kept.len <= JOURNAL_KEPT_MAX;
}

/* Whether an entry with this txid stands. ERR_CONFLICT: one of another content does. */
static struct err find_repeat(struct journal *journal, const struct journal_draft *draft,
                              bool *out_stands)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = journal_statement(journal, JOURNAL_FIND_TXID,
                                     "SELECT kind, body FROM journal WHERE txid = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, draft->txid, -1, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_step(statement, &row)
                            : DATABASE_ERR(result, "sqlite3_bind_text");
    if (failed(e))
        return e;

    *out_stands = row;
    if (!row)
        return ERR_OK;
    const char *kind = (const char *)sqlite3_column_text(statement, 0);
    const void *body = sqlite3_column_blob(statement, 1);
    size_t len = (size_t)sqlite3_column_bytes(statement, 1);
    if (!text_same(kind, draft->kind) || len != draft->body.len ||
        (len > 0 && memcmp(body, draft->body.at, len) != 0))
        return ERR(ERR_CONFLICT, 0, "the same txid with another content");
    return ERR_OK;
}

static struct hash bind_draft(const struct journal *journal, const struct hash *hash,
                              const struct journal_draft *draft)
{
    struct journal_about about = {.state = (int)draft->order_state};
    (void)text_copy(about.order, sizeof(about.order), draft->order); /* the same sizes */
    if (draft->order[0] != '\0') /* without an order no token is stored either */
        (void)text_copy(about.token, sizeof(about.token), draft->token);
    return journal_bind(journal->guard, hash, &about);
}

static struct err insert_entry(struct journal *journal, const struct journal_draft *draft,
                               uint64_t seq, const struct hash *prev, const struct hash *hash)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    struct err e = journal_statement(
        journal, JOURNAL_PUT_ENTRY,
        "INSERT INTO journal(seq, txid, at, visit, kind, body, prev, hash, order_id, token,"
        " order_state, bound) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, nullif(?9, ''),"
        " iif(?9 = '', NULL, ?10), iif(?9 = '', NULL, ?11), ?12)",
        &statement);
    if (failed(e))
        return e;

    struct hash bound = bind_draft(journal, hash, draft);
    const void *body = draft->body.len > 0 ? draft->body.at : (const uint8_t *)"";
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq) |
                 sqlite3_bind_text(statement, 2, draft->txid, -1, SQLITE_STATIC) |
                 sqlite3_bind_int64(statement, 3, draft->at_ms) |
                 sqlite3_bind_text(statement, 4, draft->visit, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 5, draft->kind, -1, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 6, body, (int)draft->body.len, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 7, prev->at, HASH_LEN, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 8, hash->at, HASH_LEN, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 9, draft->order, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 10, draft->token, -1, SQLITE_STATIC) |
                 sqlite3_bind_int(statement, 11, (int)draft->order_state) |
                 sqlite3_bind_blob(statement, 12, bound.at, HASH_LEN, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

/* A state that lies behind the one on record leaves the order where it is. */
static struct err project(struct journal *journal, const struct journal_draft *draft, uint64_t seq)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    if (draft->order[0] == '\0')
        return ERR_OK;
    struct err e = journal_statement(
        journal, JOURNAL_PUT_ORDER,
        "INSERT INTO orders(order_id, token, state, requested_at, request_seq, state_seq)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT(order_id) DO UPDATE"
        " SET state = max(state, excluded.state),"
        " state_seq = iif(excluded.state > state, excluded.state_seq, state_seq)"
        " WHERE token = excluded.token",
        &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, draft->order, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 2, draft->token, -1, SQLITE_STATIC) |
                 sqlite3_bind_int(statement, 3, (int)draft->order_state) |
                 sqlite3_bind_int64(statement, 4, draft->at_ms) |
                 sqlite3_bind_int64(statement, 5, (sqlite3_int64)seq);
    e = result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
    if (!failed(e) && sqlite3_changes(journal->database.db) != 1)
        return ERR(ERR_CONFLICT, 0, "the order is another token's");
    return e;
}

/* All that goes with the entry that is put in. */
static struct err add_rest(struct journal *journal, const struct journal_draft *draft,
                           struct journal_head *head, struct journal_tail *tail)
{
    struct err e = project(journal, draft, head->seq);
    if (!failed(e))
        e = journal_keep(journal, draft);
    if (failed(e))
        return e;
    tail->seq = head->seq;
    tail->hash = head->hash;
    tail->bytes += draft->body.len;
    return journal_signed_add(journal, head, draft->awaited, tail);
}

/* Within the transaction; `*tail` is how the journal ends then. Whether the entry is a repeat is
 * asked when it was refused: a trigger holds each against the txids and the end of the table. */
static struct err append(struct journal *journal, const struct journal_draft *draft,
                         struct journal_tail *tail)
{
    bool repeat = false;
    struct journal_head head = {.seq = tail->seq + 1};
    struct chain_entry entry = {.seq = head.seq,
                                .at_ms = draft->at_ms,
                                .epoch = journal->epoch,
                                .txid = draft->txid,
                                .visit = draft->visit,
                                .kind = draft->kind,
                                .body = draft->body,
                                .prev = tail->hash};
    struct err e = chain_hash(&entry, &head.hash);
    if (failed(e))
        return e;
    e = insert_entry(journal, draft, head.seq, &entry.prev, &head.hash);
    if (e.code != ERR_CONFLICT)
        return failed(e) ? e : add_rest(journal, draft, &head, tail);
    struct err found = find_repeat(journal, draft, &repeat);
    if (failed(found))
        return found;
    return repeat ? ERR_OK : e;
}

static struct err run_kept(struct journal *journal, enum journal_statement which, const char *sql)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    struct err e = journal_statement(journal, which, sql, &statement);
    return failed(e) ? e : database_finish(statement);
}

struct err journal_append(struct journal *journal, const struct journal_draft *draft)
{
    if (!draft_fine(draft))
        return ERR(ERR_MALFORMED, 0, "draft");
    struct journal_tail tail = journal->tail;
    struct err e = database_may_begin(&journal->database);
    if (!failed(e))
        e = run_kept(journal, JOURNAL_BEGIN, DATABASE_BEGIN);
    if (failed(e))
        return e;
    e = append(journal, draft, &tail);
    if (!failed(e))
        e = run_kept(journal, JOURNAL_COMMIT, DATABASE_COMMIT);
    e = database_ended(&journal->database, e);
    if (!failed(e))
        journal->tail = tail;
    return e;
}

struct err journal_checkpoint(struct journal *journal)
{
    return database_checkpoint(&journal->database);
}
