/*
 * http_listener.h - one HTTPS port: TLS, limits, who may ask for what, and the handlers behind it.
 *
 *     listener_create --> answers from a thread of its own --> listener_close --> listener_end
 *                                                                              --> listener_destroy
 *
 * With a client CA every request but those on public paths is refused (403) unless its client
 * certificate was issued by it, and is one that kiosk_judge() lets in (OU kiosk, CN the {kiosk} of
 * the path) or an operator's (OU operator) on an operator's path. Whoever asks for too much is
 * refused with 429, and anybody with 503 while too much runs, both with Retry-After.
 */
#ifndef SYNC_GATEWAY_HTTP_LISTENER_H
#define SYNC_GATEWAY_HTTP_LISTENER_H

#include "sync/gateway/http.h"

struct http_listener;

struct http_listener_config {
    struct gateway *gateway;
    const struct http_route *routes;
    size_t route_count;
    const char *host;              /* address to bind: numeric */
    uint16_t port;                 /* 0: any free one */
    const char *key, *certificate; /* PEM, kept by the caller until the listener is destroyed */
    char *client_ca;               /* PEM, the same; NULL: no client certificates */
};

/* ERR_MALFORMED: not an address; ERR_IO: cannot bind, or the TLS files are not accepted. */
MUST_CHECK struct err listener_create(const struct http_listener_config *config,
                                      struct http_listener **out_listener);

/* The port that it has. */
uint16_t listener_port(const struct http_listener *listener);

/* Accept no more connections; the requests of those that are there are answered. */
void listener_close(struct http_listener *listener);

/* Wait for running requests, until `until_ms` of boot time at most. */
void listener_end(struct http_listener *listener, uint64_t until_ms);

/* NULL is fine. */
void listener_destroy(struct http_listener *listener);

#endif
