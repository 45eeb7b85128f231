/* Whether a database has the tables that it should, and whether its pages are whole. */
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/store/database.h"

#define VERDICT_MAX 512

/* As it was written, without blanks and the ends of lines. */
#define SHAPE_SQL \
    "SELECT group_concat(line, ';') FROM (SELECT replace(replace(sql, ' ', ''), char(10), '') AS " \
    "line" \
    " FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name)"

static const char *sql_of(const struct database_schema *schema, size_t at)
{
    return at == schema->release_count ? schema->sql : schema->releases[at].sql;
}

struct err database_shape(const struct database *database, const struct database_schema *schema,
                          size_t at, bool *out_is_known)
{
    size_t from = at;
    while (from > 0 && sql_of(schema, from) == NULL)
        from--;
    const char *sql = sql_of(schema, from);
    struct err e = sql != NULL ? database_run(database, sql) : ERR_OK;
    for (; sql != NULL && from < at && !failed(e); from++)
        e = database_run(database, schema->releases[from].added);
    if (!failed(e))
        *out_is_known = sql != NULL;
    return e;
}

static struct err read_shape(const struct database *database, sqlite3_stmt **out_statement)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, SHAPE_SQL, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row || sqlite3_column_text(statement, 0) == NULL)
        return ERR(ERR_MALFORMED, 0, "schema");
    *out_statement = statement;
    statement = NULL;
    return ERR_OK;
}

static struct err compare_shapes(const struct database *database, const struct database *model)
{
    CLEANUP(database_finalize) sqlite3_stmt *found = NULL;
    CLEANUP(database_finalize) sqlite3_stmt *expected = NULL;
    struct err e = read_shape(model, &expected);
    if (!failed(e))
        e = read_shape(database, &found);
    if (!failed(e) && !text_same((const char *)sqlite3_column_text(found, 0),
                                 (const char *)sqlite3_column_text(expected, 0)))
        return ERR(ERR_MALFORMED, 0, "tables of another shape");
    return e;
}

struct err database_check_shape(const struct database *database,
                                const struct database_schema *schema, size_t at)
{
    CLEANUP(database_close) struct database model = {NULL, -1, false};
    bool is_known = false;
    int result =
        sqlite3_open_v2(":memory:", &model.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_open_v2");
    struct err e = database_shape(&model, schema, at, &is_known);
    return failed(e) || !is_known ? e : compare_shapes(database, &model);
}

/* The check tells of a disk that cannot be read as if the file were damaged. */
static bool blames_disk(const char *verdict)
{
    static const char before[] = "error code=";
    const char *code = strstr(verdict, before);
    if (code == NULL)
        return strstr(verdict, "failed to get page") != NULL;
    return database_code((int)strtol(code + strlen(before), NULL, 10)) == ERR_IO;
}

struct err database_check_pages(const struct database *database, bool is_thorough)
{
    const char *check = is_thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    char verdict[VERDICT_MAX] = "";
    bool row = false;
    struct err e = database_prepare(database, check, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    bool is_told = row && database_text(statement, 0, verdict, sizeof(verdict));
    if (is_told && text_same(verdict, "ok"))
        return ERR_OK;
    return is_told && blames_disk(verdict) ? ERR(ERR_IO, SQLITE_IOERR, "pages")
                                           : ERR(ERR_MALFORMED, SQLITE_CORRUPT, "pages");
}
