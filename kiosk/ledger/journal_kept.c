/* journal_kept.c - what a write is about to overwrite, sealed, there until nobody needs it.
 */
#include <string.h>

#include "kiosk/ledger/journal_rows.h"

#define PLAIN_MAX (1 + JOURNAL_KEPT_MAX) /* the slot, then the DER */
#define OF_KIND " kind = '" JOURNAL_KEPT_KIND "' "

static void plain_wipe(uint8_t (*plain)[PLAIN_MAX])
{
    explicit_bzero(*plain, sizeof(*plain));
}

/* What is sealed of a write, and where it goes. */
struct keeping {
    const struct database *database;
    const struct journal_guard *guard;
    struct journal_label label;
};

/* An order that is past has nothing to keep. The first one stays: a second write may find its own
 * first. */
static struct err put_sealed(const struct keeping *keeping, uint8_t slot, struct bytes der)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    CLEANUP(plain_wipe) uint8_t plain[PLAIN_MAX] = {slot};
    uint8_t sealed[PLAIN_MAX + JOURNAL_SEALED_MORE];
    if (der.len > JOURNAL_KEPT_MAX)
        return ERR(ERR_MALFORMED, (int64_t)der.len, "kept");
    memcpy(plain + 1, der.at, der.len);
    struct err e = keeping->guard->seal(keeping->guard->context, &keeping->label,
                                        (struct bytes){plain, 1 + der.len}, sealed);
    if (!failed(e)) {
        e = database_prepare(keeping->database,
                             "INSERT INTO sealed(order_id, kind, body) SELECT order_id, ?2, ?3 FROM"
                             " orders WHERE order_id = ?1 AND state < ?4"
                             " ON CONFLICT(order_id, kind) DO NOTHING",
                             &statement);
    }
    if (failed(e))
        return e;
    int len = (int)(1 + der.len + JOURNAL_SEALED_MORE);
    int result = sqlite3_bind_text(statement, 1, keeping->label.order, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 2, keeping->label.kind, -1, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 3, sealed, len, SQLITE_STATIC) |
                 sqlite3_bind_int(statement, 4, (int)JOURNAL_ORDER_DELIVERED);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

static struct err run_for(const struct journal *journal, const char *sql, const char *order)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(&journal->database, sql, &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, order, -1, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err journal_keep(const struct journal *journal, const struct journal_draft *draft)
{
    const struct keeping keeping = {
        &journal->database, journal->guard, {journal->epoch, draft->order, JOURNAL_KEPT_KIND}};
    if (draft->order[0] == '\0')
        return ERR_OK;
    if (draft->order_state == JOURNAL_ORDER_DELIVERED) {
        /* What an earlier order of the token left is past as well. */
        return run_for(journal,
                       "DELETE FROM sealed WHERE" OF_KIND
                       "AND order_id IN (SELECT order_id FROM orders WHERE"
                       " token = (SELECT token FROM orders WHERE order_id = ?1))",
                       draft->order);
    }
    if (draft->kept.len == 0)
        return ERR_OK;
    /* An earlier order of the same token: what it wanted to overwrite is there no more. */
    struct err e = run_for(journal,
                           "DELETE FROM sealed WHERE" OF_KIND
                           "AND order_id IN (SELECT order_id FROM orders WHERE order_id <> ?1 AND"
                           " token = (SELECT token FROM orders WHERE order_id = ?1))",
                           draft->order);
    return failed(e) ? e : put_sealed(&keeping, draft->kept_slot, draft->kept);
}

struct err journal_seal_kept(const struct database *database, const struct journal_guard *guard,
                             const char *epoch)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    char order[CHAIN_UUID_LEN + 1];
    bool row = false;
    struct err e = database_prepare(database, "SELECT order_id, slot, der FROM kept", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    while (!failed(e) && row) {
        const struct keeping keeping = {database, guard, {epoch, order, JOURNAL_KEPT_KIND}};
        struct bytes der = {sqlite3_column_blob(statement, 2),
                            (size_t)sqlite3_column_bytes(statement, 2)};
        if (!database_text(statement, 0, order, sizeof(order)))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "kept");
        e = put_sealed(&keeping, (uint8_t)sqlite3_column_int(statement, 1), der);
        if (!failed(e))
            e = database_step(statement, &row);
    }
    database_finalize(&statement);
    statement = NULL;
    return failed(e) ? e : database_run(database, "DROP TABLE kept");
}

