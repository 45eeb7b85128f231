/* batch_row.h - rows of the journal as they go into a batch, byte for byte. */
#ifndef SYNC_DAEMON_BATCH_ROW_H
#define SYNC_DAEMON_BATCH_ROW_H

#include "kiosk/ledger/journal.h"
#include "sync/wire/batch.h"

/* Put it behind the others; the batch has room for one more. */
void batch_row_add(struct batch *batch, const struct journal_row *row);

/* The batch ends at this signed entry. */
void batch_row_sign(struct batch *batch, const struct journal_head *head);

#endif
