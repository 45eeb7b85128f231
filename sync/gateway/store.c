/* store.c - hides SQLite's calls and codes. */
#include "sync/gateway/store.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/gateway/store_inner.h"

static struct err failure(sqlite3 *db, const char *site)
{
    int code = sqlite3_extended_errcode(db);
    enum err_code kind = database_code(code);
    /* To those who ask a store, what is malformed is what somebody sent. */
    return (struct err){kind == ERR_MALFORMED ? ERR_IO : kind, code, site};
}

static struct err script(struct store *store, const char *sql)
{
    if (sqlite3_exec(store->database.db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failure(store->database.db, "store.c sqlite3_exec");
    return ERR_OK;
}

void store_done(struct store **store)
{
    store_close(*store);
}

void store_listen(struct store *store, void (*changed)(void *), void *context)
{
    (void)pthread_mutex_lock(&store->lock);
    store->changed = changed;
    store->context = context;
    (void)pthread_mutex_unlock(&store->lock);
}

struct err store_begin(struct store *store, struct transaction *out_work)
{
    (void)pthread_mutex_lock(&store->lock);
    store->is_changed = false;
    struct err e = store_take_turn(store);
    if (!failed(e) && store->is_broken)
        e = store_open_again(store);
    if (!failed(e))
        e = script(store, "BEGIN IMMEDIATE");
    if (failed(e)) {
        store_doubt(store);
        store_end_turn(store);
        (void)pthread_mutex_unlock(&store->lock);
        return e;
    }
    out_work->store = store;
    return ERR_OK;
}

struct err transaction_commit(struct transaction *work)
{
    struct store *store = work->store;
    struct err e = script(store, "COMMIT");

    if (failed(e))
        return e; /* transaction_done rolls back */
    store_checkpoint(store);
    void (*changed)(void *) = store->is_changed ? store->changed : NULL;
    void *context = store->context;
    work->store = NULL;
    store_end_turn(store);
    (void)pthread_mutex_unlock(&store->lock);
    if (changed != NULL)
        changed(context);
    return ERR_OK;
}

void transaction_done(struct transaction *work)
{
    if (work->store == NULL)
        return;
    store_doubt(work->store);
    /* SQLite may have rolled back by itself after a failed write: then there is nothing to do. */
    (void)sqlite3_exec(work->store->database.db, "ROLLBACK", NULL, NULL, NULL);
    store_end_turn(work->store);
    (void)pthread_mutex_unlock(&work->store->lock);
    work->store = NULL;
}

static int statement_bind(sqlite3_stmt *statement, const struct value *values)
{
    int wanted = sqlite3_bind_parameter_count(statement);
    int code = SQLITE_OK;

    for (int i = 0; i < wanted && code == SQLITE_OK; i++) {
        const struct value *value = &values[i];
        switch (value->type) {
        case VALUE_END:
            return SQLITE_RANGE;
        case VALUE_TEXT:
            code = sqlite3_bind_text(statement, i + 1, value->text, -1, SQLITE_TRANSIENT);
            break;
        case VALUE_NUMBER:
            code = sqlite3_bind_int64(statement, i + 1, value->number);
            break;
        case VALUE_BLOB:
            /* A NULL pointer would bind NULL: an empty blob is not that. */
            code = value->blob.len == 0 ? sqlite3_bind_zeroblob(statement, i + 1, 0)
                                        : sqlite3_bind_blob64(statement, i + 1, value->blob.at,
                                                              value->blob.len, SQLITE_TRANSIENT);
            break;
        }
    }
    return code;
}

struct err store_query(struct store *store, const char *sql, const struct value *values,
                       sqlite3_stmt **out_query)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    if (sqlite3_prepare_v2(store->database.db, sql, -1, &query, NULL) != SQLITE_OK ||
        statement_bind(query, values) != SQLITE_OK)
        return failure(store->database.db, "store.c sqlite3_prepare_v2");
    *out_query = query;
    query = NULL;
    return ERR_OK;
}

struct err store_row(sqlite3_stmt *query)
{
    int code = sqlite3_step(query);

    if (code == SQLITE_ROW)
        return ERR_OK;
    if (code == SQLITE_DONE)
        return ERR(ERR_NOT_FOUND, 0, "row");
    return failure(sqlite3_db_handle(query), "store.c sqlite3_step");
}

/* The statement for `sql`, found by its address; kept unless there are too many. */
static struct err kept_find(struct store *store, const char *sql, struct kept *out_kept)
{
    struct kept kept = {.sql = sql};

    for (size_t i = 0; i < store->kept_count; i++) {
        if (store->kept[i].sql == sql && text_same(sqlite3_sql(store->kept[i].statement), sql)) {
            *out_kept = store->kept[i];
            return ERR_OK;
        }
    }
    if (sqlite3_prepare_v3(store->database.db, sql, -1, SQLITE_PREPARE_PERSISTENT, &kept.statement,
                           NULL) != SQLITE_OK)
        return failure(store->database.db, "store.c sqlite3_prepare_v3");
    if (store->kept_count < STORE_KEPT_MAX) {
        store->kept[store->kept_count++] = kept;
    } else {
        kept.sql = NULL;
    }
    *out_kept = kept;
    return ERR_OK;
}

static void kept_done(struct kept *kept)
{
    if (kept->sql == NULL) {
        (void)sqlite3_finalize(kept->statement); /* repeats the error that sqlite3_step gave */
    } else {
        (void)sqlite3_reset(kept->statement);
        (void)sqlite3_clear_bindings(kept->statement);
    }
}

/* ERR_NOT_FOUND: it answers no row. */
static struct err kept_step(struct store *store, const char *sql, const struct value *values)
{
    CLEANUP(kept_done) struct kept kept = {0};

    struct err e = kept_find(store, sql, &kept);
    if (failed(e))
        return e;
    if (statement_bind(kept.statement, values) != SQLITE_OK)
        return failure(store->database.db, "store.c sqlite3_bind");
    return store_row(kept.statement);
}

struct err store_run(struct store *store, const char *sql, const struct value *values)
{
    struct err e = kept_step(store, sql, values);
    return e.code == ERR_NOT_FOUND ? ERR_OK : e;
}

struct err store_has(struct store *store, const char *sql, const struct value *values,
                     bool *out_has)
{
    struct err e = kept_step(store, sql, values);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        return e;
    *out_has = !failed(e);
    return ERR_OK;
}

int store_changes(struct store *store)
{
    return sqlite3_changes(store->database.db);
}

void query_done(sqlite3_stmt **query)
{
    (void)sqlite3_finalize(*query); /* repeats the error that sqlite3_step gave */
    *query = NULL;
}

int64_t column_number(sqlite3_stmt *query, int column)
{
    return sqlite3_column_int64(query, column);
}

void column_text(sqlite3_stmt *query, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(query, column);

    (void)text_copy(out, size, text == NULL ? "" : (const char *)text);
}

void column_blob(sqlite3_stmt *query, int column, uint8_t *out, size_t len)
{
    const void *blob = sqlite3_column_blob(query, column);

    memset(out, 0, len);
    if (blob != NULL && (size_t)sqlite3_column_bytes(query, column) == len)
        memcpy(out, blob, len);
}

void store_mark_changed(struct store *store)
{
    store->is_changed = true;
}
