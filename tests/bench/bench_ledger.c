/*
 * bench_ledger DIR MEMORY_DIR - what an append to the journal costs.
 *
 * In DIR: durable appends, against raw SQLite that puts the same rows, those of the signed entries
 * too, into the same tables and indexes in the same transactions with the same settings, all
 * statements prepared once. It looks nothing up, hashes nothing and has no triggers. They take
 * turns, short ones, so that a busy disk hits both. In MEMORY_DIR, where a sync costs nothing: the
 * same append when the journal has a thousand times as many rows, against when it was short.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"
#include "tests/bench/bench.h"
#include "tests/unit/ledger.h"

#define APPENDS 20
#define TURNS 100
#define PATH_SIZE 512
#define COLUMNS_MAX 16
#define GROWN 1000000U
#define WINDOW 10000U    /* appends whose cost is compared */
#define CHECKPOINT 1000U /* appends between two: the kiosk makes one after each visit */
#define AT_MS 1780279200000

static const char body[] =
    "{\"order\":\"0f8fad5b-d9cb-469f-a165-70867728950e\",\"token\":\"s10000001\",\"service\":"
    "\"renew\",\"profile\":\"norinco\",\"price_pack\":3,\"term_years\":1,\"amount_fen\":20000,"
    "\"slot\":154,\"old_certificate\":"
    "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
    "\"old_not_after_s\":1790000000}";

static void append(struct journal *journal, unsigned number)
{
    struct journal_draft draft = {.at_ms = AT_MS + number,
                                  .kind = "order_requested",
                                  .body = {(const uint8_t *)body, sizeof(body) - 1},
                                  .order_state = JOURNAL_ORDER_REQUESTED};
    uint8_t random[16] = {1};

    memcpy(random, &number, sizeof(number));
    chain_uuid_at(draft.txid, draft.at_ms, random);
    (void)text_copy(draft.visit, sizeof(draft.visit), draft.txid);
    (void)text_copy(draft.order, sizeof(draft.order), draft.txid);
    (void)text_copy(draft.token, sizeof(draft.token), "s10000001");
    bench_need(!failed(journal_append(journal, &draft)), "journal_append");
}

static uint64_t appends_ns(struct journal *journal, unsigned first, unsigned count)
{
    uint64_t start = bench_now_ns();
    for (unsigned i = 0; i < count; i++)
        append(journal, first + i);
    return bench_now_ns() - start;
}

/* SQLite by itself: the rows of our journal, of its projection and of its signed entries, those of
 * one entry in a transaction. */
struct raw {
    sqlite3 *db;      /* the journal's tables in a database of their own */
    sqlite3 *journal; /* ours, to read what was appended */
    sqlite3_stmt *begin, *entry, *order, *head, *commit;
};

