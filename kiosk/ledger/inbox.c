/* Documents: put by the writer, newest version wins; got by readers. */
#include "kiosk/ledger/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox_guard.h"
#include "kiosk/ledger/inbox_rows.h"

#define DOCUMENT_COLUMNS "SELECT type, id, version, key_id, seal, body FROM document "

void inbox_close(struct inbox *inbox)
{
    if (inbox == NULL)
        return;
    database_close(&inbox->database);
    free(inbox);
}

void inbox_done(struct inbox **at)
{
    inbox_close(*at);
}

static struct err open_with(const char *path, bool write, bool create, struct inbox **out_inbox)
{
    struct inbox *inbox = calloc(1, sizeof(*inbox));
    if (inbox == NULL)
        return ERR(ERR_IO, SQLITE_NOMEM, "calloc");
    struct err e = write ? database_open(path, &inbox_schema, create, NULL, &inbox->database)
                         : database_open_read(path, &inbox_schema, &inbox->database);
    if (!failed(e) && write)
        e = database_check_pages(&inbox->database, true);
    if (!failed(e) && write)
        e = guard_check(&inbox->database);
    if (failed(e)) {
        inbox_close(inbox);
        return e;
    }
    *out_inbox = inbox;
    return ERR_OK;
}

struct err inbox_open(const char *path, bool create, struct inbox **out_inbox)
{
    return open_with(path, true, create, out_inbox);
}

struct err inbox_open_read(const char *path, struct inbox **out_inbox)
{
    return open_with(path, false, false, out_inbox);
}

static bool name_fine(const char *name, size_t size)
{
    size_t len = strnlen(name, size);
    return len > 0 && len < size && text_valid(name, len);
}

static struct err check_document(const struct inbox_document *document)
{
    if (document->body_len > INBOX_BODY_MAX)
        return ERR(ERR_NO_ROOM, document->body_len, "body");
    if (!name_fine(document->type, sizeof(document->type)) ||
        !name_fine(document->id, sizeof(document->id)) ||
        strnlen(document->key_id, sizeof(document->key_id)) == sizeof(document->key_id) ||
        document->version > INT64_MAX)
        return ERR(ERR_MALFORMED, 0, "document");
    return ERR_OK;
}

/* A statement with type and id bound. */
static struct err prepare_for(const struct inbox *inbox, const char *sql, const char *type,
                              const char *id, sqlite3_stmt **out_statement)
{
    struct err e = database_prepare(&inbox->database, sql, out_statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(*out_statement, 1, type, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(*out_statement, 2, id, -1, SQLITE_STATIC);
    return result == SQLITE_OK ? ERR_OK : ERR(ERR_IO, result, "bind");
}

enum news { NEWS_NONE, NEWS_NEW, NEWS_CONTRADICTS };

/* What `document` is beside what stands: newer, or with another seal, or of a later generation. */
static struct err is_news(const struct inbox *inbox, const struct inbox_document *document,
                          enum news *out_news)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = prepare_for(inbox,
                               "SELECT version, body, seal, generation = (SELECT generation FROM"
                               " state) FROM document WHERE type = ?1 AND id = ?2",
                               document->type, document->id, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;

    *out_news = NEWS_NEW;
    if (!row || sqlite3_column_int(statement, 3) == 0)
        return ERR_OK;
    uint64_t version = (uint64_t)sqlite3_column_int64(statement, 0);
    const void *body = sqlite3_column_blob(statement, 1);
    size_t len = (size_t)sqlite3_column_bytes(statement, 1);
    if (version != document->version) {
        *out_news = version < document->version ? NEWS_NEW : NEWS_NONE;
    } else if (len != document->body_len || (len > 0 && memcmp(body, document->body, len) != 0)) {
        *out_news = NEWS_CONTRADICTS;
    } else {
        uint8_t seal[INBOX_SEAL_LEN];
        bool resealed = !database_blob(statement, 2, seal, sizeof(seal)) ||
                        memcmp(seal, document->seal, sizeof(seal)) != 0;
        *out_news = resealed ? NEWS_NEW : NEWS_NONE;
    }
    return ERR_OK;
}

static struct err insert(const struct inbox *inbox, const struct inbox_document *document)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        prepare_for(inbox,
                    "INSERT INTO document(type, id, version, key_id, seal, body, generation)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, (SELECT generation FROM state))"
                    " ON CONFLICT(type, id) DO UPDATE SET"
                    " version = excluded.version, key_id = excluded.key_id,"
                    " seal = excluded.seal, body = excluded.body,"
                    " generation = excluded.generation",
                    document->type, document->id, &statement);
    if (failed(e))
        return e;
    int result =
        sqlite3_bind_int64(statement, 3, (sqlite3_int64)document->version) |
        sqlite3_bind_text(statement, 4, document->key_id, -1, SQLITE_STATIC) |
        sqlite3_bind_blob(statement, 5, document->seal, INBOX_SEAL_LEN, SQLITE_STATIC) |
        sqlite3_bind_blob(statement, 6, document->body, (int)document->body_len, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

static struct err put_one(struct inbox *inbox, const struct inbox_document *document,
                          bool *in_out_changed, struct hash *in_out_sum)
{
    const struct database *database = &inbox->database;
    enum news news = NEWS_NONE;
    struct err e = check_document(document);
    if (!failed(e))
        e = is_news(inbox, document, &news);
    if (!failed(e) && news == NEWS_CONTRADICTS)
        inbox->contradictions++;
    if (failed(e) || news != NEWS_NEW)
        return e;
    *in_out_changed = true;
    e = guard_fold(database, document->type, document->id, in_out_sum);
    if (!failed(e))
        e = insert(inbox, document);
    return failed(e) ? e : guard_fold(database, document->type, document->id, in_out_sum);
}

/* An answer that came late or twice must not take the cursor back. */
static struct err advance(const struct inbox *inbox, uint64_t cursor, bool *in_out_changed)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    if (cursor > INT64_MAX)
        return ERR(ERR_MALFORMED, 0, "cursor");
    struct err e = database_prepare(&inbox->database,
                                    "UPDATE state SET cursor = ?1 WHERE cursor < ?1", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)cursor);
    e = result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
    if (!failed(e) && sqlite3_changes(inbox->database.db) > 0)
        *in_out_changed = true;
    return e;
}

struct err inbox_touch(const struct inbox *inbox, const struct hash *changes)
{
    struct err e = database_run(&inbox->database, "UPDATE state SET change = change + 1");
    return failed(e) ? e : guard_write(&inbox->database, changes);
}

struct err inbox_put(struct inbox *inbox, const struct inbox_document *documents, size_t count,
                     uint64_t cursor)
{
    bool changed = false;
    struct hash sum = {{0}};
    struct err e = database_begin(&inbox->database);
    if (failed(e))
        return e;
    for (size_t i = 0; i < count && !failed(e); i++)
        e = put_one(inbox, &documents[i], &changed, &sum);
    if (!failed(e))
        e = advance(inbox, cursor, &changed);
    if (!failed(e) && changed)
        e = inbox_touch(inbox, &sum);
    return database_end(&inbox->database, e);
}

unsigned inbox_contradictions(const struct inbox *inbox)
{
    return inbox->contradictions;
}

static struct err erase_one(const struct inbox *inbox, const struct inbox_name *name,
                            struct hash *in_out_sum)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = guard_fold(&inbox->database, name->type, name->id, in_out_sum);
    if (!failed(e)) {
        e = prepare_for(inbox, "DELETE FROM document WHERE type = ?1 AND id = ?2", name->type,
                        name->id, &statement);
    }
    return failed(e) ? e : database_finish(statement);
}

