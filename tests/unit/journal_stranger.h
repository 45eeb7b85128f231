/* journal_stranger.h - what somebody does who has the file, and knows how everything in it is
 * computed, but has not the kiosk's device key. For tests that include journal_room.h before. */
#ifndef TESTS_UNIT_JOURNAL_STRANGER_H
#define TESTS_UNIT_JOURNAL_STRANGER_H

#include "kiosk/base/hex.h"

/* Past a trigger: it is taken off and put back as it was. */
#define UNGUARDED(name, table, sql) \
    "CREATE TEMP TABLE guard AS SELECT name, sql FROM sqlite_schema WHERE name = '" name "';" \
    "DROP TRIGGER " name "; " sql ";" \
    "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql)" \
    " SELECT 'trigger', name, '" table "', 0, sql FROM guard; PRAGMA writable_schema=OFF;"

/* The hash that `row` should have behind `prev`, and what bound it before there was a key. */
struct forged {
    struct hash hash, bound;
};

static inline struct forged forge(sqlite3_stmt *row, const char *epoch, const struct hash *prev)
{
    struct forged forged;
    char text[256];
    char hex[HEX_SIZE(HASH_LEN)];
    struct chain_entry entry = {
        .seq = (uint64_t)sqlite3_column_int64(row, 0),
        .at_ms = sqlite3_column_int64(row, 1),
        .epoch = epoch,
        .txid = (const char *)sqlite3_column_text(row, 2),
        .visit = (const char *)sqlite3_column_text(row, 3),
        .kind = (const char *)sqlite3_column_text(row, 4),
        .body = {sqlite3_column_blob(row, 5), (size_t)sqlite3_column_bytes(row, 5)},
        .prev = *prev};
    const char *order = (const char *)sqlite3_column_text(row, 6);
    const char *token = (const char *)sqlite3_column_text(row, 7);
    assert_int_equal(chain_hash(&entry, &forged.hash).code, ERR_NONE);
    hex_print(hex, (struct bytes){forged.hash.at, HASH_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-order-1\n%s\n%s\n%s\n%d", hex,
                     order != NULL ? order : "", token != NULL ? token : "",
                     sqlite3_column_int(row, 8));
    forged.bound = hash_of((struct bytes){(const uint8_t *)text, strlen(text)});
    return forged;
}

static inline void rewrite(sqlite3 *db, int64_t seq, const struct hash *prev,
                           const struct forged *forged)
{
    sqlite3_stmt *update = NULL;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "UPDATE journal SET prev = ?1, hash = ?2, bound = ?3"
                                        " WHERE seq = ?4",
                                        -1, &update, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_blob(update, 1, prev->at, HASH_LEN, SQLITE_STATIC) |
                         sqlite3_bind_blob(update, 2, forged->hash.at, HASH_LEN, SQLITE_STATIC) |
                         sqlite3_bind_blob(update, 3, forged->bound.at, HASH_LEN, SQLITE_STATIC) |
                         sqlite3_bind_int64(update, 4, seq),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(update), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(update), SQLITE_OK);
}

/* Give the whole chain hashes that fit what its entries say now. */
static inline void forge_chain(const char *path, const char *epoch)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    struct hash prev = {{0}};
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN; DROP TRIGGER journal_no_update", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT seq, at, txid, visit, kind, body, order_id, token,"
                                        " order_state FROM journal ORDER BY seq",
                                        -1, &rows, NULL),
                     SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct forged forged = forge(rows, epoch, &prev);
        rewrite(db, sqlite3_column_int64(rows, 0), &prev, &forged);
        prev = forged.hash;
    }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN"
                                  " SELECT RAISE(ABORT, 'the journal is append-only'); END; COMMIT",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#endif
