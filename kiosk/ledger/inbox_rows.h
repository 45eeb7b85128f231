/* inbox_rows.h - what is inside an inbox, for the files that write and read one. */
#ifndef KIOSK_LEDGER_INBOX_ROWS_H
#define KIOSK_LEDGER_INBOX_ROWS_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/store/database.h"

struct inbox {
    struct database database;
    unsigned contradictions;
};

extern const struct database_schema inbox_schema;

/* Within a transaction, as its last act: tell readers that something changed; `changes` as with
 * guard_write(). */
MUST_CHECK struct err inbox_touch(const struct inbox *inbox, const struct hash *changes);

/* Within a transaction, before inbox_touch(). */
MUST_CHECK struct err inbox_drop_proof(const struct inbox *inbox, enum inbox_proves what);
MUST_CHECK struct err inbox_put_proof(const struct inbox *inbox, enum inbox_proves what,
                                      const struct inbox_proof *proof);

#endif
