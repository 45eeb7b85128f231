/* The tables of journal.db, as they are and were. */
#include "kiosk/ledger/journal_rows.h"

#define APPLICATION_ID 0x434B4A31 /* "CKJ1" */
#define SCHEMA_VERSION 4

#define META \
    "CREATE TABLE meta(" \
    " id INTEGER PRIMARY KEY CHECK(id = 1)," \
    " epoch TEXT NOT NULL CHECK(length(epoch) = 36)) STRICT;" \
    "CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta BEGIN" \
    " SELECT RAISE(ABORT, 'an epoch is for ever'); END;" \
    "CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN" \
    " SELECT RAISE(ABORT, 'an epoch is for ever'); END;"

#define JOURNAL \
    "CREATE TABLE journal(" \
    " seq INTEGER PRIMARY KEY CHECK(seq > 0)," \
    " txid TEXT NOT NULL UNIQUE CHECK(length(txid) = 36)," \
    " at INTEGER NOT NULL," \
    " visit TEXT NOT NULL CHECK(length(visit) = 36)," \
    " kind TEXT NOT NULL CHECK(length(kind) BETWEEN 1 AND 31)," \
    " body BLOB NOT NULL CHECK(length(body) <= 8192)," \
    " prev BLOB NOT NULL CHECK(length(prev) = 32)," \
    " hash BLOB NOT NULL CHECK(length(hash) = 32)," \
    " order_id TEXT CHECK(length(order_id) = 36)," \
    " token TEXT," \
    " order_state INTEGER CHECK(order_state BETWEEN 0 AND 3)," \
    " bound BLOB NOT NULL CHECK(length(bound) = 32)," \
    " CHECK((order_id IS NULL) = (token IS NULL))," \
    " CHECK((order_id IS NULL) = (order_state IS NULL))) STRICT;" JOURNAL_NO_UPDATE \
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN" \
    " SELECT RAISE(ABORT, 'the journal is append-only'); END;" /* The txid is looked at here too: \
                                                                  INSERT OR REPLACE deletes \
                                                                  without the trigger above. */ \
    "CREATE TRIGGER journal_in_order BEFORE INSERT ON journal" \
    " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)" \
    "  OR NEW.prev <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), " \
    "zeroblob(32))" \
    "  OR EXISTS(SELECT 1 FROM journal WHERE txid = NEW.txid) BEGIN" \
    " SELECT RAISE(ABORT, 'not the next entry'); END;"

#define ORDERS_WITH(columns) \
    "CREATE TABLE orders(" \
    " order_id TEXT PRIMARY KEY," \
    " token TEXT NOT NULL," \
    " state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3)," \
    " requested_at INTEGER NOT NULL," \
    " request_seq INTEGER NOT NULL UNIQUE REFERENCES journal(seq)" columns \
    ") STRICT, WITHOUT ROWID;" \
    "CREATE INDEX orders_by_token ON orders(token, request_seq);" \
    "CREATE TRIGGER orders_forward BEFORE UPDATE ON orders" \
    " WHEN NEW.state < OLD.state OR NEW.order_id <> OLD.order_id OR NEW.token <> OLD.token" \
    "  OR NEW.request_seq <> OLD.request_seq BEGIN" \
    " SELECT RAISE(ABORT, 'an order only goes forward'); END;"

/* `state_seq` is the entry that brought the state: see journal_verify.c. */
#define ORDERS ORDERS_WITH(", state_seq INTEGER NOT NULL REFERENCES journal(seq)")

