/* Opening and closing, with nothing changed on disk until the file is known to be ours. */
#include "kiosk/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"

#define HEADER_LEN 100 /* SQLite file format, 1.3 */
#define HEADER_MAGIC "SQLite format 3"
#define HEADER_APPLICATION_ID_AT 68
#define URI_MAX (3 * PATH_MAX + 64)
#define LOCK_MODE 0660
#define CHUNK 16384

void database_close(struct database *database)
{
    if (database->db != NULL) {
        (void)sqlite3_close_v2(database->db); /* nothing is written: there is no checkpoint in it */
        if (database->lock_fd >= 0)
            (void)close(database->lock_fd);
    }
    *database = (struct database){NULL, -1, false};
}

static struct err take_lock(const char *path, bool create, int *out_fd)
{
    char lock[PATH_MAX];
    if (!text_print(lock, sizeof(lock), "%s.lock", path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    CLEANUP(file_close) int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
    if (fd < 0) {
        return errno == ENOENT && !create ? ERR(ERR_NOT_FOUND, errno, "folder")
                                          : ERR(ERR_IO, errno, "lock file");
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? ERR(ERR_BLOCKED, errno, "another writer")
                                    : ERR(ERR_IO, errno, "flock");
    }
    *out_fd = file_take(&fd);
    return ERR_OK;
}

/* Whether there is a file of this name. ERR_IO: the disk does not say; nothing is made in the place
 * of one that it did not show. */
static struct err look_for(const char *path, const char *suffix, bool *out_stands)
{
    char beside[PATH_MAX];
    if (!text_print(beside, sizeof(beside), "%s%s", path, suffix))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    bool stands = access(beside, F_OK) == 0;
    if (!stands && errno != ENOENT && errno != ENOTDIR)
        return ERR(ERR_IO, errno, "access");
    *out_stands = stands;
    return ERR_OK;
}

/*
 * Whether the first bytes are those of a database of ours, read past SQLite's own logic: that takes
 * an empty file for a new database, and deletes the WAL beside it. By SQLite's file handle, since
 * closing another one would drop the locks of every connection of this process.
 */
static struct err check_header(const struct database *database,
                               const struct database_schema *schema)
{
    uint8_t header[HEADER_LEN];
    sqlite3_file *file = NULL;
    int result = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result == SQLITE_OK)
        result = file->pMethods->xRead(file, header, sizeof(header), 0);
    if (result == SQLITE_IOERR_SHORT_READ ||
        (result == SQLITE_OK && memcmp(header, HEADER_MAGIC, sizeof(HEADER_MAGIC)) != 0))
        return ERR(ERR_MALFORMED, SQLITE_NOTADB, "not a database");
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "header");

    uint32_t id = 0;
    for (size_t i = 0; i < 4; i++)
        id = id << 8 | header[HEADER_APPLICATION_ID_AT + i];
    if (id != (uint32_t)schema->application_id)
        return ERR(ERR_MALFORMED, SQLITE_NOTADB, "another application's database");
    return ERR_OK;
}

/* With the path quoted as a URI needs it (RFC 3986, 2.1), and how it is opened. */
static bool print_uri(char out[URI_MAX], const char *path, const char *how)
{
    size_t used = (size_t)(stpcpy(out, "file:") - out);
    bool fits = true;
    for (; *path != '\0' && fits; path++) {
        bool quoted = strchr("%?#", *path) != NULL;
        fits = quoted ? text_print(out + used, URI_MAX - used, "%%%02X", (unsigned)*path)
                      : text_print(out + used, URI_MAX - used, "%c", *path);
        used += strlen(out + used);
    }
    return fits && text_print(out + used, URI_MAX - used, "%s", how);
}

