/* The tables of journal.db, and what the journal makes of the projection `orders`. */
#include "kiosk/ledger/journal_rows.h"

#define APPLICATION_ID 0x434B4A31 /* "CKJ1" */
#define SCHEMA_VERSION 2

#define TABLES \
    "CREATE TABLE meta(" \
    " id INTEGER PRIMARY KEY CHECK(id = 1)," \
    " epoch TEXT NOT NULL CHECK(length(epoch) = 36)) STRICT;" \
\
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
    " CHECK((order_id IS NULL) = (order_state IS NULL))) STRICT;" \
\
    "CREATE TABLE orders(" \
    " order_id TEXT PRIMARY KEY," \
    " token TEXT NOT NULL," \
    " state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3)," \
    " requested_at INTEGER NOT NULL," \
    " request_seq INTEGER NOT NULL UNIQUE REFERENCES journal(seq)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX orders_by_token ON orders(token, request_seq);" \
\
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN" \
    " SELECT RAISE(ABORT, 'the journal is append-only'); END;" \
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN" \
    " SELECT RAISE(ABORT, 'the journal is append-only'); END;" /* The txid is looked at here too: \
                                                                  INSERT OR REPLACE deletes \
                                                                  without the trigger above. */ \
    "CREATE TRIGGER journal_in_order BEFORE INSERT ON journal" \
    " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)" \
    "  OR NEW.prev <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), " \
    "zeroblob(32))" \
    "  OR EXISTS(SELECT 1 FROM journal WHERE txid = NEW.txid) BEGIN" \
    " SELECT RAISE(ABORT, 'not the next entry'); END;" \
\
    "CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta BEGIN" \
    " SELECT RAISE(ABORT, 'an epoch is for ever'); END;" \
    "CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN" \
    " SELECT RAISE(ABORT, 'an epoch is for ever'); END;" \
\
    "CREATE TRIGGER orders_forward BEFORE UPDATE ON orders" \
    " WHEN NEW.state < OLD.state OR NEW.order_id <> OLD.order_id OR NEW.token <> OLD.token" \
    "  OR NEW.request_seq <> OLD.request_seq BEGIN" \
    " SELECT RAISE(ABORT, 'an order only goes forward'); END;"

/* What a write overwrites is personal: never in the chain, and gone when it is not needed. */
#define KEPT \
    "CREATE TABLE kept(" \
    " order_id TEXT PRIMARY KEY REFERENCES orders(order_id)," \
    " slot INTEGER NOT NULL CHECK(slot BETWEEN 0 AND 255)," \
    " der BLOB NOT NULL CHECK(length(der) BETWEEN 1 AND 3000)) STRICT, WITHOUT ROWID;"

static const char sql_1[] = TABLES;
static const char sql[] = TABLES KEPT;

static struct err fill(struct database *database, const void *context)
{
    CLEANUP(database_finalize) sqlite3_stmt *statement = NULL;
    struct err e =
        database_prepare(database, "INSERT INTO meta(id, epoch) VALUES(1, ?1)", &statement);
    if (failed(e))
        return e;
    int result = sqlite3_bind_text(statement, 1, context, CHAIN_UUID_LEN, SQLITE_STATIC);
    return result == SQLITE_OK ? database_finish(statement)
                               : DATABASE_ERR(result, "sqlite3_bind_text");
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

static const struct database_release releases[] = {
    {.version = 1, .sql = sql_1, .added = KEPT, .lost = "SELECT " LOST_ENTRIES},
};

const struct database_schema journal_schema = {.application_id = APPLICATION_ID,
                                               .version = SCHEMA_VERSION,
                                               .sql = sql,
                                               .fill = fill,
                                               .releases = releases,
                                               .release_count = ARRAY_LEN(releases)};

/* How many orders differ, either way round. */
static const char difference[] =
    "WITH summed AS (SELECT order_id, min(token) AS token, max(token) AS other,"
    "  max(order_state) AS state, min(seq) AS request_seq FROM journal"
    "  WHERE order_id IS NOT NULL GROUP BY order_id),"
    " rebuilt AS (SELECT summed.order_id, summed.token, summed.state, journal.at,"
    "  summed.request_seq FROM summed JOIN journal ON journal.seq = summed.request_seq),"
    " projected AS (SELECT order_id, token, state, requested_at, request_seq FROM orders)"
    " SELECT (SELECT count(*) FROM (SELECT * FROM rebuilt EXCEPT SELECT * FROM projected))"
    " + (SELECT count(*) FROM (SELECT * FROM projected EXCEPT SELECT * FROM rebuilt))"
    " + (SELECT count(*) FROM summed WHERE token <> other)";

struct err journal_verify_orders(struct journal *journal)
{
    int64_t differ = 0;
    struct err e = database_number(&journal->database, difference, &differ);
    if (!failed(e) && differ > 0)
        return ERR(ERR_CONFLICT, differ, "orders are not what the journal says");
    return e;
}
