/*
 * order_row.h - one order as it stands in the database. All calls inside a transaction.
 */
#ifndef SYNC_GATEWAY_ORDER_ROW_H
#define SYNC_GATEWAY_ORDER_ROW_H

#include "kiosk/core/facts.h"
#include "sync/gateway/store.h"

#define ORDER_NAME_SIZE 33
#define ORDER_CODE_SIZE 33
#define ORDER_CHECK_LEN 8    /* first characters of the id: they prove a receipt, 32 random bits */
#define ORDER_SECRET_SIZE 33 /* 16 random bytes in hex, with the NUL */

/* Where and when an entry was written. */
struct order_place {
    char epoch[FACTS_UUID_SIZE]; /* of the kiosk's journal; "": not known, nothing is earlier */
    uint64_t seq;
    int64_t at_ms; /* by the kiosk's clock, but not after the platform's when it came */
};

struct order_row {
    /* fixed when it is made */
    char id[FACTS_UUID_SIZE];        /* the kiosk's: the idempotency key */
    int64_t number;                  /* 1, 2, 3 ... */
    char order_no[FACTS_SHORT_SIZE]; /* date and number, for people */
    char kiosk[ORDER_NAME_SIZE];
    char token[FACTS_ID_SIZE];
    char service[ORDER_NAME_SIZE];
    char profile[ORDER_NAME_SIZE];
    uint8_t term_years;
    uint8_t slot;
    int64_t amount_fen;
    int64_t price_pack;
    uint8_t old_certificate[FACTS_FINGERPRINT_LEN];
    int64_t old_not_after_s;
    char pay_token[ORDER_SECRET_SIZE]; /* whoever holds it may see and pay the order */
    int64_t created_s;
    int64_t expires_s;
    struct order_place asked; /* the request */
    /* its life */
    enum fact_order_status status;
    bool write_open;                /* a kiosk may be writing it, or may have */
    char reason[ORDER_CODE_SIZE];   /* why refused, closed or to be refunded */
    char charge[ORDER_SECRET_SIZE]; /* the provider's name of the payment */
    char printed[9];
    int64_t paid_s, reviewed_s, write_before_s, closed_s; /* 0: not yet */
    int64_t ended_s; /* done, closed, refused or to be refunded since; 0: it is none of these */
};

enum order_key { ORDER_BY_ID, ORDER_BY_NO, ORDER_BY_PAY_TOKEN, ORDER_OPEN_BY_TOKEN };

/* "to_pay" and so on; "" for a status that the platform never stores. */
const char *order_status_name(enum fact_order_status status);

/* The status for operators: as above, but "delivered_refunded" for an order whose delivery was
 * reported after its refund: staff claims the money or the certificate back. */
const char *order_status_told(const struct order_row *order);

/* ERR_NOT_FOUND. ORDER_OPEN_BY_TOKEN: the token's one order that is to pay, in review, to make or
 * to write. */
MUST_CHECK struct err order_load(struct store *store, enum order_key key, const char *value,
                                 struct order_row *out_order);

/* The first order of `status` above number `after`, that expires at `before_s` or earlier.
 * ERR_NOT_FOUND. */
struct order_search {
    enum fact_order_status status;
    int64_t after;
    int64_t before_s;
};
MUST_CHECK struct err order_find(struct store *store, const struct order_search *search,
                                 struct order_row *out_order);

/* Insert; sets number and order_no. ERR_CONFLICT: the id is known, or the token has an open one. */
MUST_CHECK struct err order_insert(struct store *store, struct order_row *order);

/* Store the fields of its life. */
MUST_CHECK struct err order_update(struct store *store, const struct order_row *order);

#define ORDER_LIST_MAX 200

/* The newest orders, newest first, at most `max`. */
MUST_CHECK struct err order_list(struct store *store, size_t max, struct order_row *out_orders,
                                 size_t *out_count);

#endif
