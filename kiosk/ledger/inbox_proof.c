/* The platform's sealed words that the state rests on. */
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox_rows.h"

static const char *const names[INBOX_PROVES_COUNT] = {
    [INBOX_PROVES_MARK] = "mark",
    [INBOX_PROVES_TIME] = "time",
};

struct err inbox_drop_proof(const struct inbox *inbox, enum inbox_proves what)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_prepare(&inbox->database, "DELETE FROM proof WHERE what = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, names[what], -1, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err inbox_put_proof(const struct inbox *inbox, enum inbox_proves what,
                           const struct inbox_proof *proof)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    if (strnlen(proof->text, sizeof(proof->text)) == sizeof(proof->text) ||
        strnlen(proof->key_id, sizeof(proof->key_id)) == sizeof(proof->key_id))
        return ERR(ERR_MALFORMED, 0, "proof");
    struct err e = database_prepare(
        &inbox->database, "REPLACE INTO proof(what, text, key_id, seal) VALUES(?1, ?2, ?3, ?4)",
        &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, names[what], -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 2, proof->text, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 3, proof->key_id, -1, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 4, proof->seal, INBOX_SEAL_LEN, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err inbox_get_proof(struct inbox *inbox, enum inbox_proves what,
                           struct inbox_proof *out_proof)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_find(&inbox->database, "SELECT text, key_id, seal FROM proof WHERE what = ?1",
                      names[what], &statement);
    if (failed(e))
        return e;
    if (!database_text(statement, 0, out_proof->text, sizeof(out_proof->text)) ||
        !database_text(statement, 1, out_proof->key_id, sizeof(out_proof->key_id)) ||
        !database_blob(statement, 2, out_proof->seal, sizeof(out_proof->seal)))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "proof");
    return ERR_OK;
}