/* See journal_head.c. */
#define HEAD \
    "CREATE TABLE head(" \
    " id INTEGER PRIMARY KEY CHECK(id = 1)," \
    " owner BLOB NOT NULL CHECK(length(owner) = 32)," \
    " seq INTEGER NOT NULL CHECK(seq >= 0)," \
    " hash BLOB NOT NULL CHECK(length(hash) = 32)," \
    " signature BLOB NOT NULL CHECK(length(signature) = 64)," \
    " verified_seq INTEGER NOT NULL CHECK(verified_seq >= seq)," \
    " verified_hash BLOB NOT NULL CHECK(length(verified_hash) = 32)," \
    " bad_seq INTEGER NOT NULL CHECK(bad_seq >= 0)," \
    " mac BLOB NOT NULL CHECK(length(mac) = 32)) STRICT;" \
    "CREATE TRIGGER head_forward BEFORE UPDATE ON head" \
    " WHEN NEW.seq < OLD.seq OR NEW.verified_seq < OLD.verified_seq OR NEW.owner <> OLD.owner" \
    "  OR (OLD.bad_seq <> 0 AND NEW.bad_seq <> OLD.bad_seq) BEGIN" \
    " SELECT RAISE(ABORT, 'a head only goes forward'); END;" \
    "CREATE TRIGGER head_no_delete BEFORE DELETE ON head BEGIN" \
    " SELECT RAISE(ABORT, 'a head is for ever'); END;"

/* The entries that were signed: see journal_signed.c. */
#define HEADS \
    "CREATE TABLE heads(" \
    " seq INTEGER PRIMARY KEY REFERENCES journal(seq)," \
    " signature BLOB NOT NULL CHECK(length(signature) = 64)," \
    " bound BLOB NOT NULL CHECK(length(bound) = 32)) STRICT;" \
    "CREATE TRIGGER heads_in_order BEFORE INSERT ON heads" \
    " WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM heads) BEGIN" \
    " SELECT RAISE(ABORT, 'not the next signature'); END;" \
    "CREATE TRIGGER heads_no_update BEFORE UPDATE ON heads BEGIN" \
    " SELECT RAISE(ABORT, 'a signature is for ever'); END;" \
    "CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads BEGIN" \
    " SELECT RAISE(ABORT, 'a signature is for ever'); END;"

/* Personal data: never in the chain, sealed, and gone when it is not needed. What is sealed is the
 * ledger's guard's, and opens with the label of epoch, order_id and kind alone. */
#define SEALED \
    "CREATE TABLE sealed(" \
    " order_id TEXT NOT NULL REFERENCES orders(order_id)," \
    " kind TEXT NOT NULL CHECK(length(kind) BETWEEN 1 AND 31)," \
    " body BLOB NOT NULL CHECK(length(body) BETWEEN 28 AND 8220)," \
    " PRIMARY KEY(order_id, kind)) STRICT, WITHOUT ROWID;"

/* What a write overwrites, as it was kept before. */
#define KEPT \
    "CREATE TABLE kept(" \
    " order_id TEXT PRIMARY KEY REFERENCES orders(order_id)," \
    " slot INTEGER NOT NULL CHECK(slot BETWEEN 0 AND 255)," \
    " der BLOB NOT NULL CHECK(length(der) BETWEEN 1 AND 3000)) STRICT, WITHOUT ROWID;"

#define TABLES_1 META JOURNAL ORDERS_WITH("")

static const char sql_1[] = TABLES_1;
static const char sql_2[] = TABLES_1 KEPT;
static const char sql_3[] = META JOURNAL ORDERS SEALED HEAD;
static const char sql[] = META JOURNAL ORDERS SEALED HEAD HEADS;

/* Each order as it was, and the first entry that said of it what it is. */
static const char orders_anew[] =
    "CREATE TEMP TABLE was AS SELECT * FROM orders; DROP TABLE orders;" ORDERS
    "INSERT INTO orders SELECT was.*, brought.seq FROM temp.was AS was JOIN"
    " (SELECT order_id, order_state, min(seq) AS seq FROM journal WHERE order_id IS NOT NULL"
    "  GROUP BY order_id, order_state) AS brought"
    " ON brought.order_id = was.order_id AND brought.order_state = was.state;"
    "DROP TABLE temp.was;" HEAD SEALED;