static void run(sqlite3 *db, const char *sql)
{
    bench_need(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    bench_need(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sql);
    return statement;
}

static void copy_tables(const struct raw *raw)
{
    sqlite3_stmt *tables = prepared(
        raw->journal, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'");
    while (sqlite3_step(tables) == SQLITE_ROW)
        run(raw->db, (const char *)sqlite3_column_text(tables, 0));
    (void)sqlite3_finalize(tables);
}

/* "INSERT INTO table VALUES(?, ?, ...)" with as many as the table has columns. */
static sqlite3_stmt *insert_into(const struct raw *raw, const char *table)
{
    char sql[128];
    char marks[2 * COLUMNS_MAX + 1] = "";
    (void)text_print(sql, sizeof(sql), "SELECT * FROM %s", table);
    sqlite3_stmt *all = prepared(raw->journal, sql);
    int columns = sqlite3_column_count(all);
    bench_need(columns > 0 && columns <= COLUMNS_MAX, table);
    for (int i = 0; i < columns; i++)
        memcpy(marks + (size_t)(2 * i), i + 1 < columns ? "?," : "?", 3 - (i + 1 == columns));
    (void)sqlite3_finalize(all);
    (void)text_print(sql, sizeof(sql), "INSERT INTO %s VALUES(%s)", table, marks);
    return prepared(raw->db, sql);
}

static void raw_open(struct raw *raw, const char *path, const char *journal_path)
{
    bench_need(sqlite3_open(path, &raw->db) == SQLITE_OK, path);
    bench_need(sqlite3_open_v2(journal_path, &raw->journal, SQLITE_OPEN_READONLY, NULL) ==
                   SQLITE_OK,
               journal_path);
    run(raw->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                 "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                 "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0");
    copy_tables(raw);
    raw->begin = prepared(raw->db, "BEGIN IMMEDIATE");
    raw->entry = insert_into(raw, "journal");
    raw->order = insert_into(raw, "orders");
    raw->head = insert_into(raw, "heads");
    raw->commit = prepared(raw->db, "COMMIT");
}

static void raw_close(struct raw *raw)
{
    (void)sqlite3_finalize(raw->begin);
    (void)sqlite3_finalize(raw->entry);
    (void)sqlite3_finalize(raw->order);
    (void)sqlite3_finalize(raw->head);
    (void)sqlite3_finalize(raw->commit);
    (void)sqlite3_close(raw->db);
    (void)sqlite3_close(raw->journal);
}

struct raw_row {
    sqlite3_value *at[COLUMNS_MAX];
    int count;
};

/* For each entry after the first `after` ones its row of a table, which `sql` gives for the
 * entry's seq; without columns when there is none. */
static void read_rows(const struct raw *raw, const char *sql, unsigned after,
                      struct raw_row out[APPENDS])
{
    sqlite3_stmt *rows = prepared(raw->journal, sql);
    for (unsigned i = 0; i < APPENDS; i++) {
        out[i].count = 0;
        (void)sqlite3_reset(rows);
        (void)sqlite3_bind_int64(rows, 1, after + i + 1);
        if (sqlite3_step(rows) != SQLITE_ROW)
            continue;
        out[i].count = sqlite3_column_count(rows);
        for (int j = 0; j < out[i].count; j++)
            out[i].at[j] = sqlite3_value_dup(sqlite3_column_value(rows, j));
    }
    (void)sqlite3_finalize(rows);
}

static void step(sqlite3_stmt *statement)
{
    bench_need(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    (void)sqlite3_reset(statement);
}

static void insert(sqlite3_stmt *statement, const struct raw_row *row)
{
    if (row->count == 0)
        return;
    for (int i = 0; i < row->count; i++)
        (void)sqlite3_bind_value(statement, i + 1, row->at[i]);
    step(statement);
}

static void forget(struct raw_row rows[APPENDS])
{
    for (unsigned i = 0; i < APPENDS; i++) {
        for (int j = 0; j < rows[i].count; j++)
            sqlite3_value_free(rows[i].at[j]);
    }
}

static uint64_t inserts_ns(const struct raw *raw, unsigned after)
{
    static struct raw_row entries[APPENDS], orders[APPENDS], heads[APPENDS];

    read_rows(raw, "SELECT * FROM journal WHERE seq = ?1", after, entries);
    read_rows(raw, "SELECT * FROM orders WHERE request_seq = ?1", after, orders);
    read_rows(raw, "SELECT * FROM heads WHERE seq = ?1", after, heads);
    uint64_t start = bench_now_ns();
    for (unsigned i = 0; i < APPENDS; i++) {
        step(raw->begin);
        insert(raw->entry, &entries[i]);
        insert(raw->order, &orders[i]);
        insert(raw->head, &heads[i]);
        step(raw->commit);
    }
    uint64_t took = bench_now_ns() - start;
    forget(entries);
    forget(orders);
    forget(heads);
    return took;
}

static struct journal *fresh(const char *dir, char path[PATH_SIZE])
{
    static const uint8_t random[16] = {1};
    struct journal *journal = NULL;

    bench_need(text_print(path, PATH_SIZE, "%s/journal.db", dir), dir);
    bench_need(!failed(journal_open(path, true, random, &ledger_guard, &journal)), path);
    return journal;
}

static void durable(const char *dir)
{
    char path[PATH_SIZE];
    char raw_path[PATH_SIZE];
    struct raw raw = {.db = NULL};
    uint64_t ours_ns = 0;
    uint64_t raw_ns = 0;

    struct journal *journal = fresh(dir, path);
    bench_need(text_print(raw_path, sizeof(raw_path), "%s/raw.db", dir), dir);
    raw_open(&raw, raw_path, path);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        ours_ns += appends_ns(journal, turn * APPENDS, APPENDS);
        raw_ns += inserts_ns(&raw, turn * APPENDS);
    }
    raw_close(&raw);
    journal_close(journal);

    const double count = (double)APPENDS * TURNS * 1e9;
    bench_print(&(struct bench_row){
        "ledger: durable appends", "1/s", count / (double)ours_ns, count / (double)raw_ns,
        "raw SQLite, the same inserts and settings, no triggers", true, 0.9});
}

/* Appends `count` with a checkpoint now and then, and says what an append took. */
static double grow_us(struct journal *journal, unsigned first, unsigned count)
{
    uint64_t start = bench_now_ns();
    for (unsigned i = 0; i < count; i += CHECKPOINT) {
        (void)appends_ns(journal, first + i, CHECKPOINT);
        bench_need(!failed(journal_checkpoint(journal)), "journal_checkpoint");
    }
    return (double)(bench_now_ns() - start) / 1e3 / count;
}

static void growth(const char *dir)
{
    char path[PATH_SIZE];

    struct journal *journal = fresh(dir, path);
    double short_us = grow_us(journal, 0, WINDOW);
    (void)grow_us(journal, WINDOW, GROWN - WINDOW);
    double long_us = grow_us(journal, GROWN, WINDOW);
    journal_close(journal);
    bench_print(&(struct bench_row){"ledger: an append after 1,000,000 rows, in memory", "us",
                                    long_us, short_us, "the first 10,000 rows", false, 1.25});
}

int main(int argc, char **argv)
{
    bench_need(argc == 3, "bench_ledger DIR MEMORY_DIR");
    durable(argv[1]);
    growth(argv[2]);
    return 0;
}
