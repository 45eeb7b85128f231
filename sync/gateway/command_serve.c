#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/alarm.h"
#include "sync/gateway/authority_demo.h"
#include "sync/gateway/command.h"
#include "sync/gateway/enrol.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/http_listener.h"
#include "sync/gateway/identity.h"
#include "sync/gateway/key_desk.h"
#include "sync/gateway/options.h"
#include "sync/gateway/orders.h"
#include "sync/gateway/platform_clock.h"
#include "sync/gateway/publish.h"

#define PEM_MAX 65536
#define END_TIMEOUT_MS 3000
#define ROUND_S 1
#define CERTIFICATES_MS 3600000 /* between looks at the kiosks' certificates */
#define LIMIT_MAX INT32_MAX     /* of every limit that can be set; none is as good as more */

struct server {
    const char *dir, *profiles, *host, *kiosk_port, *public_port, *public_url, *pay_seconds,
        *certificate_hours, *words, *unsigned_kiosks;
    const char *kiosk_requests, *kiosk_bytes, *kiosk_day_bytes, *phone_requests, *running;
    int64_t ports[2]; /* kiosk, public */
    struct gateway gateway;
    char *key, *certificate, *client_ca; /* PEM */
    struct http_listener *kiosk, *public;
    uint64_t certificates_ms; /* next look at them */
    uint64_t published;       /* cursor of the newest document that the waiting were told of */
};

/* NULL, not given: it stays as it is. */
static bool limit(const char *name, const char *text, int64_t *in_out)
{
    return text == NULL || option_number(name, text, 1, LIMIT_MAX, in_out);
}

static bool read_limits(struct server *in)
{
    struct http_limits *limits = &in->gateway.limits;
    int64_t running = HTTP_RUNNING_MAX;

    limits->kiosk = (struct quota_rates){HTTP_KIOSK_REQUESTS_PER_S, HTTP_KIOSK_BYTES_PER_S,
                                         HTTP_KIOSK_BYTES_PER_DAY, HTTP_KIOSK_RUNNING_MAX};
    limits->address.requests_per_s = HTTP_ADDRESS_REQUESTS_PER_S;
    bool fits = limit("--kiosk-requests", in->kiosk_requests, &limits->kiosk.requests_per_s) &&
                limit("--kiosk-bytes", in->kiosk_bytes, &limits->kiosk.bytes_per_s) &&
                limit("--kiosk-day-bytes", in->kiosk_day_bytes, &limits->kiosk.bytes_per_day) &&
                limit("--phone-requests", in->phone_requests, &limits->address.requests_per_s) &&
                limit("--running", in->running, &running);
    limits->running_max = (unsigned)running;
    return fits;
}

static bool read_options(int argc, char **argv, struct server *in)
{
    const struct option_row rows[] = {
        {"--dir", &in->dir, true},
        {"--profiles", &in->profiles, true},
        {"--host", &in->host, false},
        {"--kiosk-port", &in->kiosk_port, false},
        {"--public-port", &in->public_port, false},
        {"--public-url", &in->public_url, false},
        {"--pay-seconds", &in->pay_seconds, false},
        {"--certificate-hours", &in->certificate_hours, false},
        {"--words", &in->words, false},
        {"--unsigned-kiosks", &in->unsigned_kiosks, false},
        {"--kiosk-requests", &in->kiosk_requests, false},
        {"--kiosk-bytes", &in->kiosk_bytes, false},
        {"--kiosk-day-bytes", &in->kiosk_day_bytes, false},
        {"--phone-requests", &in->phone_requests, false},
        {"--running", &in->running, false},
    };

    int64_t hours = 0;

    if (!options_read(argc, argv, rows, ARRAY_LEN(rows)) ||
        !option_number("--certificate-hours", in->certificate_hours, 1, ENROL_HOURS_MAX, &hours) ||
        !option_flag("--unsigned-kiosks", in->unsigned_kiosks,
                     &in->gateway.platform.takes_unsigned))
        return false;
    in->gateway.platform.certificate_s = hours * 3600;
    return option_folder("--dir", in->dir, "the folder that init has made") &&
           option_folder("--profiles", in->profiles, "a folder with profiles (*.ini)") &&
           option_url("--public-url", in->public_url) &&
           option_number("--kiosk-port", in->kiosk_port, 0, UINT16_MAX, &in->ports[0]) &&
           option_number("--public-port", in->public_port, 0, UINT16_MAX, &in->ports[1]) &&
           option_number("--pay-seconds", in->pay_seconds, 1, PLATFORM_PAY_MAX_S,
                         &in->gateway.platform.pay_s) &&
           read_limits(in);
}

