/*
 * From an earlier release to the newest schema on a copy, which takes the old file's place when
 * nothing is lost. What a power cut may leave, step by step:
 *
 *     the copy is made, changed, looked at    the old file, and a copy that nobody trusts
 *     the old WAL, emptied, is removed        the old file, whole without it
 *     the copy is renamed                     the old file or the new one, and no WAL of either
 */
#include <errno.h>
#include <limits.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "kiosk/store/database.h"

#define ROOM_MARGIN \
    (1 << 20) /* bytes, beside the copy and what takes back a change of all of it \
               */

/* For each table of the old file a statement that counts what is not in the copy, and what is in
 * it beside. */
#define LOST_SQL \
    "SELECT 'SELECT (SELECT count(*) FROM (SELECT ' || cols || ' FROM before.' || name ||" \
    " ' EXCEPT SELECT ' || cols || ' FROM main.' || name || ')) + abs((SELECT count(*) FROM" \
    " before.' || name || ') - (SELECT count(*) FROM main.' || name || '))'" \
    " FROM (SELECT it.name AS name, (SELECT group_concat(col.name, ', ')" \
    "  FROM pragma_table_info(it.name, 'before') AS col) AS cols" \
    "  FROM before.sqlite_schema AS it WHERE it.type = 'table' AND it.name NOT LIKE 'sqlite_%')"

struct migration {
    const char *path;
    char copy[PATH_MAX];
    char kept[PATH_MAX];
    uint64_t size; /* of the old file, bytes */
    bool keeps;    /* the old file may stay */
    const struct database_schema *schema;
    const struct database_release *release;
    const void *context; /* for convert() */
};

/* All of the old file is in the file itself, and its WAL is empty. */
static struct err settle(const struct database *old, uint64_t *out_size)
{
    int64_t pages = 0;
    int64_t page_size = 0;
    int result = sqlite3_wal_checkpoint_v2(old->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_wal_checkpoint_v2");
    struct err e = database_number(old, "PRAGMA page_count", &pages);
    if (!failed(e))
        e = database_number(old, "PRAGMA page_size", &page_size);
    if (!failed(e))
        *out_size = (uint64_t)pages * (uint64_t)page_size;
    return e;
}

static struct err free_bytes(const char *path, uint64_t *out_free)
{
    struct statvfs disk;
    if (statvfs(path, &disk) != 0)
        return ERR(ERR_IO, errno, "statvfs");
    *out_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    return ERR_OK;
}

/* Asked before, so that a disk is not filled in vain: others write to it too. */
static struct err check_room(const struct migration *migration)
{
    uint64_t room = 0;
    struct err e = free_bytes(migration->path, &room);
    if (!failed(e) && room < 2 * migration->size + ROOM_MARGIN)
        return ERR(ERR_NO_ROOM, (int64_t)room, "no room for a copy to migrate");
    return e;
}

/* A row that a constraint of a newer schema forbids: ERR_CONFLICT is no word for that. */
static struct err run_added(const struct database *copy, const char *sql)
{
    struct err e = database_run(copy, sql);
    return e.code == ERR_CONFLICT ? ERR(ERR_MALFORMED, e.native, "a row that does not fit") : e;
}

static struct err one_step(struct database *copy, const struct migration *migration, size_t at)
{
    const struct database_schema *schema = migration->schema;
    const struct database_release *release = &schema->releases[at];
    bool is_last = at + 1 == schema->release_count;
    char version[64];
    int32_t next = is_last ? schema->version : release[1].version;
    (void)text_print(version, sizeof(version), "PRAGMA user_version=%d", (int)next);

    struct err e = run_added(copy, release->added);
    if (!failed(e) && release->convert != NULL)
        e = release->convert(copy, migration->context);
    if (!failed(e))
        e = database_run(copy, version);
    return failed(e) ? e : database_check_shape(copy, schema, at + 1);
}

static struct err all_steps(struct database *copy, const struct migration *migration)
{
    struct err e = database_begin(copy);
    if (failed(e))
        return e;
    size_t first = (size_t)(migration->release - migration->schema->releases);
    for (size_t at = first; at < migration->schema->release_count && !failed(e); at++)
        e = one_step(copy, migration, at);
    return database_end(copy, e);
}

static struct err attach_old(const struct database *copy, const char *path)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(copy, "ATTACH ?1 AS before", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement)
                               : DATABASE_ERR(result, "sqlite3_bind_text");
}

