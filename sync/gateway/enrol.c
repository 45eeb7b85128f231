#include "sync/gateway/enrol.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/device_key.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/invites.h"
#include "sync/gateway/kiosks.h"

/* What was asked for is that very certificate, and it still counts. */
static bool is_same(const struct invite *invite, const struct hash *request,
                    const struct kiosk *kiosk)
{
    struct hash issued = hash_of((struct bytes){invite->certificate.der, invite->certificate.len});

    return memcmp(invite->request.at, request->at, HASH_LEN) == 0 &&
           memcmp(issued.at, kiosk->certificate.at, HASH_LEN) == 0;
}

static struct hash hash_of_csr(const uint8_t *csr, size_t len)
{
    return hash_of((struct bytes){csr, len});
}

static bool give(const struct platform *platform, const char *kiosk,
                 const struct issue_certificate *certificate, struct enrol_outcome *out)
{
    struct enrol_answer *answer = &out->answer;

    out->verdict = ENROL_DONE;
    memcpy(answer->certificate, certificate->der, certificate->len);
    answer->certificate_len = certificate->len;
    answer->time_ms = platform->now_ms();
    return text_copy(answer->kiosk, sizeof(answer->kiosk), kiosk);
}

struct made {
    struct issue_certificate certificate;
    struct kiosk_certificate facts;
};

/* ERR_DENIED: the request is none that we issue for. */
static struct err make(const struct platform *platform, const char *kiosk, struct bytes csr,
                       struct made *out)
{
    uint8_t spki[KEY_PUBLIC_MAX];
    int64_t now_s = platform_now_s(platform);
    struct issue_order order = {
        .profile = ISSUE_TLS_CLIENT,
        .subject = {.cn = kiosk, .ou = "kiosk"},
        /* A day back, for a kiosk whose clock is a little behind. */
        .term = {now_s - CIVIL_DAY_S, now_s + platform->certificate_s},
    };

    order.public_key.at = spki;
    struct err e = client_request_check(csr, kiosk, spki, &order.public_key.len);
    if (failed(e))
        return (struct err){ERR_DENIED, e.native, e.site};
    e = issue_leaf(platform->client_ca, &order, &out->certificate);
    out->facts.hash = hash_of((struct bytes){out->certificate.der, out->certificate.len});
    out->facts.from_s = order.term.not_before_s;
    out->facts.until_s = order.term.not_after_s;
    return e;
}

static struct err check_proof(const struct enrol_request *request, const struct hash *csr)
{
    return device_request_verify(request->device_key, request->kiosk, csr,
                                 (struct bytes){request->device_proof, request->device_proof_len});
}

/* The code is right and was not used. */
static struct err let_in(const struct platform *platform, const struct enrol_request *request,
                         const struct hash *csr, struct enrol_outcome *out)
{
    struct store *store = platform->store;
    struct made made = {0};
    bool device = request->device_key_len > 0;

    /* The kiosk's first signed head proves that it has the key; a proof that is given is right. */
    if (request->device_proof_len > 0 && (!device || failed(check_proof(request, csr)))) {
        out->verdict = ENROL_DEVICE_BAD;
        return ERR_OK;
    }
    struct err e =
        make(platform, request->kiosk, (struct bytes){request->csr, request->csr_len}, &made);
    if (e.code == ERR_DENIED) {
        out->verdict = ENROL_CSR_BAD;
        return ERR_OK;
    }
    if (!failed(e))
        e = kiosk_enrol(store, request->kiosk, &made.facts.hash, platform_now_s(platform));
    if (!failed(e))
        e = kiosk_set_term(store, request->kiosk, made.facts.from_s, made.facts.until_s);
    if (!failed(e) && device)
        e = kiosk_set_device_key(store, request->kiosk, request->device_key);
    if (!failed(e))
        e = invite_use(store, request->kiosk, csr, &made.certificate, platform_now_s(platform));
    if (!failed(e) && !give(platform, request->kiosk, &made.certificate, out))
        return ERR(ERR_NO_ROOM, 0, "kiosk");
    return e;
}

static struct err repeat(const struct platform *platform, const struct enrol_request *request,
                         const struct hash *csr, const struct invite *invite,
                         struct enrol_outcome *out)
{
    struct kiosk kiosk = {0};

    struct err e = kiosk_load(platform->store, request->kiosk, &kiosk);
    if (failed(e))
        return e;
    if (!is_same(invite, csr, &kiosk)) {
        out->verdict = ENROL_CODE_USED;
        return alarm_raise(platform, request->kiosk, ALARM_CERTIFICATE,
                           "a used code was tried for another key");
    }
    return give(platform, request->kiosk, &invite->certificate, out) ? ERR_OK
                                                                     : ERR(ERR_NO_ROOM, 0, "kiosk");
}

static struct err judge(const struct platform *platform, const struct enrol_request *request,
                        const struct code *code, struct enrol_outcome *out)
{
    struct hash csr = hash_of_csr(request->csr, request->csr_len);
    struct invite invite;

    struct err e =
        invite_try(platform->store, request->kiosk, code, platform_now_s(platform), &invite);
    if (failed(e))
        return e;
    switch (invite.verdict) {
    case INVITE_OPEN:
        return let_in(platform, request, &csr, out);
    case INVITE_USED:
        return repeat(platform, request, &csr, &invite, out);
    case INVITE_UNKNOWN:
        out->verdict = ENROL_KIOSK_UNKNOWN;
        break;
    case INVITE_WRONG:
        out->verdict = ENROL_CODE_WRONG;
        break;
    case INVITE_EXPIRED:
        out->verdict = ENROL_CODE_EXPIRED;
        break;
    }
    return ERR_OK;
}