static struct err read_rules(struct server *server)
{
    struct platform *platform = &server->gateway.platform;
    const struct command_folders folders = {server->profiles, server->words};

    return command_rules(&folders, platform->profiles, &platform->profile_count,
                         &server->gateway.words);
}

static struct err read_pem(const char *dir, const char *name, const char *suffix, char **out)
{
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, name, suffix, path);
    return failed(e) ? e : folder_read(path, PEM_MAX, out);
}

static struct err open_all(struct server *server)
{
    struct platform *platform = &server->gateway.platform;
    struct err e = command_store(server->dir, false, &platform->store);
    if (!failed(e)) {
        e = authority_demo_create(server->dir, platform->profiles, platform->profile_count,
                                  &platform->authority);
    }
    if (!failed(e))
        e = identity_client_ca(server->dir, &platform->client_ca);
    if (!failed(e))
        e = keys_open(server->dir, &platform->keys);
    if (!failed(e))
        e = read_pem(server->dir, FOLDER_SERVER, ".key", &server->key);
    if (!failed(e))
        e = read_pem(server->dir, FOLDER_SERVER, ".crt", &server->certificate);
    if (!failed(e))
        e = read_pem(server->dir, FOLDER_CLIENT_CA, ".crt", &server->client_ca);
    return e;
}

static struct err listen_all(struct server *server)
{
    struct http_listener_config config = {
        .gateway = &server->gateway,
        .routes = http_public_routes,
        .route_count = http_public_route_count,
        .host = server->host,
        .port = (uint16_t)server->ports[1],
        .key = server->key,
        .certificate = server->certificate,
    };

    struct err e = listener_create(&config, &server->public);
    if (failed(e))
        return e;
    /* Before the kiosks are let in: their orders name it. */
    char *url = server->gateway.platform.public_url;
    bool fits = server->public_url != NULL
                    ? text_copy(url, PLATFORM_URL_SIZE, server->public_url)
                    : text_print(url, PLATFORM_URL_SIZE, "https://%s:%u", server->host,
                                 listener_port(server->public));
    if (!fits)
        return ERR(ERR_NO_ROOM, 0, "--public-url");
    config.routes = http_kiosk_routes;
    config.route_count = http_kiosk_route_count;
    config.port = (uint16_t)server->ports[0];
    config.client_ca = server->client_ca;
    return listener_create(&config, &server->kiosk);
}

static struct err say_ready(const struct server *server)
{
    char path[FOLDER_PATH_SIZE];
    char text[2 * PLATFORM_URL_SIZE + 64];

    (void)text_print(text, sizeof(text), "kiosk_url=https://%s:%u\npublic_url=%s\n", server->host,
                     listener_port(server->kiosk), server->gateway.platform.public_url);
    struct err e = folder_path(server->dir, FOLDER_READY, "", path);
    return failed(e) ? e : folder_write(path, text, strlen(text));
}

/* Documents that another process published (register, announce) wake those who wait here. */
static void look_for_foreign(struct server *server)
{
    CLEANUP(transaction_done) struct transaction work = {0};
    uint64_t newest = server->published;

    struct err e = store_begin(server->gateway.platform.store, &work);
    if (!failed(e))
        e = published_newest(server->gateway.platform.store, &newest);
    transaction_done(&work);
    if (failed(e) || newest == server->published)
        return;
    server->published = newest;
    waiters_wake(&server->gateway.waiters);
}

static void look_at_certificates(struct server *server)
{
    uint64_t now_ms = clock_boot_ms();

    if (now_ms < server->certificates_ms)
        return;
    server->certificates_ms = now_ms + CERTIFICATES_MS;
    struct err e = enrol_round(&server->gateway.platform);
    if (failed(e))
        log_err("certificates", e);
}

static void look_at_clock(struct server *server)
{
    char detail[ALARM_DETAIL_SIZE];
    int64_t jump_ms = 0;

    struct err e = platform_clock_round(server->gateway.platform.store, &jump_ms);
    if (failed(e))
        log_err("clock", e);
    if (jump_ms == 0)
        return;
    (void)text_print(detail, sizeof(detail), "the clock jumped by %lld s",
                     (long long)(jump_ms / 1000));
    log_event(LOG_LEVEL_ERROR, "clock", "jumped_s=%lld", (long long)(jump_ms / 1000));
    e = alarm_raise_alone(&server->gateway.platform, ALARM_PLATFORM, ALARM_PLATFORM_CLOCK, detail);
    if (failed(e))
        log_err("alarm", e);
}

