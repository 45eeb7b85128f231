#include "sync/daemon/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"

#define KEEPALIVE_IDLE_S 4
#define KEEPALIVE_INTERVAL_S 2
#define KEEPALIVE_COUNT 3
#define UNSENT_MAX_MS 10000 /* sent bytes that nobody acknowledges */
#define ANSWER_FIRST_SIZE 4096
#define CONNECTIONS_MAX 4
#define URL_MAX 512

struct call {
    CURL *easy;
    bool busy, done;
    CURLcode result;
    size_t packed_len;
    int64_t verify_s; /* certificates are judged at this time; 0: by the machine's clock */
    uint8_t *body;
    size_t len, size, max;
    char message[CURL_ERROR_SIZE];
};

struct http {
    CURLM *multi;
    struct curl_slist *json_headers;
    char url[URL_MAX];
    struct call calls[LANE_COUNT];
};

static size_t on_body(char *at, size_t one, size_t len, void *context)
{
    struct call *call = context;
    (void)one; /* always 1 */
    if (len > call->max - call->len)
        return 0;
    if (call->len + len > call->size) {
        size_t size = call->size == 0 ? ANSWER_FIRST_SIZE : call->size;
        while (size < call->len + len)
            size *= 2;
        uint8_t *grown = realloc(call->body, size);
        if (grown == NULL)
            return 0;
        call->body = grown;
        call->size = size;
    }
    memcpy(call->body + call->len, at, len);
    call->len += len;
    return len;
}

static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
    (void)context;
    (void)purpose;
    int count = KEEPALIVE_COUNT, unsent_ms = UNSENT_MAX_MS;
    /* Without them a dead line is noticed later, by the request's time limit. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unsent_ms, sizeof(unsent_ms));
    return CURL_SOCKOPT_OK;
}

static CURLcode on_tls(CURL *easy, void *tls, void *context)
{
    const struct call *call = context;
    (void)easy;
    if (call->verify_s != 0)
        X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(tls), call->verify_s);
    return CURLE_OK;
}

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSL_SESSIONID_CACHE, 0}, /* a session is its certificate's, which may change */
    {CURLOPT_CONNECTTIMEOUT_MS, HTTP_CONNECT_MS},
    {CURLOPT_TCP_KEEPALIVE, 1},
    {CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
    {CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
};

/* What every request has in common. False when libcurl lacks something. */
static bool set_common(struct call *call, const struct http_options *options)
{
    CURL *easy = call->easy;
    CURLcode rc = CURLE_OK;
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_CAINFO, options->ca},          {CURLOPT_CAPATH, NULL},
        {CURLOPT_SSLKEY, options->key},         {CURLOPT_SSLCERT, options->certificate},
        {CURLOPT_PROTOCOLS_STR, "https"},       {CURLOPT_PROXY, ""},
        {CURLOPT_USERAGENT, "certkiosk-syncd"},
    };
    for (size_t i = 0; rc == CURLE_OK && i < ARRAY_LEN(numbers); i++)
        rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    for (size_t i = 0; rc == CURLE_OK && i < ARRAY_LEN(texts); i++)
        rc = curl_easy_setopt(easy, texts[i].option, texts[i].value);
    if (rc != CURLE_OK)
        return false;
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->message) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, call) == CURLE_OK;
}

static struct err make_multi(struct http *http)
{
    http->multi = curl_multi_init();
    if (http->multi == NULL)
        return ERR(ERR_NO_ROOM, 0, "curl_multi_init");
    (void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    return ERR_OK;
}

static struct err set_up(struct http *http, const struct http_options *options)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Content-Encoding: zstd", "Expect:"};
    struct err e = make_multi(http);
    if (failed(e))
        return e;
    if (!text_copy(http->url, sizeof(http->url), options->url))
        return ERR(ERR_NO_ROOM, 0, "url");
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        struct curl_slist *longer = curl_slist_append(http->json_headers, headers[i]);
        if (longer == NULL)
            return ERR(ERR_NO_ROOM, 0, "curl_slist_append");
        http->json_headers = longer;
    }
    for (size_t i = 0; i < LANE_COUNT; i++) {
        http->calls[i].easy = curl_easy_init();
        if (http->calls[i].easy == NULL)
            return ERR(ERR_NO_ROOM, 0, "curl_easy_init");
        if (!set_common(&http->calls[i], options))
            return ERR(ERR_IO, 0, "curl_easy_setopt");
    }
    return ERR_OK;
}

struct err http_open(const struct http_options *options, struct http **out_http)
{
    CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (rc != CURLE_OK)
        return ERR(ERR_IO, rc, "curl_global_init");
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = set_up(http, options);
    if (failed(e)) {
        http_close(http);
        return e;
    }
    *out_http = http;
    return ERR_OK;
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    for (size_t i = 0; i < LANE_COUNT; i++) {
        http_cancel(http, (enum lane)i);
        curl_easy_cleanup(http->calls[i].easy);
        free(http->calls[i].body);
    }
    curl_slist_free_all(http->json_headers);
    if (http->multi != NULL)
        (void)curl_multi_cleanup(http->multi); /* nothing is on its way */
    free(http);
    curl_global_cleanup();
}

static CURLcode set_request(struct http *http, struct call *call,
                            const struct http_request *request)
{
    bool post = request->packed.len > 0;
    CURLcode rc =
        curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, post ? http->json_headers : NULL);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    if (rc == CURLE_OK && !post)
        return curl_easy_setopt(call->easy, CURLOPT_HTTPGET, 1L);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                              (curl_off_t)request->packed.len);
    }
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, (const char *)request->packed.at);
    return rc;
}

struct err http_start(struct http *http, enum lane lane, const struct http_request *request)
{
    struct call *call = &http->calls[lane];
    char url[URL_MAX + HTTP_PATH_MAX];
    assert(!call->busy);

