/*
 * http.h - HTTPS to the platform, by libcurl: one request at most on its way in each lane.
 *
 *     open --> start(lane) --> wait --> take(lane) --> start(lane) --> ... --> close
 *                                  '--> cancel(lane)
 *
 * TLS 1.3 with the kiosk's client certificate; the server's certificate must come from the one
 * authority that is configured. No redirects, no proxy, no cookies; answers are bounded. A silent
 * peer is noticed by TCP keepalive within about 10 s.
 *
 * libcurl by itself repeats a request once when a connection that was kept alive turns out dead:
 * the platform must recognise a repeat.
 */
#ifndef SYNC_DAEMON_HTTP_H
#define SYNC_DAEMON_HTTP_H

#include <poll.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "sync/daemon/lane.h"

#define HTTP_CONNECT_MS 15000 /* two round trips of 5 s, and some */
#define HTTP_PATH_MAX 256
#define HTTP_WATCHED_MAX 4

struct http;

struct http_options {
    const char *url; /* https://host[:port] */
    const char *ca;
    const char *key, *certificate; /* NULL: the kiosk has none yet */
};

struct http_request {
    const char *path;    /* with query; "/v1/..." */
    struct bytes packed; /* POST of JSON in zstd, borrowed until the answer is taken; empty: GET */
    uint32_t timeout_ms; /* for the whole */
    size_t answer_max;   /* bytes */
    int64_t at_ms;       /* when certificates are to be good; 0: by the machine's clock */
};

struct http_answer {
    struct err error; /* ERR_IO, ERR_TIMEOUT, ERR_DENIED (TLS: not our platform, or it refuses us),
                         ERR_NO_ROOM (answer too long); native is the CURLcode */
    bool wrong_time;  /* ERR_DENIED: its certificate is not valid yet, or no longer, by our clock */
    const char *why;  /* with an error: "dns", "refused", "tls", "timeout", "cut" or "answer" */
    bool is_portal;   /* an HTML page, or somebody who speaks no TLS: not the platform */
    int status;
    uint32_t retry_after_s; /* 0: not said */
    struct bytes body;      /* borrowed until the next start in this lane, which wipes it */
};

/* ERR_NO_ROOM (memory, or a URL that is too long), ERR_IO (native: the CURLcode). Files are read
 * with each connection, and a bad one is its answer's error. `options` is copied. Free with
 * http_close(); NULL is fine. */
MUST_CHECK struct err http_open(const struct http_options *options, struct http **out_http);
void http_close(struct http *http);

/* Send. The lane must be idle. ERR_NO_ROOM: memory, or a path that is too long. */
MUST_CHECK struct err http_start(struct http *http, enum lane lane,
                                 const struct http_request *request);

/* Whether a request was started whose answer has not been taken. */
bool http_busy(const struct http *http, enum lane lane);

/* Whether all of the request that is on its way has left this program. */
bool http_sent(const struct http *http, enum lane lane);

/* True, once, when the answer or the failure is here. */
bool http_take(struct http *http, enum lane lane, struct http_answer *out_answer);

/* Forget the request that is on its way, if any. */
void http_cancel(struct http *http, enum lane lane);

/* Close every connection, and forget what is on its way: the next ones are made with key and
 * certificate as their files are then. ERR_NO_ROOM: only http_close() may follow. */
MUST_CHECK struct err http_forget(struct http *http);

/* Work until something happens: an answer, one of `watched` (HTTP_WATCHED_MAX at most) is readable,
 * or the time is over. ERR_IO (native: the CURLMcode): libcurl itself failed, not a request. */
MUST_CHECK struct err http_wait(struct http *http, const int *watched, size_t watched_count,
                                uint32_t timeout_ms);

#endif
