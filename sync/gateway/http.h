/*
 * http.h - requests and answers of the platform, and the tables that route them.
 *
 *     http_kiosk.c      journal, feed       kiosk's client certificate
 *     http_enrol.c      enrolment           a one-time code, or the kiosk's certificate
 *     http_operator.c   orders, kiosks      operator's client certificate
 *     http_alarm.c      alarms            the same
 *     http_public.c     pay page, receipt   anyone
 *     http_gate.c       limits, identity, routing
 *     http_listener.c   the two listeners
 */
#ifndef SYNC_GATEWAY_HTTP_H
#define SYNC_GATEWAY_HTTP_H

#include <microhttpd.h>

#include "kiosk/base/chain.h"
#include "sync/gateway/platform.h"
#include "sync/gateway/quota.h"
#include "sync/gateway/waiters.h"
#include "sync/gateway/words.h"

#define HTTP_PARTS_MAX 2
#define HTTP_PART_SIZE 65
#define HTTP_PATH_MAX 256
#define HTTP_REQUEST_MAX_MS 30000 /* from the first line to the last byte of the body */
#define HTTP_IDLE_TIMEOUT_S 15    /* of a connection on which nothing moves */
#define HTTP_MEMORY_MAX 32768     /* request line and headers of one connection */
#define HTTP_CONNECTIONS_MAX 1024 /* guests.h makes room before */
/* What a refused request brings is read to its end, so that the connection can go on, if it says to
 * be no longer than this; else it is cut off. */
#define HTTP_REFUSED_BODY_MAX 262144
#define HTTP_REPLY_TYPE_JSON "application/json"
#define HTTP_REPLY_TYPE_HTML "text/html; charset=utf-8"

/* Defaults of serve: far above what a kiosk that sends a long queue needs, or a hall full of
 * phones behind one address. */
#define HTTP_KIOSK_REQUESTS_PER_S 500
#define HTTP_KIOSK_BYTES_PER_S 33554432
#define HTTP_KIOSK_BYTES_PER_DAY INT64_C(2147483647)
#define HTTP_KIOSK_RUNNING_MAX 8
#define HTTP_ADDRESS_REQUESTS_PER_S 100
#define HTTP_RUNNING_MAX 512 /* more than guests.h lets strangers have */

struct http_limits {
    struct quota_rates kiosk;   /* of one client certificate */
    struct quota_rates address; /* of one address at the public port */
    unsigned running_max;       /* requests of a port at once; feeds that wait do not count */
};

struct gateway {
    struct platform platform;
    struct http_limits limits;
    struct waiters waiters;
    struct words words;
};

enum http_role { HTTP_PUBLIC, HTTP_KIOSK, HTTP_OPERATOR };

/* What a handler says: answer now, or the connection is suspended and it is called again. */
enum http_result { HTTP_ANSWER, HTTP_WAITING };

struct http_request {
    const struct http_route *route;
    char part[HTTP_PARTS_MAX][HTTP_PART_SIZE]; /* what the stars of the pattern stand for */
    struct MHD_Connection *connection;
    uint64_t started_ms; /* boot time */
    char *body;          /* NUL-terminated */
    size_t body_len;
    size_t received;  /* bytes of the body, kept or not */
    unsigned refused; /* the status to answer with once the body is read; 0: none */
    unsigned retry_after_s;
    struct quota_owner *owner; /* NULL: refused before it had one */
    bool is_running;           /* counted by the gate */
    bool denied;               /* by its handler; the gate has it cost as much as one of its own */
    struct waiter waiter;
};

struct http_reply {
    unsigned status;
    const char *type;
    char *body; /* allocated; the listener frees it */
    size_t body_len;
    unsigned retry_after_s; /* 0: not said */
};

struct http_route {
    const char *method;  /* GET stands for HEAD too */
    const char *pattern; /* a star stands for one part of the path: [A-Za-z0-9-], at most 64 */
    enum http_role role;
    size_t body_max;
    enum http_result (*handle)(struct gateway *, struct http_request *, struct http_reply *);
};

extern const struct http_route http_kiosk_routes[];
extern const size_t http_kiosk_route_count;
extern const struct http_route http_public_routes[];
extern const size_t http_public_route_count;

/* kiosk: POST /v1/kiosks/{kiosk}/journal, /ahead, GET /v1/kiosks/{kiosk}/feed */
enum http_result http_journal(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_ahead(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_feed(struct gateway *, struct http_request *, struct http_reply *);

/* anyone: POST /v1/enrol; kiosk: POST /v1/kiosks/{kiosk}/certificate (sync/wire/enrol.h) */
enum http_result http_enrol(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_certificate(struct gateway *, struct http_request *, struct http_reply *);

/* operator: GET orders, orders/{id}, kiosks; POST orders/{id}/approve, refuse, refund.
 * refund answers 409 "write_open" while the certificate may be on the token, unless ?force=1. */
enum http_result http_orders(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_order(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_order_approve(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_order_refuse(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_order_refund(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_kiosks(struct gateway *, struct http_request *, struct http_reply *);

/* operator: GET alarms, with ?open=1 only the open ones; POST alarms/{id}/clear. */
enum http_result http_alarms(struct gateway *, struct http_request *, struct http_reply *);
enum http_result http_alarm_clear(struct gateway *, struct http_request *, struct http_reply *);

/* Zeroed memory for one answer, for CLEANUP(http_scratch_done); NULL when there is none. */
void *http_scratch(size_t count, size_t size);

/* `at` is the address of the pointer. */
void http_scratch_done(void *at);

/* The body as sent, or unpacked; `*out` is allocated, to free(). ERR_UNSUPPORTED: packed in another
 * way; ERR_NO_ROOM: above `max`; ERR_MALFORMED. */
MUST_CHECK struct err http_body(const struct http_request *request, size_t max, uint8_t **out,
                                size_t *out_len);

/* An answer with a body of JSON text that is given away; NULL makes it a 500. */
void http_reply_json(struct http_reply *reply, unsigned status, char *text);

/* A refusal as in sync/wire/batch.h; `seq` 0 and `message` "" are left out. */
void http_refuse(struct http_reply *reply, unsigned status, const char *error, uint64_t seq,
                 const char *message);

/* What the store could not do: 503, try again; logged. */
void http_unavailable(struct http_reply *reply, struct err e);

/* A page that only says something. */
void http_reply_message(struct gateway *gateway, struct http_reply *reply, unsigned status,
                        enum word_id title, enum word_id text);

/* A whole number of the query string from 0 to `max`; `absent` when it is not there. False when
 * it is not one. */
bool http_query_number(const struct http_request *request, const char *key, uint64_t max,
                       uint64_t *in_out_number);

/* A UUID of the query string, or "" when it is there without one; `*out_there` is false when it is
 * not. False when it is neither. */
bool http_query_uuid(const struct http_request *request, const char *key,
                     char out_uuid[CHAIN_UUID_LEN + 1], bool *out_there);

/*
 * The route of `method` and `path`, with the request's parts filled. ERR_NOT_FOUND: no such path;
 * ERR_UNSUPPORTED: not with this method.
 */
MUST_CHECK struct err http_route_find(const struct http_route *routes, size_t count,
                                      const char *method, const char *path,
                                      struct http_request *out_request);

#endif