    if (!text_print(url, sizeof(url), "%s%s", http->url, request->path))
        return ERR(ERR_NO_ROOM, 0, "path");
    call->message[0] = '\0';
    if (call->len > 0) /* a certificate names its holder */
        explicit_bzero(call->body, call->len);
    call->len = 0;
    call->max = request->answer_max;
    call->packed_len = request->packed.len;
    call->verify_s = request->at_ms / 1000;
    CURLcode rc = curl_easy_setopt(call->easy, CURLOPT_URL, url);
    if (rc == CURLE_OK)
        rc = set_request(http, call, request);
    if (rc != CURLE_OK)
        return ERR(ERR_NO_ROOM, rc, "curl_easy_setopt");
    CURLMcode added = curl_multi_add_handle(http->multi, call->easy);
    if (added != CURLM_OK)
        return ERR(ERR_NO_ROOM, added, "curl_multi_add_handle");
    call->busy = true;
    call->done = false;
    return ERR_OK;
}

bool http_busy(const struct http *http, enum lane lane)
{
    return http->calls[lane].busy;
}

bool http_sent(const struct http *http, enum lane lane)
{
    curl_off_t sent = 0;
    const struct call *call = &http->calls[lane];
    return call->busy && curl_easy_getinfo(call->easy, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK &&
           (uint64_t)sent >= call->packed_len;
}

/* clang-format off */
static const struct {
    CURLcode result;
    enum err_code code;
    const char *why;
} failures[] = {
    {CURLE_OPERATION_TIMEDOUT,       ERR_TIMEOUT, "timeout"},
    {CURLE_COULDNT_RESOLVE_HOST,     ERR_IO,      "dns"},
    {CURLE_COULDNT_CONNECT,          ERR_IO,      "refused"},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_DENIED,  "tls"},
    {CURLE_SSL_CONNECT_ERROR,        ERR_DENIED,  "tls"},
    {CURLE_SSL_CERTPROBLEM,          ERR_DENIED,  "tls"},
    {CURLE_SSL_CACERT_BADFILE,       ERR_DENIED,  "tls"},
    {CURLE_WRITE_ERROR,              ERR_NO_ROOM, "answer"},
};
/* clang-format on */

/* Whoever answers a TLS hello in another language is no platform; OpenSSL takes it for a version.
 */
static bool speaks_no_tls(const struct call *call)
{
    return call->result == CURLE_SSL_CONNECT_ERROR &&
           strstr(call->message, "wrong version number") != NULL;
}

static bool is_html(const struct call *call)
{
    static const char html[] = "text/html";
    const char *type = NULL;
    (void)curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    return type != NULL && strncasecmp(type, html, strlen(html)) == 0;
}

static void judge(const struct call *call, struct http_answer *out)
{
    out->error = ERR_OK;
    out->is_portal = speaks_no_tls(call) || (call->result == CURLE_OK && is_html(call));
    if (call->result == CURLE_OK)
        return;
    out->error = ERR(ERR_IO, call->result, "curl");
    out->why = "cut";
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        if (failures[i].result == call->result) {
            out->error.code = failures[i].code;
            out->why = failures[i].why;
        }
    }
}

bool http_take(struct http *http, enum lane lane, struct http_answer *out_answer)
{
    struct call *call = &http->calls[lane];
    if (!call->busy || !call->done)
        return false;

    long status = 0;
    long judged = X509_V_OK;
    curl_off_t retry_after_s = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    (void)curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &judged);
    if (retry_after_s < 0 || retry_after_s > UINT32_MAX)
        retry_after_s = 0;
    *out_answer = (struct http_answer){.wrong_time = judged == X509_V_ERR_CERT_NOT_YET_VALID ||
                                                     judged == X509_V_ERR_CERT_HAS_EXPIRED,
                                       .status = (int)status,
                                       .retry_after_s = (uint32_t)retry_after_s,
                                       .body = {call->body, call->len}};
    judge(call, out_answer);
    call->busy = false;
    return true;
}

void http_cancel(struct http *http, enum lane lane)
{
    struct call *call = &http->calls[lane];
    if (call->busy && !call->done)
        (void)curl_multi_remove_handle(http->multi, call->easy); /* it was added */
    call->busy = false;
}

struct err http_forget(struct http *http)
{
    for (size_t i = 0; i < LANE_COUNT; i++)
        http_cancel(http, (enum lane)i);
    (void)curl_multi_cleanup(http->multi); /* nothing is on its way */
    return make_multi(http);
}

static void collect(struct http *http)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(http->multi, &left); message != NULL;
         message = curl_multi_info_read(http->multi, &left)) {
        char *context = NULL;
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
        struct call *call = (struct call *)(void *)context;
        (void)curl_multi_remove_handle(http->multi, easy); /* `message` is gone with it */
        call->result = result;
        call->done = true;
    }
}

struct err http_wait(struct http *http, const int *watched, size_t watched_count,
                     uint32_t timeout_ms)
{
    struct curl_waitfd fds[HTTP_WATCHED_MAX];
    int running = 0, ready = 0;
    assert(watched_count <= HTTP_WATCHED_MAX && timeout_ms <= INT32_MAX);

    for (size_t i = 0; i < watched_count; i++)
        fds[i] = (struct curl_waitfd){.fd = watched[i], .events = CURL_WAIT_POLLIN};
    CURLMcode rc =
        curl_multi_poll(http->multi, fds, (unsigned)watched_count, (int)timeout_ms, &ready);
    if (rc == CURLM_OK)
        rc = curl_multi_perform(http->multi, &running);
    if (rc != CURLM_OK)
        return ERR(ERR_IO, rc, "curl_multi");
    collect(http);
    return ERR_OK;
}
