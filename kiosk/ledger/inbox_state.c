/* How far journal and feed have come, what time is proven, and what the platform rejected. */
#include "kiosk/ledger/inbox.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox_guard.h"
#include "kiosk/ledger/inbox_rows.h"

struct err inbox_change(struct inbox *inbox, uint64_t *out_change)
{
    int64_t change = 0;
    struct err e = database_number(&inbox->database, "SELECT change FROM state", &change);
    if (!failed(e))
        *out_change = (uint64_t)change;
    return e;
}

static bool take_state(sqlite3_stmt *statement, struct inbox_state *out)
{
    int line = sqlite3_column_int(statement, 7);
    if (line < INBOX_LINE_UNKNOWN || line > INBOX_LINE_DOWN)
        return false;
    out->acked_seq = (uint64_t)sqlite3_column_int64(statement, 1);
    out->cursor = (uint64_t)sqlite3_column_int64(statement, 3);
    out->proven_ms = sqlite3_column_int64(statement, 4);
    out->proven_boot_ms = sqlite3_column_int64(statement, 5);
    out->line = (enum inbox_line)line;
    out->line_since_ms = sqlite3_column_int64(statement, 8);
    return database_text(statement, 0, out->epoch, sizeof(out->epoch)) &&
           database_blob(statement, 2, out->acked_hash.at, HASH_LEN) &&
           database_text(statement, 6, out->boot_id, sizeof(out->boot_id)) &&
           database_text(statement, 9, out->trouble, sizeof(out->trouble)) &&
           database_text(statement, 10, out->generation, sizeof(out->generation));
}

static struct err read_state(const struct inbox *inbox, struct inbox_state *out_state)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct inbox_state state;
    bool row = false;
    memset(&state, 0, sizeof(state));
    struct err e =
        database_prepare(&inbox->database,
                         "SELECT epoch, acked_seq, acked_hash, cursor, proven_ms, proven_boot_ms,"
                         " boot_id, line, line_since_ms, trouble, generation FROM state",
                         &statement);
    if (!failed(e))
        e = database_step(statement, &row);
    if (failed(e))
        return e;
    if (!row || !take_state(statement, &state))
        return ERR(ERR_MALFORMED, SQLITE_CORRUPT, "state");
    *out_state = state;
    return ERR_OK;
}

struct err inbox_get_state(struct inbox *inbox, struct inbox_state *out_state)
{
    struct inbox_state state;
    struct err e = database_look(&inbox->database);
    if (failed(e))
        return e;
    e = read_state(inbox, &state);
    if (!failed(e))
        e = guard_check_state(&inbox->database);
    e = database_look_end(&inbox->database, e);
    if (!failed(e))
        *out_state = state;
    return e;
}

static bool same_place(const struct inbox_state *a, const struct inbox_state *b)
{
    return text_same(a->epoch, b->epoch) && text_same(a->generation, b->generation) &&
           a->acked_seq == b->acked_seq &&
           memcmp(a->acked_hash.at, b->acked_hash.at, HASH_LEN) == 0 && a->cursor == b->cursor;
}

static bool same_state(const struct inbox_state *a, const struct inbox_state *b)
{
    return same_place(a, b) && a->proven_ms == b->proven_ms &&
           a->proven_boot_ms == b->proven_boot_ms && text_same(a->boot_id, b->boot_id) &&
           a->line == b->line && a->line_since_ms == b->line_since_ms &&
           text_same(a->trouble, b->trouble);
}

static struct err check_state(const struct inbox_state *state)
{
    size_t epoch = strnlen(state->epoch, sizeof(state->epoch));
    size_t generation = strnlen(state->generation, sizeof(state->generation));
    size_t boot = strnlen(state->boot_id, sizeof(state->boot_id));
    if ((epoch != 0 && epoch != CHAIN_UUID_LEN) || (boot != 0 && boot != CHAIN_UUID_LEN) ||
        (generation != 0 && generation != CHAIN_UUID_LEN) ||
        strnlen(state->trouble, sizeof(state->trouble)) == sizeof(state->trouble) ||
        state->acked_seq > INT64_MAX || state->cursor > INT64_MAX || state->line > INBOX_LINE_DOWN)
        return ERR(ERR_MALFORMED, 0, "state");
    return ERR_OK;
}

