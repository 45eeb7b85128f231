/*
 * token_desk.h - the thread that owns the token reader.
 *
 * It reports tokens that come and go, does one job at a time, and checks with kiosk/pki what
 * a token says and what is to be written on it. It keeps the certificates of the token that
 * is in, so that a renewal is compared with what it renews.
 */
#ifndef KIOSK_APP_TOKEN_DESK_H
#define KIOSK_APP_TOKEN_DESK_H

#include "hw/token/token.h"
#include "kiosk/app/admin_keys.h"
#include "kiosk/app/post.h"

enum token_job_kind {
    TOKEN_JOB_IDENTIFY,
    TOKEN_JOB_PROVE,
    TOKEN_JOB_VERIFY_PIN,
    TOKEN_JOB_WRITE,
    TOKEN_JOB_REPAIR,
    TOKEN_JOB_TEST,
    TOKEN_JOB_STOP
};

struct token_job {
    enum token_job_kind kind;
    uint32_t id;                   /* of the effect */
    struct secret *pin;            /* VERIFY_PIN: lent until answered; wiped by the desk */
    char token[TOKEN_ID_SIZE];     /* PROVE, WRITE, REPAIR: the token that was identified */
    struct fact_order order;       /* WRITE, TEST; REPAIR: the one whose write is undone */
    struct document_issued issued; /* REPAIR: the one that was there before */
    struct document_issued kept;   /* WRITE: what was there before, der_len 0: not known */
};

struct token_desk;

/* What the desk borrows for its life. */
struct token_desk_setup {
    struct token *token; /* owned by the desk from now on */
    const struct admin_keys *keys;
    const struct trust *trust;
    const struct flow_rules *rules;
    struct post *post;
};

/* Start the thread. ERR_NO_ROOM: then the token is still the caller's. Stop and free with
 * token_desk_destroy(), NULL is fine. */
MUST_CHECK struct err token_desk_create(const struct token_desk_setup *setup,
                                        struct token_desk **out_desk);
void token_desk_destroy(struct token_desk *desk);

/*
 * Hand over a job; its answer comes as mail with the job's id.
 * PROVE writes nothing: ERR_DENIED and ERR_UNSUPPORTED say that the token would not be written to.
 * WRITE answers ERR_CONFLICT, and writes nothing, when the issued certificate is not the one that
 * `order` names, or not the renewal of the one in its slot or, when that cannot be read, of `kept`.
 * REPAIR writes when the slot is torn or empty or has the certificate that `order` names, of the
 * same key, then answers as IDENTIFY does; ERR_GONE when the token left before. TEST answers
 * ERR_DENIED only when the token wants the PIN again, with value 1 when the signature was good and
 * only the deciphering is left for the next one; and ERR_CONFLICT when the signature does not
 * verify, or what was enciphered for the certificate is not deciphered.
 */
void token_desk_ask(struct token_desk *desk, const struct token_job *job);

/*
 * What stands in `slot` of the token `id`, as it was read; ERR_NOT_FOUND: nothing that can be read,
 * or that token is not the one that is in. For any thread.
 */
MUST_CHECK struct err token_desk_certificate(struct token_desk *desk, const char *id, uint8_t slot,
                                             struct token_certificate *out_certificate);

#endif
