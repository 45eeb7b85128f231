#include "sync/gateway/store_schema.h"

#include "kiosk/base/macros.h"

#define SCHEMA_VERSION 4

/* The promises about money are constraints here, so that no path of the code can break them:
 * one payment and one delivery per order, one open order per token, a journal that only grows. */
static const char tables_2[] =
    "CREATE TABLE kiosks("
    "  id TEXT PRIMARY KEY,"
    "  certificate BLOB NOT NULL," /* SHA-256 of its client certificate */
    "  epoch TEXT NOT NULL DEFAULT '',"
    "  enrolled_s INTEGER NOT NULL,"
    "  contact_s INTEGER NOT NULL DEFAULT 0) STRICT;"

    "CREATE TABLE heads("
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  epoch TEXT NOT NULL,"
    "  seq INTEGER NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (kiosk, epoch)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE journal("
    "  id INTEGER PRIMARY KEY,"
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  epoch TEXT NOT NULL,"
    "  seq INTEGER NOT NULL CHECK (seq > 0),"
    "  txid TEXT NOT NULL UNIQUE,"
    "  at_ms INTEGER NOT NULL,"
    "  visit TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  body BLOB NOT NULL,"
    "  prev BLOB NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  rejected TEXT NOT NULL DEFAULT '',"
    "  received_ms INTEGER NOT NULL,"
    "  UNIQUE (kiosk, epoch, seq)) STRICT;"
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal"
    "  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;"
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal"
    "  BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;"

    "CREATE TABLE accounts("
    "  token TEXT PRIMARY KEY,"
    "  status TEXT NOT NULL CHECK (status IN ('active', 'revoked', 'replaced')),"
    "  profile TEXT NOT NULL,"
    "  account TEXT NOT NULL,"
    "  holder TEXT NOT NULL,"
    "  key_no TEXT NOT NULL,"
    "  phone TEXT NOT NULL,"
    "  seals INTEGER NOT NULL CHECK (seals BETWEEN 0 AND 2),"
    "  certificate BLOB NOT NULL) STRICT;"

    "CREATE TABLE orders("
    "  id TEXT PRIMARY KEY,"
    "  number INTEGER NOT NULL UNIQUE,"
    "  order_no TEXT NOT NULL UNIQUE,"
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  token TEXT NOT NULL,"
    "  service TEXT NOT NULL,"
    "  profile TEXT NOT NULL,"
    "  term_years INTEGER NOT NULL,"
    "  amount_fen INTEGER NOT NULL,"
    "  price_pack INTEGER NOT NULL,"
    "  slot INTEGER NOT NULL,"
    "  old_certificate BLOB NOT NULL,"
    "  old_not_after_s INTEGER NOT NULL,"
    "  status TEXT NOT NULL CHECK (status IN ('to_pay', 'in_review', 'to_make', 'to_write', 'done',"
    "    'closed', 'refund', 'refused')),"
    "  reason TEXT NOT NULL DEFAULT '',"
    "  pay_token TEXT NOT NULL UNIQUE,"
    "  charge TEXT NOT NULL DEFAULT '',"
    "  printed TEXT NOT NULL DEFAULT '',"
    "  created_s INTEGER NOT NULL,"
    "  expires_s INTEGER NOT NULL,"
    "  paid_s INTEGER NOT NULL DEFAULT 0,"
    "  reviewed_s INTEGER NOT NULL DEFAULT 0,"
    "  write_before_s INTEGER NOT NULL DEFAULT 0,"
    "  closed_s INTEGER NOT NULL DEFAULT 0,"
    "  write_open INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE UNIQUE INDEX orders_open ON orders(token)"
    "  WHERE status IN ('to_pay', 'in_review', 'to_make', 'to_write');"
    "CREATE INDEX orders_due ON orders(expires_s) WHERE status = 'to_pay';"
    "CREATE INDEX orders_to_make ON orders(number) WHERE status = 'to_make';"

    "CREATE TABLE certificates("
    "  fingerprint BLOB PRIMARY KEY,"
    "  token TEXT NOT NULL REFERENCES accounts(token) DEFERRABLE INITIALLY DEFERRED,"
    "  slot INTEGER NOT NULL,"
    "  order_id TEXT UNIQUE REFERENCES orders(id)," /* NULL: the first one, by registration */
    "  der BLOB NOT NULL,"
    "  not_before_s INTEGER NOT NULL,"
    "  not_after_s INTEGER NOT NULL) STRICT;"

    "CREATE TABLE payments("
    "  order_id TEXT NOT NULL UNIQUE REFERENCES orders(id),"
    "  provider TEXT NOT NULL,"
    "  charge TEXT NOT NULL UNIQUE,"
    "  amount_fen INTEGER NOT NULL,"
    "  paid_s INTEGER NOT NULL) STRICT;"

    "CREATE TABLE deliveries("
    "  order_id TEXT NOT NULL UNIQUE REFERENCES payments(order_id),"
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  txid TEXT NOT NULL UNIQUE REFERENCES journal(txid) DEFERRABLE INITIALLY DEFERRED,"
    "  certificate BLOB NOT NULL UNIQUE REFERENCES certificates(fingerprint),"
    "  delivered_s INTEGER NOT NULL) STRICT;"

    "CREATE TABLE documents("
    "  type TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  cursor INTEGER NOT NULL UNIQUE,"
    "  body BLOB NOT NULL,"
    "  PRIMARY KEY (type, id)) STRICT;"

    /* The demonstration provider's own books; a real provider keeps its own elsewhere. */
    "CREATE TABLE demo_charges("
    "  id TEXT PRIMARY KEY,"
    "  order_id TEXT NOT NULL UNIQUE,"
    "  amount_fen INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'closed'))) STRICT;";

