#include "sync/gateway/http_listener.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "sync/gateway/guests.h"
#include "sync/gateway/http_gate.h"
#include "sync/gateway/tls.h"

#define END_STEP_US 10000
#define METHODS_ALLOWED "GET, HEAD, POST"

struct http_listener {
    struct http_listener_config config;
    struct MHD_Daemon *daemon;
    struct http_gate *gate; /* the daemon's thread only */
    uint16_t port;
    atomic_uint running; /* requests */
    atomic_bool is_ending;
    struct guests guests; /* the daemon's thread only */
};

static void add_headers(struct MHD_Response *response, const struct http_listener *listener,
                        const struct http_reply *reply)
{
    static const char *const rows[][2] = {
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action "
                                    "'self'; frame-ancestors 'none'; base-uri 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Frame-Options", "DENY"},
    };
    char seconds[12];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        (void)MHD_add_response_header(response, rows[i][0], rows[i][1]);
    if (reply->type != NULL)
        (void)MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, "Allow", METHODS_ALLOWED);
    if (reply->retry_after_s > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%u", reply->retry_after_s);
        (void)MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (atomic_load(&listener->is_ending))
        (void)MHD_add_response_header(response, "Connection", "close");
}

/* Takes the reply's body over. */
static enum MHD_Result send_reply(struct http_listener *listener, struct MHD_Connection *connection,
                                  struct http_reply *reply)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body_len, reply->body, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) {
        free(reply->body);
        return MHD_NO;
    }
    add_headers(response, listener, reply);
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Whether a phone, or a kiosk, is at the other end decides what it is told in. */
static enum MHD_Result refuse(struct http_listener *listener, const struct http_request *request,
                              unsigned status)
{
    struct gateway *gateway = listener->config.gateway;
    bool is_busy = status == MHD_HTTP_TOO_MANY_REQUESTS || status == MHD_HTTP_SERVICE_UNAVAILABLE;
    struct http_reply reply = {0};

    if (listener->config.client_ca != NULL) {
        http_refuse(&reply, status, gate_error(status), 0, "");
    } else if (is_busy) {
        http_reply_message(gateway, &reply, status, WORD_BUSY_TITLE, WORD_BUSY_TEXT);
    } else {
        http_reply_message(gateway, &reply, status, WORD_MISSING_TITLE, WORD_MISSING_TEXT);
    }
    reply.retry_after_s = request->retry_after_s;
    return send_reply(listener, request->connection, &reply);
}

static struct guest *guest_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void go(const struct guest *going)
{
    if (going != NULL)
        (void)shutdown(going->fd, SHUT_RDWR); /* one that is closed already is gone too */
}

static struct guest *let_in(struct http_listener *listener, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *from =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const union MHD_ConnectionInfo *socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct guest *guest = socket == NULL ? NULL : calloc(1, sizeof(*guest));

    if (guest == NULL)
        return NULL; /* the daemon's own limit and time-out still hold for it */
    guest->fd = socket->connect_fd;
    guests_address(from == NULL ? NULL : from->client_addr, guest->address);
    go(guests_enter(&listener->guests, guest));
    return guest;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_listener *listener = context;

    switch (code) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        *state = let_in(listener, connection);
        return;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        if (*state != NULL)
            guests_leave(&listener->guests, *state);
        free(*state);
        *state = NULL;
        return;
    }
}

static void prove(struct http_listener *listener, struct MHD_Connection *connection,
                  const struct tls_peer *peer)
{
    struct guest *guest = guest_of(connection);

    if (guest != NULL)
        go(guests_prove(&listener->guests, guest, peer->certificate.at));
}

/* A body that is short is read and thrown away, so that the answer is seen and the connection,
 * which costs more than that, can go on; not one of somebody who may not ask at all. */
static bool is_worth_reading(const struct http_request *request, unsigned status)
{
    const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_CONTENT_LENGTH);
    const char *expect =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT);
    unsigned long long len = length == NULL ? 0 : strtoull(length, NULL, 10);

    return status != MHD_HTTP_FORBIDDEN && expect == NULL && len > 0 &&
           len <= HTTP_REFUSED_BODY_MAX;
}

static unsigned enter(struct http_listener *listener, struct http_request *request,
                      const char *method, const char *url)
{
    static const uint8_t nowhere[GUESTS_ADDRESS_LEN];
    const struct guest *guest = guest_of(request->connection);
    const struct http_caller caller = {method, url, guest == NULL ? nowhere : guest->address};
    struct tls_peer peer = {0};

    unsigned status = gate_enter(listener->gate, &caller, request, &peer);
    if (peer.cn[0] != '\0' && status != MHD_HTTP_FORBIDDEN)
        prove(listener, request->connection, &peer);
    return status;
}

