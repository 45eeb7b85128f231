/* journal_rows.h - what is inside a journal, for the files that append to and read one. */
#ifndef KIOSK_LEDGER_JOURNAL_ROWS_H
#define KIOSK_LEDGER_JOURNAL_ROWS_H

#include "kiosk/ledger/database.h"
#include "kiosk/ledger/journal.h"

struct journal {
    struct database database;
    char epoch[CHAIN_UUID_LEN + 1];
};

extern const struct database_schema journal_schema;

/* Into `journal`, whose database is open. */
MUST_CHECK struct err journal_read_epoch(struct journal *journal);

/* What an entry says of an order, bound to the entry's hash: the body is hashed by the chain, these
 * columns beside it by this. */
struct hash journal_bind(const struct hash *hash, const char *order, const char *token,
                         enum journal_order_state state);

/* What the draft says of the object that its order's write overwrites; in the transaction that
 * appends it, after the projection. */
MUST_CHECK struct err journal_keep(const struct journal *journal,
                                   const struct journal_draft *draft);

/* The newest entry: seq 0 and a hash of zeros when there is none. */
MUST_CHECK struct err journal_head(const struct journal *journal, uint64_t *out_seq,
                                   struct hash *out_hash);

#endif
