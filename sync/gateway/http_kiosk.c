#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/generation.h"
#include "sync/gateway/http.h"
#include "sync/gateway/intake.h"
#include "sync/gateway/kiosks.h"
#include "sync/gateway/publish.h"
#include "sync/wire/enrol.h"

#define NUMBER_MAX (UINT64_C(1) << 53)
#define OPERATOR_BODY_MAX 1024
#define AHEAD_RETRY_S 30

const struct http_route http_kiosk_routes[] = {
    {"POST", "/v1/kiosks/*/journal", HTTP_KIOSK, (size_t)BATCH_BYTES_MAX, http_journal},
    {"POST", "/v1/kiosks/*/ahead", HTTP_KIOSK, (size_t)BATCH_BYTES_MAX, http_ahead},
    {"GET", "/v1/kiosks/*/feed", HTTP_KIOSK, 0, http_feed},
    {"POST", "/v1/kiosks/*/certificate", HTTP_KIOSK, (size_t)ENROL_BYTES_MAX, http_certificate},
    {"POST", "/v1/enrol", HTTP_PUBLIC, (size_t)ENROL_BYTES_MAX, http_enrol},
    {"GET", "/v1/operator/orders", HTTP_OPERATOR, 0, http_orders},
    {"GET", "/v1/operator/orders/*", HTTP_OPERATOR, 0, http_order},
    {"POST", "/v1/operator/orders/*/approve", HTTP_OPERATOR, OPERATOR_BODY_MAX, http_order_approve},
    {"POST", "/v1/operator/orders/*/refuse", HTTP_OPERATOR, OPERATOR_BODY_MAX, http_order_refuse},
    {"POST", "/v1/operator/orders/*/refund", HTTP_OPERATOR, OPERATOR_BODY_MAX, http_order_refund},
    {"GET", "/v1/operator/kiosks", HTTP_OPERATOR, 0, http_kiosks},
    {"GET", "/v1/operator/alarms", HTTP_OPERATOR, 0, http_alarms},
    {"POST", "/v1/operator/alarms/*/clear", HTTP_OPERATOR, OPERATOR_BODY_MAX, http_alarm_clear},
};
const size_t http_kiosk_route_count = ARRAY_LEN(http_kiosk_routes);

static struct err seal_ack(const struct platform *platform, const struct ack *ack,
                           struct sealed_ack *out)
{
    CLEANUP(http_scratch_done) char *text = NULL;

    struct err e = ack_write(ack, &text);
    if (failed(e))
        return e;
    if (!text_copy(out->text, sizeof(out->text), text))
        return ERR(ERR_NO_ROOM, 0, "ack");
    struct seal_message message = {.context = SEAL_ACK,
                                   .parts = {ack->kiosk},
                                   .body = {(const uint8_t *)out->text, strlen(out->text)}};
    return keys_seal(platform->keys, &message, out->key_id, out->seal);
}

static void reply_stored(struct gateway *gateway, const struct ack *ack, struct http_reply *reply)
{
    CLEANUP(http_scratch_done) struct sealed_ack *sealed = http_scratch(1, sizeof(*sealed));
    char *text = NULL;

    struct err e = sealed == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = seal_ack(&gateway->platform, ack, sealed);
    if (!failed(e))
        e = sealed_ack_write(sealed, &text);
    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        http_reply_json(reply, MHD_HTTP_OK, text);
    }
}

static void reply_verdict(struct gateway *gateway, const char *kiosk,
                          const struct intake_answer *answer, struct http_reply *reply)
{
    switch (answer->verdict) {
    case INTAKE_STORED:
        for (size_t i = 0; i < answer->ack.rejected_count; i++) {
            log_event(LOG_LEVEL_WARNING, "rejected", "kiosk=%s seq=%llu code=%s", kiosk,
                      (unsigned long long)answer->ack.rejected[i].seq,
                      answer->ack.rejected[i].code);
        }
        reply_stored(gateway, &answer->ack, reply);
        break;
    case INTAKE_GAP:
        log_event(LOG_LEVEL_WARNING, "gap", "kiosk=%s expected_seq=%llu", kiosk,
                  (unsigned long long)answer->seq);
        http_refuse(reply, MHD_HTTP_CONFLICT, "gap", answer->seq, "");
        break;
    case INTAKE_FORK:
        log_event(LOG_LEVEL_ERROR, "fork", "kiosk=%s seq=%llu", kiosk,
                  (unsigned long long)answer->seq);
        http_refuse(reply, MHD_HTTP_CONFLICT, "fork", answer->seq, "");
        break;
    case INTAKE_UNSIGNED:
        log_event(LOG_LEVEL_ERROR, "unsigned", "kiosk=%s seq=%llu", kiosk,
                  (unsigned long long)answer->seq);
        http_refuse(reply, MHD_HTTP_CONFLICT, "unsigned", answer->seq, "");
        break;
    case INTAKE_SIGNATURE:
        log_event(LOG_LEVEL_ERROR, "signature", "kiosk=%s seq=%llu", kiosk,
                  (unsigned long long)answer->seq);
        http_refuse(reply, MHD_HTTP_CONFLICT, "signature", answer->seq, "");
        break;
    case INTAKE_MALFORMED:
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", answer->seq,
                    "an entry does not hash to what it says");
        break;
    case INTAKE_FULL:
        http_refuse(reply, MHD_HTTP_TOO_MANY_REQUESTS, "full", 0, "too many entries are ahead");
        reply->retry_after_s = AHEAD_RETRY_S;
        break;
    }
}

