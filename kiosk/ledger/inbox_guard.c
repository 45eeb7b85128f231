#include "kiosk/ledger/inbox_guard.h"

#include <string.h>

#include "kiosk/ledger/inbox.h"

#define STATE_TEXT(of_state) \
    "SELECT group_concat(line, char(10)) FROM (" \
    " SELECT epoch||'|'||acked_seq||'|'||hex(acked_hash)||'|'||cursor||'|'||proven_ms||'|'" \
    "  " \
    "||proven_boot_ms||'|'||boot_id||'|'||line||'|'||line_since_ms||'|'||trouble||'|'||" \
    "change" of_state "  AS line FROM state" \
    " UNION ALL SELECT * FROM" \
    "  (SELECT what||'|'||text||'|'||key_id||'|'||hex(seal) FROM proof ORDER BY what))"
#define ROW_MAX \
    (INBOX_TYPE_SIZE + INBOX_ID_SIZE + 64 + INBOX_KEY_ID_SIZE + INBOX_SEAL_LEN + INBOX_BODY_MAX + \
     INBOX_GENERATION_SIZE)
#define ENTRY "SELECT epoch, seq, code FROM quarantine"
#define DOCUMENT(of_document) \
    "SELECT type, id, version, key_id, seal, body" of_document " FROM document"

/* What the sums are over. */
struct extent {
    const char *state;
    const char *documents;
};

static const struct extent all = {STATE_TEXT("||'|'||generation"),
                                  DOCUMENT(", generation") " NOT INDEXED"};
static const struct extent of_2 = {STATE_TEXT(""), DOCUMENT("") " NOT INDEXED"};

static void fold(struct hash *sum, const struct hash *other)
{
    for (size_t i = 0; i < HASH_LEN; i++)
        sum->at[i] ^= other->at[i];
}

/* The row at hand: names and numbers as text with a NUL behind, the rest as it is. */
static struct err fold_row(sqlite3_stmt *row, struct hash *sum)
{
    uint8_t text[ROW_MAX];
    size_t len = 0;

    for (int i = 0; i < sqlite3_column_count(row); i++) {
        bool is_blob = sqlite3_column_type(row, i) == SQLITE_BLOB;
        const void *at = is_blob ? sqlite3_column_blob(row, i) : sqlite3_column_text(row, i);
        size_t size = (size_t)sqlite3_column_bytes(row, i) + (is_blob ? 0 : 1);
        if ((at == NULL && size > 0) || size > sizeof(text) - len)
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "row");
        if (size > 0)
            memcpy(text + len, at, size);
        len += size;
    }
    struct hash hash = hash_of((struct bytes){text, len});
    fold(sum, &hash);
    return ERR_OK;
}

struct err guard_fold(const struct database *database, const char *type, const char *id,
                      struct hash *in_out_sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(
        database, DOCUMENT(", generation") " WHERE type = ?1 AND id = ?2", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, type, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 2, id, -1, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_step(statement, &row) : ERR(ERR_IO, result, "bind");
    return failed(e) || !row ? e : fold_row(statement, in_out_sum);
}

struct err guard_fold_entry(const struct database *database, uint64_t seq, struct hash *in_out_sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(
        database, ENTRY " WHERE epoch = (SELECT epoch FROM state) AND seq = ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq);
    e = result == SQLITE_OK ? database_step(statement, &row) : ERR(ERR_IO, result, "bind");
    return failed(e) || !row ? e : fold_row(statement, in_out_sum);
}

static struct err fold_all(const struct database *database, const char *sql, struct hash *sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = true;
    struct err e = database_prepare(database, sql, &statement);
    while (!failed(e) && row) {
        e = database_step(statement, &row);
        if (!failed(e) && row)
            e = fold_row(statement, sum);
    }
    return e;
}

static struct err sum_rows(const struct database *database, const struct extent *extent,
                           struct hash *out_sum)
{
    struct hash sum = {{0}};
    struct err e = fold_all(database, extent->documents, &sum);
    if (!failed(e))
        e = fold_all(database, ENTRY, &sum);
    if (!failed(e))
        *out_sum = sum;
    return e;
}

static struct err sum_state(const struct database *database, const struct extent *extent,
                            struct hash *out_sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, extent->state, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    const unsigned char *text = row ? sqlite3_column_text(statement, 0) : NULL;
    if (text == NULL)
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "no state");
    *out_sum = hash_of((struct bytes){text, (size_t)sqlite3_column_bytes(statement, 0)});
    return ERR_OK;
}

static struct err read_sum(const struct database *database, const char *sql, struct hash *out_sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct hash sum;
    bool row = false;
    struct err e = database_prepare(database, sql, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row || !database_blob(statement, 0, sum.at, HASH_LEN))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "no guard");
    *out_sum = sum;
    return ERR_OK;
}

static struct err put(const struct database *database, const struct extent *extent,
                      const struct hash *rows)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct hash state = {{0}};
    struct err e = sum_state(database, extent, &state);
    if (!failed(e)) {
        e = database_prepare(database, "REPLACE INTO guard(id, state, rows) VALUES(1, ?1, ?2)",
                             &statement);
    }
    if (failed(e))
        return e;
    int result = sqlite3_bind_blob(statement, 1, state.at, HASH_LEN, SQLITE_STATIC) |
                 sqlite3_bind_blob(statement, 2, rows->at, HASH_LEN, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

struct err guard_write(const struct database *database, const struct hash *changes)
{
    struct hash rows = {{0}};
    struct err e = read_sum(database, "SELECT rows FROM guard", &rows);
    if (failed(e))
        return e;
    fold(&rows, changes);
    return put(database, &all, &rows);
}

static struct err make(const struct database *database, const struct extent *extent)
{
    struct hash rows = {{0}};
    struct err e = sum_rows(database, extent, &rows);
    return failed(e) ? e : put(database, extent, &rows);
}

struct err guard_make(const struct database *database)
{
    return make(database, &all);
}

struct err guard_make_2(const struct database *database)
{
    return make(database, &of_2);
}

static struct err compare(const struct database *database, const char *sql,
                          const struct hash *found)
{
    struct hash kept = {{0}};
    struct err e = read_sum(database, sql, &kept);
    if (!failed(e) && !hash_same(&kept, found))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "not what was written");
    return e;
}

static struct err check_state(const struct database *database, const struct extent *extent)
{
    struct hash found = {{0}};
    struct err e = sum_state(database, extent, &found);
    return failed(e) ? e : compare(database, "SELECT state FROM guard", &found);
}

static struct err check(const struct database *database, const struct extent *extent)
{
    struct hash found = {{0}};
    struct err e = check_state(database, extent);
    if (!failed(e))
        e = sum_rows(database, extent, &found);
    return failed(e) ? e : compare(database, "SELECT rows FROM guard", &found);
}

struct err guard_check_state(const struct database *database)
{
    return check_state(database, &all);
}

struct err guard_check_2(const struct database *database)
{
    return check(database, &of_2);
}

struct err guard_check(const struct database *database)
{
    struct err e = database_look(database);
    return failed(e) ? e : database_look_end(database, check(database, &all));
}