/* Of all tables together. */
static struct err count_lost(const struct database *copy, int64_t *out_lost)
{
    CLEANUP(database_finalize) sqlite3_stmt *tables = NULL;
    int64_t lost = 0;
    bool row = false;
    struct err e = database_prepare(copy, LOST_SQL, &tables);
    if (!failed(e))
        e = database_step(tables, &row);
    while (!failed(e) && row) {
        int64_t of_table = 0;
        e = database_number(copy, (const char *)sqlite3_column_text(tables, 0), &of_table);
        lost += of_table;
        if (!failed(e))
            e = database_step(tables, &row);
    }
    if (!failed(e))
        *out_lost = lost;
    return e;
}

static struct err check_copy(const struct database *copy, const struct migration *migration)
{
    const char *lost = migration->release->lost;
    int64_t bad = 0;
    struct err e = database_check_pages(copy, true);
    if (!failed(e))
        e = database_number(copy, "SELECT count(*) FROM pragma_foreign_key_check", &bad);
    if (!failed(e) && bad != 0)
        e = ERR(ERR_MALFORMED, bad, "foreign_key_check");
    if (!failed(e))
        e = attach_old(copy, migration->path);
    if (!failed(e))
        e = lost != NULL ? database_number(copy, lost, &bad) : count_lost(copy, &bad);
    if (!failed(e) && bad != 0)
        e = ERR(ERR_MALFORMED, bad, "rows would be lost");
    return e;
}

static struct err make_copy(sqlite3 *old, const struct migration *migration)
{
    CLEANUP(database_close) struct database copy = {NULL, -1, false};
    int result = sqlite3_open_v2(migration->copy, &copy.db,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    struct err e = database_copy_pages(old, copy.db);
    if (!failed(e))
        e = database_configure(&copy);
    if (!failed(e))
        e = database_leave_wal(&copy);
    if (!failed(e)) /* tables are made anew under others that refer to them; all is checked after */
        e = database_run(&copy, "PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=OFF");
    if (!failed(e))
        e = all_steps(&copy, migration);
    return failed(e) ? e : check_copy(&copy, migration);
}

/* An old WAL beside the new file would be taken for the new one's: it is gone for good before. */
static struct err drop_wal(const char *path)
{
    static const char *const suffixes[] = {"-wal", "-shm"};
    char beside[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (!text_print(beside, sizeof(beside), "%s%s", path, suffixes[i]))
            return ERR(ERR_IO, ENAMETOOLONG, "path");
        if (unlink(beside) != 0 && errno != ENOENT)
            return ERR(ERR_IO, errno, "unlink");
    }
    return file_flush_folder(path);
}

static struct err look_for_clear(const struct database *old, struct migration *migration)
{
    int64_t rows = 0;
    struct err e = ERR_OK;
    if (migration->release->in_clear != NULL)
        e = database_number(old, migration->release->in_clear, &rows);
    if (!failed(e))
        migration->keeps = rows == 0;
    return e;
}

static struct err take_place(const struct migration *migration)
{
    uint64_t room = 0;
    struct err e = drop_wal(migration->path);
    if (!failed(e))
        e = free_bytes(migration->path, &room);
    bool keeps = migration->keeps && room >= migration->size + ROOM_MARGIN;
    const char *kept = keeps ? migration->kept : NULL;
    return failed(e) ? e : file_replace(migration->copy, migration->path, kept);
}

static struct err prepare_copy(sqlite3 *old, struct migration *migration)
{
    struct database database = {old, -1, false};
    struct err e = settle(&database, &migration->size);
    /* Another writer who has it open would go on with what is the old file then; but he keeps the
     * WAL there. */
    if (!failed(e) && migration->schema->by_turns)
        e = database_leave_wal(&database);
    if (!failed(e))
        e = check_room(migration);
    if (!failed(e))
        e = look_for_clear(&database, migration);
    return failed(e) ? e : make_copy(old, migration);
}

struct err database_migrate(sqlite3 *old, const char *path, const struct database_schema *schema,
                            const struct database_release *release, const void *context)
{
    struct migration migration = {
        .path = path, .schema = schema, .release = release, .context = context};
    struct err e = ERR_OK;
    if (!text_print(migration.copy, sizeof(migration.copy), "%s.migrating", path) ||
        !text_print(migration.kept, sizeof(migration.kept), "%s.schema-%d", path,
                    (int)release->version))
        e = ERR(ERR_IO, ENAMETOOLONG, "path");
    if (!failed(e))
        e = prepare_copy(old, &migration);
    (void)sqlite3_close_v2(old); /* only read from since its WAL was emptied */
    if (!failed(e))
        e = take_place(&migration);
    if (failed(e))
        database_sweep(path);
    return e;
}
