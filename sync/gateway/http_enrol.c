#include <string.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/enrol.h"
#include "sync/gateway/http.h"
#include "sync/gateway/kiosks.h"

static const struct {
    unsigned status;
    const char *error;
    const char *message;
} rows[ENROL_VERDICT_COUNT] = {
    [ENROL_DONE] = {MHD_HTTP_OK, "", ""},
    [ENROL_CODE_TYPO] = {MHD_HTTP_BAD_REQUEST, "code_typo", "mistyped"},
    [ENROL_CODE_WRONG] = {MHD_HTTP_FORBIDDEN, "code_wrong", "not the code of this kiosk"},
    [ENROL_CODE_EXPIRED] = {MHD_HTTP_GONE, "code_expired", "invite again"},
    [ENROL_CODE_USED] = {MHD_HTTP_CONFLICT, "code_used", "by another key: invite again"},
    [ENROL_KIOSK_UNKNOWN] = {MHD_HTTP_NOT_FOUND, "kiosk_unknown", "no code was made for this id"},
    [ENROL_TOO_MANY] = {MHD_HTTP_TOO_MANY_REQUESTS, "too_many", "use those that were issued"},
    [ENROL_UNSIGNED] = {MHD_HTTP_CONFLICT, "unsigned", "device_proof: by the kiosk's device key"},
    [ENROL_CSR_BAD] = {MHD_HTTP_BAD_REQUEST, "malformed",
                       "csr: PKCS#10 in DER, P-256, signed, common name the kiosk's id"},
    [ENROL_DEVICE_BAD] = {MHD_HTTP_BAD_REQUEST, "malformed",
                          "device_proof: by device_key over the csr's SHA-256"},
};

static void reply_done(const struct enrol_answer *answer, struct http_reply *reply)
{
    char *text = NULL;
    struct err e = enrol_answer_write(answer, &text);

    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        http_reply_json(reply, MHD_HTTP_OK, text);
    }
}

static void reply_outcome(const char *kiosk, const struct enrol_outcome *outcome,
                          struct http_reply *reply)
{
    struct enrol_refusal refusal = {.error = ""};
    char *text = NULL;

    if (outcome->verdict == ENROL_DONE) {
        log_event(LOG_LEVEL_NOTICE, "certificate", "kiosk=%s state=issued", kiosk);
        reply_done(&outcome->answer, reply);
        return;
    }
    (void)text_copy(refusal.error, sizeof(refusal.error), rows[outcome->verdict].error);
    (void)text_copy(refusal.message, sizeof(refusal.message), rows[outcome->verdict].message);
    log_event(LOG_LEVEL_WARNING, "certificate", "kiosk=%s refused=%s", kiosk, refusal.error);
    if (failed(enrol_refusal_write(&refusal, &text)))
        text = NULL; /* no memory: the status alone tells enough */
    http_reply_json(reply, rows[outcome->verdict].status, text);
    reply->retry_after_s = (unsigned)outcome->wait_s;
}

static void reply_malformed(struct err e, struct http_reply *reply)
{
    if (e.code == ERR_MALFORMED || e.code == ERR_NO_ROOM || e.code == ERR_UNSUPPORTED) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0, "JSON, as it is or in zstd");
    } else {
        http_unavailable(reply, e);
    }
}

enum http_result http_enrol(struct gateway *gateway, struct http_request *request,
                            struct http_reply *reply)
{
    CLEANUP(http_scratch_done) uint8_t *text = NULL;
    struct enrol_request asked;
    struct enrol_outcome outcome = {0};
    size_t len = 0;

    struct err e = http_body(request, (size_t)ENROL_BYTES_MAX, &text, &len);
    if (!failed(e))
        e = enrol_request_read((struct bytes){text, len}, &asked);
    if (!failed(e) && !kiosk_id_valid(asked.kiosk))
        e = ERR(ERR_MALFORMED, 0, "kiosk");
    if (failed(e)) {
        reply_malformed(e, reply);
        return HTTP_ANSWER;
    }
    e = enrol_by_code(&gateway->platform, &asked, &outcome);
    if (failed(e)) {
        http_unavailable(reply, e);
        return HTTP_ANSWER;
    }
    if (outcome.verdict != ENROL_DONE)
        request->denied = true;
    reply_outcome(asked.kiosk, &outcome, reply);
    return HTTP_ANSWER;
}

enum http_result http_certificate(struct gateway *gateway, struct http_request *request,
                                  struct http_reply *reply)
{
    CLEANUP(http_scratch_done) uint8_t *text = NULL;
    const char *kiosk = request->part[0];
    struct renew_request asked;
    struct enrol_outcome outcome = {0};
    size_t len = 0;

    struct err e = http_body(request, (size_t)ENROL_BYTES_MAX, &text, &len);
    if (!failed(e))
        e = renew_request_read((struct bytes){text, len}, &asked);
    if (failed(e)) {
        reply_malformed(e, reply);
        return HTTP_ANSWER;
    }
    e = enrol_renew(&gateway->platform, kiosk, &asked, &outcome);
    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        reply_outcome(kiosk, &outcome, reply);
    }
    return HTTP_ANSWER;
}
