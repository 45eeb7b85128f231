/* A new database, there whole or not at all. */
#include "kiosk/store/database.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "kiosk/base/file.h"
#include "kiosk/base/text.h"

static struct err make_tables(struct database *database, const struct database_schema *schema,
                              const void *context)
{
    char numbers[96];
    bool is_known = false;
    (void)text_print(numbers, sizeof(numbers), "PRAGMA application_id=%d; PRAGMA user_version=%d;",
                     (int)schema->application_id, (int)schema->version);
    struct err e = database_shape(database, schema, schema->release_count, &is_known);
    if (!failed(e))
        e = database_run(database, numbers);
    return failed(e) || schema->fill == NULL ? e : schema->fill(database, context);
}

static void sweep(const char *path)
{
    static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
    char left[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        if (text_print(left, sizeof(left), "%s%s", path, suffixes[i]))
            (void)unlink(left);
    }
}

void database_sweep(const char *path)
{
    static const char *const beside[] = {".new", ".migrating"};
    char left[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
        if (text_print(left, sizeof(left), "%s%s", path, beside[i]))
            sweep(left);
    }
}

static struct err build(const char *path, const struct database_schema *schema, const void *context)
{
    CLEANUP(database_close) struct database database = {NULL, -1, false};
    int result =
        sqlite3_open_v2(path, &database.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    struct err e = database_run(&database, "PRAGMA synchronous=EXTRA; BEGIN EXCLUSIVE");
    return failed(e) ? e : database_end(&database, make_tables(&database, schema, context));
}

struct err database_create(const char *path, const struct database_schema *schema,
                           const void *context)
{
    char fresh[PATH_MAX];
    if (!text_print(fresh, sizeof(fresh), "%s.new", path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    database_sweep(path);
    struct err e = build(fresh, schema, context);
    if (!failed(e) && rename(fresh, path) != 0)
        e = ERR(errno == ENOSPC ? ERR_NO_ROOM : ERR_IO, errno, "rename");
    if (failed(e)) {
        sweep(fresh);
        return e;
    }
    return file_flush_folder(path);
}

struct err database_open_memory(const struct database_schema *schema, const void *context,
                                struct database *out_database)
{
    CLEANUP(database_close) struct database database = {NULL, -1, false};
    int result =
        sqlite3_open_v2(":memory:", &database.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    struct err e = database_configure(&database);
    if (!failed(e))
        e = make_tables(&database, schema, context);
    if (failed(e))
        return e;
    *out_database = database;
    database.db = NULL;
    return ERR_OK;
}
