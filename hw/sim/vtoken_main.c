/* vtoken_main.c - certkiosk-vtoken: a PIV token as a process of its own. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "hw/sim/vtoken_device.h"
#include "hw/sim/vtoken_quirks.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define EXIT_USAGE 2
#define TRIES_MAX 15
#define PORT_MAX 65535

static const char usage[] =
    "certkiosk-vtoken DIR --port N\n"
    "                 [--model yubikey|yubikey57|canokey|pivapplet|openfips201]\n"
    "                 [--key p256|p384|rsa2048|rsa3072] [--admin 3des|aes128|aes192|aes256]\n"
    "                 [--pin-tries N] [--blank] [--latency MS] [--quirks NAME=VALUE,...]\n"
    "A virtual PIV token. Its memory is DIR/token.state, made at the first start; it is told what\n"
    "to do at DIR/token.ctl; it speaks to vpcd, the virtual reader, on port N of 127.0.0.1.\n"
    "--key, --admin, --pin-tries and --blank (no key, CHUID and CCC) are for a new memory; the\n"
    "others, and the quirks, which change single traits of the model, are for this start.\n";

/* What was asked for beside the model; applied to it in whatever order it was said. */
struct wishes {
    const char *quirks;
    bool admin;
};

static bool algorithm_parse(const char *name, bool pair, enum vtoken_algorithm *out_algorithm)
{
    enum vtoken_algorithm algorithm = VTOKEN_P256;
    if (!vtoken_algorithm_find(name, &algorithm) || vtoken_algorithm_is_pair(algorithm) != pair)
        return false;
    *out_algorithm = algorithm;
    return true;
}

static bool model_parse(const char *name, struct vtoken_model *out_model)
{
    const struct vtoken_model *model = vtoken_model_find(name);
    if (model != NULL)
        *out_model = *model;
    return model != NULL;
}

static bool option_take(int option, struct vtoken_device *device, struct wishes *wishes)
{
    uint32_t number = 0;
    switch (option) {
    case 'q':
        wishes->quirks = optarg;
        return true;
    case 'b':
        device->blank.bare = true;
        return true;
    case 'a':
        wishes->admin = true;
        return algorithm_parse(optarg, false, &device->blank.admin);
    case 'l':
        return !failed(control_number(optarg, VTOKEN_LATENCY_MAX_MS, &device->latency_ms));
    case 'p':
        if (failed(control_number(optarg, PORT_MAX, &number)))
            return false;
        device->port = (uint16_t)number;
        return true;
    case 'm':
        return model_parse(optarg, &device->model);
    case 'k':
        return algorithm_parse(optarg, true, &device->blank.key);
    case 't':
        if (failed(control_number(optarg, TRIES_MAX, &number)) || number == 0)
            return false;
        device->blank.pin_tries = (uint8_t)number;
        return true;
    default:
        return false;
    }
}

static bool quirks_take(const char *quirks, struct vtoken_model *model)
{
    char bad[VTOKEN_QUIRK_NAME_MAX];
    if (quirks == NULL || !failed(vtoken_quirks_apply(quirks, model, bad)))
        return true;
    (void)fprintf(stderr, "no such quirk: %s; there are:", bad);
    for (size_t i = 0; vtoken_quirk_name(i) != NULL; i++)
        (void)fprintf(stderr, " %s", vtoken_quirk_name(i));
    (void)fputs("\n", stderr);
    return false;
}

static bool arguments_take(int argc, char **argv, struct vtoken_device *device)
{
    static const struct option options[] = {{"port", required_argument, NULL, 'p'},
                                            {"model", required_argument, NULL, 'm'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"pin-tries", required_argument, NULL, 't'},
                                            {"quirks", required_argument, NULL, 'q'},
                                            {"admin", required_argument, NULL, 'a'},
                                            {"latency", required_argument, NULL, 'l'},
                                            {"blank", no_argument, NULL, 'b'},
                                            {NULL, 0, NULL, 0}};
    struct wishes wishes = {.quirks = NULL};
    device->model = *vtoken_model_default();
    device->blank = (struct vtoken_blank){.key = VTOKEN_P256};
    /* One thread, before anything else: getopt's globals are safe here. */
    for (int option = getopt_long(argc, argv, "", options, NULL); option != -1; // NOLINT
         option = getopt_long(argc, argv, "", options, NULL)) {                 // NOLINT
        if (!option_take(option, device, &wishes))
            return false;
    }
    if (!quirks_take(wishes.quirks, &device->model))
        return false;
    if (device->blank.pin_tries == 0)
        device->blank.pin_tries = device->model.pin_tries;
    if (!wishes.admin)
        device->blank.admin = device->model.admin;
    return optind == argc - 1 && device->port != 0 &&
           text_print(device->path, sizeof device->path, "%s/token.state", argv[optind]);
}

static int signals_open(void)
{
    sigset_t ends;
    (void)sigemptyset(&ends); /* fails for bad pointers only */
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &ends, NULL) != 0)
        return -1;
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

/* Until a signal says that it is enough. */
static void serve(struct vtoken_device *device, struct control_server *server, int signals)
{
    const struct control_handler handler = {.context = device, .answer = vtoken_device_request};
    for (;;) {
        struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                               {.fd = server->fd, .events = POLLIN},
                               {.fd = device->link.fd, .events = device->hangs ? 0 : POLLIN}};
        bool lost = device->in && device->link.fd < 0;
        int ready = poll(fds, ARRAY_LEN(fds), lost ? VTOKEN_RECONNECT_MS : -1);
        if (fds[0].revents != 0)
            return;
        /* Before a request, so that it is answered from what is; after it, for what it changed. */
        if (ready >= 0)
            vtoken_device_work(device);
        if (fds[1].revents != 0) {
            control_answer(server, &handler);
            vtoken_device_work(device);
        }
    }
}

int main(int argc, char **argv)
{
    static struct vtoken_device device;
    struct control_server server = {.fd = -1};
    if (!arguments_take(argc, argv, &device)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    char control_path[PATH_MAX];
    int signals = signals_open();
    if (signals < 0 || !text_print(control_path, sizeof control_path, "%s/token.ctl", argv[optind]))
        return EXIT_FAILURE;
    struct err e = vtoken_device_open(&device);
    if (!failed(e))
        e = control_serve_open(control_path, &server);
    if (failed(e)) {
        log_err("vtoken", e);
        vtoken_device_close(&device);
        return EXIT_FAILURE;
    }
    (void)puts("ready"); /* for the supervisor, which notices when it is missing */
    (void)fflush(stdout);
    serve(&device, &server, signals);
    control_serve_close(&server);
    vtoken_device_close(&device);
    return EXIT_SUCCESS;
}