/* A kiosk whose batch is none comes no further, so people have to know. */
static void refuse_body(struct gateway *gateway, const char *kiosk, struct err e,
                        struct http_reply *reply)
{
    struct err alarm = ERR_OK;

    if (e.code == ERR_MALFORMED || e.code == ERR_NO_ROOM) {
        alarm = alarm_raise_alone(&gateway->platform, kiosk, ALARM_MALFORMED,
                                  e.code == ERR_MALFORMED ? "not a batch" : "a batch too large");
    }
    if (failed(alarm)) {
        http_unavailable(reply, alarm);
    } else if (e.code == ERR_MALFORMED) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0, "not a batch");
    } else if (e.code == ERR_UNSUPPORTED) {
        http_refuse(reply, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "encoding", 0, "zstd or identity");
    } else if (e.code == ERR_NO_ROOM) {
        http_refuse(reply, MHD_HTTP_CONTENT_TOO_LARGE, "too_large", 0, "");
    } else {
        http_unavailable(reply, e);
    }
}

/* The batch that was sent, to free; NULL: refused. */
static struct batch *take_batch(struct gateway *gateway, const struct http_request *request,
                                struct http_reply *reply)
{
    CLEANUP(http_scratch_done) uint8_t *text = NULL;
    struct batch *batch = http_scratch(1, sizeof(*batch));
    size_t len = 0;

    struct err e = batch == NULL ? ERR(ERR_IO, 0, "calloc") : ERR_OK;
    if (!failed(e))
        e = http_body(request, (size_t)BATCH_BYTES_MAX, &text, &len);
    if (!failed(e))
        e = batch_read((struct bytes){text, len}, batch);
    if (!failed(e))
        return batch;
    refuse_body(gateway, request->part[0], e, reply);
    free(batch);
    return NULL;
}

enum http_result http_journal(struct gateway *gateway, struct http_request *request,
                              struct http_reply *reply)
{
    CLEANUP(http_scratch_done) struct batch *batch = take_batch(gateway, request, reply);
    struct intake_answer answer = {0};

    if (batch == NULL)
        return HTTP_ANSWER;
    struct err e = intake_batch(&gateway->platform, request->part[0], batch, &answer);
    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        reply_verdict(gateway, request->part[0], &answer, reply);
    }
    return HTTP_ANSWER;
}

enum http_result http_ahead(struct gateway *gateway, struct http_request *request,
                            struct http_reply *reply)
{
    CLEANUP(http_scratch_done) struct batch *batch = take_batch(gateway, request, reply);
    struct intake_answer answer = {.verdict = INTAKE_STORED};

    if (batch == NULL)
        return HTTP_ANSWER;
    struct err e = intake_ahead(&gateway->platform, request->part[0], batch, &answer);
    if (failed(e)) {
        http_unavailable(reply, e);
    } else if (answer.verdict == INTAKE_STORED) {
        http_reply_json(reply, MHD_HTTP_OK, strdup("{}"));
    } else {
        reply_verdict(gateway, request->part[0], &answer, reply);
    }
    return HTTP_ANSWER;
}

static struct err seal_document(const struct platform *platform, const char *kiosk,
                                struct feed_document *document)
{
    char version[24];
    (void)text_print(version, sizeof(version), "%llu", (unsigned long long)document->version);
    struct seal_message message = {
        .context = SEAL_DOCUMENT,
        .parts = {kiosk, document->type, document->id, version},
        .body = {document->body, document->body_len},
    };

    return keys_seal(platform->keys, &message, document->key_id, document->seal);
}

