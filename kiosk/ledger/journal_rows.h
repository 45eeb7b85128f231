/* journal_rows.h - what is inside a journal, for the files that append to and read one. */
#ifndef KIOSK_LEDGER_JOURNAL_ROWS_H
#define KIOSK_LEDGER_JOURNAL_ROWS_H

#include "kiosk/ledger/journal.h"
#include "kiosk/store/database.h"

/* What an append asks SQLite for, compiled once. */
enum journal_statement {
    JOURNAL_BEGIN,
    JOURNAL_COMMIT,
    JOURNAL_FIND_TXID,
    JOURNAL_FIND_HEAD,
    JOURNAL_PUT_ENTRY,
    JOURNAL_PUT_ORDER,
    JOURNAL_PUT_HEAD,
    JOURNAL_STATEMENT_COUNT,
};

/* Where a journal ends, and what stands behind its newest signed entry. */
struct journal_tail {
    uint64_t seq; /* the newest entry; 0: there is none, and its hash is zeros */
    struct hash hash;
    uint64_t signed_seq; /* that entry; 0: none is signed */
    uint64_t bytes;      /* of the bodies behind it */
};

struct journal {
    struct database database;
    char epoch[CHAIN_UUID_LEN + 1];
    const struct journal_guard *guard; /* NULL: a reader, which has no key */
    struct journal_tail tail;          /* a writer's */
    sqlite3_stmt *statements[JOURNAL_STATEMENT_COUNT];
};

/* What a new journal, or one of an earlier release, is made this kiosk's with. */
struct journal_birth {
    const char *epoch; /* of a new one; NULL: none is made */
    const struct journal_guard *guard;
};

/* What an entry says of an order. */
struct journal_about {
    char order[CHAIN_UUID_LEN + 1]; /* "": it is about none */
    char token[41];
    int state;
};

extern const struct database_schema journal_schema;

/* Into `journal`, whose database is open. */
MUST_CHECK struct err journal_read_epoch(struct journal *journal);

#define JOURNAL_NO_UPDATE \
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN" \
    " SELECT RAISE(ABORT, 'the journal is append-only'); END;"

/* The last step from schema 2, whose entries were bound without a key: verify them and bind them
 * anew; `context` is a struct journal_birth. ERR_CONFLICT: they are not what was appended. */
MUST_CHECK struct err journal_become_bound(struct database *database, const void *context);

/* The last step from schema 3, which kept the newest signature alone: verify the journal by its key
 * and sign all of it. Errors as journal_open(). */
MUST_CHECK struct err journal_become_signed(struct database *database, const void *context);

/* What an entry says of an order, bound to the entry's hash: the body is hashed by the chain, these
 * columns beside it by this. Before `guard` there was none: NULL is how that was bound. */
struct hash journal_bind(const struct journal_guard *guard, const struct hash *hash,
                         const struct journal_about *about);

/* The statement, to be put back by CLEANUP(journal_rest) for the next time. */
MUST_CHECK struct err journal_statement(struct journal *journal, enum journal_statement which,
                                        const char *sql, sqlite3_stmt **out_statement);
void journal_rest(sqlite3_stmt **at);

#define JOURNAL_KEPT_KIND "certificate" /* the kind of sealed data that a write overwrites */

/* Seal what an earlier release kept in clear, on the copy; its table goes. */
MUST_CHECK struct err journal_seal_kept(const struct database *database,
                                        const struct journal_guard *guard, const char *epoch);

/* What the draft says of the object that its order's write overwrites; in the transaction that
 * appends it, after the projection. */
MUST_CHECK struct err journal_keep(const struct journal *journal,
                                   const struct journal_draft *draft);

/* The newest entry: seq 0 and a hash of zeros when there is none. */
MUST_CHECK struct err journal_newest(struct journal *journal, uint64_t *out_seq,
                                     struct hash *out_hash);

/* Put in the row of the table `head`, with which a journal of no entries, or of those up to `mark`,
 * becomes this kiosk's. */
MUST_CHECK struct err journal_head_fill(const struct database *database,
                                        const struct journal_guard *guard, const char *epoch,
                                        const struct journal_walk *mark);

/* The mark, when it is of this device key and the entries that it and the head name stand. Errors
 * as journal_open(). */
MUST_CHECK struct err journal_mark(struct journal *journal, struct journal_walk *out_mark);

/* Into `journal->tail`. */
MUST_CHECK struct err journal_tail_read(struct journal *journal);

/* Put a signature into the table `heads`; in a transaction. `*tail` is what stands behind it then,
 * to be the journal's when the transaction is committed. */
MUST_CHECK struct err journal_signed_put(struct journal *journal, const struct journal_head *head,
                                         struct journal_tail *tail);

/* The entry `head`, whose body is in `*tail` already, was appended: sign it if it is awaited or
 * enough stands behind the last one that is signed. In the same transaction. */
MUST_CHECK struct err journal_signed_add(struct journal *journal, struct journal_head *head,
                                         bool awaited, struct journal_tail *tail);

/* Sign a journal of an earlier release, as if it had been signed from its beginning on. */
MUST_CHECK struct err journal_sign_all(struct journal *journal);

/* Verify the signed entries behind `after_seq` up to `upto_seq`. ERR_CONFLICT, native: the entry.
 */
MUST_CHECK struct err journal_signed_verify(struct journal *journal, uint64_t after_seq,
                                            uint64_t upto_seq);

/* Verify the entries behind the mark, and their orders. ERR_CONFLICT. */
MUST_CHECK struct err journal_verify_since(struct journal *journal,
                                           const struct journal_walk *mark);

/* Verify all entries of an earlier release, which were bound without a key, up to `*out_end`.
 * ERR_CONFLICT. */
MUST_CHECK struct err journal_verify_unkeyed(const struct database *database, const char *epoch,
                                             struct journal_walk *out_end);

#endif
