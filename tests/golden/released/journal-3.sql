-- journal.db, schema 3
CREATE TABLE meta( id INTEGER PRIMARY KEY CHECK(id = 1), epoch TEXT NOT NULL CHECK(length(epoch) = 36)) STRICT;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'an epoch is for ever'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta BEGIN SELECT RAISE(ABORT, 'an epoch is for ever'); END;
CREATE TABLE journal( seq INTEGER PRIMARY KEY CHECK(seq > 0), txid TEXT NOT NULL UNIQUE CHECK(length(txid) = 36), at INTEGER NOT NULL, visit TEXT NOT NULL CHECK(length(visit) = 36), kind TEXT NOT NULL CHECK(length(kind) BETWEEN 1 AND 31), body BLOB NOT NULL CHECK(length(body) <= 8192), prev BLOB NOT NULL CHECK(length(prev) = 32), hash BLOB NOT NULL CHECK(length(hash) = 32), order_id TEXT CHECK(length(order_id) = 36), token TEXT, order_state INTEGER CHECK(order_state BETWEEN 0 AND 3), bound BLOB NOT NULL CHECK(length(bound) = 32), CHECK((order_id IS NULL) = (token IS NULL)), CHECK((order_id IS NULL) = (order_state IS NULL))) STRICT;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_in_order BEFORE INSERT ON journal WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)  OR NEW.prev <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), zeroblob(32))  OR EXISTS(SELECT 1 FROM journal WHERE txid = NEW.txid) BEGIN SELECT RAISE(ABORT, 'not the next entry'); END;
CREATE TABLE orders( order_id TEXT PRIMARY KEY, token TEXT NOT NULL, state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3), requested_at INTEGER NOT NULL, request_seq INTEGER NOT NULL UNIQUE REFERENCES journal(seq), state_seq INTEGER NOT NULL REFERENCES journal(seq)) STRICT, WITHOUT ROWID;
CREATE INDEX orders_by_token ON orders(token, request_seq);
CREATE TRIGGER orders_forward BEFORE UPDATE ON orders WHEN NEW.state < OLD.state OR NEW.order_id <> OLD.order_id OR NEW.token <> OLD.token  OR NEW.request_seq <> OLD.request_seq BEGIN SELECT RAISE(ABORT, 'an order only goes forward'); END;
CREATE TABLE sealed( order_id TEXT NOT NULL REFERENCES orders(order_id), kind TEXT NOT NULL CHECK(length(kind) BETWEEN 1 AND 31), body BLOB NOT NULL CHECK(length(body) BETWEEN 28 AND 8220), PRIMARY KEY(order_id, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE head( id INTEGER PRIMARY KEY CHECK(id = 1), owner BLOB NOT NULL CHECK(length(owner) = 32), seq INTEGER NOT NULL CHECK(seq >= 0), hash BLOB NOT NULL CHECK(length(hash) = 32), signature BLOB NOT NULL CHECK(length(signature) = 64), verified_seq INTEGER NOT NULL CHECK(verified_seq >= seq), verified_hash BLOB NOT NULL CHECK(length(verified_hash) = 32), bad_seq INTEGER NOT NULL CHECK(bad_seq >= 0), mac BLOB NOT NULL CHECK(length(mac) = 32)) STRICT;
CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.seq < OLD.seq OR NEW.verified_seq < OLD.verified_seq OR NEW.owner <> OLD.owner  OR (OLD.bad_seq <> 0 AND NEW.bad_seq <> OLD.bad_seq) BEGIN SELECT RAISE(ABORT, 'a head only goes forward'); END;
CREATE TRIGGER head_no_delete BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'a head is for ever'); END;
PRAGMA application_id=1129007665;
PRAGMA user_version=3;
