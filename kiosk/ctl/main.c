/* certkioskctl: how this kiosk is, for staff at a terminal and for monitoring; tokens by hand. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/ask.h"
#include "kiosk/ctl/ledger_command.h"
#include "kiosk/ctl/print.h"
#include "kiosk/ctl/report.h"
#include "kiosk/ctl/token_command.h"

enum exit_status { EXIT_FINE = 0, EXIT_WRONG = 1, EXIT_USAGE = 2 };

struct options {
    const char *state_dir;
    bool json;
    bool help;
};

static const char usage[] =
    "usage: certkioskctl [--state DIR] status [--json]   how the kiosk is\n"
    "       certkioskctl [--state DIR] ledger ...        verify, show, export, back up; ledger "
    "--help\n"
    "       certkioskctl [--state DIR] screen            what it shows and what can be touched\n"
    "       certkioskctl token ...                       tokens by hand; token --help\n"
    "DIR is " LEDGER_STATE_DIR " unless stated. Exit status: 0 all is well, 1 something is wrong\n"
    "(each thing by a word), 2 wrong usage, or no such DIR.\n";

static int run_status(const struct options *options)
{
    static struct report report;
    struct report_problems problems;
    report_read(options->state_dir, &report);
    report_problems(&report, &problems);
    if (!options->json) {
        print_text(stdout, &report, &problems);
        return problems.count == 0 ? EXIT_FINE : EXIT_WRONG;
    }
    struct err e = print_json(stdout, &report, &problems);
    if (failed(e))
        (void)fprintf(stderr, "certkioskctl: %s at %s\n", err_name(e.code), e.site);
    return problems.count == 0 && !failed(e) ? EXIT_FINE : EXIT_WRONG;
}

/* For scripts; the kiosk answers only when its configuration says [screen] describe = yes. */
static int run_screen(const struct options *options)
{
    static char answer[ASK_ANSWER_MAX];
    char path[PATH_MAX];

    if (!text_print(path, sizeof(path), "%s/kiosk/kiosk.sock", options->state_dir))
        return EXIT_USAGE;
    struct err e = ask(path, "screen?", answer);
    if (failed(e)) {
        (void)fprintf(stderr, "certkioskctl: %s at %s\n", err_name(e.code), e.site);
        return EXIT_WRONG;
    }
    (void)fputs(answer, stdout);
    return EXIT_FINE;
}

static const struct {
    const char *word;
    int (*run)(const struct options *options);
} commands[] = {
    {"status", run_status},
    {"screen", run_screen},
};

/* getopt's own words say what is wrong. */
static bool read_options(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {
        {"state", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    *out = (struct options){.state_dir = LEDGER_STATE_DIR};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 's') {
            out->state_dir = optarg;
        } else if (option == 'j') {
            out->json = true;
        } else if (option == 'h') {
            out->help = true;
        } else {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options;
    struct stat facts;
    if (token_command_is(argc, argv))
        return token_command(argc, argv);
    if (ledger_command_is(argc, argv))
        return ledger_command(argc, argv);
    if (!read_options(argc, argv, &options)) {
        (void)fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.help) {
        (void)fputs(usage, stdout);
        return EXIT_FINE;
    }
    const char *word = optind < argc ? argv[optind] : NULL;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (argc - optind != 1 || !text_same(word, commands[i].word))
            continue;
        if (stat(options.state_dir, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
            (void)fprintf(stderr, "certkioskctl: %s is not a folder\n", options.state_dir);
            return EXIT_USAGE;
        }
        return commands[i].run(&options);
    }
    (void)fputs(usage, stderr);
    return EXIT_USAGE;
}
