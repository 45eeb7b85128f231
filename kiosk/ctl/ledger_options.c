#include "kiosk/ctl/ledger_options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"

#define WORDS_MAX 3 /* ledger, command, file */

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_HELP };

static const struct row {
    const char *name;
    char letter;
    enum option_kind kind;
    size_t at; /* of a text or a number in the options */
    uint64_t min, max;
} rows[] = {
    {"state", 's', OPTION_TEXT, offsetof(struct ledger_options, state_dir), 0, 0},
    {"order", 'o', OPTION_TEXT, offsetof(struct ledger_options, order), 0, 0},
    {"kind", 'k', OPTION_TEXT, offsetof(struct ledger_options, kind), 0, 0},
    {"out", 'w', OPTION_TEXT, offsetof(struct ledger_options, out), 0, 0},
    {"seq", 'q', OPTION_NUMBER, offsetof(struct ledger_options, seq), 1, INT64_MAX},
    {"after", 'a', OPTION_NUMBER, offsetof(struct ledger_options, after), 0, INT64_MAX},
    {"last", 'l', OPTION_NUMBER, offsetof(struct ledger_options, last), 1, LEDGER_LAST_MAX},
    {"help", 'h', OPTION_HELP, 0, 0, 0},
};

static bool take_number(const struct row *row, struct ledger_options *options)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(optarg, &end, 10);
    bool digits = optarg[0] >= '0' && optarg[0] <= '9' && *end == '\0' && errno == 0;
    if (!digits || number < row->min || number > row->max) {
        (void)fprintf(stderr,
                      "certkioskctl: --%s %s: a whole number from %" PRIu64 " to %" PRIu64 "\n",
                      row->name, optarg, row->min, row->max);
        return false;
    }
    *(uint64_t *)(void *)((char *)options + row->at) = number;
    return true;
}

static bool take(const struct row *row, struct ledger_options *options)
{
    size_t count = strlen(options->given);
    if (strchr(options->given, row->letter) == NULL && count + 1 < sizeof(options->given))
        options->given[count] = row->letter;
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)(void *)((char *)options + row->at) = optarg;
        return true;
    case OPTION_NUMBER:
        return take_number(row, options);
    case OPTION_HELP:
        return true;
    }
    return false;
}

static bool take_words(int argc, char **argv, struct ledger_options *options)
{
    if (argc - optind > WORDS_MAX) {
        (void)fprintf(stderr, "certkioskctl: %s is too much\n", argv[optind + WORDS_MAX]);
        return false;
    }
    options->command = argc - optind > 1 ? argv[optind + 1] : NULL;
    options->file = argc - optind > 2 ? argv[optind + 2] : NULL;
    return true;
}

bool ledger_options_read(int argc, char **argv, struct ledger_options *out_options, bool *out_help)
{
    struct option known[ARRAY_LEN(rows) + 1] = {{NULL, 0, NULL, 0}};
    struct ledger_options options = {.state_dir = LEDGER_STATE_DIR};
    int row = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        known[i] = (struct option){rows[i].name,
                                   rows[i].kind == OPTION_HELP ? no_argument : required_argument,
                                   NULL, rows[i].letter};
    }
    optind = 1;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    for (int option; (option = getopt_long(argc, argv, "", known, &row)) != -1;) {
        if (option == '?' || !take(&rows[row], &options))
            return false;
    }
    if (!take_words(argc, argv, &options))
        return false;
    *out_help = strchr(options.given, 'h') != NULL;
    *out_options = options;
    return true;
}

bool ledger_options_journal(const struct ledger_options *options, char out_path[PATH_MAX])
{
    if (options->file != NULL)
        return text_copy(out_path, PATH_MAX, options->file);
    return text_print(out_path, PATH_MAX, "%s/kiosk/journal.db", options->state_dir);
}

bool ledger_options_inbox(const struct ledger_options *options, char out_path[PATH_MAX])
{
    return text_print(out_path, PATH_MAX, "%s/sync/inbox.db", options->state_dir);
}
