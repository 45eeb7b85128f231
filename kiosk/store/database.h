/*
 * database.h - how a SQLite file of this house is made, opened, checked, brought up and closed. For
 * kiosk/ledger, whose files have one writer each, and for the platform's, whose writers take turns.
 *
 *   database_open --> begin .. prepare, step .. end --> checkpoint --> close   the one writer
 *   database_open_held -------> statements of its own ------------> close   a writer by turns
 *   database_open_read -------> prepare, step --------------------> close   readers
 *   database_open_alone ------> prepare, step --------------------> close   of a backup
 *
 * A database is made beside its place and renamed, so a file that stands is always whole. The one
 * writer holds flock on `<path>.lock`; its -wal and -shm files stay when it closes. Readers need
 * them there and create nothing, not even these.
 *
 * A file is ours when its application id, its schema number and the very text of its schema are.
 * One of an earlier release is brought up by a writer before it is used, on a copy:
 *
 *     settle the WAL -> copy to `<path>.migrating` -> steps -> nothing lost? -> take its place
 *
 * Whatever ends it half way leaves the old file as it was, and the old file is kept as
 * `<path>.schema-N` when the disk has room for it and nobody's data stand in it in clear.
 */
#ifndef KIOSK_STORE_DATABASE_H
#define KIOSK_STORE_DATABASE_H

#include <sqlite3.h>
#include <stddef.h>

#include "kiosk/base/err.h"

#define DATABASE_BUSY_TIMEOUT_MS 2000

struct database {
    sqlite3 *db;
    int lock_fd; /* -1: a reader, or the lock is the caller's */
    bool broken; /* a write failed in a way that leaves its outcome unknown */
};

/* A released schema, and what makes the next one of it. */
struct database_release {
    int32_t version;
    /* All of it; what the step makes is the next row's, or the schema's own. NULL: that of the row
     * before with what it added; it is not looked at when no row before says. */
    const char *sql;
    const char *added;
    /* After `added`, in the same transaction; NULL: nothing more to do. Its error is the open's. */
    struct err (*convert)(struct database *database, const void *context);
    /* How many rows of the file of this release, attached as `before`, are not in the file of the
     * newest schema as they should be, and the other way round: 0, or it is not used. NULL: each
     * row of each table is to be there, in the columns that there were. */
    const char *lost;
    /* How many of its rows hold personal data in clear: the old file is kept only when there are
     * none. NULL: it has no place for any. */
    const char *in_clear;
};

struct database_schema {
    int32_t application_id;
    int32_t version;
    const char *sql; /* NULL: as in database_release */
    bool by_turns;   /* it has several writers: none may be there while it is brought up */
    /* Put the first rows in; in the transaction that makes the tables. NULL: there are none. */
    struct err (*fill)(struct database *database, const void *context);
    const struct database_release *releases; /* the earlier ones, oldest first, none left out */
    size_t release_count;
};

/* What a SQLite result code, simple or extended, means to the program. */
enum err_code database_code(int result);

#define DATABASE_ERR(result, what) ERR(database_code(result), (result), what)

/*
 * Open for writing; with `create` make the file when there is none. One of an earlier release is
 * migrated. `context` is for fill() and convert().
 * Errors: ERR_BLOCKED (another writer), ERR_NOT_FOUND (no file), ERR_MALFORMED (not ours,
 * damaged, another schema, or rows that the newest one cannot hold), ERR_IO, ERR_NO_ROOM (no room
 * for the copy either), those of convert(). Close with database_close().
 */
MUST_CHECK struct err database_open(const char *path, const struct database_schema *schema,
                                    bool create, const void *context,
                                    struct database *out_database);

/* database_open() for a caller who holds a lock of his own among the writers, until this returns at
 * least. ERR_BLOCKED: one of an earlier release that others have open. */
MUST_CHECK struct err database_open_held(const char *path, const struct database_schema *schema,
                                         bool create, const void *context,
                                         struct database *out_database);