struct err enrol_by_code(const struct platform *platform, const struct enrol_request *request,
                         struct enrol_outcome *out)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct enrol_outcome outcome = {.verdict = ENROL_CODE_TYPO};
    struct code code;

    struct err e = code_read(request->code, &code);
    if (failed(e)) {
        *out = outcome;
        return ERR_OK;
    }
    e = store_begin(platform->store, &work);
    if (!failed(e))
        e = judge(platform, request, &code, &outcome);
    if (!failed(e))
        e = transaction_commit(&work);
    if (!failed(e))
        *out = outcome;
    return e;
}

/* A kiosk whose answer was lost asks with the same request, and uses what it got at once. */
static struct err tell_of_many(const struct platform *platform, const char *kiosk, int64_t count)
{
    if (count < 2)
        return ERR_OK;
    return alarm_raise(platform, kiosk, ALARM_CERTIFICATE,
                       "it asked for another certificate before it used the one it got");
}

static struct err issue_next(const struct platform *platform, const char *kiosk,
                             const struct renew_request *request, const struct hash *csr,
                             struct enrol_outcome *out)
{
    struct made made = {0};
    struct kiosk_next next = {.request = *csr, .issued = &made.certificate};
    struct kiosk_added added = {0};

    struct err e = make(platform, kiosk, (struct bytes){request->csr, request->csr_len}, &made);
    if (e.code == ERR_DENIED) {
        out->verdict = ENROL_CSR_BAD;
        return ERR_OK;
    }
    next.certificate = made.facts;
    if (!failed(e)) {
        e = kiosk_add_next(platform->store, kiosk, &next, platform_now_s(platform), &added);
    }
    if (!failed(e))
        e = tell_of_many(platform, kiosk, added.wait_s > 0 ? added.count + 1 : added.count);
    if (failed(e))
        return e;
    out->wait_s = added.wait_s;
    if (out->wait_s > 0) {
        out->verdict = ENROL_TOO_MANY;
        return ERR_OK;
    }
    return give(platform, kiosk, &made.certificate, out) ? ERR_OK : ERR(ERR_NO_ROOM, 0, "kiosk");
}

static struct err check_signed(const struct platform *platform, const char *kiosk,
                               const struct renew_request *request, const struct hash *csr,
                               struct enrol_outcome *out)
{
    struct bytes proof = {request->device_proof, request->device_proof_len};
    uint8_t key[KIOSK_DEVICE_KEY_LEN];
    bool known = false;

    struct err e = kiosk_device_key(platform->store, kiosk, key, &known);
    if (failed(e))
        return e;
    if (known ? !failed(device_request_verify(key, kiosk, csr, proof)) : platform->takes_unsigned)
        return ERR_OK;
    out->verdict = ENROL_UNSIGNED;
    return alarm_raise(platform, kiosk, ALARM_CERTIFICATE,
                       "it asked for a certificate without its device key's signature");
}

struct err enrol_renew(const struct platform *platform, const char *kiosk,
                       const struct renew_request *request, struct enrol_outcome *out)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    struct enrol_outcome outcome = {.wait_s = 0};
    struct hash csr = hash_of_csr(request->csr, request->csr_len);
    struct issue_certificate issued;

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = check_signed(platform, kiosk, request, &csr, &outcome);
    if (!failed(e) && outcome.verdict == ENROL_DONE) {
        e = kiosk_next(platform->store, kiosk, &csr, &issued);
        if (e.code == ERR_NOT_FOUND) {
            e = issue_next(platform, kiosk, request, &csr, &outcome);
        } else if (!failed(e) && !give(platform, kiosk, &issued, &outcome)) {
            e = ERR(ERR_NO_ROOM, 0, "kiosk");
        }
    }
    if (!failed(e))
        e = transaction_commit(&work);
    if (!failed(e))
        *out = outcome;
    return e;
}

struct err enrol_round(const struct platform *platform)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    CLEANUP(query_done) sqlite3_stmt *query = NULL;
    int64_t now_s = platform_now_s(platform);
    char id[KIOSK_ID_SIZE];

    struct err e = store_begin(platform->store, &work);
    if (!failed(e)) {
        e = store_query(platform->store,
                        "SELECT id FROM kiosks WHERE disabled_s = 0 AND until_s > ? AND"
                        " until_s < ?",
                        VALUES(V_NUMBER(now_s - ENROL_FORGOTTEN_S),
                               V_NUMBER(now_s + platform->certificate_s / ENROL_LATE_PART)),
                        &query);
    }
    while (!failed(e) && !failed(e = store_row(query))) {
        column_text(query, 0, id, sizeof(id));
        e = alarm_raise(platform, id, ALARM_CERTIFICATE_ENDS,
                        "it ends soon, or has ended, and was not renewed");
    }
    if (e.code != ERR_NOT_FOUND)
        return e;
    query_done(&query);
    return transaction_commit(&work);
}