struct err inbox_erase(struct inbox *inbox, const struct inbox_name *names, size_t count)
{
    struct hash sum = {{0}};
    struct err e = database_begin(&inbox->database);
    if (failed(e))
        return e;
    for (size_t i = 0; i < count && !failed(e); i++)
        e = erase_one(inbox, &names[i], &sum);
    if (!failed(e))
        e = inbox_touch(inbox, &sum);
    return database_end(&inbox->database, e);
}

static bool take_document(sqlite3_stmt *statement, struct inbox_document *out)
{
    int len = sqlite3_column_bytes(statement, 5);
    if (len < 0 || (size_t)len > sizeof(out->body))
        return false;
    out->version = (uint64_t)sqlite3_column_int64(statement, 2);
    out->body_len = (size_t)len;
    return database_text(statement, 0, out->type, sizeof(out->type)) &&
           database_text(statement, 1, out->id, sizeof(out->id)) &&
           database_text(statement, 3, out->key_id, sizeof(out->key_id)) &&
           database_blob(statement, 4, out->seal, sizeof(out->seal)) &&
           database_blob(statement, 5, out->body, out->body_len);
}

struct err inbox_get(struct inbox *inbox, const char *type, const char *id,
                     struct inbox_document *out_document)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct inbox_document document;
    bool row = false;
    struct err e =
        prepare_for(inbox, DOCUMENT_COLUMNS "WHERE type = ?1 AND id = ?2", type, id, &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row)
        return ERR(ERR_NOT_FOUND, 0, "document");
    if (!take_document(statement, &document))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "document");
    *out_document = document;
    return ERR_OK;
}

struct err inbox_scan(struct inbox *inbox, const char *type,
                      bool (*visit_document)(void *, const struct inbox_document *), void *context)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(&inbox->database,
                                    DOCUMENT_COLUMNS "WHERE type = ?1 ORDER BY id", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, type, -1, SQLITE_STATIC);
    if (result != SQLITE_OK)
        return ERR(ERR_IO, result, "bind");
    for (;;) {
        struct inbox_document document;
        bool row = false;
        e = database_step(statement, &row);
        if (failed(e) || !row)
            return e;
        if (!take_document(statement, &document))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "document");
        if (!visit_document(context, &document))
            return ERR_OK;
    }
}

struct err inbox_sealers(struct inbox *inbox,
                         bool (*visit_name)(void *, const struct inbox_name *name,
                                            const char *key_id),
                         void *context)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_prepare(&inbox->database, "SELECT type, id, key_id FROM document", &statement);
    while (!failed(e)) {
        struct inbox_name name;
        char key_id[INBOX_KEY_ID_SIZE];
        bool row = false;
        e = database_step(statement, &row);
        if (failed(e) || !row)
            return e;
        if (!database_text(statement, 0, name.type, sizeof(name.type)) ||
            !database_text(statement, 1, name.id, sizeof(name.id)) ||
            !database_text(statement, 2, key_id, sizeof(key_id)))
            return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "sealer");
        if (!visit_name(context, &name, key_id))
            return ERR_OK;
    }
    return e;
}

struct err inbox_check(struct inbox *inbox)
{
    return guard_check(&inbox->database);
}
