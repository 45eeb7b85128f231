/*
 * released.h - databases as earlier releases left them: their own tables, a full queue, and half of
 * it still in the WAL.
 */
#ifndef TESTS_UNIT_RELEASED_H
#define TESTS_UNIT_RELEASED_H

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/chain.h"
#include "kiosk/base/hex.h"
#include "tests/unit/ledger.h"
#include "tests/unit/unit.h"

#define RELEASED_SQL_MAX 16384
#define RELEASED_EPOCH "0badcafe-0000-4000-8000-000000000000"

static inline void released_run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* An empty database of tests/golden/released/`name`, in WAL mode. */
static inline sqlite3 *released_make(const char *path, const char *name)
{
    char file[128];
    char sql[RELEASED_SQL_MAX];
    sqlite3 *db = NULL;
    (void)text_print(file, sizeof(file), "tests/golden/released/%s", name);
    FILE *from = fopen(file, "re");
    assert_non_null(from);
    size_t len = fread(sql, 1, sizeof(sql) - 1, from);
    assert_true(len > 0 && feof(from));
    assert_int_equal(fclose(from), 0);
    sql[len] = '\0';
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), SQLITE_OK);
    released_run(db, sql);
    released_run(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0");
    return db;
}

static inline void released_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    assert_int_equal(sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT), SQLITE_OK);
}

static inline void released_bind_blob(sqlite3_stmt *statement, int at, struct bytes blob)
{
    assert_int_equal(sqlite3_bind_blob(statement, at, blob.at, (int)blob.len, SQLITE_TRANSIENT),
                     SQLITE_OK);
}

/* As journals of schema 1 and 2 bound an order to its entry. */
static inline struct hash released_bound(const struct hash *hash, const struct journal_draft *draft)
{
    char hex[HEX_SIZE(HASH_LEN)];
    char text[256];
    hex_print(hex, (struct bytes){hash->at, HASH_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-order-1\n%s\n%s\n%s\n%d", hex, draft->order,
                     draft->token, (int)draft->order_state);
    return hash_of((struct bytes){(const uint8_t *)text, strlen(text)});
}

/* Entry `seq` of a journal of schema 1 or 2: a request of an order of its own. */
static inline void released_entry(sqlite3 *db, uint64_t seq, struct hash *prev)
{
    static const char insert[] =
        "INSERT INTO journal VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)";
    struct journal_draft draft = draft_of((unsigned)seq, (unsigned)seq, JOURNAL_ORDER_INTENDED);
    struct chain_entry entry = {.seq = seq,
                                .at_ms = draft.at_ms,
                                .epoch = RELEASED_EPOCH,
                                .txid = draft.txid,
                                .visit = draft.visit,
                                .kind = draft.kind,
                                .body = draft.body,
                                .prev = *prev};
    struct hash hash;
    char order[256];
    sqlite3_stmt *statement = NULL;
    assert_int_equal(chain_hash(&entry, &hash).code, ERR_NONE);
    struct hash bound = released_bound(&hash, &draft);

    assert_int_equal(sqlite3_prepare_v2(db, insert, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(statement, 1, (sqlite3_int64)seq), SQLITE_OK);
    released_bind_text(statement, 2, draft.txid);
    assert_int_equal(sqlite3_bind_int64(statement, 3, draft.at_ms), SQLITE_OK);
    released_bind_text(statement, 4, draft.visit);
    released_bind_text(statement, 5, draft.kind);
    released_bind_blob(statement, 6, draft.body);
    released_bind_blob(statement, 7, (struct bytes){prev->at, HASH_LEN});
    released_bind_blob(statement, 8, (struct bytes){hash.at, HASH_LEN});
    released_bind_text(statement, 9, draft.order);
    released_bind_text(statement, 10, draft.token);
    assert_int_equal(sqlite3_bind_int(statement, 11, (int)draft.order_state), SQLITE_OK);
    released_bind_blob(statement, 12, (struct bytes){bound.at, HASH_LEN});
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    (void)text_print(order, sizeof(order), "INSERT INTO orders VALUES('%s', '%s', %d, %lld, %llu)",
                     draft.order, draft.token, (int)draft.order_state, (long long)draft.at_ms,
                     (unsigned long long)seq);
    released_run(db, order);
    *prev = hash;
}

/* A journal of schema `version` (1 or 2) with `count` entries; from 2 on the certificate "old" is
 * kept for each tenth order. Gives back the hash of the last entry. */
static inline struct hash released_journal(const char *path, int version, uint64_t count)
{
    struct hash head = {{0}};
    sqlite3 *db = released_make(path, version == 1 ? "journal-1.sql" : "journal-2.sql");
    released_run(db, "INSERT INTO meta VALUES(1, '" RELEASED_EPOCH "'); BEGIN");
    for (uint64_t seq = 1; seq <= count; seq++) {
        released_entry(db, seq, &head);
        if (seq == count / 2)
            released_run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE); BEGIN");
    }
    if (version > 1)
        released_run(db, "INSERT INTO kept SELECT order_id, 154, CAST('old' AS BLOB) FROM orders"
                         " WHERE request_seq % 10 = 0");
    released_run(db, "COMMIT");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return head;
}

#endif
