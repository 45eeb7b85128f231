/*
 * forget.h - the inbox keeps no visit for ever.
 *
 *   issued   names the holder: goes as soon as its order is over, by what the platform says, and
 *            that names the certificate itself
 *   order    goes DOCUMENT_ENDED_KEPT_S after its end, when its receipt can be had no more, or
 *            after its time to pay; to be refunded DOCUMENT_REFUND_KEPT_S after, since a token may
 *            have to be put right by it. One that is paid and not over stays.
 */
#ifndef SYNC_DAEMON_FORGET_H
#define SYNC_DAEMON_FORGET_H

#include <stdint.h>

#include "kiosk/ledger/inbox.h"

#define FORGET_MAX 64 /* orders in one go */

/* Erase what is over at `now_s`, a proven time; `*out_count` documents. What was erased stands in
 * the WAL until the next checkpoint. Errors as inbox_erase() and inbox_scan(). */
MUST_CHECK struct err forget_what_is_over(struct inbox *inbox, int64_t now_s, size_t *out_count);

#endif