struct err database_configure(const struct database *database)
{
    static const char pragmas[] = "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                  "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                                  "PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL;"
                                  "PRAGMA wal_autocheckpoint=0;";
    (void)sqlite3_extended_result_codes(database->db, 1);
    int result = sqlite3_busy_timeout(database->db, DATABASE_BUSY_TIMEOUT_MS);
    if (result == SQLITE_OK)
        result = sqlite3_db_config(database->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_db_config(database->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_db_config");
    return database_run(database, pragmas);
}

/* ERR_MALFORMED: neither of this schema nor of an earlier release. `*out_release` is NULL when
 * there is nothing to bring up. */
static struct err check_schema(const struct database *database,
                               const struct database_schema *schema,
                               const struct database_release **out_release)
{
    int64_t version = 0;
    size_t at = 0;
    struct err e = database_number(database, "PRAGMA user_version", &version);
    if (failed(e))
        return e;
    while (at < schema->release_count && schema->releases[at].version != version)
        at++;
    if (at == schema->release_count && version != schema->version)
        return ERR(ERR_MALFORMED, version, "another schema");
    e = database_check_shape(database, schema, at);
    if (!failed(e))
        *out_release = at < schema->release_count ? &schema->releases[at] : NULL;
    return e;
}

/* The log is there afterwards. A fresh one would come with the first commit, and SQLite tells
 * nobody when it could not sync the folder with its name: whoever opens flushes that himself. */
static struct err use_wal(const struct database *database)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    int64_t version = 0;
    char mode[16];
    bool row = false;
    struct err e = database_prepare(database, "PRAGMA journal_mode=WAL", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row || !database_text(statement, 0, mode, sizeof(mode)) || !text_same(mode, "wal"))
        return ERR(ERR_IO, 0, "no WAL");
    e = database_finish(statement); /* which writes it: the row only says what was wanted */
    return failed(e) ? e : database_number(database, "PRAGMA user_version", &version);
}

static struct err connect(const char *name, int flags, const struct database_schema *schema,
                          struct database *database, const struct database_release **out_release)
{
    int result = sqlite3_open_v2(name, &database->db, flags, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    /* SQLite opens a file that may not be written to read, and says nothing. */
    bool write = (flags & SQLITE_OPEN_READWRITE) != 0;
    if (write && sqlite3_db_readonly(database->db, "main") != 0)
        return ERR(ERR_IO, SQLITE_READONLY, "the file may not be written");
    struct err e = check_header(database, schema);
    if (!failed(e))
        e = database_configure(database);
    return failed(e) ? e : check_schema(database, schema, out_release);
}

/* A file of this schema, which one of an earlier release was made into. */
static struct err connect_newest(const char *path, const struct database_schema *schema,
                                 const void *context, struct database *database)
{
    const struct database_release *release = NULL;
    struct err e = connect(path, SQLITE_OPEN_READWRITE, schema, database, &release);
    if (failed(e) || release == NULL)
        return e;
    sqlite3 *old = database->db;
    database->db = NULL;
    e = database_migrate(old, path, schema, release, context);
    if (!failed(e))
        e = connect(path, SQLITE_OPEN_READWRITE, schema, database, &release);
    return !failed(e) && release != NULL ? ERR(ERR_MALFORMED, 0, "another schema") : e;
}

/* What the log holds, written and synced once more: after a sync that failed, perhaps in a process
 * that is no more, the system takes for saved what it still shows and the disk does not have. */
static struct err settle_log(const struct database *database)
{
    uint8_t chunk[CHUNK];
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    int result = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (result == SQLITE_OK && log->pMethods != NULL)
        result = log->pMethods->xFileSize(log, &size);
    for (sqlite3_int64 at = 0; at < size && result == SQLITE_OK; at += CHUNK) {
        int len = size - at < CHUNK ? (int)(size - at) : CHUNK;
        result = log->pMethods->xRead(log, chunk, len, at);
        if (result == SQLITE_OK)
            result = log->pMethods->xWrite(log, chunk, len, at);
    }
    if (result == SQLITE_OK && size > 0)
        result = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    return result == SQLITE_OK ? ERR_OK : DATABASE_ERR(result, "log");
}

struct err database_open_held(const char *path, const struct database_schema *schema, bool create,
                              const void *context, struct database *out_database)
{
    CLEANUP(database_close) struct database database = {NULL, -1, false};
    bool stands = false;
    bool has_wal = false;
    database_sweep(path);
    struct err e = look_for(path, "", &stands);
    if (!failed(e))
        e = look_for(path, "-wal", &has_wal);
    if (!failed(e) && !stands && has_wal)
        return ERR(ERR_MALFORMED, 0, "a WAL without its database");
    if (!failed(e) && !stands) {
        e = create ? database_create(path, schema, context)
                   : ERR(ERR_NOT_FOUND, ENOENT, "database");
    }
    if (!failed(e))
        e = connect_newest(path, schema, context, &database);
    if (!failed(e))
        e = use_wal(&database);
    if (!failed(e))
        e = settle_log(&database);
    if (!failed(e)) /* whoever made the file or its log may have come no further than the name */
        e = file_flush_folder(path);
    if (failed(e))
        return e;
    *out_database = database;
    database.db = NULL;
    return ERR_OK;
}

struct err database_open(const char *path, const struct database_schema *schema, bool create,
                         const void *context, struct database *out_database)
{
    CLEANUP(file_close) int lock_fd = -1;
    struct database database = {NULL, -1, false};
    struct err e = take_lock(path, create, &lock_fd);
    if (!failed(e))
        e = database_open_held(path, schema, create, context, &database);
    if (failed(e))
        return e;
    database.lock_fd = file_take(&lock_fd);
    *out_database = database;
    return ERR_OK;
}

static struct err open_uri(const char *path, const char *how, const struct database_schema *schema,
                           struct database *out_database)
{
    char uri[URI_MAX];
    if (!print_uri(uri, path, how))
        return ERR(ERR_IO, ENAMETOOLONG, "path");

    struct database database = {NULL, -1, false};
    const struct database_release *release = NULL;
    struct err e =
        connect(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, schema, &database, &release);
    if (!failed(e) && release != NULL) {
        e = ERR(ERR_UNSUPPORTED, release->version,
                "of an earlier release; its writer brings it up");
    }
    if (failed(e)) {
        (void)sqlite3_close_v2(database.db);
        return e;
    }
    *out_database = database;
    return ERR_OK;
}

/* ERR_NOT_FOUND: there is no database. */
static struct err look_beside(const char *path, bool *out_has_wal)
{
    bool stands = false;
    struct err e = look_for(path, "", &stands);
    if (failed(e))
        return e;
    return stands ? look_for(path, "-wal", out_has_wal) : ERR(ERR_NOT_FOUND, ENOENT, "database");
}

/* What keeps a reader from writing is said to SQLite in the file's name. */
struct err database_open_read(const char *path, const struct database_schema *schema,
                              struct database *out_database)
{
    bool has_wal = false;
    bool has_shared = false;
    struct err e = look_beside(path, &has_wal);
    if (!failed(e))
        e = look_for(path, "-shm", &has_shared);
    if (failed(e))
        return e;
    if (!has_wal || !has_shared)
        return ERR(ERR_IO, SQLITE_CANTOPEN, "no writer has been here");
    return open_uri(path, "?mode=ro&readonly_shm=1", schema, out_database);
}

struct err database_open_alone(const char *path, const struct database_schema *schema,
                               struct database *out_database)
{
    bool has_wal = false;
    struct err e = look_beside(path, &has_wal);
    if (failed(e))
        return e;
    if (has_wal)
        return ERR(ERR_CONFLICT, 0, "a WAL beside it");
    return open_uri(path, "?mode=ro&immutable=1", schema, out_database);
}
