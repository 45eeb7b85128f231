/*
 * keepsake.h - what the ledger kept of a token before a write, and for how long it is needed.
 *
 *   order of the write      the token, when it comes      what is kept
 *   can be completed        torn: the order heals it      stays, to compare the new one with
 *   can be no more          torn: gets the old one back   goes when the old one is on it
 *   can be no more          has the order's certificate   goes when the old one is on it
 *                           all the same: the same
 *   can be no more          to be read                    goes
 *   can be no more          may have one that it does     stays: what it is is not known
 *                           not show
 *   can be no more          never                         goes when the old one has expired
 *   delivered elsewhere     whatever is on it, or never   goes
 *   delivered               -                             went with the delivery
 *
 * An order is delivered elsewhere when the account has its certificate, also after a refund: the
 * platform has taken that delivery, and it is not undone.
 */
#ifndef KIOSK_APP_KEEPSAKE_H
#define KIOSK_APP_KEEPSAKE_H

#include "kiosk/app/order_view.h"

/* Whether an order of which the platform says this will never be written any more. */
bool keepsake_is_lost(enum fact_order_status status);

/*
 * What was kept of `token`, and the order it was kept for: id; status, NONE while the platform's
 * word on that is not here and DONE when it is delivered elsewhere; the old certificate's
 * fingerprint. Of one that is lost also the certificate that was issued, unless that or the account
 * is not here. der_len 0: it is lost, and nothing is there to put back; slot and old fingerprint
 * are those of the order then. ERR_NOT_FOUND: nothing is kept nor missed. ERR_DENIED, ERR_IO,
 * ERR_MALFORMED as order_view_of_token().
 */
MUST_CHECK struct err keepsake_of_token(const struct order_sources *from, const char *token,
                                        struct fact_order *out_order,
                                        struct document_issued *out_old);

enum keepsake_next {
    KEEPSAKE_STAYS,
    KEEPSAKE_GOES,
    KEEPSAKE_GOES_BACK, /* onto the token, in the place of `order->new_fingerprint` or of nothing */
    KEEPSAKE_IS_MISSED, /* it would go back, and is not here */
};

/* What is to be done with it now that `token` has come; `order` and `old` are as
 * keepsake_of_token() tells, or empty. */
enum keepsake_next keepsake_next(const struct fact_order *order, const struct document_issued *old,
                                 const struct fact_token *token);

/* Erase what was kept for an order that the platform has delivered, and what expired before `now_s`
 * and was kept for one that can be completed no more. Errors as journal_append(). */
MUST_CHECK struct err keepsake_sweep(const struct order_sources *from, int64_t now_s);

#endif
