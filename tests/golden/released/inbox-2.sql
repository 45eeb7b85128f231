-- inbox.db, schema 2
CREATE TABLE state( id INTEGER PRIMARY KEY CHECK(id = 1), epoch TEXT NOT NULL DEFAULT '' CHECK(length(epoch) IN (0, 36)), acked_seq INTEGER NOT NULL DEFAULT 0 CHECK(acked_seq >= 0), acked_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK(length(acked_hash) = 32), cursor INTEGER NOT NULL DEFAULT 0 CHECK(cursor >= 0), proven_ms INTEGER NOT NULL DEFAULT 0, proven_boot_ms INTEGER NOT NULL DEFAULT 0, boot_id TEXT NOT NULL DEFAULT '' CHECK(length(boot_id) IN (0, 36)), line INTEGER NOT NULL DEFAULT 0 CHECK(line BETWEEN 0 AND 2), line_since_ms INTEGER NOT NULL DEFAULT 0, trouble TEXT NOT NULL DEFAULT '' CHECK(length(trouble) <= 64), change INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE document( type TEXT NOT NULL CHECK(length(type) BETWEEN 1 AND 24), id TEXT NOT NULL CHECK(length(id) <= 64), version INTEGER NOT NULL CHECK(version >= 0), key_id TEXT NOT NULL CHECK(length(key_id) <= 16), seal BLOB NOT NULL CHECK(length(seal) = 64), body BLOB NOT NULL CHECK(length(body) <= 16384), PRIMARY KEY(type, id)) STRICT;
CREATE TABLE quarantine( epoch TEXT NOT NULL, seq INTEGER NOT NULL CHECK(seq > 0), code TEXT NOT NULL, PRIMARY KEY(epoch, seq)) STRICT, WITHOUT ROWID;
CREATE TRIGGER state_one BEFORE DELETE ON state BEGIN SELECT RAISE(ABORT, 'there is one state'); END;
CREATE TRIGGER state_forward BEFORE UPDATE ON state WHEN NEW.proven_ms < OLD.proven_ms OR NEW.change < OLD.change  OR (NEW.epoch = OLD.epoch AND NEW.acked_seq < OLD.acked_seq) BEGIN SELECT RAISE(ABORT, 'the state only goes forward'); END;
CREATE TABLE guard( id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL CHECK(length(state) = 32), rows BLOB NOT NULL CHECK(length(rows) = 32)) STRICT;
CREATE TABLE proof( what TEXT PRIMARY KEY CHECK(what IN ('mark', 'time')), text TEXT NOT NULL CHECK(length(text) < 65536), key_id TEXT NOT NULL CHECK(length(key_id) <= 16), seal BLOB NOT NULL CHECK(length(seal) = 64)) STRICT;
CREATE TRIGGER document_forward BEFORE UPDATE ON document WHEN NEW.version < OLD.version OR (NEW.version = OLD.version AND NEW.body <> OLD.body) BEGIN SELECT RAISE(ABORT, 'a document only goes forward'); END;
PRAGMA application_id=1129007409;
PRAGMA user_version=2;
