/*
 * inbox_guard.h - sums over what the inbox keeps, so that a bit that turned is noticed wherever it
 * is: one over the state and its proofs, one over all documents and quarantined entries together.
 * For this room only. Who changes a row folds it in before and after, and writes the guard last.
 *
 *     guard_fold (row as it was) -> change it -> guard_fold (as it is) -> guard_write
 *
 * They find damage, not a forger: documents and proofs are sealed for that.
 */
#ifndef KIOSK_LEDGER_INBOX_GUARD_H
#define KIOSK_LEDGER_INBOX_GUARD_H

#include "kiosk/base/hash.h"
#include "kiosk/store/database.h"

/* Add or take out the document of this type and id, if there is one; twice is nothing. */
MUST_CHECK struct err guard_fold(const struct database *database, const char *type, const char *id,
                                 struct hash *in_out_sum);

/* The same for the quarantined entry of the state's epoch. */
MUST_CHECK struct err guard_fold_entry(const struct database *database, uint64_t seq,
                                       struct hash *in_out_sum);

/* Within a transaction, as its last act: `changes` is what was folded. */
MUST_CHECK struct err guard_write(const struct database *database, const struct hash *changes);

/* Of a database that has no guard yet: over all that is there. */
MUST_CHECK struct err guard_make(const struct database *database);

/* ERR_MALFORMED: the state is not what was written. Within database_look() or a transaction. */
MUST_CHECK struct err guard_check_state(const struct database *database);

/* The same for every row. */
MUST_CHECK struct err guard_check(const struct database *database);

/* guard_make() and guard_check() as schema 2 had them, which knew of no generation. Within a
 * transaction. */
MUST_CHECK struct err guard_make_2(const struct database *database);
MUST_CHECK struct err guard_check_2(const struct database *database);

#endif