static struct err fill(struct database *database, const void *context)
{
    const struct journal_birth *birth = context;
    const struct journal_walk none = {0};
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_prepare(database, "INSERT INTO meta(id, epoch) VALUES(1, ?1)", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, birth->epoch, CHAIN_UUID_LEN, SQLITE_STATIC);
    e = result == SQLITE_OK ? database_finish(statement)
                            : DATABASE_ERR(result, "sqlite3_bind_text");
    return failed(e) ? e : journal_head_fill(database, birth->guard, birth->epoch, &none);
}

/* An entry is lost when not all of it is there; the projection is compared with the journal. */
#define LOST_ENTRIES \
    "(SELECT count(*) FROM before.journal AS was LEFT JOIN main.journal AS entry" \
    "  ON entry.seq = was.seq AND entry.txid = was.txid AND entry.at = was.at" \
    "  AND entry.visit = was.visit AND entry.kind = was.kind AND entry.body = was.body" \
    "  AND entry.prev = was.prev AND entry.hash = was.hash" \
    "  AND entry.order_id IS was.order_id AND entry.token IS was.token" \
    "  AND entry.order_state IS was.order_state WHERE entry.seq IS NULL)" \
    " + (SELECT count(*) FROM before.orders AS was LEFT JOIN main.orders AS now" \
    "  ON now.order_id = was.order_id AND now.token = was.token AND now.state = was.state" \
    "  AND now.requested_at = was.requested_at AND now.request_seq = was.request_seq" \
    "  WHERE now.order_id IS NULL)" \
    " + (SELECT count(*) FROM before.meta AS was LEFT JOIN main.meta AS now" \
    "  ON now.epoch = was.epoch WHERE now.epoch IS NULL)" \
    " + abs((SELECT count(*) FROM before.journal) - (SELECT count(*) FROM main.journal))" \
    " + abs((SELECT count(*) FROM before.orders) - (SELECT count(*) FROM main.orders))"

/* What is sealed is longer by the slot, and by what a seal adds. */
#define LOST_KEPT \
    " + (SELECT count(*) FROM before.kept AS was LEFT JOIN main.sealed AS now" \
    "  ON now.order_id = was.order_id AND now.kind = '" JOURNAL_KEPT_KIND "'" \
    "  AND length(now.body) = length(was.der) + 29 WHERE now.order_id IS NULL)" \
    " + abs((SELECT count(*) FROM before.kept) - (SELECT count(*) FROM main.sealed))"

/* Nothing that a journal of schema 3 had beside its entries changes. */
#define LOST_BESIDE \
    " + (SELECT count(*) FROM (SELECT * FROM before.sealed EXCEPT SELECT * FROM main.sealed))" \
    " + (SELECT count(*) FROM (SELECT * FROM main.sealed EXCEPT SELECT * FROM before.sealed))" \
    " + (SELECT count(*) FROM (SELECT * FROM before.head EXCEPT SELECT * FROM main.head))" \
    " + (SELECT count(*) FROM before.journal AS was JOIN main.journal AS entry" \
    "  ON entry.seq = was.seq WHERE entry.bound <> was.bound)" \
    " + (SELECT (SELECT count(*) FROM main.journal) > 0 AND" \
    "  (SELECT max(seq) FROM main.heads) IS NOT (SELECT max(seq) FROM main.journal))"

static const struct database_release releases[] = {
    {.version = 1, .sql = sql_1, .added = KEPT, .lost = "SELECT " LOST_ENTRIES},
    {.version = 2,
     .sql = sql_2,
     .added = orders_anew,
     .convert = journal_become_bound,
     .lost = "SELECT " LOST_ENTRIES LOST_KEPT,
     .in_clear = "SELECT count(*) FROM kept"},
    {.version = 3,
     .sql = sql_3,
     .added = HEADS,
     .convert = journal_become_signed,
     .lost = "SELECT " LOST_ENTRIES LOST_BESIDE},
};

const struct database_schema journal_schema = {.application_id = APPLICATION_ID,
                                               .version = SCHEMA_VERSION,
                                               .sql = sql,
                                               .fill = fill,
                                               .releases = releases,
                                               .release_count = ARRAY_LEN(releases)};
