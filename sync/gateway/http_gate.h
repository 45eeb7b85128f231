/*
 * http_gate.h - whether a request may go on, decided from its head, before anything of its body is
 * kept: who asks, how much of late, how much at once, for what, and how large it says to be.
 *
 *     gate_create --> gate_enter for each request, gate_leave for each of these --> gate_destroy
 *
 * One thread.
 */
#ifndef SYNC_GATEWAY_HTTP_GATE_H
#define SYNC_GATEWAY_HTTP_GATE_H

#include "sync/gateway/http_access.h"

/* Requests that a denied one is counted as: it is cheap to ask again. */
#define GATE_DENIED_COST 50

struct http_gate;

struct http_gate_config {
    struct gateway *gateway;
    const struct http_route *routes;
    size_t route_count;
    bool asks_certificate;
};

/* `config` is copied. NULL without memory. */
struct http_gate *gate_create(const struct http_gate_config *config);
void gate_destroy(struct http_gate *gate);

struct http_caller {
    const char *method, *url;
    const uint8_t *address; /* GUESTS_ADDRESS_LEN bytes */
};

/* 0 when the request may go on: its route and parts are filled.
 * Else the status it is refused with, and request->retry_after_s.
 * out_peer is zeros for who shows no certificate of ours; nothing else is known of it then. */
unsigned gate_enter(struct http_gate *gate, const struct http_caller *caller,
                    struct http_request *request, struct tls_peer *out_peer);

/* The request waits, or goes on: while it waits it does not count as running. */
void gate_park(struct http_gate *gate, struct http_request *request, bool is_parked);

/* It is over, however it went. Also for a request that was refused. */
void gate_leave(struct http_gate *gate, struct http_request *request);

/* What a refusal is called: "forbidden". */
const char *gate_error(unsigned status);

#endif
