/*
 * enrol.h - what a kiosk and the platform say to each other about the kiosk's own certificate.
 *
 *     POST /v1/enrol                     struct enrol_request  -> enrol_answer | enrol_refusal
 *     POST /v1/kiosks/{kiosk}/certificate   struct renew_request  -> enrol_answer | enrol_refusal
 *
 * JSON in UTF-8. The same request again is answered with the same certificate. A kiosk whose device
 * key the platform knows signs its renewals with it (device_key.h): 409 "unsigned" when not.
 */
#ifndef SYNC_WIRE_ENROL_H
#define SYNC_WIRE_ENROL_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define ENROL_CSR_MAX 3072
#define ENROL_CERTIFICATE_MAX 3000
#define ENROL_CODE_SIZE 65
#define ENROL_BYTES_MAX 8192 /* of any of these texts */
#define ENROL_DEVICE_KEY_LEN 32
#define ENROL_DEVICE_PROOF_LEN 64

struct enrol_request {
    char kiosk[33];
    char code[ENROL_CODE_SIZE]; /* as sync/wire/code.h reads it */
    size_t csr_len;
    uint8_t csr[ENROL_CSR_MAX];                   /* PKCS#10 in DER: P-256, common name the id */
    size_t device_key_len;                        /* 0: none */
    uint8_t device_key[ENROL_DEVICE_KEY_LEN];     /* raw Ed25519 public key */
    size_t device_proof_len;                      /* 0: none; the first signed head is one */
    uint8_t device_proof[ENROL_DEVICE_PROOF_LEN]; /* its signature: kiosk/pki/device_key.h */
};

struct renew_request {
    uint8_t csr[ENROL_CSR_MAX];
    size_t csr_len;
    size_t device_proof_len; /* 0: none; as above */
    uint8_t device_proof[ENROL_DEVICE_PROOF_LEN];
};

struct enrol_answer {
    char kiosk[33];
    size_t certificate_len;
    uint8_t certificate[ENROL_CERTIFICATE_MAX]; /* DER */
    int64_t time_ms;                            /* the platform's, for it to be judged by */
};

struct enrol_refusal {
    char error[33]; /* "code_typo", "code_wrong", "code_expired", "code_used", "kiosk_unknown",
                       "too_many", "unsigned", "malformed", or one of the listener's */
    char message[129];
};

/* JSON text of a struct; `*out_text` is allocated, NUL-terminated, to free(). ERR_NO_ROOM without
 * memory, ERR_MALFORMED for what the other end would refuse. */
MUST_CHECK struct err enrol_request_write(const struct enrol_request *in, char **out_text);
MUST_CHECK struct err renew_request_write(const struct renew_request *in, char **out_text);
MUST_CHECK struct err enrol_answer_write(const struct enrol_answer *in, char **out_text);
MUST_CHECK struct err enrol_refusal_write(const struct enrol_refusal *in, char **out_text);

/* The reverse. ERR_MALFORMED, ERR_NO_ROOM. `*out` is undefined after an error. */
MUST_CHECK struct err enrol_request_read(struct bytes text, struct enrol_request *out);
MUST_CHECK struct err renew_request_read(struct bytes text, struct renew_request *out);
MUST_CHECK struct err enrol_answer_read(struct bytes text, struct enrol_answer *out);
MUST_CHECK struct err enrol_refusal_read(struct bytes text, struct enrol_refusal *out);

#endif