/* Which writes were intended was not kept then: each that can be may have been. */
static const char added_to_1[] =
    "ALTER TABLE orders ADD COLUMN write_open INTEGER NOT NULL DEFAULT 0;"
    "UPDATE orders SET write_open = 1 WHERE status = 'to_write';";

/* A kiosk has one certificate that counts, and perhaps the next one, not used yet. */
static const char added_to_2[] =
    "ALTER TABLE kiosks ADD COLUMN until_s INTEGER NOT NULL DEFAULT 0;" /* of `certificate` */
    "ALTER TABLE kiosks ADD COLUMN device_key BLOB;"
    "ALTER TABLE kiosks ADD COLUMN next_certificate BLOB;" /* SHA-256 of `next_der` */
    "ALTER TABLE kiosks ADD COLUMN next_request BLOB;"     /* SHA-256 of the CSR */
    "ALTER TABLE kiosks ADD COLUMN next_der BLOB;"
    "ALTER TABLE kiosks ADD COLUMN next_until_s INTEGER NOT NULL DEFAULT 0;"

    "ALTER TABLE heads ADD COLUMN signed_seq INTEGER NOT NULL DEFAULT 0;" /* by the device key */

    "CREATE TABLE invites("
    "  kiosk TEXT PRIMARY KEY,"
    "  salt BLOB NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  expires_s INTEGER NOT NULL,"
    "  tries_left INTEGER NOT NULL CHECK (tries_left >= 0),"
    "  used_s INTEGER NOT NULL DEFAULT 0,"
    "  request BLOB," /* SHA-256 of the CSR it was used with */
    "  certificate BLOB) STRICT;"
    "CREATE TABLE invite_refused("
    "  id INTEGER PRIMARY KEY,"
    "  address BLOB NOT NULL,"
    "  at_s INTEGER NOT NULL) STRICT;"
    "CREATE INDEX invite_refused_by ON invite_refused(address, at_s);"

    "CREATE TABLE alarms("
    "  id INTEGER PRIMARY KEY,"
    "  kiosk TEXT NOT NULL,"
    "  word TEXT NOT NULL,"
    "  detail TEXT NOT NULL,"
    "  first_s INTEGER NOT NULL,"
    "  last_s INTEGER NOT NULL,"
    "  count INTEGER NOT NULL,"
    "  cleared_s INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE UNIQUE INDEX alarms_open ON alarms(kiosk, word) WHERE cleared_s = 0;"

    /* Entries that were applied before their turn, until it comes. */
    "CREATE TABLE ahead("
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  epoch TEXT NOT NULL,"
    "  seq INTEGER NOT NULL CHECK (seq > 0),"
    "  txid TEXT NOT NULL UNIQUE,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (kiosk, epoch, seq)) STRICT, WITHOUT ROWID;";