/* The clock first: the others go by it. */
static void round_once(struct server *server)
{
    look_at_clock(server);
    struct err e = orders_round_expire(&server->gateway.platform);
    if (failed(e))
        log_err("expire", e);
    e = orders_round_make(&server->gateway.platform);
    if (failed(e))
        log_err("make", e);
    keys_refresh(server->gateway.platform.keys); /* before what it says of them is sent */
    look_for_foreign(server);
    look_at_certificates(server);
    waiters_tick(&server->gateway.waiters, clock_boot_ms());
}

static void serve_until_signal(struct server *server, const sigset_t *signals)
{
    struct timespec round = {.tv_sec = ROUND_S};

    log_event(LOG_LEVEL_NOTICE, "serving", "kiosk_port=%u public_port=%u",
              listener_port(server->kiosk), listener_port(server->public));
    while (sigtimedwait(signals, NULL, &round) < 0)
        round_once(server);
    log_event(LOG_LEVEL_NOTICE, "ending", "signal=yes");
}

static void close_all(struct server *server)
{
    struct platform *platform = &server->gateway.platform;
    char path[FOLDER_PATH_SIZE];

    if (!failed(folder_path(server->dir, FOLDER_READY, "", path)))
        (void)unlink(path); /* was perhaps never written */
    waiters_close(&server->gateway.waiters);
    struct http_listener *const both[] = {server->kiosk, server->public};
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        if (both[i] != NULL)
            listener_close(both[i]);
    }
    uint64_t until_ms = clock_boot_ms() + END_TIMEOUT_MS;
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        if (both[i] != NULL)
            listener_end(both[i], until_ms);
        listener_destroy(both[i]);
    }
    waiters_done(&server->gateway.waiters);
    authority_demo_destroy(platform->authority);
    issue_destroy(platform->client_ca);
    keys_close(platform->keys);
    store_close(platform->store);
    free(server->key);
    free(server->certificate);
    free(server->client_ca);
}

/* What an earlier release had not sealed, or an interrupted command not finished. */
static struct err settle_keys(struct server *server)
{
    CLEANUP(key_desk_close) struct key_desk desk = {.store = NULL};
    size_t untold = 0;

    struct err e = key_desk_open(server->gateway.platform.store, server->dir,
                                 platform_now_s(&server->gateway.platform), &desk);
    if (!failed(e))
        e = key_desk_settle(&desk, &untold);
    if (!failed(e) && untold > 0) {
        log_event(LOG_LEVEL_ERROR, "keys",
                  "untold=%zu see=\"certkiosk-gateway key list\" why=\"%s\"", untold, desk.message);
    }
    return e;
}

static struct err start_clock(struct server *server)
{
    enum platform_clock_verdict verdict = PLATFORM_CLOCK_RIGHT;
    int64_t newest_ms = 0;

    struct err e = platform_clock_start(server->gateway.platform.store, &verdict, &newest_ms);
    if (e.code == ERR_CONFLICT)
        command_clock_print(stderr, newest_ms, verdict);
    return e;
}

static int serve(struct server *server)
{
    sigset_t signals;

    /* Blocked before the first thread is made, so that all of them inherit it. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    waiters_init(&server->gateway.waiters);
    struct err e = read_rules(server);
    if (!failed(e))
        e = open_all(server);
    if (!failed(e))
        e = start_clock(server);
    if (!failed(e))
        e = settle_keys(server);
    if (!failed(e)) {
        store_listen(server->gateway.platform.store, waiters_wake, &server->gateway.waiters);
        e = listen_all(server);
    }
    if (!failed(e))
        e = say_ready(server);
    if (!failed(e))
        serve_until_signal(server, &signals);
    close_all(server);
    return failed(e) ? command_failed("serve", e) : COMMAND_DONE;
}

int command_serve(int argc, char **argv)
{
    struct server *server = calloc(1, sizeof(*server));

    if (server == NULL)
        return command_failed("serve", ERR(ERR_NO_ROOM, 0, "calloc"));
    server->host = "127.0.0.1";
    server->kiosk_port = "0";
    server->public_port = "0";
    server->pay_seconds = "900";
    server->certificate_hours = STRINGIFY(ENROL_HOURS_DEFAULT);
    server->gateway.platform.provider = &pay_demo;
    server->gateway.platform.now_ms = platform_clock_now_ms;
    int code = read_options(argc, argv, server) ? serve(server) : COMMAND_USAGE;
    free(server);
    return code;
}
