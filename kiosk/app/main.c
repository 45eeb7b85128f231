/*
 * main.c - certkiosk: open everything, then the loop: sleep, hear what happened, let the flow
 * decide, draw.
 *
 *     certkiosk --config FILE [--window] [--create-ledger]
 */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "kiosk/app/admin_keys.h"
#include "kiosk/app/describe.h"
#include "kiosk/app/device.h"
#include "kiosk/app/doorbell.h"
#include "kiosk/app/first_ledger.h"
#include "kiosk/app/front.h"
#include "kiosk/app/process.h"
#include "kiosk/app/rules.h"
#include "kiosk/app/runner.h"
#include "kiosk/app/wipe.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define EXIT_USAGE 2
#define WATCHDOG_MS 5000 /* the unit allows three times this */

struct app {
    struct settings settings;
    struct flow_rules rules;
    struct post post;
    struct admin_keys *keys;
    struct trust *trust;
    struct keyring platform;
    struct front *front;
    struct device device; /* without a key the kiosk is out of service */
    struct book *book;
    struct doorbell *doorbell;
    struct token_desk *token;
    struct printer_desk *printer;
    struct runner *runner;
    bool visit_ended; /* its traces on the stack are to be wiped */
    char described[DOORBELL_ANSWER_MAX];
    char status[DOORBELL_ANSWER_MAX];
};

struct options {
    const char *config;
    bool window;
    bool create_ledger;
};

static int usage(void)
{
    (void)fputs(
        "usage: certkiosk --config FILE [--window] [--create-ledger]\n"
        "  --config FILE     kiosk.conf; assets/config/kiosk.conf explains every key\n"
        "  --window          in a window, whatever the configuration says\n"
        "  --create-ledger   make key and journal of a kiosk that never had them, and end\n",
        stderr);
    return EXIT_USAGE;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"window", no_argument, NULL, 'w'},
                                          {"create-ledger", no_argument, NULL, 'l'},
                                          {NULL, 0, NULL, 0}};
    int option = 0;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet */
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            return false;
        if (option == 'c')
            options->config = optarg;
        options->window = options->window || option == 'w';
        options->create_ledger = options->create_ledger || option == 'l';
    }
    return options->config != NULL && optind == argc;
}

/* Where both processes and certkioskctl expect things below the ledger's folder. */
static void path_in(char out[273], const struct settings *settings, const char *name)
{
    (void)text_print(out, 273, "%s/%s", settings->ledger_dir, name); /* 257 + 15 fit */
}

/* Signals are taken by a thread of their own, which has the main loop end in order. */
static void *await_signal(void *context)
{
    struct app *app = context;
    sigset_t set;
    int signal = 0;

    (void)sigemptyset(&set); /* cannot fail with these arguments */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigwait(&set, &signal);
    struct mail mail = {.kind = MAIL_QUIT};
    post_send(&app->post, &mail);
    return NULL;
}

static void block_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set); /* cannot fail with these arguments */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void complain(const char *what, struct err e)
{
    (void)fprintf(stderr, "<3>%s\n", what);
    log_err("start", e);
}

static struct err open_token(struct app *app)
{
    struct token *token = NULL;
    struct token_config config = {.driver = app->settings.token_driver,
                                  .reader = app->settings.token_reader};

    struct err e = token_open(&config, &token);
    if (failed(e))
        return e;
    struct token_desk_setup setup = {.token = token,
                                     .keys = app->keys,
                                     .trust = app->trust,
                                     .rules = &app->rules,
                                     .post = &app->post};
    e = token_desk_create(&setup, &app->token);
    if (failed(e))
        token_close(token);
    return e;
}

static struct err open_printer(struct app *app)
{
    struct printer *printer = NULL;
    struct printer_config config = {.driver = app->settings.printer_driver,
                                    .device = app->settings.printer_device,
                                    .width = (uint16_t)app->settings.printer_width};

    struct err e = printer_open(&config, &printer);
    if (failed(e))
        return e;
    e = printer_desk_create(printer, &app->post, &app->printer);
    if (failed(e))
        printer_close(printer);
    return e;
}

