/* store_migrate.c - hides the copy, and how it is told that nothing of the old file is missing. */
#include "sync/gateway/store_migrate.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"
#include "sync/gateway/store_schema.h"

#define ROOM_MARGIN \
    (16 << 20) /* bytes, beside the copy and what takes back a change of all of it */

/* Tables, their columns in any order, indexes and triggers. */
#define SHAPE_SQL \
    "SELECT count(*), group_concat(line, ';') FROM (SELECT it.type || ' ' || it.name || ' '" \
    "  || coalesce(col.name || ' ' || col.type || ' ' || col.\"notnull\" || ' ' || col.pk, '')" \
    "  AS line FROM main.sqlite_schema AS it LEFT JOIN pragma_table_info(it.name) AS col" \
    "  WHERE it.name NOT LIKE 'sqlite_%' ORDER BY it.type, it.name, col.name)"

/* For each table of the old file a statement that counts what is not in the copy, and what is in
 * it beside. */
#define LOST_SQL \
    "SELECT 'SELECT (SELECT count(*) FROM (SELECT ' || cols || ' FROM before.' || name ||" \
    " ' EXCEPT SELECT ' || cols || ' FROM main.' || name || ')) + abs((SELECT count(*) FROM" \
    " before.' || name || ') - (SELECT count(*) FROM main.' || name || '))'" \
    " FROM (SELECT it.name AS name, (SELECT group_concat(col.name, ', ')" \
    "  FROM pragma_table_info(it.name, 'before') AS col) AS cols" \
    "  FROM before.sqlite_schema AS it WHERE it.type = 'table' AND it.name NOT LIKE 'sqlite_%')"

struct names {
    char copy[PATH_MAX], journal[PATH_MAX];
    char kept[PATH_MAX];
};

static void close_database(sqlite3 **db)
{
    (void)sqlite3_close_v2(*db); /* nothing is under way */
}

static void finalize(sqlite3_stmt **statement)
{
    (void)sqlite3_finalize(*statement); /* repeats what the last step said */
}

static struct err failure(int code, const char *site)
{
    int kind = code & 0xFF;
    if (kind == SQLITE_FULL)
        return (struct err){ERR_NO_ROOM, code, site};
    if (kind == SQLITE_BUSY)
        return (struct err){ERR_TIMEOUT, code, site};
    return (struct err){kind == SQLITE_CONSTRAINT ? ERR_UNSUPPORTED : ERR_IO, code, site};
}

static struct err script(sqlite3 *db, const char *sql)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? ERR_OK : failure(code, "store_migrate.c sqlite3_exec");
}

/* The first row of `sql`. */
static struct err first_row(sqlite3 *db, const char *sql, sqlite3_stmt **out_statement)
{
    CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code != SQLITE_ROW)
        return failure(code, "store_migrate.c sqlite3_step");
    *out_statement = statement;
    statement = NULL;
    return ERR_OK;
}

static struct err number(sqlite3 *db, const char *sql, int64_t *out_number)
{
    CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    struct err e = first_row(db, sql, &statement);
    if (!failed(e))
        *out_number = sqlite3_column_int64(statement, 0);
    return e;
}

static struct err room_for(sqlite3 *old, const char *path, int copies)
{
    struct statvfs disk;
    int64_t size = 0;
    struct err e = number(old,
                          "SELECT page_count * page_size FROM pragma_page_count,"
                          " pragma_page_size",
                          &size);
    if (failed(e))
        return e;
    if (statvfs(path, &disk) != 0)
        return ERR(ERR_IO, errno, "statvfs");
    if ((uint64_t)disk.f_bavail * disk.f_frsize < (uint64_t)(copies * size) + ROOM_MARGIN)
        return ERR(ERR_NO_ROOM, 0, "no room for a copy to migrate");
    return ERR_OK;
}

static struct err copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return failure(sqlite3_errcode(to), "store_migrate.c sqlite3_backup_init");
    int code = sqlite3_backup_step(backup, -1);
    int finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && finished == SQLITE_OK)
        return ERR_OK;
    return failure(code == SQLITE_DONE ? finished : code, "store_migrate.c sqlite3_backup_step");
}

static struct err check_pages(sqlite3 *copy)
{
    CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    int64_t bad = 0;
    struct err e = first_row(copy, "PRAGMA integrity_check(1)", &statement);
    if (!failed(e) && !text_same((const char *)sqlite3_column_text(statement, 0), "ok"))
        e = ERR(ERR_IO, SQLITE_CORRUPT, "integrity_check");
    if (!failed(e))
        e = number(copy, "SELECT count(*) FROM pragma_foreign_key_check", &bad);
    return !failed(e) && bad != 0 ? ERR(ERR_UNSUPPORTED, bad, "foreign_key_check") : e;
}

