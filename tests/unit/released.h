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

static inline struct hash released_keyed(const char *text)
{
    return hash_keyed((struct bytes){ledger_guard.key.at, JOURNAL_KEY_LEN},
                      (struct bytes){(const uint8_t *)text, strlen(text)});
}

/* As journals bound an order to its entry, from schema 3 on with the device key. */
static inline struct hash released_bound(int version, const struct hash *hash,
                                         const struct journal_draft *draft)
{
    char hex[HEX_SIZE(HASH_LEN)];
    char text[256];
    hex_print(hex, (struct bytes){hash->at, HASH_LEN});
    (void)text_print(text, sizeof(text), "certkiosk-order-1\n%s\n%s\n%s\n%d", hex, draft->order,
                     draft->token, (int)draft->order_state);
    return version < 3 ? hash_of((struct bytes){(const uint8_t *)text, strlen(text)})
                       : released_keyed(text);
}

/* Entry `seq` of a journal: a request of an order of its own. */
static inline void released_entry(sqlite3 *db, int version, uint64_t seq, struct hash *prev)
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
    struct hash bound = released_bound(version, &hash, &draft);

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
    (void)text_print(order, sizeof(order),
                     "INSERT INTO orders VALUES('%s', '%s', %d, %lld, %llu%s)", draft.order,
                     draft.token, (int)draft.order_state, (long long)draft.at_ms,
                     (unsigned long long)seq, version < 3 ? "" : ", last_insert_rowid()");
    released_run(db, order);
    *prev = hash;
}

/* What schema 2 kept in clear and schema 3 sealed, of each tenth order. */
static inline void released_kept(sqlite3 *db, int version, uint64_t count)
{
    static const uint8_t plain[] = {154, 'o', 'l', 'd'};
    if (version == 2)
        released_run(db, "INSERT INTO kept SELECT order_id, 154, CAST('old' AS BLOB) FROM orders"
                         " WHERE request_seq % 10 = 0");
    for (uint64_t seq = 10; version > 2 && seq <= count; seq += 10) {
        struct journal_draft draft = draft_of((unsigned)seq, (unsigned)seq, 0);
        const struct journal_label label = {RELEASED_EPOCH, draft.order, "certificate"};
        uint8_t sealed[JOURNAL_SEALED_MORE + sizeof(plain)];
        sqlite3_stmt *statement = NULL;
        (void)ledger_seal(NULL, &label, (struct bytes){plain, sizeof(plain)}, sealed);
        assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO sealed VALUES(?1, 'certificate', ?2)",
                                            -1, &statement, NULL),
                         SQLITE_OK);
        released_bind_text(statement, 1, draft.order);
        released_bind_blob(statement, 2, (struct bytes){sealed, sizeof(sealed)});
        assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
}

/* The mark of schema 3, at entry `seq`, which is also signed. */
static inline void released_mark(sqlite3 *db, uint64_t seq, const struct hash *hash)
{
    uint8_t signature[JOURNAL_SIGNATURE_LEN];
    char hex[HEX_SIZE(HASH_LEN)];
    char signed_hex[HEX_SIZE(JOURNAL_SIGNATURE_LEN)];
    char text[512];
    char at[32];
    sqlite3_stmt *statement = NULL;
    struct hash owner = released_keyed("certkiosk-owner-1\n" RELEASED_EPOCH);
    (void)ledger_sign(NULL, RELEASED_EPOCH, seq, hash, signature);
    hex_print(hex, (struct bytes){hash->at, HASH_LEN});
    hex_print(signed_hex, (struct bytes){signature, sizeof(signature)});
    (void)text_print(at, sizeof(at), "%llu", (unsigned long long)seq);
    (void)text_print(text, sizeof(text), "certkiosk-mark-1\n%s\n%s\n%s\n%s\n%s\n%s\n0",
                     RELEASED_EPOCH, at, hex, signed_hex, at, hex);
    struct hash mac = released_keyed(text);
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO head VALUES(1,?1,?2,?3,?4,?2,?3,0,?5)", -1,
                                        &statement, NULL),
                     SQLITE_OK);
    released_bind_blob(statement, 1, (struct bytes){owner.at, HASH_LEN});
    assert_int_equal(sqlite3_bind_int64(statement, 2, (sqlite3_int64)seq), SQLITE_OK);
    released_bind_blob(statement, 3, (struct bytes){hash->at, HASH_LEN});
    released_bind_blob(statement, 4, (struct bytes){signature, sizeof(signature)});
    released_bind_blob(statement, 5, (struct bytes){mac.at, HASH_LEN});
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

/* A journal of schema `version` with `count` entries, half of them signed from schema 3 on; from 2
 * on the certificate "old" is kept for each tenth order. Gives back the hash of the last entry. */
static inline struct hash released_journal(const char *path, int version, uint64_t count)
{
    static const char *const dumps[] = {"journal-1.sql", "journal-2.sql", "journal-3.sql"};
    struct hash head = {{0}};
    sqlite3 *db = released_make(path, dumps[version - 1]);
    released_run(db, "INSERT INTO meta VALUES(1, '" RELEASED_EPOCH "'); BEGIN");
    for (uint64_t seq = 1; seq <= count; seq++) {
        released_entry(db, version, seq, &head);
        if (version > 2 && seq == (count + 1) / 2)
            released_mark(db, seq, &head);
        if (seq == count / 2)
            released_run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE); BEGIN");
    }
    released_kept(db, version, count);
    released_run(db, "COMMIT");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return head;
}

#endif
