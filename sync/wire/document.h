/*
 * document.h - what the platform sends: bodies of documents, JSON (RFC 8259) <-> structs.
 *
 *   type       id            body
 *   account    token id      {"status":"active|revoked|replaced","profile":NAME,"account":TEXT,
 *                             "key_no":TEXT,"phone_masked":TEXT,"seals":0|1|2,
 *                             "certificate":SHA-256 hex of the current certificate}
 *   order      order id {"status":"to_pay|in_review|to_make|to_write|done|closed|refund|refused",
 *                             "order_no":TEXT,"token":token id,"service":NAME,"profile":NAME,
 *                             "term_years":N,"amount_fen":N,"pay_url":URL,"check_url":URL,"method":TEXT,"refusal":CODE,
 *                             "created_s":N,"expires_s":N,"paid_s":N,"write_before_s":N,
 *                             "old_certificate":SHA-256 hex,"old_not_after_s":N,
 *                             "slot":N,"new_certificate":SHA-256 hex,"new_not_before_s":N,
 *                             "new_not_after_s":N,"ended_s":N}
 *                             the last line but ended_s: once a certificate was issued; ended_s: it
 *                             is done, closed, refused or to be refunded since then
 *   issued     order id      {"slot":N,"certificate":base64 of the DER}
 *   notice     any           {"zh":TEXT,"en":TEXT}       announcements for the home screen
 *   platform_key key id      {"public":hex of the raw Ed25519 key,"not_before_s":N,"not_after_s":N,
 *                             "revoked_s":N}             see kiosk/pki/keyring.h
 *
 * Whose account it is stands in the token's certificate, and not here: a kiosk is sent no name that
 * it has no use for. Fields that do not apply are absent. Unknown fields are skipped, so that the
 * platform may add some; a known one of the wrong type or out of range is ERR_MALFORMED. Numbers
 * are whole and at most 2^53.
 */
#ifndef SYNC_WIRE_DOCUMENT_H
#define SYNC_WIRE_DOCUMENT_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/core/facts.h"

#define DOCUMENT_BODY_MAX 16384
#define DOCUMENT_CERTIFICATE_MAX 3000
#define DOCUMENT_KEY_LEN 32
/* How long after its end what is said of an order is kept at kiosks: for its receipt, or because a
 * token that it left torn may still come, until any certificate of it has lapsed. */
#define DOCUMENT_ENDED_KEPT_S INT64_C(2592000)   /* 30 days */
#define DOCUMENT_REFUND_KEPT_S INT64_C(34560000) /* 400 days */

struct document_account {
    struct fact_account facts; /* known is true */
    char profile[33];
    uint8_t fingerprint[FACTS_FINGERPRINT_LEN];
};

struct document_order {
    struct fact_order facts; /* has_certificate is false: it names one, and holds none */
    char token[FACTS_ID_SIZE];
    char service[33];
    char profile[33];
    int64_t ended_s; /* 0: it is not over, or of a release that did not say */
};

struct document_issued {
    uint8_t slot;
    size_t der_len;
    uint8_t der[DOCUMENT_CERTIFICATE_MAX];
};

struct document_key {
    uint8_t public_key[DOCUMENT_KEY_LEN];
    int64_t not_before_s, not_after_s;
    int64_t revoked_s; /* 0: it is not */
};

/* Each: read a body into `*out`, written on success only. ERR_MALFORMED; native is the offset where
 * known. */
MUST_CHECK struct err document_read_account(struct bytes body, struct document_account *out);
MUST_CHECK struct err document_read_order(struct bytes body, struct document_order *out);
MUST_CHECK struct err document_read_issued(struct bytes body, struct document_issued *out);
MUST_CHECK struct err document_read_notice(struct bytes body, struct fact_announcement *out);
MUST_CHECK struct err document_read_key(struct bytes body, struct document_key *out);

/* Each: write a body of at most DOCUMENT_BODY_MAX bytes to `out`. ERR_NO_ROOM. */
MUST_CHECK struct err document_write_account(const struct document_account *in, uint8_t *out,
                                             size_t *out_len);
MUST_CHECK struct err document_write_order(const struct document_order *in, uint8_t *out,
                                           size_t *out_len);
MUST_CHECK struct err document_write_issued(const struct document_issued *in, uint8_t *out,
                                            size_t *out_len);
MUST_CHECK struct err document_write_notice(const struct fact_announcement *in, uint8_t *out,
                                            size_t *out_len);
MUST_CHECK struct err document_write_key(const struct document_key *in, uint8_t *out,
                                         size_t *out_len);

#endif
