/*
 * store_open.c - hides that other processes write the same database, and that a disk may fail.
 *
 * SQLite's own checkpoints are off: it swallows their errors. And after a sync that failed nothing
 * is known of what was to be saved, though the next one may succeed: the connection is given up,
 * the file opened again and looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "sync/gateway/store_inner.h"
#include "sync/gateway/store_migrate.h"
#include "sync/gateway/store_schema.h"

#define STORE_BUSY_TIMEOUT_MS 5000 /* a command (announce, register) may run beside serve */
#define STORE_TURN_POLL_MS 2
#define STORE_LOCK_MODE 0600
#define STORE_IN_MEMORY ":memory:"
#define STORE_CHUNK 16384
#define STORE_CHECKPOINT_PAGES 1000 /* as many as SQLite's own checkpoints wait for */

/*
 * Whoever writes or checkpoints holds the file that stands beside the database: SQLite
 * before 3.51.3 can damage one in WAL mode when two processes do so at the same instant.
 */
struct err store_take_turn(const struct store *store)
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

void store_end_turn(const struct store *store)
{
    if (store->turn_fd >= 0)
        (void)flock(store->turn_fd, LOCK_UN); /* ours: cannot fail */
}

/* The first column of the first row. */
static struct err store_pragma(struct store *store, const char *sql, char *out, size_t size)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, sql, VALUES(V_NUMBER(0)), &query);
    if (!failed(e))
        e = store_row(query);
    if (!failed(e))
        column_text(query, 0, out, size);
    return e;
}

static struct err store_version(struct store *store, int64_t *out_version)
{
    char text[24] = "";
    struct err e = store_pragma(store, "PRAGMA user_version", text, sizeof(text));
    if (!failed(e))
        *out_version = strtoll(text, NULL, 10);
    return e;
}

/* One of an earlier release is brought up before anything is written to it. */
static struct err store_bring_up(struct store *store)
{
    int64_t version = 0;
    struct err e = store_version(store, &version);
    if (failed(e) || version < 1 || version >= STORE_SCHEMA_VERSION)
        return e;
    sqlite3 *old = store->db;
    store->db = NULL;
    e = store_migrate(old, store->path, version);
    if (failed(e))
        return e;
    int code = sqlite3_open_v2(store->path, &store->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL);
    (void)sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS);
    return code == SQLITE_OK ? ERR_OK : ERR(ERR_IO, code, "sqlite3_open_v2");
}

/* What the log holds, written and synced once more: after a sync that failed, perhaps in a process
 * that is no more, the system takes for saved what it still shows and the disk does not have. */
static struct err store_settle(struct store *store)
{
    uint8_t chunk[STORE_CHUNK];
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    int code = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code == SQLITE_OK && log->pMethods != NULL)
        code = log->pMethods->xFileSize(log, &size);
    for (sqlite3_int64 at = 0; at < size && code == SQLITE_OK; at += STORE_CHUNK) {
        int len = size - at < STORE_CHUNK ? (int)(size - at) : STORE_CHUNK;
        code = log->pMethods->xRead(log, chunk, len, at);
        if (code == SQLITE_OK)
            code = log->pMethods->xWrite(log, chunk, len, at);
    }
    if (code == SQLITE_OK && size > 0)
        code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    return code == SQLITE_OK ? ERR_OK : ERR(ERR_IO, code, "log");
}

static int note_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *store = context;
    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* The power may go between the scripts: it is an old one then, and brought up. */
static struct err store_make(struct store *store)
{
    struct err e = store_script(store, store_schema);
    for (int64_t i = STORE_SCHEMA_BASE; i < STORE_SCHEMA_VERSION && !failed(e); i++)
        e = store_script(store, store_schema_steps[i - 1]);
    return e;
}