/* A database that is in no file, for tests. */
MUST_CHECK struct err database_open_memory(const struct database_schema *schema,
                                           const void *context, struct database *out_database);

/* Open to read beside the writer. When another file takes its place every call is ERR_IO: open
 * again. ERR_NOT_FOUND, ERR_UNSUPPORTED (an earlier release: the writer brings it up),
 * ERR_MALFORMED, ERR_IO (try again). */
MUST_CHECK struct err database_open_read(const char *path, const struct database_schema *schema,
                                         struct database *out_database);

/* Open a file that stands alone, as a backup does, and nobody writes. ERR_CONFLICT: a WAL stands
 * beside it, and what it says is not all; else as database_open_read(). */
MUST_CHECK struct err database_open_alone(const char *path, const struct database_schema *schema,
                                          struct database *out_database);

/* All pages, as they are at one moment, over those of `to`. */
MUST_CHECK struct err database_copy_pages(sqlite3 *from, sqlite3 *to);

/* A copied database says of itself that it has a WAL; without one it is a single file, to be
 * renamed. ERR_IO when that cannot be, ERR_BLOCKED while others have it open. */
MUST_CHECK struct err database_leave_wal(const struct database *database);

/* Copy all of `database`, as it is at one moment, into the empty file at `path`, which is then a
 * database that stands alone. The writer goes on meanwhile. Errors are those of both files. */
MUST_CHECK struct err database_copy(const struct database *database, const char *path);

/* A zeroed or closed one is fine. */
void database_close(struct database *database);

/* Bring the file at `path`, open for its only writer as `old`, from `release` to `schema`. `old` is
 * closed in any case; the file is the migrated one, or after an error as it was. Errors as
 * database_open(). */
MUST_CHECK struct err database_migrate(sqlite3 *old, const char *path,
                                       const struct database_schema *schema,
                                       const struct database_release *release, const void *context);

/* Remove what an interrupted creation or migration of `path` left: it never was in use. */
void database_sweep(const char *path);

/* What every connection is set to: nothing that a file says is trusted. */
MUST_CHECK struct err database_configure(const struct database *database);

/* Make a database at `path`, where there is none. */
MUST_CHECK struct err database_create(const char *path, const struct database_schema *schema,
                                      const void *context);

/* Make the tables of release `at` of `schema` (`release_count`: the newest). False in
 * `*out_is_known`: nothing says how they were, and none are made. */
MUST_CHECK struct err database_shape(const struct database *database,
                                     const struct database_schema *schema, size_t at,
                                     bool *out_is_known);

/* Whether the tables, indexes and triggers of `database` are those of release `at` of `schema`,
 * letter by letter but for blanks, of which ALTER TABLE sets its own. ERR_MALFORMED when not. */
MUST_CHECK struct err database_check_shape(const struct database *database,
                                           const struct database_schema *schema, size_t at);

/* SQLite's own look at pages and what the tables require; a thorough one at each index, too.
 * ERR_MALFORMED: damaged. */
MUST_CHECK struct err database_check_pages(const struct database *database, bool is_thorough);

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

/* For who keeps compiled statements of DATABASE_BEGIN and DATABASE_COMMIT and runs them himself:
 * what begin does before, and what end does after, with `e` of all that was done and committed. */
#define DATABASE_BEGIN "BEGIN IMMEDIATE"
#define DATABASE_COMMIT "COMMIT"
MUST_CHECK struct err database_may_begin(const struct database *database);
MUST_CHECK struct err database_ended(struct database *database, struct err e);

/* What is read between them is of one moment, whatever the writer does; within a transaction, too.
 * end: gives back what failed first. */
MUST_CHECK struct err database_look(const struct database *database);
MUST_CHECK struct err database_look_end(const struct database *database, struct err e);

/* Move the WAL into the database as far as readers allow, and cut it off when none is in it. ERR_IO
 * breaks the database; ERR_NO_ROOM: the disk is full, nothing is lost. */
MUST_CHECK struct err database_checkpoint(struct database *database);

#endif
