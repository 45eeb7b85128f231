/* What readers and the writer read of a journal. */
#include "kiosk/ledger/journal.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

#define ORDER_COLUMNS "SELECT order_id, token, state, requested_at, request_seq FROM orders "

struct err journal_newest(struct journal *journal, uint64_t *out_seq, struct hash *out_hash)
{
    CLEANUP(journal_rest) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e =
        journal_statement(journal, JOURNAL_FIND_HEAD,
                          "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;

    struct hash hash = {{0}};
    if (row && !database_blob(statement, 1, hash.at, HASH_LEN))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "hash");
    *out_seq = row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    *out_hash = hash;
    return ERR_OK;
}

struct err journal_get_status(struct journal *journal, struct journal_status *out_status)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct journal_status status = {.schema = journal_schema.version};
    struct err e =
        database_prepare(&journal->database,
                         "SELECT seq, hash, at FROM journal ORDER BY seq DESC LIMIT 1", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (row && !database_blob(statement, 1, status.head_hash.at, HASH_LEN))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "hash");
    status.head_seq = row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
    status.head_at_ms = row ? sqlite3_column_int64(statement, 2) : 0;
    (void)text_copy(status.epoch, sizeof(status.epoch), journal->epoch);
    *out_status = status;
    return ERR_OK;
}

struct err journal_count(struct journal *journal, const char *kind, uint64_t *out_count,
                         int64_t *out_last_at_ms)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(
        &journal->database, "SELECT count(*), ifnull(max(at), 0) FROM journal WHERE kind = ?1",
        &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, kind, -1, SQLITE_STATIC);
    if (result != SQLITE_OK)
        return ERR(ERR_IO, result, "bind");
    e = database_step(statement, &row);
    if (failed(e) || !row)
        return failed(e) ? e : ERR(ERR_IO, 0, "count");
    *out_count = (uint64_t)sqlite3_column_int64(statement, 0);
    *out_last_at_ms = sqlite3_column_int64(statement, 1);
    return ERR_OK;
}

/* Columns seq, at, txid, visit, kind, prev, hash, body. */
#define ROW_COLUMNS "SELECT seq, at, txid, visit, kind, prev, hash, body"

static bool take_row(sqlite3_stmt *statement, struct journal_row *out)
{
    int len = sqlite3_column_bytes(statement, 7);
    out->seq = (uint64_t)sqlite3_column_int64(statement, 0);
    out->at_ms = sqlite3_column_int64(statement, 1);
    if (len < 0 || (size_t)len > sizeof(out->body))
        return false;
    out->body_len = (size_t)len;
    return database_text(statement, 2, out->txid, sizeof(out->txid)) &&
           database_text(statement, 3, out->visit, sizeof(out->visit)) &&
           database_text(statement, 4, out->kind, sizeof(out->kind)) &&
           database_blob(statement, 5, out->prev.at, HASH_LEN) &&
           database_blob(statement, 6, out->hash.at, HASH_LEN) &&
           database_blob(statement, 7, out->body, out->body_len);
}

struct err journal_read(struct journal *journal, uint64_t after_seq, size_t max,
                        bool (*visit_row)(void *, const struct journal_row *), void *context)
{
    assert(max <= JOURNAL_BATCH_MAX);

    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    if (after_seq > INT64_MAX)
        return ERR_OK;
    struct err e = database_prepare(
        &journal->database, ROW_COLUMNS " FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)after_seq) |
                 sqlite3_bind_int64(statement, 2, (sqlite3_int64)max);
    if (result != SQLITE_OK)
        return ERR(ERR_IO, result, "bind");

    for (;;) {
        struct journal_row row;
        bool more = false;
        e = database_step(statement, &more);
        if (failed(e) || !more)
            return e;
        if (!take_row(statement, &row))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "row");
        if (!visit_row(context, &row))
            return ERR_OK;
    }
}

static bool take_order(sqlite3_stmt *statement, struct journal_order *out)
{
    int state = sqlite3_column_int(statement, 2);
    if (state < 0 || state >= JOURNAL_ORDER_STATE_COUNT)
        return false;
    out->state = (enum journal_order_state)state;
    out->requested_at_ms = sqlite3_column_int64(statement, 3);
    out->request_seq = (uint64_t)sqlite3_column_int64(statement, 4);
    return database_text(statement, 0, out->order, sizeof(out->order)) &&
           database_text(statement, 1, out->token, sizeof(out->token));
}

static struct err one_order(struct journal *journal, const char *sql, const char *key,
                            struct journal_order *out_order)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct journal_order order;
    struct err e = database_find(&journal->database, sql, key, &statement);
    if (failed(e))
        return e;
    if (!take_order(statement, &order))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "order");
    *out_order = order;
    return ERR_OK;
}

struct err journal_order_of_token(struct journal *journal, const char *token,
                                  struct journal_order *out_order)
{
    return one_order(
        journal, ORDER_COLUMNS "WHERE token = ?1 AND state < 3 ORDER BY request_seq DESC LIMIT 1",
        token, out_order);
}

struct err journal_order_by_id(struct journal *journal, const char *order,
                               struct journal_order *out_order)
{
    return one_order(journal, ORDER_COLUMNS "WHERE order_id = ?1", order, out_order);
}

struct err journal_open_orders(struct journal *journal, struct journal_order *out_orders,
                               size_t *out_count)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    size_t count = 0;
    struct err e = database_prepare(
        &journal->database, ORDER_COLUMNS "WHERE state < 3 ORDER BY request_seq DESC LIMIT 32",
        &statement);
    static_assert(JOURNAL_ORDERS_MAX == 32, "the LIMIT above");
    static_assert(JOURNAL_ORDER_DELIVERED == 3, "the state above");
    for (bool more = true; !failed(e) && more; count += more ? 1 : 0) {
        e = database_step(statement, &more);
        if (!failed(e) && more &&
            (count == JOURNAL_ORDERS_MAX || !take_order(statement, &out_orders[count])))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "order");
    }
    if (!failed(e))
        *out_count = count;
    return e;
}
