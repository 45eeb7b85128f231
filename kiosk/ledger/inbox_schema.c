/* The tables of inbox.db. */
#include "kiosk/base/macros.h"
#include "kiosk/ledger/inbox_guard.h"
#include "kiosk/ledger/inbox_rows.h"

#define APPLICATION_ID 0x434B4931 /* "CKI1" */
#define SCHEMA_VERSION 3

/* What is in brackets came with schema 3, where ALTER TABLE puts it. */
#define TABLES(of_state, of_document) \
    "CREATE TABLE state(" \
    " id INTEGER PRIMARY KEY CHECK(id = 1)," \
    " epoch TEXT NOT NULL DEFAULT '' CHECK(length(epoch) IN (0, 36))," \
    " acked_seq INTEGER NOT NULL DEFAULT 0 CHECK(acked_seq >= 0)," \
    " acked_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK(length(acked_hash) = 32)," \
    " cursor INTEGER NOT NULL DEFAULT 0 CHECK(cursor >= 0)," \
    " proven_ms INTEGER NOT NULL DEFAULT 0," \
    " proven_boot_ms INTEGER NOT NULL DEFAULT 0," \
    " boot_id TEXT NOT NULL DEFAULT '' CHECK(length(boot_id) IN (0, 36))," \
    " line INTEGER NOT NULL DEFAULT 0 CHECK(line BETWEEN 0 AND 2)," \
    " line_since_ms INTEGER NOT NULL DEFAULT 0," \
    " trouble TEXT NOT NULL DEFAULT '' CHECK(length(trouble) <= 64)," \
    " change INTEGER NOT NULL DEFAULT 0" of_state ") STRICT;" \
\
    "CREATE TABLE document(" \
    " type TEXT NOT NULL CHECK(length(type) BETWEEN 1 AND 24)," \
    " id TEXT NOT NULL CHECK(length(id) <= 64)," \
    " version INTEGER NOT NULL CHECK(version >= 0)," \
    " key_id TEXT NOT NULL CHECK(length(key_id) <= 16)," \
    " seal BLOB NOT NULL CHECK(length(seal) = 64)," \
    " body BLOB NOT NULL CHECK(length(body) <= 16384)" of_document "," \
    " PRIMARY KEY(type, id)) STRICT;" \
\
    "CREATE TABLE quarantine(" \
    " epoch TEXT NOT NULL," \
    " seq INTEGER NOT NULL CHECK(seq > 0)," \
    " code TEXT NOT NULL," \
    " PRIMARY KEY(epoch, seq)) STRICT, WITHOUT ROWID;" \
\
    "CREATE TRIGGER state_one BEFORE DELETE ON state BEGIN" \
    " SELECT RAISE(ABORT, 'there is one state'); END;"

#define OF_STATE "generation TEXT NOT NULL DEFAULT '' CHECK(length(generation) IN (0, 36))"
#define OF_DOCUMENT "generation TEXT NOT NULL DEFAULT ''"

#define STATE_FORWARD_1 \
    "CREATE TRIGGER state_forward BEFORE UPDATE ON state" \
    " WHEN NEW.proven_ms < OLD.proven_ms OR NEW.change < OLD.change" \
    "  OR (NEW.epoch = OLD.epoch AND NEW.acked_seq < OLD.acked_seq) BEGIN" \
    " SELECT RAISE(ABORT, 'the state only goes forward'); END;"

/* A time goes back with its proof only; what a platform that was put back has is what it has. */
#define STATE_FORWARD \
    "CREATE TRIGGER state_forward BEFORE UPDATE ON state" \
    " WHEN NEW.change < OLD.change" \
    "  OR (NEW.proven_ms < OLD.proven_ms AND EXISTS (SELECT 1 FROM proof WHERE what = 'time'))" \
    "  OR (NEW.epoch = OLD.epoch AND NEW.generation = OLD.generation" \
    "  AND NEW.acked_seq < OLD.acked_seq) BEGIN" \
    " SELECT RAISE(ABORT, 'the state only goes forward'); END;"

#define FORWARD_1 \
    "CREATE TRIGGER document_forward BEFORE UPDATE ON document" \
    " WHEN NEW.version <= OLD.version BEGIN" \
    " SELECT RAISE(ABORT, 'a document only goes forward'); END;"

/* The platform may seal anew what it said, with another key. */
#define FORWARD_2 \
    "CREATE TRIGGER document_forward BEFORE UPDATE ON document" \
    " WHEN NEW.version < OLD.version OR (NEW.version = OLD.version AND NEW.body <> OLD.body) " \
    "BEGIN" \
    " SELECT RAISE(ABORT, 'a document only goes forward'); END;"

