#include "sync/daemon/enrol.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/seal.h"
#include "sync/daemon/enrolled.h"
#include "sync/daemon/http.h"
#include "sync/daemon/pending.h"
#include "sync/wire/batch.h"
#include "sync/wire/code.h"

#define TIMEOUT_MS 20000
#define POLL_MS 200
#define PAUSE_MS 1000
#define PAUSE_MAX_S 10    /* longer is for the person who waits to decide */
#define SKEW_MAX_MS 60000 /* a clock that is further off is told of */
#define PATH_SIZE 128

static const struct {
    const char *error; /* of the platform */
    const char *says;
} refusals[] = {
    {"code_typo", "the code is mistyped. Compare it and type it again."},
    {"code_wrong", "this is not the code of this kiosk. Compare the code and [kiosk] id with what "
                   "the operator gave you."},
    {"code_expired", "the code has expired. Ask the operator for a new one: "
                     "certkiosk-gateway invite."},
    {"code_used",
     "the code was used already, by another key. If that was not you, tell the operator "
     "at once. Ask for a new code: certkiosk-gateway invite."},
    {"kiosk_unknown", "the platform has made no code for this kiosk. Compare [kiosk] id with what "
                      "the operator gave you, or ask for a code: certkiosk-gateway invite."},
    {"too_many", "too many refused tries came from this address. Nothing is lost: wait a minute, "
                 "then try again with the same code."},
    {"not_found", "the platform knows no enrolment. Compare [platform] url."},
};

static void text_done(char **text)
{
    free(*text);
}

static void http_done(struct http **http)
{
    http_close(*http);
}

struct attempt {
    const struct settings *settings;
    struct code code;
    struct enrol_request request;
    struct enrol_answer answer;
    char message[ENROL_MESSAGE_MAX];
};

/* The key by which the ledger's head is signed; a kiosk without a ledger has none yet. */
static void add_device_key(const struct settings *settings, struct enrol_request *request)
{
    char path[PATH_SIZE];
    struct seal_key *key = NULL;
    if (!text_print(path, sizeof(path), "%s/kiosk/device.pub", settings->ledger_dir) ||
        failed(seal_key_create(path, &key)))
        return;
    memcpy(request->device_key, seal_key_public(key), ENROL_DEVICE_KEY_LEN);
    request->device_key_len = ENROL_DEVICE_KEY_LEN;
    seal_key_destroy(key);
}

static struct err say(struct attempt *attempt, struct err e, const char *words)
{
    (void)text_print(attempt->message, ENROL_MESSAGE_MAX, "%s", words); /* ours fit */
    return e;
}

static struct err say_unreached(struct attempt *attempt, const struct http_answer *answer)
{
    if (answer->wrong_time) {
        return say(attempt, ERR(ERR_DENIED, answer->error.native, "time"),
                   "the platform's certificate is not valid at the time of this machine. Set the "
                   "clock (timedatectl), then try again.");
    }
    if (answer->error.code == ERR_DENIED) {
        return say(attempt, ERR(ERR_DENIED, answer->error.native, "TLS"),
                   "what answers at [platform] url is not the platform that [platform] ca names. "
                   "Compare both with what the operator gave you.");
    }
    return say(attempt, ERR(ERR_TIMEOUT, answer->error.native, "no line"),
               "the platform cannot be reached. Check the network cable and [platform] url, then "
               "try again with the same code.");
}

static struct err say_refused(struct attempt *attempt, const struct http_answer *answer)
{
    struct enrol_refusal refusal = {.error = ""};
    struct err e = ERR(ERR_DENIED, answer->status, "refused");
    if (failed(enrol_refusal_read(answer->body, &refusal)) || answer->status >= 500) {
        (void)text_print(attempt->message, ENROL_MESSAGE_MAX,
                         "the platform gives no answer that can be used (%d). Try again later with "
                         "the same code.",
                         answer->status);
        return e;
    }
    const char *says = NULL;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        if (text_same(refusals[i].error, refusal.error))
            says = refusals[i].says;
    }
    if (says == NULL) {
        (void)text_print(attempt->message, ENROL_MESSAGE_MAX, "the platform refuses: %s: %s",
                         refusal.error, refusal.message);
    } else {
        return say(attempt, e, says);
    }
    return e;
}

static struct err send_once(struct http *http, struct bytes packed, struct http_answer *out)
{
    const struct http_request request = {.path = "/v1/enrol",
                                         .packed = packed,
                                         .timeout_ms = TIMEOUT_MS,
                                         .answer_max = ENROL_BYTES_MAX};
    struct err e = http_start(http, LANE_CERTIFICATE, &request);
    while (!failed(e) && !http_take(http, LANE_CERTIFICATE, out))
        e = http_wait(http, NULL, 0, POLL_MS); /* the request has its own limit */
    return e;
}

static bool is_busy(const struct http_answer *answer)
{
    return answer->status == 429 || answer->status == 503;
}

/* Until the next try; an early end of it does no harm. */
static void pause_after(const struct http_answer *answer)
{
    uint32_t asked_s = answer->retry_after_s < PAUSE_MAX_S ? answer->retry_after_s : PAUSE_MAX_S;
    (void)poll(NULL, 0, asked_s > 0 ? (int)asked_s * 1000 : PAUSE_MS);
}

