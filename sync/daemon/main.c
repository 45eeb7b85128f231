/* certkiosk-syncd [--enrol] --config syncd.conf: the line between this kiosk and the platform. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/daemon/daemon.h"
#include "sync/daemon/enrol_command.h"
#include "sync/daemon/identity.h"

#define EXIT_USAGE 2
#define FILES_UMASK 0007 /* the inbox names people: it is for our group, which certkiosk is in */

struct options {
    const char *config;
    bool enrol;
};

static bool read_options(int argc, char **argv, struct options *out)
{
    *out = (struct options){.config = NULL};
    for (int i = 1; i < argc; i++) {
        if (text_same(argv[i], "--enrol")) {
            out->enrol = true;
        } else if (text_same(argv[i], "--config") && i + 1 < argc) {
            out->config = argv[++i];
        } else {
            return false;
        }
    }
    return out->config != NULL;
}

static int watch_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these cannot fail with these arguments */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static struct err serve(const struct settings *settings, int signal_fd)
{
    struct daemon *daemon = NULL;
    struct err e = daemon_open(settings, &daemon);
    if (failed(e))
        return e;
    log_event(LOG_LEVEL_INFO, "syncd", "state=started kiosk=%s", settings->kiosk);
    (void)sd_notify(0, "READY=1"); /* without systemd nobody listens */
    e = daemon_run(daemon, signal_fd);
    (void)sd_notify(0, "STOPPING=1");
    daemon_close(daemon);
    return e;
}

int main(int argc, char **argv)
{
    struct settings settings;
    char message[CONFIG_MESSAGE_MAX] = "";
    struct options options;
    if (!read_options(argc, argv, &options)) {
        (void)fprintf(stderr, "usage: certkiosk-syncd [--enrol] --config FILE\n");
        return EXIT_USAGE;
    }
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet */
    const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
    struct err e = settings_read(options.config, credentials, message, &settings);
    if (!failed(e)) {
        e = options.enrol ? identity_check_platform(&settings, message)
                          : identity_check(&settings, message);
    }
    if (failed(e)) {
        log_event(LOG_LEVEL_ERROR, "config", "%s", message);
        return EXIT_USAGE;
    }
    if (options.enrol)
        return enrol_command(&settings);
    (void)umask(FILES_UMASK); /* cannot fail */
    int signal_fd = watch_signals();
    if (signal_fd < 0)
        return EXIT_FAILURE;
    e = serve(&settings, signal_fd);
    if (failed(e)) {
        log_err("syncd", e);
    } else {
        log_event(LOG_LEVEL_INFO, "syncd", "state=stopped");
    }
    return failed(e) ? EXIT_FAILURE : EXIT_SUCCESS;
}
