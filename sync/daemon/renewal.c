#include "sync/daemon/renewal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/pending.h"
#include "sync/wire/batch.h"

#define SUFFIX ".next"
#define TIMEOUT_MS 20000
#define DUE_PART 3
#define SPREAD_PART 20
#define LATE_PART 12
#define DOUBLINGS_MAX 11

struct renewal {
    struct desk *desk;
    const struct wake *wake;
    const char *certificate, *device_key;
    bool is_one_file;
    struct client_term term;
    struct stat seen;
    uint64_t look_ms, ask_ms; /* not before */
    unsigned failures;
    struct pending pending; /* of what is asked for */
    uint8_t *packed;
    uint64_t unsigned_ms; /* then certkiosk has not signed in time; 0: it was not asked yet */
    bool is_signed;
    uint8_t signature[WAKE_SIGNATURE_LEN];
};

int64_t renewal_due_s(const struct client_term *term)
{
    int64_t life_s = term->not_after_s - term->not_before_s;
    return term->not_after_s - life_s / DUE_PART + term->spread % (life_s / SPREAD_PART + 1);
}

int64_t renewal_late_s(const struct client_term *term)
{
    return term->not_after_s - (term->not_after_s - term->not_before_s) / LATE_PART;
}

static bool is_other_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino != b->st_ino || a->st_dev != b->st_dev || a->st_size != b->st_size ||
           a->st_mtim.tv_sec != b->st_mtim.tv_sec || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

