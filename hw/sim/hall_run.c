/* hall_run.c - certkiosk-hall run: starts the devices in order, and ends them together. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hw/sim/hall.h"
#include "hw/sim/hall_child.h"
#include "hw/sim/hall_pcscd.h"
#include "hw/sim/hall_reader.h"
#include "hw/sim/hall_room.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define ARGUMENTS_MAX 32
#define NUMBER_TEXT_MAX 16

enum device { DEVICE_PRINTER, DEVICE_READER, DEVICE_TOKEN, DEVICE_COUNT };

struct hall {
    char dir[PATH_MAX];
    char bin[PATH_MAX]; /* where our own programs lie */
    char width[NUMBER_TEXT_MAX];
    bool verbose;
    bool room_wanted;
    bool own_room;
    char **token_options;
    int token_options_count;
    uint16_t port; /* the reader's, for cards */
    int lock_fd;
    int signals_fd;
    struct hall_child child[DEVICE_COUNT];
    struct hall_pcscd pcscd;
    char pcscd_log[PATH_MAX];
};

static bool options_take(struct hall *hall, int argc, char **argv)
{
    hall->room_wanted = true;
    (void)text_copy(hall->width, sizeof hall->width, "576");
    for (int i = 1; i < argc; i++) {
        if (text_same(argv[i], "--verbose")) {
            hall->verbose = true;
        } else if (text_same(argv[i], "--no-namespace")) {
            hall->room_wanted = false;
        } else if (text_same(argv[i], "--printer-width") && i + 1 < argc) {
            if (!text_copy(hall->width, sizeof hall->width, argv[++i]))
                return false;
        } else if (text_same(argv[i], "--token-options")) {
            hall->token_options = argv + i + 1;
            hall->token_options_count = argc - i - 1;
            return true;
        } else {
            return false;
        }
    }
    return true;
}

