/* journal_kept.c - what a write is about to overwrite, there until the order is delivered. */
#include "kiosk/ledger/journal_rows.h"

static struct err run_with(const struct journal *journal, const char *sql,
                           const struct journal_draft *draft)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(&journal->database, sql, &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, draft->order, -1, SQLITE_STATIC);
    if (result == SQLITE_OK && sqlite3_bind_parameter_count(statement) > 1) {
        result =
            sqlite3_bind_int(statement, 2, draft->kept_slot) |
            sqlite3_bind_blob(statement, 3, draft->kept.at, (int)draft->kept.len, SQLITE_STATIC) |
            sqlite3_bind_int(statement, 4, (int)JOURNAL_ORDER_DELIVERED);
    }
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err journal_keep(const struct journal *journal, const struct journal_draft *draft)
{
    if (draft->order[0] == '\0')
        return ERR_OK;
    if (draft->order_state == JOURNAL_ORDER_DELIVERED)
        return run_with(journal, "DELETE FROM kept WHERE order_id = ?1", draft);
    if (draft->kept.len == 0)
        return ERR_OK;
    /* An earlier order of the same token: what it wanted to overwrite is there no more. */
    struct err e = run_with(journal,
                            "DELETE FROM kept WHERE order_id IN (SELECT order_id FROM orders WHERE"
                            " order_id <> ?1 AND"
                            " token = (SELECT token FROM orders WHERE order_id = ?1))",
                            draft);
    if (failed(e))
        return e;
    /* The first one stays: a second write may find its own first. */
    return run_with(journal,
                    "INSERT INTO kept(order_id, slot, der) SELECT order_id, ?2, ?3 FROM orders"
                    " WHERE order_id = ?1 AND state < ?4 ON CONFLICT(order_id) DO NOTHING",
                    draft);
}

static bool take_kept(sqlite3_stmt *statement, struct journal_kept *out)
{
    int slot = sqlite3_column_int(statement, 0);
    int len = sqlite3_column_bytes(statement, 1);
    if (slot < 0 || slot > UINT8_MAX || len < 1 || len > JOURNAL_KEPT_MAX)
        return false;
    out->slot = (uint8_t)slot;
    out->der_len = (size_t)len;
    return database_blob(statement, 1, out->der, out->der_len);
}

struct err journal_kept_of_order(struct journal *journal, const char *order,
                                 struct journal_kept *out_kept)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(&journal->database,
                                    "SELECT slot, der FROM kept WHERE order_id = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, order, -1, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_step(statement, &row)
                            : DATABASE_ERR(result, "sqlite3_bind_text");
    if (failed(e))
        return e;
    if (!row)
        return ERR(ERR_NOT_FOUND, 0, "kept");
    return take_kept(statement, out_kept) ? ERR_OK : ERR(ERR_MALFORMED, SQLITE_CORRUPT, "kept");
}