/* Columns order_id, body. */
#define KEPT_COLUMNS "SELECT sealed.order_id, body FROM sealed "

static struct err open_kept(const struct journal *journal, struct bytes sealed,
                            struct journal_kept *in_out_kept)
{
    CLEANUP(plain_wipe) uint8_t plain[PLAIN_MAX];
    const struct journal_label label = {journal->epoch, in_out_kept->order, JOURNAL_KEPT_KIND};
    if (sealed.len < 1 + JOURNAL_SEALED_MORE || sealed.len > PLAIN_MAX + JOURNAL_SEALED_MORE)
        return ERR(ERR_DENIED, (int64_t)sealed.len, "kept");
    if (journal->guard == NULL)
        return ERR(ERR_DENIED, 0, "a reader has no key");
    struct err e = journal->guard->open(journal->guard->context, &label, sealed, plain);
    if (failed(e))
        return e; /* cppcheck-suppress returnDanglingLifetime; nothing in it points anywhere */
    in_out_kept->slot = plain[0];
    in_out_kept->der_len = sealed.len - JOURNAL_SEALED_MORE - 1;
    memcpy(in_out_kept->der, plain + 1, in_out_kept->der_len);
    return ERR_OK;
}

static void kept_wipe(struct journal_kept *kept)
{
    explicit_bzero(kept, sizeof(*kept));
}

/* ERR_DENIED leaves `*out_kept` with the order and no bytes. */
static struct err one_kept(const struct journal *journal, const char *sql, const char *key,
                           struct journal_kept *out_kept)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    CLEANUP(kept_wipe) struct journal_kept kept = {.slot = 0};
    struct err e = database_find(&journal->database, sql, key, &statement);
    if (failed(e))
        return e;
    if (!database_text(statement, 0, kept.order, sizeof(kept.order)))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "kept");
    struct bytes sealed = {sqlite3_column_blob(statement, 1),
                           (size_t)sqlite3_column_bytes(statement, 1)};
    e = open_kept(journal, sealed, &kept);
    if (!failed(e) || e.code == ERR_DENIED)
        *out_kept = kept;
    return e;
}

struct err journal_kept_of_order(struct journal *journal, const char *order,
                                 struct journal_kept *out_kept)
{
    return one_kept(journal, KEPT_COLUMNS "WHERE" OF_KIND "AND order_id = ?1", order, out_kept);
}

struct err journal_kept_of_token(struct journal *journal, const char *token,
                                 struct journal_kept *out_kept)
{
    return one_kept(journal,
                    KEPT_COLUMNS "JOIN orders ON orders.order_id = sealed.order_id"
                                 " WHERE" OF_KIND
                                 "AND token = ?1 ORDER BY request_seq DESC LIMIT 1",
                    token, out_kept);
}

struct err journal_kept_after(struct journal *journal, const char *order,
                              struct journal_kept *out_kept)
{
    struct err e = one_kept(
        journal, KEPT_COLUMNS "WHERE" OF_KIND "AND order_id > ?1 ORDER BY order_id LIMIT 1", order,
        out_kept);
    return e.code == ERR_DENIED ? ERR_OK : e;
}

struct err journal_kept_erase(struct journal *journal, const char *order)
{
    struct err e = database_begin(&journal->database);
    if (failed(e))
        return e;
    return database_end(
        &journal->database,
        run_for(journal, "DELETE FROM sealed WHERE" OF_KIND "AND order_id = ?1", order));
}
