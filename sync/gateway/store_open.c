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

#include "kiosk/base/clock.h"
#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "sync/gateway/store_inner.h"
#include "sync/gateway/store_schema.h"

#define STORE_BUSY_TIMEOUT_MS 5000 /* a command (announce, register) may run beside serve */
#define STORE_TURN_POLL_MS 2
#define STORE_LOCK_MODE 0600
#define STORE_IN_MEMORY ":memory:"
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

static int note_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *store = context;
    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
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

/* In the words of store.h: malformed is what somebody sent. */
static struct err in_words_of_store(struct err e)
{
    if (e.code == ERR_MALFORMED)
        e.code = ERR_UNSUPPORTED;
    if (e.code == ERR_BLOCKED)
        e.code = ERR_TIMEOUT;
    return e;
}

static struct err store_connect(struct store *store, bool create)
{
    struct err e = store->turn_fd < 0 ? database_open_memory(&store_schema, NULL, &store->database)
                                      : database_open_held(store->path, &store_schema, create, NULL,
                                                           &store->database);
    if (failed(e))
        return in_words_of_store(e);
    (void)sqlite3_wal_hook(store->database.db, note_pages, store); /* there was none */
    return ERR_OK;
}

struct err store_open(const char *path, bool create, struct store **out_store)
{
    struct store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    (void)pthread_mutex_init(&store->lock, NULL); /* cannot fail with default attributes */
    store->turn_fd = -1;
    store->database.lock_fd = -1; /* the turn is what is held */
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
    int code =
        sqlite3_wal_checkpoint_v2(store->database.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    store->is_broken = store->is_broken || is_disk(code);
}

void store_doubt(struct store *store)
{
    if (store->turn_fd >= 0 && store->database.db != NULL &&
        is_disk(sqlite3_errcode(store->database.db)))
        store->is_broken = true;
}

/* The log stays where it is: one that was taken away, and whose name a power cut gives back, would
 * be read over what was checkpointed since. */
static void store_let_go(struct store *store)
{
    for (size_t i = 0; i < store->kept_count; i++)
        (void)sqlite3_finalize(store->kept[i].statement); /* none of them runs */
    store->kept_count = 0;
    database_close(&store->database);
}

struct err store_open_again(struct store *store)
{
    store_let_go(store);
    struct err e = store_connect(store, false);
    if (!failed(e))
        e = database_check_pages(&store->database, false);
    store->is_broken = failed(e);
    if (failed(e) && e.code != ERR_NO_ROOM && e.code != ERR_TIMEOUT)
        return ERR(ERR_IO, e.native, "opened again"); /* no word of a row that is not there */
    return e;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->database.db != NULL && !store->is_broken && !failed(store_take_turn(store))) {
        /* What is not checkpointed now is at the next opening: the log is durable already. */
        (void)sqlite3_busy_timeout(store->database.db, 0);
        (void)sqlite3_wal_checkpoint_v2(store->database.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                        NULL);
    }
    store_let_go(store);
    file_close(&store->turn_fd); /* which ends the turn */
    (void)pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}
