/*
 * store.h - the platform's database: SQLite with one connection, and statements with typed values.
 *
 *     CLEANUP(transaction_done) struct transaction work = {0};
 *     store_begin(store, &work)  ->  store_run / store_query ...  ->  transaction_commit(&work)
 *                                                    any error  ->  rolled back by transaction_done
 *
 * A transaction holds the store for its thread; others wait. So every function below but
 * store_open, store_close and store_begin is called inside one. Nothing waits inside one either,
 * so nobody waits long. Between processes a lock file beside the database gives the turns.
 */
#ifndef SYNC_GATEWAY_STORE_H
#define SYNC_GATEWAY_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

struct store;

struct transaction {
    struct store *store; /* NULL: over */
};

enum value_type { VALUE_END, VALUE_TEXT, VALUE_NUMBER, VALUE_BLOB };

struct value {
    enum value_type type;
    const char *text; /* NULL binds NULL */
    int64_t number;
    struct bytes blob;
};

#define V_TEXT(at_text) \
    { \
        .type = VALUE_TEXT, .text = (at_text) \
    }
#define V_NUMBER(a_number) \
    { \
        .type = VALUE_NUMBER, .number = (int64_t)(a_number) \
    }
#define V_BLOB(at_bytes, a_len) \
    { \
        .type = VALUE_BLOB, .blob = {(at_bytes), (a_len) } \
    }
#define VALUES(...) ((const struct value[]){__VA_ARGS__, {.type = VALUE_END}})

/*
 * Open the database at `path` (":memory:" for tests), made with its tables when `create` is set.
 * ERR_NOT_FOUND: there is none and `create` is not set; ERR_UNSUPPORTED: made by a later version,
 * with tables or rows that this one does not know, or no database; ERR_IO, native is SQLite's code;
 * ERR_TIMEOUT: another process would not end its turn. One of an earlier version is brought up on a
 * copy: ERR_NO_ROOM, or ERR_TIMEOUT while another process has it open.
 */
MUST_CHECK struct err store_open(const char *path, bool create, struct store **out_store);

/* Checkpoint and close. NULL is fine. */
void store_close(struct store *store);

/* For CLEANUP. */
void store_done(struct store **store);

/* Be called, outside of any transaction, after each commit that changed documents. One listener. */
void store_listen(struct store *store, void (*changed)(void *), void *context);

/* Begin; waits for the transactions of other threads and processes. Not to be nested.
 * ERR_TIMEOUT, ERR_IO. */
MUST_CHECK struct err store_begin(struct store *store, struct transaction *out_work);

/* Make it durable. When that fails nothing of it is. */
MUST_CHECK struct err transaction_commit(struct transaction *work);

/* Roll back what was not committed; for CLEANUP. */
void transaction_done(struct transaction *work);

/* Run one statement that answers no rows; it is compiled once and kept, which helps when `sql` is
 * the same text at the same place each time. ERR_CONFLICT: a constraint forbids it; ERR_IO. */
MUST_CHECK struct err store_run(struct store *store, const char *sql, const struct value *values);

/* Whether `sql` answers a row; it is kept as well. */
MUST_CHECK struct err store_has(struct store *store, const char *sql, const struct value *values,
                                bool *out_has);

/* Rows that the last store_run changed. */
int store_changes(struct store *store);

/* Begin a query; take rows with store_row, end with query_done (CLEANUP). */
MUST_CHECK struct err store_query(struct store *store, const char *sql, const struct value *values,
                                  sqlite3_stmt **out_query);

/* The next row. ERR_NOT_FOUND when there is none left. */
MUST_CHECK struct err store_row(sqlite3_stmt *query);
void query_done(sqlite3_stmt **query);

/* Columns of the row; text and NULL are copied, cut at `size`. */
int64_t column_number(sqlite3_stmt *query, int column);
void column_text(sqlite3_stmt *query, int column, char *out, size_t size);

/* A blob of exactly `len` bytes, else zeros. */
void column_blob(sqlite3_stmt *query, int column, uint8_t *out, size_t len);

/* Say that this transaction changed documents: the listener is called after the commit. */
void store_mark_changed(struct store *store);

#endif
