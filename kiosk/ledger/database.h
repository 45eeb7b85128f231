/*
 * database.h - what journal.db and inbox.db share: how a SQLite file is made, opened and closed.
 * For the files of this room only.
 *
 *     database_open --> begin .. prepare, step .. commit --> close     the one writer
 *     database_open_read -------> prepare, step -----------> close     readers
 *
 * A database is made beside its place and renamed, so a file that stands is always whole. The
 * writer holds flock on `<path>.lock`; its -wal and -shm files stay when it closes. Readers need
 * them there and create nothing, not even these.
 *
 * A file is ours when its application id, its schema number and the very text of its schema are.
 */
#ifndef KIOSK_LEDGER_DATABASE_H
#define KIOSK_LEDGER_DATABASE_H

#include <sqlite3.h>
#include <stddef.h>

#include "kiosk/base/err.h"

#define DATABASE_BUSY_TIMEOUT_MS 2000

struct database {
    sqlite3 *db;
    int lock_fd; /* -1: a reader */
    bool broken; /* a write failed in a way that leaves its outcome unknown */
};

struct database_schema {
    int32_t application_id;
    int32_t version;
    const char *sql;
    /* Put the first rows in; in the transaction that makes the tables. */
    struct err (*fill)(struct database *database, const void *context);
    /* The schema one version ago, and the statements that make this one of it; NULL: none. A
     * writer that opens such a database brings it up, all at once or not at all. */
    const struct database_schema *before;
    const char *added;
};

/* What a SQLite result code, simple or extended, means to the program. */
enum err_code database_code(int result);

#define DATABASE_ERR(result, what) ERR(database_code(result), (result), what)

/*
 * Open for writing; with `create` make the file when there is none, `context` is for fill().
 * Errors: ERR_CONFLICT (another writer), ERR_NOT_FOUND (no file), ERR_MALFORMED (not ours,
 * damaged, or another schema), ERR_IO, ERR_NO_ROOM. Close with database_close().
 */
MUST_CHECK struct err database_open(const char *path, const struct database_schema *schema,
                                    const void *create, struct database *out_database);

/* Open to read beside the writer. ERR_NOT_FOUND, ERR_MALFORMED, ERR_IO (try again). */
MUST_CHECK struct err database_open_read(const char *path, const struct database_schema *schema,
                                         struct database *out_database);

/* A zeroed or closed one is fine. */
void database_close(struct database *database);

/* Make a database at `path`, where there is none. */
MUST_CHECK struct err database_create(const char *path, const struct database_schema *schema,
                                      const void *context);

/* Whether the tables and triggers of `database` are those of `schema`, letter by letter.
 * ERR_MALFORMED when not. */
MUST_CHECK struct err database_check_shape(const struct database *database,
                                           const struct database_schema *schema);

/* SQLite's own look at pages, indexes and what the tables require. ERR_MALFORMED: damaged. */
MUST_CHECK struct err database_check_pages(const struct database *database);

/* Run statements that give no rows. */
MUST_CHECK struct err database_run(const struct database *database, const char *sql);

/* A statement, finalized by CLEANUP(database_finalize). */
MUST_CHECK struct err database_prepare(const struct database *database, const char *sql,
                                       sqlite3_stmt **out_statement);
void database_finalize(sqlite3_stmt **at);

/* The next row, if any. */
MUST_CHECK struct err database_step(sqlite3_stmt *statement, bool *out_row);

/* The first row that `sql` gives for the text `key`, which is to outlive the statement;
 * ERR_NOT_FOUND: none. */
MUST_CHECK struct err database_find(const struct database *database, const char *sql,
                                    const char *key, sqlite3_stmt **out_statement);

/* Step a statement that gives no rows. */
MUST_CHECK struct err database_finish(sqlite3_stmt *statement);

/* The whole number that `sql` gives. ERR_NOT_FOUND: no row. */
MUST_CHECK struct err database_number(const struct database *database, const char *sql,
                                      int64_t *out_number);

/* Copy a text or blob column. False when it is NULL or has another length than it may. */
bool database_text(sqlite3_stmt *statement, int column, char *out, size_t size);
bool database_blob(sqlite3_stmt *statement, int column, uint8_t *out, size_t len);

/* The transaction of a writer. begin: ERR_IO when the database is broken. end: commits when
 * `e` is ERR_OK, rolls back otherwise; gives back what failed first. ERR_IO breaks the database. */
MUST_CHECK struct err database_begin(const struct database *database);
MUST_CHECK struct err database_end(struct database *database, struct err e);

/* Move the WAL into the database as far as readers allow. ERR_IO breaks the database. */
MUST_CHECK struct err database_checkpoint(struct database *database);

#endif
