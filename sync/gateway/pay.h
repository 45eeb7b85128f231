/*
 * pay.h - a payment provider behind four functions.
 *
 *     create --> (the visitor pays with the provider) --> query: PAY_PAID --> the order goes on
 *        '-----> close: no payment can be made any more, or ERR_CONFLICT: it was made just before
 *
 * All are called inside a transaction and never wait: an adaptor to a provider on the network
 * keeps what the provider told it in tables of its own and answers from there.
 */
#ifndef SYNC_GATEWAY_PAY_H
#define SYNC_GATEWAY_PAY_H

#include "sync/gateway/order_row.h"
#include "sync/gateway/store.h"

enum pay_state { PAY_OPEN, PAY_PAID, PAY_CLOSED };

struct pay_provider {
    const char *name; /* on the order and the receipt: "demo" */

    /* Open a charge for the order. `out_charge` has ORDER_SECRET_SIZE bytes. */
    struct err (*create)(struct store *, const char *order_id, int64_t amount_fen,
                         char *out_charge);

    /* ERR_NOT_FOUND: no such charge. */
    struct err (*query)(struct store *, const char *charge, enum pay_state *out_state);

    /* ERR_CONFLICT: it is paid. Closing twice is fine. */
    struct err (*close)(struct store *, const char *charge);

    /* The visitor presses the button on our own page; NULL when he pays on the provider's.
     * ERR_CONFLICT: it is not open. */
    struct err (*confirm)(struct store *, const char *charge);
};

/* Ask it; see `query` above. */
MUST_CHECK struct err pay_query(const struct pay_provider *provider, struct store *store,
                                const char *charge, enum pay_state *out_state);

/* Pays nothing and says it did: for demonstrations. */
extern const struct pay_provider pay_demo;

#endif
