/*
 * order_view.h - an order as this kiosk may believe it: its own journal and the platform's sealed
 * documents together.
 *
 *   journal \ document   none        to_pay     paid ...       done, closed ...   refund
 *   none                 NONE        TO_PAY     as it says     DONE or NONE       REFUND
 *   requested            REQUESTED   TO_PAY     as it says     as it says         REFUND
 *   left                 NONE        CLOSED     as it says     as it says         REFUND
 *   intended             -           TO_PAY     as it says     as it says         REFUND
 *   delivered            NONE        DONE       DONE           DONE               NONE
 *
 * Of several a paid one matters most, then the newest that is open or refunded; DONE is told when
 * nothing newer is, with its certificate when that can be named: its receipt can be printed again.
 */
#ifndef KIOSK_APP_ORDER_VIEW_H
#define KIOSK_APP_ORDER_VIEW_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/ledger/journal.h"
#include "kiosk/pki/certificate.h"
#include "kiosk/pki/keyring.h"
#include "sync/wire/document.h"

/* Where the view looks; all borrowed. */
struct order_sources {
    struct journal *journal;
    struct inbox *inbox;
    const struct keyring *keys;
    const struct trust *trust;
    const char *kiosk; /* our id, which every seal covers */
};

/* Whether the seal of `document` is the platform's, for this kiosk. */
bool order_view_sealed(const struct order_sources *from, const struct inbox_document *document);

/* The document as it is, when its seal is the platform's. ERR_NOT_FOUND, ERR_DENIED (bad seal),
 * ERR_IO. */
MUST_CHECK struct err order_view_document(const struct order_sources *from, const char *type,
                                          const char *id, struct inbox_document *out_document);

/* What the platform told of `token`; unknown when it told nothing. Errors as order_view_document(),
 * and ERR_MALFORMED. */
MUST_CHECK struct err order_view_account(const struct order_sources *from, const char *token,
                                         struct fact_account *out_account);

/*
 * The order of `token` that a visit is to go on with, paid ones first; status NONE when there is
 * none. `*out_issued` is its certificate, der_len 0 while there is none.
 */
MUST_CHECK struct err order_view_of_token(const struct order_sources *from, const char *token,
                                          struct fact_order *out_order,
                                          struct document_issued *out_issued);

#endif