/* What is lost on the way is sent again: it is the same request. */
static struct err ask(struct attempt *attempt, struct http *http, struct bytes packed)
{
    struct http_answer answer = {.error = ERR_OK};
    struct err e = ERR_OK;
    for (int i = 0; i < ENROL_TRIES_MAX; i++) {
        e = send_once(http, packed, &answer);
        bool settled = !failed(answer.error) && !is_busy(&answer);
        if (failed(e) || settled || answer.error.code == ERR_DENIED)
            break;
        if (i + 1 < ENROL_TRIES_MAX)
            pause_after(&answer);
    }
    if (failed(e))
        return say(attempt, e, "libcurl cannot be used.");
    if (failed(answer.error))
        return say_unreached(attempt, &answer);
    if (answer.status != 200)
        return say_refused(attempt, &answer);
    e = enrol_answer_read(answer.body, &attempt->answer);
    return failed(e) ? say(attempt, ERR(ERR_DENIED, 0, "answer"),
                           "what answers at [platform] url is no platform of ours.")
                     : ERR_OK;
}

static struct err converse(struct attempt *attempt)
{
    CLEANUP(http_done) struct http *http = NULL;
    CLEANUP(text_done) char *text = NULL;
    uint8_t *packed = NULL;
    size_t len = 0;
    const struct http_options options = {.url = attempt->settings->url,
                                         .ca = attempt->settings->ca};
    struct err e = enrol_request_write(&attempt->request, &text);
    if (!failed(e))
        e = wire_pack((struct bytes){(const uint8_t *)text, strlen(text)}, &packed, &len);
    if (!failed(e))
        e = http_open(&options, &http);
    if (failed(e)) {
        free(packed);
        return say(attempt, e, "there is no memory, or no libcurl with TLS.");
    }
    e = ask(attempt, http, (struct bytes){packed, len});
    free(packed);
    return e;
}

static const char no_device[] =
    " There is no device key here yet, and the platform takes nothing unsigned: make it (certkiosk "
    "--create-ledger), then enrol again with a new code.";

static void say_done(struct attempt *attempt)
{
    int64_t off_ms = clock_wall_ms() - attempt->answer.time_ms;
    bool is_off = off_ms > SKEW_MAX_MS || off_ms < -SKEW_MAX_MS;
    char also[160] = "";
    if (is_off) {
        (void)text_print(also, sizeof(also),
                         " The clock of this machine is %" PRId64
                         " seconds off: set it (timedatectl), or the kiosk sells nothing.",
                         off_ms / 1000);
    }
    (void)text_print(attempt->message, ENROL_MESSAGE_MAX,
                     "%s is enrolled; key and certificate are in %s.%s%s", attempt->settings->kiosk,
                     attempt->settings->key, attempt->request.device_key_len == 0 ? no_device : "",
                     also);
}

static struct err settle(struct attempt *attempt, const struct pending *pending)
{
    const struct enrol_answer *answer = &attempt->answer;
    struct err e = enrolled_note(attempt->settings->key, &attempt->code,
                                 (struct bytes){answer->certificate, answer->certificate_len});
    return failed(e) ? e : pending_settle(pending, answer);
}

static struct err enrol(struct attempt *attempt)
{
    CLEANUP(pending_done) struct pending pending = {.key = NULL};
    const struct settings *settings = attempt->settings;
    struct err e = pending_take(settings->key, PENDING_SUFFIX_ENROL, settings->kiosk, &pending);
    if (failed(e)) {
        (void)text_print(attempt->message, ENROL_MESSAGE_MAX,
                         "no key can be kept beside %s: %s. Check the folder and the disk.",
                         settings->key, err_words(e.native));
        return ERR(ERR_IO, e.native, "key");
    }
    memcpy(attempt->request.csr, pending.csr, pending.csr_len);
    attempt->request.csr_len = pending.csr_len;
    e = converse(attempt);
    if (failed(e))
        return e;
    e = settle(attempt, &pending);
    if (!failed(e)) {
        say_done(attempt);
    } else if (e.code == ERR_IO || e.code == ERR_NO_ROOM) {
        (void)text_print(attempt->message, ENROL_MESSAGE_MAX,
                         "the certificate cannot be written to %s: %s. Make room, then try again "
                         "with the same code.",
                         settings->key, err_words(e.native));
    } else {
        (void)text_print(attempt->message, ENROL_MESSAGE_MAX,
                         "the platform's answer is no certificate for this kiosk (%s). Tell the "
                         "operator.",
                         e.site);
    }
    return e;
}

static struct err start(struct attempt *attempt, const char *code)
{
    const struct settings *settings = attempt->settings;
    if (failed(code_read(code, &attempt->code)))
        return say(attempt, ERR(ERR_MALFORMED, 0, "code"), refusals[0].says);
    if (enrolled_by(settings->key, &attempt->code)) {
        return say(attempt, ERR_OK,
                   "this kiosk is enrolled already, by this code: there is nothing to do. To enrol "
                   "it anew, ask the operator for a new code: certkiosk-gateway invite.");
    }
    code_print(&attempt->code, attempt->request.code);
    if (!text_copy(attempt->request.kiosk, sizeof(attempt->request.kiosk), settings->kiosk))
        return say(attempt, ERR(ERR_IO, 0, "kiosk"), "[kiosk] id is too long.");
    add_device_key(settings, &attempt->request);
    return enrol(attempt);
}

struct err enrol_run(const struct settings *settings, const char *code, char *out_message)
{
    struct attempt attempt = {.settings = settings};
    struct err e = start(&attempt, code);
    (void)text_copy(out_message, ENROL_MESSAGE_MAX, attempt.message); /* as large */
    return e;
}
