/* A copy of a database that others go on to write, by SQLite's own backup. */
#include "kiosk/base/text.h"
#include "kiosk/store/database.h"

/* One step is one moment: in a WAL the writer and this reader do not wait for each other. */
struct err database_copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return DATABASE_ERR(sqlite3_extended_errcode(to), "sqlite3_backup_init");
    int result = sqlite3_backup_step(backup, -1);
    int finished = sqlite3_backup_finish(backup);
    if (result == SQLITE_DONE && finished == SQLITE_OK)
        return ERR_OK;
    return DATABASE_ERR(result == SQLITE_DONE ? finished : result, "sqlite3_backup_step");
}

struct err database_leave_wal(const struct database *database)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    char mode[16];
    bool row = false;
    struct err e = database_prepare(database, "PRAGMA journal_mode=DELETE", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e) && (e.native & 0xFF) == SQLITE_BUSY)
        return ERR(ERR_BLOCKED, e.native, "others have it open");
    if (failed(e))
        return e;
    if (!row || !database_text(statement, 0, mode, sizeof(mode)) || !text_same(mode, "delete"))
        return ERR(ERR_IO, 0, "it keeps its WAL");
    return database_finish(statement); /* which writes it: the row only says what was wanted */
}

/* Nobody else knows the file: until it is whole it needs no journal of its own, nor locks. */
struct err database_copy(const struct database *database, const char *path)
{
    CLEANUP(database_close) struct database copy = {NULL, -1, false};
    int result = sqlite3_open_v2(path, &copy.db, SQLITE_OPEN_READWRITE, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    (void)sqlite3_extended_result_codes(copy.db, 1);
    struct err e = database_run(&copy, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF;"
                                       "PRAGMA synchronous=OFF");
    if (!failed(e))
        e = database_copy_pages(database->db, copy.db);
    return failed(e) ? e : database_leave_wal(&copy);
}
