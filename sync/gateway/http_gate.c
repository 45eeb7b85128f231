#include "sync/gateway/http_gate.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "sync/gateway/guests.h"

#define FULL_RETRY_S 1

struct http_gate {
    struct http_gate_config config;
    unsigned running; /* without those that wait */
    struct quotas quotas;
};

struct http_gate *gate_create(const struct http_gate_config *config)
{
    struct http_gate *gate = calloc(1, sizeof(*gate));

    if (gate == NULL)
        return NULL;
    gate->config = *config;
    gate->quotas.rates =
        config->asks_certificate ? config->gateway->limits.kiosk : config->gateway->limits.address;
    return gate;
}

void gate_destroy(struct http_gate *gate)
{
    free(gate);
}

/* Whose account a request is on: the certificate's, so that who has an old or stolen one spends
 * nothing of the kiosk's; without one the address's. */
static void key_of(const struct http_caller *caller, const struct tls_peer *peer, bool is_known,
                   uint8_t out_key[QUOTA_KEY_LEN])
{
    memset(out_key, 0, QUOTA_KEY_LEN);
    if (is_known) {
        memcpy(out_key, peer->certificate.at, HASH_LEN);
    } else {
        memcpy(out_key, caller->address, GUESTS_ADDRESS_LEN);
    }
}

static bool is_announced_too_large(const struct http_request *request)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_LENGTH);
    return text != NULL && strtoull(text, NULL, 10) > request->route->body_max;
}

/* Who asks has room; what he asks for, and whether he may. */
static unsigned judge(const struct http_gate *gate, const struct http_caller *caller,
                      struct http_request *request, const struct tls_peer *peer)
{
    const struct http_gate_config *config = &gate->config;

    if (strnlen(caller->url, HTTP_PATH_MAX + 1) > HTTP_PATH_MAX)
        return MHD_HTTP_URI_TOO_LONG;
    struct err e =
        http_route_find(config->routes, config->route_count, caller->method, caller->url, request);
    bool is_open = !config->asks_certificate || (!failed(e) && request->route->role == HTTP_PUBLIC);
    if (!is_open && peer->cn[0] == '\0')
        return MHD_HTTP_FORBIDDEN;
    if (e.code == ERR_NOT_FOUND)
        return MHD_HTTP_NOT_FOUND;
    if (failed(e))
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    e = http_access_check(&config->gateway->platform, request, peer);
    if (failed(e))
        return e.code == ERR_DENIED ? MHD_HTTP_FORBIDDEN : MHD_HTTP_SERVICE_UNAVAILABLE;
    return is_announced_too_large(request) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static unsigned deny(struct http_gate *gate, const struct http_request *request)
{
    log_event(LOG_LEVEL_WARNING, "denied", "path=%.16s",
              request->route == NULL ? "" : request->route->pattern);
    quota_charge(&gate->quotas, request->owner, GATE_DENIED_COST, 0, clock_boot_ms());
    return MHD_HTTP_FORBIDDEN;
}

unsigned gate_enter(struct http_gate *gate, const struct http_caller *caller,
                    struct http_request *request, struct tls_peer *out_peer)
{
    const struct http_gate_config *config = &gate->config;
    struct tls_peer peer = {0};
    uint8_t key[QUOTA_KEY_LEN];

    bool is_known =
        config->asks_certificate && !failed(http_access_peer(request->connection, &peer));
    *out_peer = peer;
    key_of(caller, &peer, is_known, key);
    request->retry_after_s = quota_enter(&gate->quotas, key, clock_boot_ms(), &request->owner);
    if (request->retry_after_s > 0)
        return MHD_HTTP_TOO_MANY_REQUESTS;
    if (gate->running >= config->gateway->limits.running_max) {
        request->retry_after_s = FULL_RETRY_S;
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    gate->running++;
    request->is_running = true;
    unsigned status = judge(gate, caller, request, &peer);
    if (status == MHD_HTTP_FORBIDDEN)
        return deny(gate, request);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        request->retry_after_s = FULL_RETRY_S;
    return status;
}

void gate_park(struct http_gate *gate, struct http_request *request, bool is_parked)
{
    if (request->is_running == !is_parked)
        return;
    request->is_running = !is_parked;
    if (is_parked) {
        gate->running--;
    } else {
        gate->running++;
    }
}

void gate_leave(struct http_gate *gate, struct http_request *request)
{
    gate_park(gate, request, true);
    if (request->owner == NULL)
        return;
    quota_charge(&gate->quotas, request->owner, request->denied ? GATE_DENIED_COST : 0,
                 (int64_t)request->received, clock_boot_ms());
    quota_leave(request->owner);
    request->owner = NULL;
}

const char *gate_error(unsigned status)
{
    static const struct {
        unsigned status;
        const char *error;
    } rows[] = {
        {MHD_HTTP_FORBIDDEN, "forbidden"},
        {MHD_HTTP_NOT_FOUND, "not_found"},
        {MHD_HTTP_METHOD_NOT_ALLOWED, "method"},
        {MHD_HTTP_URI_TOO_LONG, "uri_too_long"},
        {MHD_HTTP_CONTENT_TOO_LARGE, "too_large"},
        {MHD_HTTP_TOO_MANY_REQUESTS, "too_many"},
        {MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].status == status)
            return rows[i].error;
    }
    return "refused";
}
