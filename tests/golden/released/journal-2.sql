-- journal.db, schema 2
CREATE TABLE meta( id INTEGER PRIMARY KEY CHECK(id = 1), epoch TEXT NOT NULL CHECK(length(epoch) = 36)) STRICT;
CREATE TABLE journal( seq INTEGER PRIMARY KEY CHECK(seq > 0), txid TEXT NOT NULL UNIQUE CHECK(length(txid) = 36), at INTEGER NOT NULL, visit TEXT NOT NULL CHECK(length(visit) = 36), kind TEXT NOT NULL CHECK(length(kind) BETWEEN 1 AND 31), body BLOB NOT NULL CHECK(length(body) <= 8192), prev BLOB NOT NULL CHECK(length(prev) = 32), hash BLOB NOT NULL CHECK(length(hash) = 32), order_id TEXT CHECK(length(order_id) = 36), token TEXT, order_state INTEGER CHECK(order_state BETWEEN 0 AND 3), bound BLOB NOT NULL CHECK(length(bound) = 32), CHECK((order_id IS NULL) = (token IS NULL)), CHECK((order_id IS NULL) = (order_state IS NULL))) STRICT;
CREATE TABLE orders( order_id TEXT PRIMARY KEY, token TEXT NOT NULL, state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3), requested_at INTEGER NOT NULL, request_seq INTEGER NOT NULL UNIQUE REFERENCES journal(seq)) STRICT, WITHOUT ROWID;
CREATE INDEX orders_by_token ON orders(token, request_seq);
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_in_order BEFORE INSERT ON journal WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)  OR NEW.prev <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), zeroblob(32))  OR EXISTS(SELECT 1 FROM journal WHERE txid = NEW.txid) BEGIN SELECT RAISE(ABORT, 'not the next entry'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'an epoch is for ever'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'an epoch is for ever'); END;
CREATE TRIGGER orders_forward BEFORE UPDATE ON orders WHEN NEW.state < OLD.state OR NEW.order_id <> OLD.order_id OR NEW.token <> OLD.token  OR NEW.request_seq <> OLD.request_seq BEGIN SELECT RAISE(ABORT, 'an order only goes forward'); END;
CREATE TABLE kept( order_id TEXT PRIMARY KEY REFERENCES orders(order_id), slot INTEGER NOT NULL CHECK(slot BETWEEN 0 AND 255), der BLOB NOT NULL CHECK(length(der) BETWEEN 1 AND 3000)) STRICT, WITHOUT ROWID;
PRAGMA application_id=1129007665;
PRAGMA user_version=2;