static struct err goes_forward(const struct inbox_state *from, const struct inbox_state *to)
{
    if (!text_same(from->epoch, to->epoch) || !text_same(from->generation, to->generation))
        return ERR_OK;
    if (to->acked_seq < from->acked_seq)
        return ERR(ERR_CONFLICT, 0, "acknowledged entries go back");
    if (to->acked_seq == from->acked_seq && to->acked_seq > 0 &&
        memcmp(to->acked_hash.at, from->acked_hash.at, HASH_LEN) != 0)
        return ERR(ERR_CONFLICT, 0, "another hash for an acknowledged entry");
    return ERR_OK;
}

static struct err store(const struct inbox *inbox, const struct inbox_state *state)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(
        &inbox->database,
        "UPDATE state SET epoch = ?1, acked_seq = ?2, acked_hash = ?3, cursor = ?4, proven_ms = ?5,"
        " proven_boot_ms = ?6, boot_id = ?7, line = ?8, line_since_ms = ?9, trouble = ?10,"
        " generation = ?11",
        &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, state->epoch, -1, SQLITE_STATIC) |
                 sqlite3_bind_int64(statement, 2, (sqlite3_int64)state->acked_seq) |
                 sqlite3_bind_blob(statement, 3, state->acked_hash.at, HASH_LEN, SQLITE_STATIC) |
                 sqlite3_bind_int64(statement, 4, (sqlite3_int64)state->cursor) |
                 sqlite3_bind_int64(statement, 5, state->proven_ms) |
                 sqlite3_bind_int64(statement, 6, state->proven_boot_ms) |
                 sqlite3_bind_text(statement, 7, state->boot_id, -1, SQLITE_STATIC) |
                 sqlite3_bind_int(statement, 8, (int)state->line) |
                 sqlite3_bind_int64(statement, 9, state->line_since_ms) |
                 sqlite3_bind_text(statement, 10, state->trouble, -1, SQLITE_STATIC) |
                 sqlite3_bind_text(statement, 11, state->generation, -1, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
}

static struct err store_all(const struct inbox *inbox, const struct inbox_state *state,
                            const struct inbox_proof *const proofs[INBOX_PROVES_COUNT])
{
    static const struct hash no_rows;
    struct err e = store(inbox, state);
    for (int i = 0; i < INBOX_PROVES_COUNT && !failed(e); i++) {
        if (proofs[i] != NULL)
            e = inbox_put_proof(inbox, (enum inbox_proves)i, proofs[i]);
    }
    return failed(e) ? e : inbox_touch(inbox, &no_rows);
}

struct err inbox_set_proven(struct inbox *inbox, const struct inbox_state *state,
                            const struct inbox_proof *const proofs[INBOX_PROVES_COUNT])
{
    bool proves = proofs[INBOX_PROVES_MARK] != NULL || proofs[INBOX_PROVES_TIME] != NULL;
    struct inbox_state before = {0};
    struct err e = check_state(state);
    if (!failed(e))
        e = inbox_get_state(inbox, &before);
    if (!failed(e))
        e = goes_forward(&before, state);
    if (!failed(e) && state->proven_ms < before.proven_ms)
        e = ERR(ERR_CONFLICT, 0, "proven time goes back");
    if (failed(e) || (same_state(&before, state) && !proves))
        return e;
    e = database_begin(&inbox->database);
    return failed(e) ? e : database_end(&inbox->database, store_all(inbox, state, proofs));
}