static enum MHD_Result begin(struct http_listener *listener, struct MHD_Connection *connection,
                             const char *method, const char *url, void **state)
{
    struct http_request *request = calloc(1, sizeof(*request));

    if (request == NULL)
        return MHD_NO;
    *state = request;
    (void)atomic_fetch_add(&listener->running, 1);
    request->connection = connection;
    request->started_ms = clock_boot_ms();
    unsigned status = enter(listener, request, method, url);
    if (status == 0)
        return MHD_YES;
    request->refused = status;
    return is_worth_reading(request, status) ? MHD_YES : refuse(listener, request, status);
}

static enum MHD_Result take_body(struct http_request *request, const char *at, size_t *in_out_len)
{
    size_t len = *in_out_len;

    if (clock_boot_ms() - request->started_ms > HTTP_REQUEST_MAX_MS)
        return MHD_NO; /* a client that drips bytes holds no connection */
    request->received += len;
    *in_out_len = 0;
    if (request->refused == 0 && len > request->route->body_max - request->body_len)
        request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
    if (request->refused != 0)
        return MHD_YES;
    char *body = realloc(request->body, request->body_len + len + 1);
    if (body == NULL)
        return MHD_NO;
    memcpy(body + request->body_len, at, len);
    request->body = body;
    request->body_len += len;
    body[request->body_len] = '\0';
    return MHD_YES;
}

/* The shape of the function is libmicrohttpd's. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **state)
{
    struct http_listener *listener = context;
    struct http_request *request = *state;
    struct http_reply reply = {.status = MHD_HTTP_INTERNAL_SERVER_ERROR};

    (void)version;
    if (request == NULL)
        return begin(listener, connection, method, url, state);
    if (*upload_len > 0)
        return take_body(request, upload, upload_len);
    if (request->refused != 0)
        return refuse(listener, request, request->refused);
    gate_park(listener->gate, request, false);
    if (request->route->handle(listener->config.gateway, request, &reply) == HTTP_WAITING) {
        gate_park(listener->gate, request, true);
        return MHD_YES;
    }
    return send_reply(listener, connection, &reply);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct http_listener *listener = context;
    struct http_request *request = *state;
    struct guest *guest = guest_of(connection);

    (void)code;
    if (guest != NULL)
        guests_renew(&listener->guests, guest);
    if (request == NULL)
        return;
    gate_leave(listener->gate, request);
    free(request->body);
    free(request);
    *state = NULL;
    (void)atomic_fetch_sub(&listener->running, 1);
}

static struct err address_of(const char *host, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof(v4));
    } else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof(v6));
    } else {
        return ERR(ERR_MALFORMED, 0, "address");
    }
    return ERR_OK;
}

static struct MHD_Daemon *start(struct http_listener *listener, struct sockaddr_storage *address)
{
    const struct http_listener_config *config = &listener->config;
    unsigned flags = MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     (address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    const char *priorities =
        config->client_ca == NULL ? TLS_PRIORITIES_PUBLIC : TLS_PRIORITIES_KIOSK;
    /* The trusted CA comes last: an option with NULL as its value is not to be given at all. */
    struct MHD_OptionItem trust[] = {
        {config->client_ca == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0,
         config->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };

    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, listener, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, listener, MHD_OPTION_HTTPS_MEM_KEY, config->key, MHD_OPTION_HTTPS_MEM_CERT,
        config->certificate, MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_MEMORY_MAX,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_ARRAY, trust, MHD_OPTION_END);
}

struct err listener_create(const struct http_listener_config *config,
                           struct http_listener **out_listener)
{
    struct sockaddr_storage address;

    struct err e = address_of(config->host, config->port, &address);
    if (failed(e))
        return e;
    struct http_listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    listener->config = *config;
    listener->gate = gate_create(&(struct http_gate_config){
        config->gateway, config->routes, config->route_count, config->client_ca != NULL});
    listener->daemon = listener->gate == NULL ? NULL : start(listener, &address);
    const union MHD_DaemonInfo *info =
        listener->daemon == NULL ? NULL
                                 : MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_BIND_PORT);
    if (info == NULL) {
        listener_destroy(listener);
        return ERR(ERR_IO, 0, "MHD_start_daemon");
    }
    listener->port = info->port;
    *out_listener = listener;
    return ERR_OK;
}

uint16_t listener_port(const struct http_listener *listener)
{
    return listener->port;
}

void listener_close(struct http_listener *listener)
{
    atomic_store(&listener->is_ending, true);
    MHD_socket fd = MHD_quiesce_daemon(listener->daemon);
    if (fd != MHD_INVALID_SOCKET)
        (void)close(fd); /* nothing is lost with a listening socket */
}

void listener_end(struct http_listener *listener, uint64_t until_ms)
{
    while (atomic_load(&listener->running) > 0 && clock_boot_ms() < until_ms)
        (void)usleep(END_STEP_US);
}

void listener_destroy(struct http_listener *listener)
{
    if (listener == NULL)
        return;
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
    gate_destroy(listener->gate);
    free(listener);
}
