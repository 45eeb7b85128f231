/* disk_shape.c - put before database_check_shape() by the linker: a sweep opens thousands of times
 * what has the same tables, and making a model of them each time costs more than all else. What
 * passed once as these very tables passes again; the rest is asked for real. */
#include <string.h>

#include "kiosk/base/hash.h"
#include "kiosk/store/database.h"

#define KNOWN_MAX 32
#define SHAPE_SQL "SELECT group_concat(type || name || sql) FROM sqlite_schema"

static struct {
    const struct database_schema *schema;
    size_t at;
    struct hash shape;
} known[KNOWN_MAX];
static size_t known_count;

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
struct err __real_database_check_shape(const struct database *database,
                                       const struct database_schema *schema, size_t at);
struct err __wrap_database_check_shape(const struct database *database,
                                       const struct database_schema *schema, size_t at);

static struct err read_shape(const struct database *database, struct hash *out_shape)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, SHAPE_SQL, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    const void *text = sqlite3_column_text(statement, 0);
    *out_shape = hash_of((struct bytes){text, (size_t)sqlite3_column_bytes(statement, 0)});
    return ERR_OK;
}

struct err __wrap_database_check_shape(const struct database *database,
                                       const struct database_schema *schema, size_t at)
{
    struct hash shape;
    struct err e = read_shape(database, &shape);
    if (failed(e))
        return e;
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].schema == schema && known[i].at == at &&
            memcmp(known[i].shape.at, shape.at, HASH_LEN) == 0)
            return ERR_OK;
    }
    e = __real_database_check_shape(database, schema, at);
    if (!failed(e) && known_count < KNOWN_MAX) {
        known[known_count].schema = schema;
        known[known_count].at = at;
        known[known_count++].shape = shape;
    }
    return e;
}
/* NOLINTEND(bugprone-reserved-identifier) */