static struct err drop_time(const struct inbox *inbox, const struct inbox_state *state,
                            const struct inbox_proof *instead)
{
    const struct inbox_proof *const proofs[] = {
        [INBOX_PROVES_MARK] = NULL, [INBOX_PROVES_TIME] = instead};
    struct err e = inbox_drop_proof(inbox, INBOX_PROVES_TIME);
    return failed(e) ? e : store_all(inbox, state, proofs);
}

struct err inbox_drop_time(struct inbox *inbox, const struct inbox_state *state,
                           const struct inbox_proof *instead)
{
    struct inbox_state before;
    struct err e = check_state(state);
    if (!failed(e))
        e = inbox_get_state(inbox, &before);
    if (!failed(e))
        e = goes_forward(&before, state);
    if (!failed(e) && (instead == NULL) != (state->proven_ms == 0))
        e = ERR(ERR_MALFORMED, 0, "a time and its proof");
    if (!failed(e))
        e = database_begin(&inbox->database);
    return failed(e) ? e : database_end(&inbox->database, drop_time(inbox, state, instead));
}

struct err inbox_set_state(struct inbox *inbox, const struct inbox_state *state)
{
    static const struct inbox_proof *const none[INBOX_PROVES_COUNT];
    return inbox_set_proven(inbox, state, none);
}

static struct err quarantine(const struct inbox *inbox, uint64_t seq, const char *code)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e = database_prepare(&inbox->database,
                                    "INSERT INTO quarantine(epoch, seq, code)"
                                    " SELECT epoch, ?1, ?2 FROM state WHERE true"
                                    " ON CONFLICT DO NOTHING",
                                    &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq) |
                 sqlite3_bind_text(statement, 2, code, -1, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_finish(statement) : ERR(ERR_IO, result, "bind");
    if (failed(e) || sqlite3_changes(inbox->database.db) == 0)
        return e;
    struct hash sum = {{0}};
    e = guard_fold_entry(&inbox->database, seq, &sum);
    return failed(e) ? e : inbox_touch(inbox, &sum);
}

struct err inbox_quarantine(struct inbox *inbox, uint64_t seq, const char *code)
{
    size_t len = strnlen(code, INBOX_CODE_SIZE);
    if (seq == 0 || seq > INT64_MAX || len == 0 || len == INBOX_CODE_SIZE || !text_valid(code, len))
        return ERR(ERR_MALFORMED, 0, "quarantine");
    struct err e = database_begin(&inbox->database);
    return failed(e) ? e : database_end(&inbox->database, quarantine(inbox, seq, code));
}

struct err inbox_quarantined(struct inbox *inbox, uint64_t *out_count)
{
    int64_t count = 0;
    struct err e = database_number(&inbox->database, "SELECT count(*) FROM quarantine", &count);
    if (!failed(e))
        *out_count = (uint64_t)count;
    return e;
}

struct err inbox_quarantine_of(struct inbox *inbox, const char *epoch, uint64_t seq,
                               char out_code[INBOX_CODE_SIZE])
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    bool row = false;
    struct err e = database_prepare(
        &inbox->database, "SELECT code FROM quarantine WHERE epoch = ?1 AND seq = ?2", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, epoch, -1, SQLITE_STATIC) |
                 sqlite3_bind_int64(statement, 2, (sqlite3_int64)seq);
    e = result == SQLITE_OK ? database_step(statement, &row) : ERR(ERR_IO, result, "bind");
    if (failed(e))
        return e;
    if (!row)
        return ERR(ERR_NOT_FOUND, 0, "not in quarantine");
    return database_text(statement, 0, out_code, INBOX_CODE_SIZE)
               ? ERR_OK
               : ERR(ERR_MALFORMED, SQLITE_CORRUPT, "quarantine");
}

struct err inbox_verify_pages(struct inbox *inbox)
{
    return database_check_pages(&inbox->database, true);
}

struct err inbox_checkpoint(struct inbox *inbox)
{
    return database_checkpoint(&inbox->database);
}