/* A kiosk may have several certificates that it was given and did not use yet. */
static const char added_to_3[] =
    /* The newest certificate that was issued for the kiosk began then. What an older
     * database has issued is not known: nothing of it may count as newer than what stands here.
     * The machine's clock may be behind what stands here. */
    "ALTER TABLE kiosks ADD COLUMN issued_s INTEGER NOT NULL DEFAULT 0;"
    "UPDATE kiosks SET issued_s = max(unixepoch(), enrolled_s,"
    "  (SELECT max(contact_s) FROM kiosks),"
    "  (SELECT coalesce(max(received_ms), 0) / 1000 FROM journal));"
    "ALTER TABLE kiosks ADD COLUMN disabled_s INTEGER NOT NULL DEFAULT 0;" /* 0: it is not */
    /* Issued and not used yet. Kiosks' own columns of that name are not used; neither are
     * invites.tries_left and invite_refused: no row of a released database is dropped. */
    "CREATE TABLE nexts("
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  hash BLOB NOT NULL," /* SHA-256 of `der` */
    "  request BLOB NOT NULL,"
    "  der BLOB NOT NULL,"
    "  until_s INTEGER NOT NULL,"
    "  asked_s INTEGER NOT NULL,"
    "  PRIMARY KEY (kiosk, hash)) STRICT, WITHOUT ROWID;"
    "INSERT INTO nexts SELECT id, next_certificate, next_request, next_der, next_until_s,"
    "  issued_s FROM kiosks WHERE next_certificate IS NOT NULL;"

    /* Whether the kiosk's device key, as it is known, had signed the entry. One that it had not is
     * remembered, so that it is not applied twice, and gives way to what is signed. */
    "ALTER TABLE ahead ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;"

    /* What is said of the platform's keys is sealed once, and kept. */
    "CREATE TABLE platform_keys("
    "  id TEXT PRIMARY KEY,"
    "  introducer TEXT NOT NULL,"         /* '': it is of the first list */
    "  speaker TEXT NOT NULL DEFAULT ''," /* who sealed its document, '': nobody yet */
    "  seal BLOB CHECK (length(seal) = 64)) STRICT;"

    /* An order's documents are no longer for everybody; who was told of one that is still to be
     * paid hears how it ends. */
    "ALTER TABLE orders ADD COLUMN ended_s INTEGER NOT NULL DEFAULT 0;"
    "UPDATE orders SET ended_s = max(created_s, paid_s, reviewed_s, closed_s)"
    "  WHERE status IN ('done', 'closed', 'refund', 'refused');"
    /* Where and when an order was requested; of an older one that is not known: it gives way. */
    "ALTER TABLE orders ADD COLUMN asked_epoch TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE orders ADD COLUMN asked_seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE orders ADD COLUMN asked_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE askers("
    "  order_id TEXT NOT NULL REFERENCES orders(id),"
    "  kiosk TEXT NOT NULL REFERENCES kiosks(id),"
    "  PRIMARY KEY (order_id, kiosk)) STRICT, WITHOUT ROWID;"
    "INSERT INTO askers SELECT o.id, k.id FROM orders AS o, kiosks AS k WHERE o.status = 'to_pay'"
    "  AND o.kiosk <> k.id;"

    /* The newest moment that the platform knows; see platform_clock.h. */
    "CREATE TABLE clock("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  newest_ms INTEGER NOT NULL,"
    "  said INTEGER NOT NULL DEFAULT 0) STRICT;"
    "INSERT INTO clock(id, newest_ms) SELECT 1,"
    "  max((SELECT coalesce(max(received_ms), 0) FROM journal),"
    "      (SELECT coalesce(max(contact_s), 0) * 1000 FROM kiosks));"

    /* Which life of this database it is; see generation.h. */
    "CREATE TABLE generation("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  id TEXT NOT NULL CHECK (length(id) = 36)) STRICT;"
    "INSERT INTO generation VALUES(1, " STORE_SCHEMA_UUID ");"
    /* Kiosks that are told another one of their own, since then. */
    "CREATE TABLE restarts("
    "  kiosk TEXT PRIMARY KEY REFERENCES kiosks(id),"
    "  generation TEXT NOT NULL CHECK (length(generation) = 36),"
    "  made_s INTEGER NOT NULL) STRICT;";

static const struct database_release releases[] = {
    {.version = 1, .added = added_to_1},
    {.version = 2, .sql = tables_2, .added = added_to_2},
    {.version = 3, .added = added_to_3},
};

const struct database_schema store_schema = {.version = SCHEMA_VERSION,
                                             .by_turns = true,
                                             .releases = releases,
                                             .release_count = ARRAY_LEN(releases)};