/* One hall a folder: the lock goes with the process, however it ends. */
static struct err dir_take(struct hall *hall, const char *dir)
{
    if (realpath(dir, hall->dir) == NULL)
        return ERR(ERR_NOT_FOUND, errno, "folder");
    hall->lock_fd = open(hall->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (hall->lock_fd < 0)
        return ERR(ERR_IO, errno, "open folder");
    if (flock(hall->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return ERR(ERR_CONFLICT, errno, "another hall runs in this folder");
    ssize_t len = readlink("/proc/self/exe", hall->bin, sizeof hall->bin - 1);
    if (len <= 0)
        return ERR(ERR_IO, errno, "readlink");
    hall->bin[len] = '\0';
    char *slash = strrchr(hall->bin, '/');
    if (slash != NULL)
        *slash = '\0';
    return ERR_OK;
}

static struct err signals_take(struct hall *hall)
{
    sigset_t set;
    (void)sigemptyset(&set); /* fails for bad pointers only */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGCHLD);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return ERR(ERR_IO, errno, "sigprocmask");
    hall->signals_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return hall->signals_fd >= 0 ? ERR_OK : ERR(ERR_IO, errno, "signalfd");
}

static const char *log_path(const struct hall *hall, const char *name, char out[PATH_MAX])
{
    return hall->verbose && text_print(out, PATH_MAX, "%s/%s.log", hall->dir, name) ? out : NULL;
}

/* One of our programs, with DIR as its first argument, until it says that it is ready. */
static struct err own_start(struct hall *hall, enum device device, const char *name,
                            char *const *arguments)
{
    char path[PATH_MAX];
    char log[PATH_MAX];
    char *argv[ARGUMENTS_MAX] = {path, hall->dir};
    size_t count = 2;
    if (!text_print(path, sizeof path, "%s/certkiosk-%s", hall->bin, name))
        return ERR(ERR_NO_ROOM, 0, "path");
    for (; *arguments != NULL; arguments++) {
        if (count == ARGUMENTS_MAX - 1)
            return ERR(ERR_NO_ROOM, ARGUMENTS_MAX, "arguments");
        argv[count++] = *arguments;
    }
    const struct hall_program program = {.name = name,
                                         .argv = argv,
                                         .log = log_path(hall, name, log),
                                         .says_ready = true,
                                         .listen_fd = -1};
    struct err e = hall_child_start(&program, &hall->child[device]);
    return failed(e) ? e : hall_child_wait_ready(&hall->child[device]);
}

static struct err printer_start(struct hall *hall)
{
    char path[PATH_MAX];
    char width[] = "--width";
    char *const arguments[] = {width, hall->width, NULL};
    if (!text_print(path, sizeof path, "%s/certkiosk-vprinter", hall->bin))
        return ERR(ERR_NO_ROOM, 0, "path");
    if (access(path, X_OK) != 0) {
        log_event(LOG_LEVEL_NOTICE, "hall", "printer=none program=%s", path);
        return ERR_OK;
    }
    return own_start(hall, DEVICE_PRINTER, "vprinter", arguments);
}

static struct err room_take(struct hall *hall)
{
    struct err e = hall->room_wanted ? hall_room_enter() : ERR(ERR_DENIED, 0, "not wanted");
    hall->own_room = !failed(e);
    if (e.code != ERR_DENIED)
        return e;
    log_event(LOG_LEVEL_WARNING, "hall", "namespace=none errno=%d reader=every_address",
              (int)e.native);
    return hall_room_stay();
}

static struct err reader_start(struct hall *hall)
{
    const char *log = log_path(hall, "pcscd", hall->pcscd_log);
    struct hall_child *child = &hall->child[DEVICE_READER];
    struct err e = hall_reader_start(hall->dir, hall->own_room, log, child, &hall->port);
    if (failed(e))
        return e;
    hall->pcscd = (struct hall_pcscd){
        .dir = hall->dir, .log = log, .port = hall->port, .child = child, .server = {.fd = -1}};
    return hall_pcscd_open(&hall->pcscd);
}

static struct err token_start(struct hall *hall)
{
    char name[] = "--port";
    char port[NUMBER_TEXT_MAX];
    char *arguments[ARGUMENTS_MAX] = {name, port};
    int count = 2;
    if (hall->token_options_count > ARGUMENTS_MAX - count - 1 ||
        !text_print(port, sizeof port, "%u", (unsigned)hall->port))
        return ERR(ERR_NO_ROOM, ARGUMENTS_MAX, "token options");
    for (int i = 0; i < hall->token_options_count; i++)
        arguments[count++] = hall->token_options[i];
    return own_start(hall, DEVICE_TOKEN, "vtoken", arguments);
}

static void printer_port_copy(const struct hall *hall, FILE *to)
{
    char path[PATH_MAX];
    char port[NUMBER_TEXT_MAX] = "";
    if (hall->child[DEVICE_PRINTER].pid == 0 ||
        !text_print(path, sizeof path, "%s/printer.port", hall->dir))
        return;
    FILE *from = fopen(path, "re");
    if (from == NULL)
        return;
    if (fgets(port, sizeof port, from) != NULL) {
        port[strcspn(port, "\n")] = '\0';
        (void)fprintf(to, "printer=%s/printer\nprinter_port=%s\n", hall->dir, port);
    }
    (void)fclose(from); /* only read */
}

static struct err ready_write(struct hall *hall)
{
    char fresh[PATH_MAX];
    char path[PATH_MAX];
    if (!text_print(fresh, sizeof fresh, "%s/ready.new", hall->dir) ||
        !text_print(path, sizeof path, "%s/ready", hall->dir))
        return ERR(ERR_NO_ROOM, 0, "path");
    FILE *file = fopen(fresh, "we");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen");
    (void)fprintf(file, "pcscd=%s/pcscd.comm\n", hall->dir);
    printer_port_copy(hall, file);
    bool written = ferror(file) == 0;
    written = fclose(file) == 0 && written;
    return written && rename(fresh, path) == 0 ? ERR_OK : ERR(ERR_IO, errno, "ready");
}

/* What shows to others that a hall is there; a device that is killed leaves its own behind. */
static void traces_clear(const struct hall *hall)
{
    static const char *const left[] = {"ready",        "ready.new", "token.ctl", "printer.ctl",
                                       "printer.port", "printer",   HALL_CONTROL};
    char path[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(left); i++) {
        if (text_print(path, sizeof path, "%s/%s", hall->dir, left[i]))
            (void)unlink(path); /* most often there is none */
    }
}

static struct err devices_start(struct hall *hall)
{
    traces_clear(hall); /* of a hall that was killed */
    /* The printer first: its port is for everybody, the reader's is for the room only. */
    struct err (*const steps[])(struct hall *) = {printer_start, room_take, reader_start,
                                                  token_start, ready_write};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct err e = steps[i](hall);
        if (failed(e))
            return e;
    }
    (void)puts("ready");
    (void)fflush(stdout);
    return ERR_OK;
}

static void devices_end(struct hall *hall)
{
    traces_clear(hall); /* at once, so that nobody comes any more */
    hall_pcscd_close(&hall->pcscd);
    for (size_t i = DEVICE_COUNT; i > 0; i--)
        hall_child_end(&hall->child[i - 1]);
    hall_reader_clear(hall->dir);
    traces_clear(hall);
}

/* The child that has ended, reaped; NULL when all run. */
static const char *child_dead(struct hall *hall, int *out_status)
{
    for (size_t i = 0; i < DEVICE_COUNT; i++) {
        struct hall_child *child = &hall->child[i];
        if (child->pid > 0 && waitpid(child->pid, out_status, WNOHANG) == child->pid) {
            child->pid = 0;
            return child->name;
        }
    }
    return NULL;
}

/* Until a signal (done) or the death of a device (failed). */
static int devices_watch(struct hall *hall)
{
    const struct control_handler handler = {.context = &hall->pcscd, .answer = hall_pcscd_request};
    for (;;) {
        struct pollfd waits[] = {{.fd = hall->signals_fd, .events = POLLIN},
                                 {.fd = hall->pcscd.server.fd, .events = POLLIN}};
        struct signalfd_siginfo signal;
        /* Without limit: there is nothing to do until one comes. */
        if (poll(waits, ARRAY_LEN(waits), -1) < 0 && errno != EINTR)
            return HALL_EXIT_FAILED;
        if (waits[1].revents != 0)
            control_answer(&hall->pcscd.server, &handler);
        if (waits[0].revents == 0 ||
            read(hall->signals_fd, &signal, sizeof signal) != (ssize_t)sizeof signal)
            continue;
        if (signal.ssi_signo != (unsigned)SIGCHLD)
            return HALL_EXIT_DONE;
        int status = 0;
        const char *name = child_dead(hall, &status);
        if (name != NULL) {
            log_event(LOG_LEVEL_ERROR, "hall", "died=%s status=%d", name, status);
            return HALL_EXIT_FAILED;
        }
    }
}

int hall_run(int argc, char **argv)
{
    static struct hall hall = {.lock_fd = -1, .signals_fd = -1, .pcscd = {.server = {.fd = -1}}};
    for (size_t i = 0; i < DEVICE_COUNT; i++)
        hall.child[i] = (struct hall_child){.pid = 0, .out_fd = -1};
    if (!options_take(&hall, argc, argv))
        return HALL_EXIT_USAGE;
    struct err e = dir_take(&hall, argv[0]);
    if (!failed(e))
        e = signals_take(&hall);
    if (failed(e)) {
        log_err("hall", e);
        return HALL_EXIT_FAILED;
    }
    e = devices_start(&hall);
    if (failed(e))
        log_err("hall", e);
    int status = failed(e) ? HALL_EXIT_FAILED : devices_watch(&hall);
    devices_end(&hall);
    return status;
}
