/*
 * orders.h - the life of an order. Each arrow is one call, inside one transaction of the caller.
 *
 *                         orders_request
 *             refused <----------+----------> to_pay --orders_close--> closed
 *                                               | orders_settle: the payment, at most one
 *                          reviewed by people?  |
 *     refund <--orders_deny-- in_review <-------+-------> to_make
 *                                |                          ^ | orders_make: the authority issues
 *                                '------orders_approve------' v
 *     refund <--orders_refund, by staff-- to_make, to_write --orders_deliver--> done
 *       '--orders_deliver, late--> refund that is closed: delivered and refunded, staff claims
 *
 * Repeating a call changes nothing. A request or report of a kiosk that cannot be so is not an
 * error: it is answered with a code ("unknown_order"), which stands in the journal beside the
 * entry; "" means taken. Errors are those of the store.
 */
#ifndef SYNC_GATEWAY_ORDERS_H
#define SYNC_GATEWAY_ORDERS_H

#include "sync/gateway/order_row.h"
#include "sync/gateway/platform.h"
#include "sync/wire/entry.h"

/* A report as it came in. */
struct report {
    const char *kiosk;
    const char *txid;
    const struct entry *entry;
    struct order_place place; /* the entry's */
};

/*
 * The kiosk asks for an order: checked against the platform's own records and prices, whatever the
 * kiosk thought. Always leaves an order, to pay or refused with its reason; an earlier order of
 * the token that is still to pay is closed, and a request that is earlier than the token's open
 * order is refused: it comes late, its visitor has asked anew since. Codes: "order_conflict", the
 * id is known with another content.
 */
MUST_CHECK struct err orders_request(const struct platform *platform, const struct report *report,
                                     char out_code[ORDER_CODE_SIZE]);

/* The holder of a token is at another kiosk than the one where its open order was made: that kiosk
 * gets the order's documents, too. Codes: none. */
MUST_CHECK struct err orders_ask(const struct platform *platform, const struct report *report,
                                 char out_code[ORDER_CODE_SIZE]);

/* The visitor left before paying. Codes: "unknown_order". */
MUST_CHECK struct err orders_leave(const struct platform *platform, const struct report *report,
                                   char out_code[ORDER_CODE_SIZE]);

/* The certificate is on the token and proven, however late, also after the money went back: the
 * token's certificate is what is on it. Codes: "unknown_order", "not_paid", "other_certificate". */
MUST_CHECK struct err orders_deliver(const struct platform *platform, const struct report *report,
                                     char out_code[ORDER_CODE_SIZE]);

/* The slip was printed or not. Codes: "unknown_order". */
MUST_CHECK struct err orders_receipt(const struct platform *platform, const struct report *report,
                                     char out_code[ORDER_CODE_SIZE]);

/* A kiosk begins to write: from now on the certificate may be on the token, until the delivery or a
 * repair says otherwise. A write that failed says nothing: a token that was pulled may hold it.
 * Codes: "unknown_order". */
MUST_CHECK struct err orders_intend(const struct platform *platform, const struct report *report,
                                    char out_code[ORDER_CODE_SIZE]);

/* An order that is over had left its token torn, or with its certificate; repaired, the token has
 * its old certificate, and the account too. Codes: none. */
MUST_CHECK struct err orders_repair(const struct platform *platform, const struct report *report,
                                    char out_code[ORDER_CODE_SIZE]);

/* Other reports about an order: nothing changes. Codes: "unknown_order". */
MUST_CHECK struct err orders_note(const struct platform *platform, const struct report *report,
                                  char out_code[ORDER_CODE_SIZE]);

/* Refusal of the request by the rules; "" when it may be sold. */
MUST_CHECK struct err orders_check(const struct platform *platform, const struct entry *request,
                                   char out_reason[ORDER_CODE_SIZE]);

/* Look at the provider: when the charge is paid, the order goes on; `*order` follows. */
MUST_CHECK struct err orders_settle(const struct platform *platform, struct order_row *order);

/* Close an order that is to pay, for `reason`; when the payment came just before, settle it. */
MUST_CHECK struct err orders_close(const struct platform *platform, struct order_row *order,
                                   const char *reason);

/* Review, by people. ERR_CONFLICT: the order is not in review and was not decided so before. */
MUST_CHECK struct err orders_approve(const struct platform *platform, struct order_row *order);
MUST_CHECK struct err orders_deny(const struct platform *platform, struct order_row *order);

/* Paid, and can be delivered no more: the token is broken, say. ERR_BLOCKED: a kiosk may be writing
 * it or may have written it; the token at a kiosk tells, or staff that has it in hand forces the
 * refund. ERR_CONFLICT: the order is not paid, or in review, or delivered, or its money goes back
 * for another reason. */
MUST_CHECK struct err orders_refund(const struct platform *platform, struct order_row *order);
MUST_CHECK struct err orders_refund_forced(const struct platform *platform,
                                           struct order_row *order);

/* Have the authority issue for one order that is to make. */
MUST_CHECK struct err orders_make(const struct platform *platform, struct order_row *order);

/*
 * The rounds, each order in a transaction of its own; called outside of any: after a payment or an
 * approval, at start and every second. One order that fails does not hold up the others; the
 * first failure is returned after all were tried.
 */
MUST_CHECK struct err orders_round_expire(const struct platform *platform);
MUST_CHECK struct err orders_round_make(const struct platform *platform);

#endif