static struct err open_book(struct app *app)
{
    struct book_setup setup = {.kiosk = app->settings.kiosk_id,
                               .keys = &app->platform,
                               .trust = app->trust,
                               .post = &app->post};
    struct err e = device_open(&app->settings, &app->device);
    if (failed(e)) {
        complain("the device key ([kiosk] device_key in the configuration): out of service", e);
    } else {
        setup.guard = &app->device.guard;
    }
    path_in(setup.journal_path, &app->settings, "kiosk/journal.db");
    path_in(setup.inbox_path, &app->settings, "sync/inbox.db");
    path_in(setup.syncd_socket, &app->settings, "sync/syncd.sock");
    path_in(setup.reserve_path, &app->settings, "kiosk/reserve");
    setup.reserve_size = (uint64_t)app->settings.ledger_reserve_mb << 20;
    return book_create(&setup, &app->book);
}

static void print_receipt(void *context, uint32_t id, const struct visit *visit, int64_t wall_s)
{
    struct app *app = context;
    struct printer_page page = {0};

    struct err e = front_receipt(app->front, visit, &app->rules, wall_s, &page);
    if (!failed(e)) {
        printer_desk_print(app->printer, id, &page);
        return;
    }
    log_err("receipt", e);
    struct mail mail = {.kind = MAIL_EVENT,
                        .event = {.kind = EVENT_PRINTED, .id = id, .result = e.code}};
    post_send(&app->post, &mail);
}

static void forget(void *context)
{
    struct app *app = context;
    front_forget(app->front);
    explicit_bzero(app->described, sizeof(app->described));
    app->visit_ended = true;
}

static struct err open_runner(struct app *app)
{
    struct runner_setup setup = {.rules = &app->rules,
                                 .book = app->book,
                                 .token = app->token,
                                 .print = print_receipt,
                                 .forget = forget,
                                 .context = app};
    return runner_create(&setup, &app->runner);
}

/* A ledger's folder in which no socket can be made is a reason to be out of service, which wants a
 * screen that says so. Another certkiosk there is a reason to end. */
static struct err open_doorbell(struct app *app)
{
    char path[273];
    path_in(path, &app->settings, "kiosk/kiosk.sock");
    const struct doorbell_setup setup = {path, app->book, &app->post, &app->device};
    struct err e = doorbell_create(&setup, &app->doorbell);
    if (e.code != ERR_IO)
        return e;
    complain("the socket (folder kiosk/ below [ledger] dir): out of service", e);
    app->doorbell = NULL;
    return ERR_OK;
}

/* In this order; each may use what stands above it. */
static const struct {
    const char *what;
    struct err (*open)(struct app *);
} parts[] = {
    {"the token reader ([token] in the configuration; certkiosk-token stands beside certkiosk)",
     open_token},
    {"the printer ([printer] in the configuration)", open_printer},
    {"the ledger's thread", open_book},
    {"the flow", open_runner},
    {"the socket (folder kiosk/ below [ledger] dir)", open_doorbell}, /* may be missing */
};

static struct err open_platform(struct app *app, char *out_message)
{
    struct config_fault fault = {.path = app->settings.path, .section = "platform"};

    fault.why = trust_create(app->settings.platform_trust, &app->trust);
    if (failed(fault.why)) {
        fault.key = "trust";
        fault.value = app->settings.platform_trust;
        fault.allowed = "a PEM file with the roots and issuing CAs of tokens' certificates";
        return config_refuse(&fault, out_message);
    }
    fault.why = keyring_read(app->settings.platform_keys, &app->platform, out_message);
    fault.key = "keys";
    fault.value = app->settings.platform_keys;
    fault.allowed = KEYRING_ALLOWED;
    return fault.why.code == ERR_IO ? config_refuse(&fault, out_message) : fault.why;
}

/* What the configuration names. ERR_MALFORMED: it is the configuration that must be mended. */
static struct err open_files(struct app *app)
{
    char message[CONFIG_MESSAGE_MAX] = "";

    struct err e = rules_read(&app->settings, &app->rules, message);
    if (!failed(e))
        e = admin_keys_open(&app->settings, &app->keys, message);
    if (!failed(e))
        e = open_platform(app, message);
    if (!failed(e))
        e = front_open(&app->settings, &app->front, message);
    if (failed(e) && message[0] != '\0')
        (void)fprintf(stderr, "<3>%s\n", message);
    if (failed(e) && e.code != ERR_MALFORMED)
        log_err("start", e);
    return e;
}