static struct err store_prepare(struct store *store, bool create)
{
    int64_t version = 0;
    char mode[16] = "";
    struct err e = store_script(store, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                       "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                       "PRAGMA trusted_schema=OFF; PRAGMA wal_autocheckpoint=0;");
    if (!failed(e))
        e = store_pragma(store, "PRAGMA journal_mode", mode, sizeof(mode));
    if (!failed(e) && !text_same(mode, "wal") && store->turn_fd >= 0)
        e = ERR(ERR_IO, 0, "no WAL");
    if (!failed(e))
        e = store_version(store, &version);
    if (failed(e))
        return e;
    (void)sqlite3_wal_hook(store->db, note_pages, store); /* there was none */
    if (store->turn_fd >= 0)
        e = store_settle(store);
    if (!failed(e) && store->turn_fd >= 0)
        e = file_flush_folder(store->path); /* the log may have no more than a name yet */
    if (failed(e))
        return e;
    if (create && version == 0)
        return store_make(store);
    if (version != STORE_SCHEMA_VERSION)
        return ERR(ERR_UNSUPPORTED, version, "schema version");
    return ERR_OK;
}

static struct err store_open_turn(struct store *store)
{
    char lock[PATH_MAX];

    if (strcmp(store->path, STORE_IN_MEMORY) == 0)
        return ERR_OK;
    if (!text_print(lock, sizeof(lock), "%s.lock", store->path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    store->turn_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, STORE_LOCK_MODE);
    if (store->turn_fd < 0)
        return ERR(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "lock file");
    return store_take_turn(store);
}

static struct err store_connect(struct store *store, bool create)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);

    if (code != SQLITE_OK) {
        bool none = !create && access(store->path, F_OK) != 0 && errno == ENOENT;
        return ERR(none ? ERR_NOT_FOUND : ERR_IO, code, "sqlite3_open_v2");
    }
    (void)sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS); /* sqlite3 itself only looks */
    struct err e = store_bring_up(store);
    return failed(e) ? e : store_prepare(store, create);
}

struct err store_open(const char *path, bool create, struct store **out_store)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    (void)pthread_mutex_init(&store->lock, NULL); /* cannot fail with default attributes */
    store->turn_fd = -1;
    store->checkpoint_pages = STORE_CHECKPOINT_PAGES;
    store->path = strdup(path);
    struct err e = store->path != NULL ? store_open_turn(store) : ERR(ERR_NO_ROOM, 0, "strdup");
    if (!failed(e))
        e = store_connect(store, create);
    store_end_turn(store);
    store->is_broken = failed(e); /* then nothing is written when it is closed */
    if (failed(e)) {
        store_close(store);
        return e;
    }
    *out_store = store;
    return ERR_OK;
}

static bool is_disk(int code)
{
    int kind = code & 0xFF;
    return kind == SQLITE_IOERR || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ||
           kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY;
}

void store_checkpoint(struct store *store)
{
    if (store->wal_pages < store->checkpoint_pages)
        return;
    int code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    store->is_broken = store->is_broken || is_disk(code);
}

void store_doubt(struct store *store)
{
    if (store->turn_fd >= 0 && store->db != NULL && is_disk(sqlite3_errcode(store->db)))
        store->is_broken = true;
}

static struct err store_look(struct store *store)
{
    char verdict[16] = "";
    struct err e = store_pragma(store, "PRAGMA quick_check(1)", verdict, sizeof(verdict));
    if (!failed(e) && !text_same(verdict, "ok"))
        e = ERR(ERR_IO, SQLITE_CORRUPT, "quick_check");
    return e;
}

/* The log stays where it is: one that was taken away, and whose name a power cut gives back, would
 * be read over what was checkpointed since. */
static void store_let_go(struct store *store)
{
    for (size_t i = 0; i < store->kept_count; i++)
        (void)sqlite3_finalize(store->kept[i].statement); /* none of them runs */
    store->kept_count = 0;
    if (store->db == NULL)
        return;
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    (void)sqlite3_close_v2(store->db); /* nothing is written */
    store->db = NULL;
}

struct err store_open_again(struct store *store)
{
    store_let_go(store);
    struct err e = store_connect(store, false);
    if (e.code == ERR_NOT_FOUND) /* which says to callers that there is no such row */
        e = ERR(ERR_IO, e.native, "the database is gone");
    if (!failed(e))
        e = store_look(store);
    store->is_broken = failed(e);
    return e;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->db != NULL && !store->is_broken && !failed(store_take_turn(store))) {
        /* What is not checkpointed now is at the next opening: the log is durable already. */
        (void)sqlite3_busy_timeout(store->db, 0);
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    store_let_go(store);
    file_close(&store->turn_fd); /* which ends the turn */
    (void)pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}
