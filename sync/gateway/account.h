/*
 * account.h - tokens that the platform knows, and the certificates that were issued for them.
 * All calls inside a transaction.
 */
#ifndef SYNC_GATEWAY_ACCOUNT_H
#define SYNC_GATEWAY_ACCOUNT_H

#include "kiosk/core/facts.h"
#include "sync/gateway/store.h"
#include "sync/wire/document.h"

#define ACCOUNT_PHONE_SIZE 33

struct account {
    char token[FACTS_ID_SIZE];
    enum fact_certificate_status status;
    char profile[33];
    char account[FACTS_SHORT_SIZE];
    char holder[FACTS_NAME_SIZE];
    char key_no[FACTS_SHORT_SIZE];
    char phone[ACCOUNT_PHONE_SIZE];
    uint8_t seals;
    uint8_t certificate[FACTS_FINGERPRINT_LEN]; /* the current one */
};

/* A certificate that was issued: delivered or waiting for it. */
struct issued {
    uint8_t fingerprint[FACTS_FINGERPRINT_LEN];
    char token[FACTS_ID_SIZE];
    char order[FACTS_UUID_SIZE]; /* "" for a token's first */
    uint8_t slot;
    int64_t not_before_s, not_after_s;
    size_t der_len;
    uint8_t der[DOCUMENT_CERTIFICATE_MAX];
};

/* ERR_NOT_FOUND: the platform does not know this token. */
MUST_CHECK struct err account_load(struct store *store, const char *token,
                                   struct account *out_account);

/* ERR_CONFLICT: the token is known already. */
MUST_CHECK struct err account_insert(struct store *store, const struct account *account);

/* From now on this is the token's certificate. */
MUST_CHECK struct err account_renewed(struct store *store, const char *token,
                                      const uint8_t fingerprint[FACTS_FINGERPRINT_LEN]);

/* ERR_CONFLICT: this certificate is there, or the order has one. */
MUST_CHECK struct err issued_insert(struct store *store, const struct issued *issued);

/* ERR_NOT_FOUND. */
MUST_CHECK struct err issued_load(struct store *store,
                                  const uint8_t fingerprint[FACTS_FINGERPRINT_LEN],
                                  struct issued *out_issued);
MUST_CHECK struct err issued_load_of_order(struct store *store, const char *order,
                                           struct issued *out_issued);

#endif
