/* SQLite's statements, transactions and result codes in this house's terms. */
#include "kiosk/store/database.h"

#include <string.h>
#include <time.h>

#include "kiosk/base/text.h"

#define LOOKS_MAX 100
#define LOOK_PAUSE_MS 2
#define CHECKPOINT_WAIT_MS 100

enum err_code database_code(int result)
{
    if (result == SQLITE_IOERR_SHMSIZE) /* the -shm file could not be made longer */
        return ERR_NO_ROOM;
    switch (result & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_NONE;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
        return ERR_NO_ROOM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
        return ERR_MALFORMED;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    default:
        return ERR_IO;
    }
}

struct err database_run(const struct database *database, const char *sql)
{
    int result = sqlite3_exec(database->db, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? ERR_OK : DATABASE_ERR(result, "sqlite3_exec");
}

/*
 * A reader that may not write the -shm file can come upon it while the writer changes it; it is
 * told that the file needs a recovery, and the next look finds it well. These codes come before the
 * first row, so asking again repeats nothing.
 */
static bool shall_look_again(int result, unsigned looks)
{
    const struct timespec pause = {0, LOOK_PAUSE_MS * 1000000L};
    if (looks == LOOKS_MAX || (result != SQLITE_READONLY_RECOVERY &&
                               result != SQLITE_READONLY_CANTINIT && result != SQLITE_PROTOCOL))
        return false;
    (void)nanosleep(&pause, NULL); /* a shorter pause does no harm */
    return true;
}

/* The writer has put a migrated file, or staff another one, in the place of what is read here: that
 * is of the past, and nothing comes to it any more. */
static bool has_moved(const struct database *database)
{
    int moved = 0;
    return database->lock_fd < 0 &&
           sqlite3_file_control(database->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
               SQLITE_OK &&
           moved != 0;
}

struct err database_prepare(const struct database *database, const char *sql,
                            sqlite3_stmt **out_statement)
{
    int result = SQLITE_OK;
    unsigned looks = 0;
    if (has_moved(database))
        return ERR(ERR_IO, SQLITE_READONLY_DBMOVED, "another file is in its place");
    do {
        result = sqlite3_prepare_v2(database->db, sql, -1, out_statement, NULL);
    } while (shall_look_again(result, looks++));
    return result == SQLITE_OK ? ERR_OK : DATABASE_ERR(result, "sqlite3_prepare_v2");
}

void database_finalize(sqlite3_stmt **at)
{
    (void)sqlite3_finalize(*at); /* repeats the error of the last step, which was seen there */
}

struct err database_step(sqlite3_stmt *statement, bool *out_row)
{
    int result = SQLITE_OK;
    unsigned looks = 0;
    do {
        result = sqlite3_step(statement);
    } while (shall_look_again(result, looks++));
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return DATABASE_ERR(result, "sqlite3_step");
    *out_row = result == SQLITE_ROW;
    return ERR_OK;
}

struct err database_find(const struct database *database, const char *sql, const char *key,
                         sqlite3_stmt **out_statement)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, sql, &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_step(statement, &row)
                            : DATABASE_ERR(result, "sqlite3_bind_text");
    if (failed(e))
        return e;
    if (!row)
        return ERR(ERR_NOT_FOUND, 0, "no row");
    *out_statement = statement;
    statement = NULL;
    return ERR_OK;
}

struct err database_finish(sqlite3_stmt *statement)
{
    bool row = false;
    struct err e = database_step(statement, &row);
    if (!failed(e) && row)
        return ERR(ERR_MALFORMED, 0, "a row too many");
    return e;
}

struct err database_number(const struct database *database, const char *sql, int64_t *out_number)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, sql, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row)
        return ERR(ERR_NOT_FOUND, 0, "no row");
    *out_number = sqlite3_column_int64(statement, 0);
    return ERR_OK;
}

bool database_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL && text_copy(out, size, (const char *)text);
}

bool database_blob(sqlite3_stmt *statement, int column, uint8_t *out, size_t len)
{
    const void *blob = sqlite3_column_blob(statement, column);
    if ((size_t)sqlite3_column_bytes(statement, column) != len)
        return false;
    if (len > 0)
        memcpy(out, blob, len);
    return true;
}

struct err database_may_begin(const struct database *database)
{
    return database->broken ? ERR(ERR_IO, 0, "an earlier write failed") : ERR_OK;
}

struct err database_begin(const struct database *database)
{
    struct err e = database_may_begin(database);
    return failed(e) ? e : database_run(database, DATABASE_BEGIN);
}

struct err database_end(struct database *database, struct err e)
{
    if (!failed(e))
        e = database_run(database, DATABASE_COMMIT);
    return database_ended(database, e);
}

struct err database_ended(struct database *database, struct err e)
{
    if (failed(e) && sqlite3_get_autocommit(database->db) == 0) {
        struct err undone = database_run(database, "ROLLBACK");
        database->broken = database->broken || failed(undone);
    }
    if (e.code == ERR_IO || (e.native & 0xFF) == SQLITE_CORRUPT)
        database->broken = true;
    return e;
}

struct err database_look(const struct database *database)
{
    return database_run(database, "SAVEPOINT look");
}

struct err database_look_end(const struct database *database, struct err e)
{
    struct err ended = database_run(database, "RELEASE look");
    return failed(e) ? e : ended;
}

struct err database_checkpoint(struct database *database)
{
    if (database->broken)
        return ERR(ERR_IO, 0, "an earlier write failed");
    /* What was erased stands in the WAL until that is cut off. A reader is not waited for long. */
    (void)sqlite3_busy_timeout(database->db, CHECKPOINT_WAIT_MS);
    int result =
        sqlite3_wal_checkpoint_v2(database->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    (void)sqlite3_busy_timeout(database->db, DATABASE_BUSY_TIMEOUT_MS);
    if (result == SQLITE_OK || (result & 0xFF) == SQLITE_BUSY)
        return ERR_OK;
    if ((result & 0xFF) == SQLITE_FULL) /* the WAL still has it all */
        return ERR(ERR_NO_ROOM, result, "sqlite3_wal_checkpoint_v2");
    database->broken = true;
    return ERR(ERR_IO, result, "sqlite3_wal_checkpoint_v2");
}
