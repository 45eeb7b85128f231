/* store.c - hides SQLite's calls and codes, and that other processes write the same database. */
#include "sync/gateway/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "sync/gateway/store_migrate.h"
#include "sync/gateway/store_schema.h"

#define STORE_BUSY_TIMEOUT_MS 5000 /* a command (announce, register) may run beside serve */
#define STORE_TURN_POLL_MS 2
#define STORE_LOCK_MODE 0600
#define STORE_IN_MEMORY ":memory:"
#define STORE_KEPT_MAX 64 /* statements; the others are compiled each time */

struct kept {
    const char *sql;
    sqlite3_stmt *statement;
};

struct store {
    sqlite3 *db;
    pthread_mutex_t lock;
    int turn_fd; /* -1: in memory, nobody else's */
    void (*changed)(void *);
    void *context;
    bool is_changed;
    size_t kept_count;
    struct kept kept[STORE_KEPT_MAX];
};

static struct err store_failure(sqlite3 *db, const char *site)
{
    int code = sqlite3_errcode(db);
    enum err_code kind = code == SQLITE_CONSTRAINT ? ERR_CONFLICT : ERR_IO;
    return (struct err){kind, sqlite3_extended_errcode(db), site};
}

/*
 * Whoever writes or checkpoints holds the file that stands beside the database: SQLite
 * before 3.51.3 can damage one in WAL mode when two processes do so at the same instant.
 */
static struct err store_take_turn(const struct store *store)
{
    uint64_t until_ms = clock_boot_ms() + STORE_BUSY_TIMEOUT_MS;

    while (store->turn_fd >= 0 && flock(store->turn_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return ERR(ERR_IO, errno, "flock");
        if (clock_boot_ms() >= until_ms)
            return ERR(ERR_TIMEOUT, 0, "another process writes");
        (void)poll(NULL, 0, STORE_TURN_POLL_MS); /* a nap; an early end of it does no harm */
    }
    return ERR_OK;
}

static void store_end_turn(const struct store *store)
{
    if (store->turn_fd >= 0)
        (void)flock(store->turn_fd, LOCK_UN); /* ours: cannot fail */
}

static struct err store_script(struct store *store, const char *sql)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_failure(store->db, "store.c sqlite3_exec");
    return ERR_OK;
}

static int64_t store_pragma(struct store *store, const char *sql)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    if (failed(store_query(store, sql, VALUES(V_NUMBER(0)), &query)) || failed(store_row(query)))
        return -1;
    return column_number(query, 0);
}

/* One of an earlier release is brought up before anything is written to it. */
static struct err store_bring_up(struct store *store, const char *path)
{
    int64_t version = store_pragma(store, "PRAGMA user_version");
    if (version < 1 || version >= STORE_SCHEMA_VERSION)
        return ERR_OK;
    sqlite3 *old = store->db;
    store->db = NULL;
    struct err e = store_migrate(old, path, version);
    if (failed(e))
        return e;
    int code =
        sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL);
    (void)sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS);
    return code == SQLITE_OK ? ERR_OK : ERR(ERR_IO, code, "sqlite3_open_v2");
}

static struct err store_prepare(struct store *store, bool create)
{
    struct err e = store_script(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                       "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                       "PRAGMA trusted_schema=OFF;");
    if (failed(e))
        return e;
    int64_t version = store_pragma(store, "PRAGMA user_version");
    if (create && version == 0) {
        /* The power may go between the scripts: it is an old one then, and brought up. */
        e = store_script(store, store_schema);
        for (int64_t i = STORE_SCHEMA_BASE; i < STORE_SCHEMA_VERSION && !failed(e); i++)
            e = store_script(store, store_schema_steps[i - 1]);
        return e;
    }
    if (version != STORE_SCHEMA_VERSION)
        return ERR(ERR_UNSUPPORTED, version, "schema version");
    return ERR_OK;
}

static struct err store_open_turn(struct store *store, const char *path)
{
    char lock[PATH_MAX];

    if (strcmp(path, STORE_IN_MEMORY) == 0)
        return ERR_OK;
    if (!text_print(lock, sizeof(lock), "%s.lock", path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    store->turn_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, STORE_LOCK_MODE);
    if (store->turn_fd < 0)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "lock file");
    return store_take_turn(store);
}

static struct err store_connect(struct store *store, const char *path, bool create)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &store->db, flags, NULL);

    if (code != SQLITE_OK)
        return ERR(code == SQLITE_CANTOPEN ? ERR_NOT_FOUND : ERR_IO, code, "sqlite3_open_v2");
    (void)sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS); /* sqlite3 itself only looks */
    struct err e = store_bring_up(store, path);
    return failed(e) ? e : store_prepare(store, create);
}

struct err store_open(const char *path, bool create, struct store **out_store)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    (void)pthread_mutex_init(&store->lock, NULL); /* cannot fail with default attributes */
    store->turn_fd = -1;
    struct err e = store_open_turn(store, path);
    if (!failed(e))
        e = store_connect(store, path, create);
    store_end_turn(store);
    if (failed(e)) {
        store_close(store);
        return e;
    }
    *out_store = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->kept_count; i++)
        (void)sqlite3_finalize(store->kept[i].statement); /* none of them runs */
    if (store->db != NULL) {
        /* What is not checkpointed now is at the next opening: the log is durable already. */
        bool mine = !failed(store_take_turn(store));
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mine ? 0 : 1, NULL);
        (void)sqlite3_close_v2(store->db); /* the last one of all processes checkpoints */
    }
    file_close(&store->turn_fd); /* which ends the turn */
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
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
    if (!failed(e))
        e = store_script(store, "BEGIN IMMEDIATE");
    if (failed(e)) {
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
    struct err e = store_script(store, "COMMIT");

    if (failed(e))
        return e; /* transaction_done rolls back */
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
    /* SQLite may have rolled back by itself after a failed write: then there is nothing to do. */
    (void)sqlite3_exec(work->store->db, "ROLLBACK", NULL, NULL, NULL);
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

    if (sqlite3_prepare_v2(store->db, sql, -1, &query, NULL) != SQLITE_OK ||
        statement_bind(query, values) != SQLITE_OK)
        return store_failure(store->db, "store.c sqlite3_prepare_v2");
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
    return store_failure(sqlite3_db_handle(query), "store.c sqlite3_step");
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
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &kept.statement, NULL) !=
        SQLITE_OK)
        return store_failure(store->db, "store.c sqlite3_prepare_v3");
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
        return store_failure(store->db, "store.c sqlite3_bind");
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
    return sqlite3_changes(store->db);
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