static struct err open_all(struct app *app)
{
    struct err e = open_files(app);
    if (failed(e))
        return e;
    e = post_init(&app->post, front_wake, app->front);
    for (size_t i = 0; i < ARRAY_LEN(parts) && !failed(e); i++) {
        e = parts[i].open(app);
        if (failed(e))
            complain(parts[i].what, e);
    }
    return e;
}

static void close_all(struct app *app)
{
    doorbell_destroy(app->doorbell);
    token_desk_destroy(app->token);
    runner_destroy(app->runner); /* after the token's desk, which may have had its PIN */
    printer_desk_destroy(app->printer);
    book_destroy(app->book);
    device_close(&app->device);
    post_done(&app->post);
    front_close(app->front);
    trust_destroy(app->trust);
    admin_keys_destroy(app->keys);
}

/* Without its socket the kiosk hears nobody, until it is started again. */
static void judge_folder(const struct app *app, struct mail *mail)
{
    if (mail->kind != MAIL_LEDGER || app->doorbell != NULL)
        return;
    mail->hall.ledger_ok = false;
    mail->hall.ledger_fault = FACT_LEDGER_NO_FOLDER;
}

static bool take_mail(struct app *app)
{
    struct mail mail;

    while (post_take(&app->post, 0, &mail)) {
        if (mail.kind == MAIL_QUIT)
            return false;
        judge_folder(app, &mail);
        runner_mail(app->runner, &mail);
        explicit_bzero(&mail, sizeof(mail));
    }
    return true;
}

static struct err show(struct app *app)
{
    const struct flow *flow = runner_flow(app->runner);
    struct err e = front_show(app->front, flow, &app->rules);
    if (failed(e))
        return e;

    describe_status(flow, app->status, sizeof(app->status));
    if (app->settings.screen_describe)
        front_describe(app->front, flow, app->described, sizeof(app->described));
    if (app->doorbell != NULL)
        doorbell_tell(app->doorbell, app->status, app->described);
    return ERR_OK;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Until asked to end; true when it was asked. */
static bool loop(struct app *app)
{
    struct window_event event = {.kind = WINDOW_NOTHING};

    for (;;) {
        (void)sd_notify(0, "WATCHDOG=1"); /* nobody may listen */
        struct err e = show(app);
        if (failed(e)) {
            log_err("screen", e);
            return false;
        }
        const struct flow *flow = runner_flow(app->runner);
        uint64_t deadline = sooner(flow_next_tick_ms(flow), clock_boot_ms() + WATCHDOG_MS);
        front_wait(app->front, flow, deadline, &event);
        if (event.kind == WINDOW_CLOSED || !take_mail(app))
            return true;
        if (event.kind == WINDOW_TOUCHED)
            runner_touch(app->runner, event.action, event.value);
        explicit_bzero(&event, sizeof(event)); /* which may be a digit of the PIN */
        runner_tick(app->runner);
        if (app->visit_ended)
            wipe_stack();
        app->visit_ended = false;
    }
}

static int run(struct app *app)
{
    pthread_t signals;

    block_signals();
    struct err e = open_all(app);
    if (failed(e)) {
        close_all(app);
        return e.code == ERR_MALFORMED ? EXIT_USAGE : EXIT_FAILURE;
    }
    int rc = pthread_create(&signals, NULL, await_signal, app);
    if (rc != 0) {
        log_err("start", ERR(ERR_NO_ROOM, rc, "pthread_create"));
        close_all(app);
        return EXIT_FAILURE;
    }
    (void)sd_notify(0, "READY=1"); /* nobody may listen */
    bool asked = loop(app);
    (void)sd_notify(0, "STOPPING=1");
    (void)pthread_cancel(signals); /* it waits in sigwait, or has ended */
    (void)pthread_join(signals, NULL);
    close_all(app);
    return asked ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct app app;
    struct options options = {0};
    char message[CONFIG_MESSAGE_MAX] = "";

    if (!read_options(argc, argv, &options))
        return usage();
    struct err e = process_prepare();
    if (failed(e)) {
        complain("the process cannot be kept to itself", e);
        return EXIT_FAILURE;
    }
    e = settings_read(options.config, &app.settings, message);
    if (failed(e)) {
        (void)fprintf(stderr, "<3>%s\n", message);
        return EXIT_USAGE;
    }
    if (options.window)
        app.settings.screen_window = 1;
    if (options.create_ledger)
        return first_ledger_create(&app.settings) ? EXIT_SUCCESS : EXIT_FAILURE;
    return run(&app);
}