/* What is new behind its place, in one transaction with the kiosk's contact and its ack. */
static struct err look(struct gateway *gateway, const struct feed_place *place,
                       struct feed *out_feed, struct ack *out_ack)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    const struct platform *platform = &gateway->platform;
    struct publish_reader reader = {.kiosk = place->kiosk, .now_s = platform_now_s(platform)};

    struct err e = store_begin(platform->store, &work);
    if (!failed(e))
        e = kiosk_contact(platform->store, place->kiosk, reader.now_s);
    if (!failed(e))
        e = feed_place_settle(platform, place, &reader.cursor);
    if (!failed(e)) {
        e = published_after(platform->store, &reader, out_feed->documents, &out_feed->count,
                            &out_feed->cursor);
    }
    if (!failed(e))
        e = intake_ack(platform, place->kiosk, out_ack);
    return failed(e) ? e : transaction_commit(&work);
}

/* All but the statements, which have their seals. */
static struct err seal_documents(const struct platform *platform, const char *kiosk,
                                 struct feed *feed)
{
    struct err e = ERR_OK;

    for (size_t i = 0; i < feed->count && !failed(e); i++) {
        if (strcmp(feed->documents[i].type, KEYRING_STATEMENT) != 0)
            e = seal_document(platform, kiosk, &feed->documents[i]);
    }
    return e;
}

static void reply_feed(struct gateway *gateway, const char *kiosk, struct feed *feed,
                       const struct ack *ack, struct http_reply *reply)
{
    char *text = NULL;
    struct err e = seal_ack(&gateway->platform, ack, &feed->ack);

    if (!failed(e))
        e = seal_documents(&gateway->platform, kiosk, feed);
    if (!failed(e))
        e = feed_write(feed, &text);
    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        http_reply_json(reply, MHD_HTTP_OK, text);
    }
}

/* A kiosk that says of itself that its journal is not the one stored here; once a request, which is
 * handled anew when it has waited. */
static struct err hear_fork(struct gateway *gateway, const struct http_request *request)
{
    uint64_t fork = 0;
    bool again = request->waiter.connection != NULL;

    if (again || !http_query_number(request, "fork", 1, &fork) || fork == 0)
        return ERR_OK;
    return alarm_raise_alone(&gateway->platform, request->part[0], ALARM_FORK,
                             "told by the kiosk: what is stored here is not in its journal");
}

/* Where the kiosk is, and how long it waits. */
static bool read_place(const struct http_request *request, struct feed_place *out,
                       uint64_t *out_wait_s)
{
    struct feed_place place = {.kiosk = request->part[0]};
    bool there = false;

    *out_wait_s = 0;
    if (!http_query_number(request, "after", NUMBER_MAX, &place.cursor) ||
        !http_query_number(request, "wait", FEED_WAIT_MAX_S, out_wait_s) ||
        !http_query_number(request, "acked", NUMBER_MAX, &place.acked_seq) ||
        !http_query_uuid(request, "epoch", place.epoch, &there) ||
        !http_query_uuid(request, "generation", place.generation, &place.tells))
        return false;
    *out = place;
    return true;
}

enum http_result http_feed(struct gateway *gateway, struct http_request *request,
                           struct http_reply *reply)
{
    const char *kiosk = request->part[0];
    struct feed_place place;
    uint64_t wait_s = 0;
    struct ack ack = {0};

    if (!read_place(request, &place, &wait_s)) {
        http_refuse(reply, MHD_HTTP_BAD_REQUEST, "malformed", 0,
                    "after: a cursor; wait: 0 to 25 seconds; generation, epoch: UUIDs; acked: a"
                    " number");
        return HTTP_ANSWER;
    }
    CLEANUP(http_scratch_done) struct feed *feed = http_scratch(1, sizeof(*feed));
    struct err e = feed == NULL ? ERR(ERR_NO_ROOM, 0, "calloc") : ERR_OK;
    bool over = false;
    if (!failed(e))
        e = hear_fork(gateway, request);
    request->waiter.connection = request->connection;
    request->waiter.owner = kiosk;
    request->waiter.until_ms = request->started_ms + wait_s * 1000;
    while (!failed(e)) {
        uint64_t seen = waiters_generation(&gateway->waiters);
        e = look(gateway, &place, feed, &ack);
        over = over || request->waiter.is_replaced || clock_boot_ms() >= request->waiter.until_ms;
        if (failed(e) || feed->count > 0 || over)
            break;
        if (waiters_wait(&gateway->waiters, &request->waiter, seen, &over))
            return HTTP_WAITING;
    }
    if (failed(e)) {
        http_unavailable(reply, e);
    } else {
        reply_feed(gateway, kiosk, feed, &ack, reply);
    }
    return HTTP_ANSWER;
}
