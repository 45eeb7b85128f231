/*
 * vprinter_main.c - certkiosk-vprinter DIR [--width DOTS] [--port TCP]: the virtual receipt
 * printer.
 *
 * Leaves in DIR: printer (a symbolic link to its pty), printer.port, printer.ctl, and
 * receipts/NNNN.png for each slip that was cut off. Says "ready" on stdout when it is.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hw/sim/control.h"
#include "hw/sim/vprinter.h"
#include "hw/sim/vprinter_link.h"
#include "hw/sim/vprinter_png.h"
#include "hw/sim/vprinter_words.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define WIDTH_DEFAULT 576
#define SLIP_NUMBER_MAX 9999
#define FOLDER_MODE 0755
#define POLL_STEP_MS 1000
#define EXIT_USAGE 2

enum {
    POLL_SIGNAL,
    POLL_CONTROL,
    POLL_LINKS,
    POLL_COUNT = POLL_LINKS + VPRINTER_LINK_POLLS_MAX,
};

struct program {
    struct vprinter printer;
    struct vprinter_links links;
    struct vprinter_words words;
    struct control_server control;
    int signals;
    char receipts[VPRINTER_LINK_PATH_MAX];
};

static void on_reply(void *context, size_t link, struct bytes bytes)
{
    const struct program *program = context;
    vprinter_links_send(&program->links, link, bytes);
}

static void on_slip(void *context, const struct vprinter_paper *paper)
{
    struct program *program = context;
    char path[VPRINTER_PNG_PATH_MAX];
    if (program->words.slips >= SLIP_NUMBER_MAX ||
        !text_print(path, sizeof(path), "%s/%04u.png", program->receipts,
                    (unsigned)program->words.slips + 1)) {
        log_event(LOG_LEVEL_ERROR, "slip", "lost=yes");
        return;
    }
    struct err e = vprinter_png_write(paper, path);
    if (failed(e)) {
        log_err("slip", e);
        return;
    }
    program->words.slips++;
    (void)text_copy(program->words.last, sizeof(program->words.last), path);
}

static void on_words(void *context, const struct control_request *request,
                     struct control_reply *reply)
{
    struct program *program = context;
    vprinter_words_answer(&program->words, request, reply);
    if (!program->printer.off && program->links.listener < 0) {
        struct err e = vprinter_links_open(&program->links);
        if (failed(e))
            log_err("links", e);
    }
}

/* Numbers go on where an earlier run of the printer ended. */
static struct err open_receipts(struct program *program, const char *dir)
{
    if (!text_print(program->receipts, sizeof(program->receipts), "%s/receipts", dir))
        return ERR(ERR_NO_ROOM, 0, "folder name");
    if (mkdir(program->receipts, FOLDER_MODE) != 0 && errno != EEXIST)
        return ERR(ERR_IO, errno, "mkdir receipts");

    DIR *folder = opendir(program->receipts);
    if (folder == NULL)
        return ERR(ERR_IO, errno, "opendir receipts");
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL) { // NOLINT(concurrency-mt-unsafe): one thread
        char *end = NULL;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (end != entry->d_name && text_same(end, ".png") && number <= SLIP_NUMBER_MAX &&
            number > program->words.slips)
            program->words.slips = (uint32_t)number;
    }
    (void)closedir(folder);
    if (program->words.slips > 0) {
        (void)text_print(program->words.last, sizeof(program->words.last), "%s/%04u.png",
                         program->receipts, (unsigned)program->words.slips);
    }
    return ERR_OK;
}

static struct err catch_signals(struct program *program)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGPIPE);
    int cause = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (cause != 0)
        return ERR(ERR_IO, cause, "pthread_sigmask");
    sigdelset(&set, SIGPIPE);
    program->signals = signalfd(-1, &set, SFD_CLOEXEC);
    return program->signals < 0 ? ERR(ERR_IO, errno, "signalfd") : ERR_OK;
}

static struct err start(struct program *program, const char *dir)
{
    char path[CONTROL_PATH_MAX];
    if (!text_print(path, sizeof(path), "%s/printer.ctl", dir))
        return ERR(ERR_NO_ROOM, 0, "folder name");

    struct err e = catch_signals(program);
    if (!failed(e))
        e = open_receipts(program, dir);
    if (!failed(e))
        e = control_serve_open(path, &program->control);
    if (!failed(e))
        e = vprinter_links_open(&program->links);
    return e;
}

static void stop(struct program *program)
{
    vprinter_links_close(&program->links);
    control_serve_close(&program->control);
    if (program->signals >= 0)
        (void)close(program->signals);
}

/* One turn; false when it is time to end. */
static bool turn(struct program *program)
{
    const struct control_handler handler = {program, on_words};
    struct pollfd polls[POLL_COUNT] = {
        [POLL_SIGNAL] = {.fd = program->signals, .events = POLLIN},
        [POLL_CONTROL] = {.fd = program->control.fd, .events = POLLIN},
    };
    vprinter_links_poll(&program->links, vprinter_room(&program->printer) > 0, &polls[POLL_LINKS]);
    if (poll(polls, POLL_COUNT, POLL_STEP_MS) < 0)
        return errno == EINTR;
    if (polls[POLL_SIGNAL].revents != 0)
        return false;
    vprinter_links_serve(&program->links, &polls[POLL_LINKS], &program->printer);
    if (polls[POLL_CONTROL].revents != 0)
        control_answer(&program->control, &handler);
    if (program->printer.off)
        vprinter_links_close(&program->links);
    return true;
}

struct options {
    const char *dir;
    uint32_t width;
    uint32_t port; /* 0: any free one */
};

static int run(struct program *program, const struct options *options)
{
    vprinter_init(&program->printer, (uint16_t)options->width,
                  &(struct vprinter_host){program, on_reply, on_slip});
    program->words.printer = &program->printer;
    program->control.fd = -1;
    program->signals = -1;
    struct err e = vprinter_links_init(&program->links, options->dir);
    program->links.port = (uint16_t)options->port;
    if (!failed(e))
        e = start(program, options->dir);
    if (failed(e)) {
        log_err("start", e);
    } else {
        (void)puts("ready");
        (void)fflush(stdout);
        while (turn(program)) {
        }
    }
    stop(program);
    return failed(e) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
    if (argc < 2 || argc % 2 != 0)
        return false;
    options->dir = argv[1];
    for (int i = 2; i < argc; i += 2) {
        struct err e = ERR(ERR_UNSUPPORTED, 0, "option");
        if (text_same(argv[i], "--width")) {
            e = control_number(argv[i + 1], VPRINTER_WIDTH_MAX, &options->width);
        } else if (text_same(argv[i], "--port")) {
            e = control_number(argv[i + 1], UINT16_MAX, &options->port);
        }
        if (failed(e))
            return false;
    }
    return options->width > 0 && options->width % 8 == 0;
}

int main(int argc, char **argv)
{
    struct options options = {.width = WIDTH_DEFAULT};
    if (!parse_options(argc, argv, &options)) {
        (void)fprintf(stderr,
                      "usage: certkiosk-vprinter DIR [--width DOTS] [--port TCP]\n"
                      "       DOTS from 8 to %d, by 8\n",
                      VPRINTER_WIDTH_MAX);
        return EXIT_USAGE;
    }

    struct program *program = calloc(1, sizeof(*program));
    if (program == NULL)
        return EXIT_FAILURE;
    int status = run(program, &options);
    free(program);
    return status;
}
