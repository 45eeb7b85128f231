/* journal_kept.c - what a write is about to overwrite, there until nobody needs it any more. */
#include <string.h>

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
    if (draft->order_state == JOURNAL_ORDER_DELIVERED) {
        /* What an earlier order of the token left is past as well. */
        return run_with(journal,
                        "DELETE FROM kept WHERE order_id IN (SELECT order_id FROM orders WHERE"
                        " token = (SELECT token FROM orders WHERE order_id = ?1))",
                        draft);
    }
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

/* Columns order_id, slot, der. */
#define KEPT_COLUMNS "SELECT kept.order_id, slot, der FROM kept "

static bool take_kept(sqlite3_stmt *statement, struct journal_kept *out)
{
    int slot = sqlite3_column_int(statement, 1);
    int len = sqlite3_column_bytes(statement, 2);
    if (slot < 0 || slot > UINT8_MAX || len < 1 || len > JOURNAL_KEPT_MAX)
        return false;
    out->slot = (uint8_t)slot;
    out->der_len = (size_t)len;
    return database_text(statement, 0, out->order, sizeof(out->order)) &&
           database_blob(statement, 2, out->der, out->der_len);
}

static void kept_wipe(struct journal_kept *kept)
{
    explicit_bzero(kept, sizeof(*kept));
}

static struct err one_kept(const struct journal *journal, const char *sql, const char *key,
                           struct journal_kept *out_kept)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    CLEANUP(kept_wipe) struct journal_kept kept = {.slot = 0};
    struct err e = database_find(&journal->database, sql, key, &statement);
    if (failed(e))
        return e;
    if (!take_kept(statement, &kept))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "kept");
    *out_kept = kept;
    return ERR_OK;
}

struct err journal_kept_of_order(struct journal *journal, const char *order,
                                 struct journal_kept *out_kept)
{
    return one_kept(journal, KEPT_COLUMNS "WHERE order_id = ?1", order, out_kept);
}

struct err journal_kept_of_token(struct journal *journal, const char *token,
                                 struct journal_kept *out_kept)
{
    return one_kept(journal,
                    KEPT_COLUMNS "JOIN orders ON orders.order_id = kept.order_id"
                                 " WHERE token = ?1 ORDER BY request_seq DESC LIMIT 1",
                    token, out_kept);
}

struct err journal_kept_after(struct journal *journal, const char *order,
                              struct journal_kept *out_kept)
{
    return one_kept(journal, KEPT_COLUMNS "WHERE order_id > ?1 ORDER BY order_id LIMIT 1", order,
                    out_kept);
}

static struct err erase(const struct journal *journal, const char *order)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_prepare(&journal->database, "DELETE FROM kept WHERE order_id = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, order, -1, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err journal_kept_erase(struct journal *journal, const char *order)
{
    struct err e = database_begin(&journal->database);
    return failed(e) ? e : database_end(&journal->database, erase(journal, order));
}