#define FORWARD \
    "CREATE TRIGGER document_forward BEFORE UPDATE ON document" \
    " WHEN NEW.generation = OLD.generation AND (NEW.version < OLD.version" \
    "  OR (NEW.version = OLD.version AND NEW.body <> OLD.body)) BEGIN" \
    " SELECT RAISE(ABORT, 'a document only goes forward'); END;"

/* Sums over the rest; see inbox_guard.h. */
#define GUARD \
    "CREATE TABLE guard(" \
    " id INTEGER PRIMARY KEY CHECK(id = 1)," \
    " state BLOB NOT NULL CHECK(length(state) = 32)," \
    " rows BLOB NOT NULL CHECK(length(rows) = 32)) STRICT;"

/* What the state is taken from. */
#define PROOF \
    "CREATE TABLE proof(" \
    " what TEXT PRIMARY KEY CHECK(what IN ('mark', 'time'))," \
    " text TEXT NOT NULL CHECK(length(text) < 65536)," \
    " key_id TEXT NOT NULL CHECK(length(key_id) <= 16)," \
    " seal BLOB NOT NULL CHECK(length(seal) = 64)) STRICT;"

static const char sql_1[] = TABLES("", "") STATE_FORWARD_1 FORWARD_1;
static const char sql_2[] = TABLES("", "") STATE_FORWARD_1 GUARD PROOF FORWARD_2;
static const char sql[] = TABLES(", " OF_STATE, ", " OF_DOCUMENT) GUARD PROOF STATE_FORWARD FORWARD;

static struct err fill(struct database *database, const void *context)
{
    (void)context;
    struct err e = database_run(database, "INSERT INTO state(id) VALUES(1)");
    return failed(e) ? e : guard_make(database);
}

static struct err add_guard(struct database *database, const void *context)
{
    (void)context;
    return guard_make_2(database);
}

/* What is damaged is not to be guarded as if it had been written so. Of which generation the
 * platform was is not known: it is asked for everything once. */
static struct err extend_guard(struct database *database, const void *context)
{
    (void)context;
    struct err e = guard_check_2(database);
    if (!failed(e))
        e = database_run(database, "UPDATE state SET cursor = 0");
    return failed(e) ? e : guard_make(database);
}

#define LOST \
    "SELECT (SELECT count(*) FROM before.document AS was LEFT JOIN main.document AS now" \
    "  ON now.type = was.type AND now.id = was.id AND now.version = was.version" \
    "  AND now.key_id = was.key_id AND now.seal = was.seal AND now.body = was.body" \
    "  WHERE now.type IS NULL)" \
    " + (SELECT count(*) FROM before.quarantine AS was LEFT JOIN main.quarantine AS now" \
    "  ON now.epoch = was.epoch AND now.seq = was.seq AND now.code = was.code" \
    "  WHERE now.epoch IS NULL)" \
    " + (SELECT count(*) FROM before.state AS was LEFT JOIN main.state AS now" \
    "  ON now.epoch = was.epoch AND now.acked_seq = was.acked_seq" \
    "  AND now.acked_hash = was.acked_hash" \
    "  AND now.proven_ms = was.proven_ms WHERE now.epoch IS NULL)" \
    " + abs((SELECT count(*) FROM before.document) - (SELECT count(*) FROM main.document))" \
    " + abs((SELECT count(*) FROM before.quarantine) - (SELECT count(*) FROM main.quarantine))"

#define LOST_PROOF \
    " + (SELECT count(*) FROM before.proof AS was LEFT JOIN main.proof AS now" \
    "  ON now.what = was.what AND now.text = was.text AND now.key_id = was.key_id" \
    "  AND now.seal = was.seal WHERE now.what IS NULL)" \
    " + abs((SELECT count(*) FROM before.proof) - (SELECT count(*) FROM main.proof))"

static const struct database_release releases[] = {
    {.version = 1,
     .sql = sql_1,
     .added = "DROP TRIGGER document_forward;" FORWARD_2 GUARD PROOF,
     .convert = add_guard,
     .lost = LOST},
    {.version = 2,
     .sql = sql_2,
     .added = "DROP TRIGGER document_forward; DROP TRIGGER state_forward;"
              "ALTER TABLE state ADD COLUMN " OF_STATE ";"
              "ALTER TABLE document ADD COLUMN " OF_DOCUMENT ";" STATE_FORWARD FORWARD,
     .convert = extend_guard,
     .lost = LOST LOST_PROOF},
};

const struct database_schema inbox_schema = {.application_id = APPLICATION_ID,
                                             .version = SCHEMA_VERSION,
                                             .sql = sql,
                                             .fill = fill,
                                             .releases = releases,
                                             .release_count = ARRAY_LEN(releases)};
