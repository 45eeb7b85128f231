/*
 * keepsake.h - what the ledger kept of a token before a write, and for how long it is needed.
 *
 *   order of the write      the token, when it comes      what is kept
 *   can be completed        torn: the order heals it      stays, to compare the new one with
 *   can be no more          torn: gets the old one back   goes when the old one is on it
 *   can be no more          to be read                    goes
 *   can be no more          never                         goes when the old one has expired
 *   delivered               -                             went with the delivery
 */
#ifndef KIOSK_APP_KEEPSAKE_H
#define KIOSK_APP_KEEPSAKE_H

#include "kiosk/app/order_view.h"

/* Whether an order of which the platform says this will never be written any more. */
bool keepsake_is_lost(enum fact_order_status status);

/*
 * What was kept of `token`, and the id and status of the order it was kept for; status NONE while
 * the platform's word on that is not here. ERR_NOT_FOUND: nothing is kept. ERR_DENIED, ERR_IO,
 * ERR_MALFORMED as order_view_of_token().
 */
MUST_CHECK struct err keepsake_of_token(const struct order_sources *from, const char *token,
                                        struct fact_order *out_order,
                                        struct document_issued *out_old);

/* Erase what expired before `now_s` and was kept for an order that can be completed no more. Errors
 * as journal_append(). */
MUST_CHECK struct err keepsake_sweep(const struct order_sources *from, int64_t now_s);

#endif
