/* From a journal of an earlier release to one that is bound by the device key, on the copy. */
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_rows.h"

struct binder {
    const struct journal_guard *guard;
};

/* journal_bind() as SQL knows it: hash, order_id, token, order_state. */
static void bind_in_sql(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct binder *binder = sqlite3_user_data(context);
    struct journal_about about = {.state = sqlite3_value_int(values[3])};
    struct hash hash;
    const char *order = (const char *)sqlite3_value_text(values[1]);
    const char *token = (const char *)sqlite3_value_text(values[2]);
    (void)count; /* four, as it was registered */
    if (sqlite3_value_bytes(values[0]) != HASH_LEN ||
        !text_copy(about.order, sizeof(about.order), order != NULL ? order : "") ||
        !text_copy(about.token, sizeof(about.token), token != NULL ? token : "")) {
        sqlite3_result_error(context, "no entry", -1);
        return;
    }
    memcpy(hash.at, sqlite3_value_blob(values[0]), HASH_LEN);
    struct hash bound = journal_bind(binder->guard, &hash, &about);
    sqlite3_result_blob(context, bound.at, HASH_LEN, SQLITE_TRANSIENT);
}

static struct err read_epoch(const struct database *database, char out[CHAIN_UUID_LEN + 1])
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(database, "SELECT epoch FROM meta", &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    return row && database_text(statement, 0, out, CHAIN_UUID_LEN + 1)
               ? ERR_OK
               : ERR(ERR_MALFORMED, 0, "epoch");
}

/* The trigger that refuses an UPDATE is off for this one. */
static struct err bind_all(const struct database *database, const struct journal_guard *guard)
{
    static const char run[] = "DROP TRIGGER journal_no_update;"
                              "UPDATE journal SET bound = bound_anew(hash, order_id, token, "
                              "order_state);" JOURNAL_NO_UPDATE;
    static const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    struct binder binder = {guard};
    int result = sqlite3_create_function_v2(database->db, "bound_anew", 4, flags, &binder,
                                            bind_in_sql, NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return DATABASE_ERR(result, "sqlite3_create_function_v2");
    struct err e = database_run(database, run);
    result = sqlite3_create_function_v2(database->db, "bound_anew", 4, flags, NULL, NULL, NULL,
                                        NULL, NULL);
    if (!failed(e) && result != SQLITE_OK)
        e = DATABASE_ERR(result, "sqlite3_create_function_v2");
    return e;
}

struct err journal_become_bound(struct database *database, const void *context)
{
    const struct journal_birth *birth = context;
    struct journal_walk end;
    char epoch[CHAIN_UUID_LEN + 1];
    struct err e = read_epoch(database, epoch);
    if (!failed(e)) /* what was changed is not to be bound as if it had been so */
        e = journal_verify_unkeyed(database, epoch, &end);
    if (!failed(e))
        e = bind_all(database, birth->guard);
    if (!failed(e))
        e = journal_seal_kept(database, birth->guard, epoch);
    return failed(e) ? e : journal_head_fill(database, birth->guard, epoch, &end);
}

static void release_statements(struct journal *journal)
{
    for (size_t i = 0; i < JOURNAL_STATEMENT_COUNT; i++)
        database_finalize(&journal->statements[i]);
}

struct err journal_become_signed(struct database *database, const void *context)
{
    const struct journal_birth *birth = context;
    CLEANUP(release_statements)
    struct journal journal = {.database = *database, .guard = birth->guard};
    struct journal_walk mark;
    uint64_t bad_seq = 0;
    struct err e = journal_read_epoch(&journal);
    if (!failed(e))
        e = journal_mark(&journal, &mark);
    if (!failed(e)) /* what was changed is not to be signed as if it had been so */
        e = journal_verify(&journal, &bad_seq);
    return failed(e) ? e : journal_sign_all(&journal);
}