/* Whether the copy has what a database that is made today has. */
static struct err check_shape(sqlite3 *copy)
{
    CLEANUP(close_database) sqlite3 *model = NULL;
    CLEANUP(finalize) sqlite3_stmt *found = NULL;
    CLEANUP(finalize) sqlite3_stmt *wanted = NULL;
    int code = sqlite3_open(":memory:", &model);
    struct err e = code == SQLITE_OK ? script(model, store_schema)
                                     : failure(code, "store_migrate.c sqlite3_open");
    for (int64_t i = STORE_SCHEMA_BASE; i < STORE_SCHEMA_VERSION && !failed(e); i++)
        e = script(model, store_schema_steps[i - 1]);
    if (!failed(e))
        e = first_row(model, SHAPE_SQL, &wanted);
    if (!failed(e))
        e = first_row(copy, SHAPE_SQL, &found);
    if (!failed(e) && !text_same((const char *)sqlite3_column_text(found, 1),
                                 (const char *)sqlite3_column_text(wanted, 1)))
        e = ERR(ERR_UNSUPPORTED, 0, "tables of another shape");
    return e;
}

static struct err attach_old(sqlite3 *copy, const char *path)
{
    CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(copy, "ATTACH ?1 AS before", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    return code == SQLITE_DONE ? ERR_OK : failure(code, "store_migrate.c attach");
}

static struct err check_rows(sqlite3 *copy, const char *path)
{
    CLEANUP(finalize) sqlite3_stmt *tables = NULL;
    struct err e = attach_old(copy, path);
    if (!failed(e))
        e = first_row(copy, LOST_SQL, &tables);
    int code = SQLITE_ROW;
    while (!failed(e) && code == SQLITE_ROW) {
        int64_t lost = 0;
        e = number(copy, (const char *)sqlite3_column_text(tables, 0), &lost);
        if (!failed(e) && lost != 0)
            e = ERR(ERR_UNSUPPORTED, lost, "rows would be lost");
        code = sqlite3_step(tables);
    }
    return !failed(e) && code != SQLITE_DONE ? failure(code, "store_migrate.c tables") : e;
}

static struct err make_copy(sqlite3 *old, const char *path, const char *copy_path, int64_t version)
{
    CLEANUP(close_database) sqlite3 *copy = NULL;
    int code = sqlite3_open_v2(copy_path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (code != SQLITE_OK)
        return failure(code, "store_migrate.c sqlite3_open_v2");
    struct err e = copy_pages(old, copy);
    if (!failed(e))
        e = script(copy, "PRAGMA synchronous=EXTRA; PRAGMA trusted_schema=OFF");
    for (size_t at = (size_t)version - 1; at + 1 < STORE_SCHEMA_VERSION && !failed(e); at++)
        e = script(copy, store_schema_steps[at]);
    if (!failed(e))
        e = check_pages(copy);
    if (!failed(e))
        e = check_shape(copy);
    return failed(e) ? e : check_rows(copy, path);
}

static void sweep(const struct names *names)
{
    (void)unlink(names->copy); /* what an interrupted migration left was never in use */
    (void)unlink(names->journal);
}

/* Without a WAL the file is all there is of it, and whoever else has it open keeps its WAL there:
 * he would go on writing to what is the old one then. */
static struct err prepare_copy(sqlite3 *old, const char *path, const struct names *names,
                               int64_t version)
{
    sweep(names);
    struct err e = script(old, "PRAGMA journal_mode=DELETE");
    if (!failed(e))
        e = room_for(old, path, 2);
    return failed(e) ? e : make_copy(old, path, names->copy, version);
}

static bool name_all(struct names *names, const char *path, int64_t version)
{
    return text_print(names->copy, PATH_MAX, "%s.migrating", path) &&
           text_print(names->journal, PATH_MAX, "%s.migrating-journal", path) &&
           text_print(names->kept, PATH_MAX, "%s.schema-%d", path, (int)version);
}

struct err store_migrate(sqlite3 *old, const char *path, int64_t version)
{
    struct names names;
    bool fits = name_all(&names, path, version);
    struct err e =
        fits ? prepare_copy(old, path, &names, version) : ERR(ERR_IO, ENAMETOOLONG, "path");
    bool keeps = !failed(e) && !failed(room_for(old, path, 1));
    (void)sqlite3_close_v2(old); /* read from only, and without a WAL */
    if (!failed(e))
        e = file_replace(names.copy, path, keeps ? names.kept : NULL);
    if (failed(e) && fits)
        sweep(&names);
    return e;
}