struct err renewal_create(const struct renewal_setup *setup, struct renewal **out_renewal)
{
    const char *certificate = setup->certificate;
    struct renewal *renewal = calloc(1, sizeof(*renewal));
    if (renewal == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    *renewal = (struct renewal){.desk = setup->desk,
                                .wake = setup->wake,
                                .certificate = certificate,
                                .device_key = setup->device_key,
                                .is_one_file = text_same(setup->key, certificate)};
    struct err e = client_term(certificate, &renewal->term);
    if (failed(e) || stat(certificate, &renewal->seen) != 0) {
        free(renewal);
        return failed(e) ? e : ERR(ERR_IO, 0, "stat");
    }
    *out_renewal = renewal;
    return ERR_OK;
}

static void forget(struct renewal *renewal)
{
    pending_done(&renewal->pending);
    free(renewal->packed);
    renewal->packed = NULL;
    renewal->unsigned_ms = 0;
    renewal->is_signed = false;
}

void renewal_destroy(struct renewal *renewal)
{
    if (renewal == NULL)
        return;
    http_cancel(renewal->desk->http, LANE_CERTIFICATE);
    forget(renewal);
    free(renewal);
}

/* Another identity: connections that were made with the one before are no longer good. */
static struct err take_up(struct renewal *renewal, uint64_t now_ms)
{
    struct stat facts;
    struct client_term term;
    const char *path = renewal->certificate;
    if (stat(path, &facts) != 0 || !is_other_file(&facts, &renewal->seen) ||
        failed(client_term(path, &term)) ||
        failed(client_certificate_check(path, renewal->desk->kiosk)))
        return ERR_OK; /* what is there now is of no use: go on with what is in memory */
    renewal->seen = facts;
    renewal->term = term;
    renewal->ask_ms = now_ms + RENEWAL_DONE_MS;
    log_event(LOG_LEVEL_NOTICE, "certificate", "state=changed until_s=%lld",
              (long long)term.not_after_s);
    forget(renewal);
    return http_forget(renewal->desk->http);
}

static int64_t now_s(const struct renewal *renewal)
{
    struct proven_clocks clocks = proven_clocks_now();
    return proven_time_ms(&renewal->desk->store.state, &clocks) / 1000;
}

static void failed_once(struct renewal *renewal, const char *why, int status, uint64_t now_ms)
{
    unsigned doublings = renewal->failures < DOUBLINGS_MAX ? renewal->failures : DOUBLINGS_MAX;
    uint64_t most_ms = (uint64_t)RENEWAL_PAUSE_FIRST_MS << doublings;
    if (most_ms > RENEWAL_PAUSE_MAX_MS)
        most_ms = RENEWAL_PAUSE_MAX_MS;
    renewal->failures++;
    renewal->ask_ms = now_ms + most_ms / 2 + desk_draw() % (most_ms / 2 + 1);
    log_event(LOG_LEVEL_WARNING, "certificate", "renewal=failed why=%.40s status=%d", why, status);
    forget(renewal);
}

static void on_answer(struct renewal *renewal, const struct http_answer *answer, uint64_t now_ms)
{
    struct enrol_answer given;
    struct err e = answer->error;
    if (!failed(e) && answer->status != 200)
        e = ERR(ERR_DENIED, answer->status, "refused");
    if (!failed(e))
        e = enrol_answer_read(answer->body, &given);
    if (!failed(e))
        e = pending_settle(&renewal->pending, &given);
    if (failed(e)) {
        failed_once(renewal, err_name(e.code), answer->status, now_ms);
        return;
    }
    renewal->failures = 0;
    renewal->look_ms = 0;
    forget(renewal);
}

static struct err pack(struct renewal *renewal, size_t *out_len)
{
    struct renew_request request = {.csr_len = renewal->pending.csr_len};
    char *text = NULL;
    memcpy(request.csr, renewal->pending.csr, renewal->pending.csr_len);
    if (renewal->is_signed) {
        static_assert(WAKE_SIGNATURE_LEN == ENROL_DEVICE_PROOF_LEN, "a signature is the proof");
        memcpy(request.device_proof, renewal->signature, WAKE_SIGNATURE_LEN);
        request.device_proof_len = WAKE_SIGNATURE_LEN;
    }
    struct err e = renew_request_write(&request, &text);
    if (!failed(e)) {
        struct bytes plain = {(const uint8_t *)text, strlen(text)};
        e = wire_pack(plain, &renewal->packed, out_len);
    }
    free(text);
    return e;
}

static struct err send_request(struct renewal *renewal)
{
    struct desk *desk = renewal->desk;
    char path[HTTP_PATH_MAX];
    size_t len = 0;
    struct err e = pack(renewal, &len);
    if (!failed(e) && !text_print(path, sizeof(path), "/v1/kiosks/%s/certificate", desk->kiosk))
        e = ERR(ERR_NO_ROOM, 0, "path");
    if (failed(e))
        return e;
    struct http_request request = {.path = path,
                                   .packed = {renewal->packed, len},
                                   .timeout_ms = TIMEOUT_MS,
                                   .answer_max = ENROL_BYTES_MAX};
    return desk_send(desk, LANE_CERTIFICATE, &request);
}

static struct hash request_hash(const struct renewal *renewal)
{
    return hash_of((struct bytes){renewal->pending.csr, renewal->pending.csr_len});
}

/* A datagram may be lost: certkiosk is asked at each look until it has signed, or the time is over.
 * ERR_TIMEOUT. */
static struct err ask_signature(struct renewal *renewal, uint64_t now_ms)
{
    struct hash hash = request_hash(renewal);
    if (renewal->unsigned_ms == 0)
        renewal->unsigned_ms = now_ms + RENEWAL_SIGN_MS;
    if (now_ms >= renewal->unsigned_ms)
        return ERR(ERR_TIMEOUT, 0, "unsigned");
    wake_ask_signature(renewal->wake, &hash);
    return ERR_OK;
}

void renewal_signed(struct renewal *renewal, const struct wake_signature *signature)
{
    if (renewal->unsigned_ms == 0)
        return;
    struct hash hash = request_hash(renewal);
    if (memcmp(signature->request.at, hash.at, HASH_LEN) != 0)
        return;
    memcpy(renewal->signature, signature->at, WAKE_SIGNATURE_LEN);
    renewal->is_signed = true;
    renewal->look_ms = 0;
}

static void ask(struct renewal *renewal, uint64_t now_ms)
{
    struct err e = ERR_OK;
    if (renewal->pending.key == NULL) {
        e = pending_take(renewal->certificate, SUFFIX, renewal->desk->kiosk, &renewal->pending);
    }
    bool is_unsigned = !renewal->is_signed && access(renewal->device_key, F_OK) == 0;
    if (!failed(e))
        e = is_unsigned ? ask_signature(renewal, now_ms) : send_request(renewal);
    if (failed(e))
        failed_once(renewal, is_unsigned ? "unsigned" : err_name(e.code), 0, now_ms);
}

struct err renewal_step(struct renewal *renewal, uint64_t now_ms)
{
    struct desk *desk = renewal->desk;
    struct http_answer answer;
    if (http_take(desk->http, LANE_CERTIFICATE, &answer))
        on_answer(renewal, &answer, now_ms);
    if (now_ms < renewal->look_ms)
        return ERR_OK;
    renewal->look_ms = now_ms + RENEWAL_LOOK_MS;
    struct err e = take_up(renewal, now_ms);
    if (failed(e))
        return e;
    int64_t today_s = now_s(renewal);
    bool late = today_s >= renewal_late_s(&renewal->term);
    desk_trouble(desk, LANE_CERTIFICATE, late ? STORE_TROUBLE_CERTIFICATE : "");
    if (renewal->is_one_file && today_s >= renewal_due_s(&renewal->term) &&
        now_ms >= renewal->ask_ms && line_up(&desk->line) &&
        !http_busy(desk->http, LANE_CERTIFICATE))
        ask(renewal, now_ms);
    return ERR_OK;
}
