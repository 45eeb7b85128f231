/* ledger_options.h - what stands on the command line of `certkioskctl ledger`. */
#ifndef KIOSK_CTL_LEDGER_OPTIONS_H
#define KIOSK_CTL_LEDGER_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define LEDGER_STATE_DIR "/var/lib/certkiosk"
#define LEDGER_LAST_MAX 1000 /* of --last */

struct ledger_options {
    const char *command;            /* NULL: none */
    const char *state_dir;          /* of both databases */
    const char *file;               /* a journal by itself; NULL: that of state_dir */
    const char *order, *kind, *out; /* NULL: not stated */
    uint64_t seq, after, last;      /* 0: not stated */
    char given[16];                 /* a letter for each option that is: "sqaloekh" */
};

/* Read the command line, of which "ledger" is a word. False, with a line on stderr, when it is
 * wrong. `*out_help`: --help was asked for. */
bool ledger_options_read(int argc, char **argv, struct ledger_options *out_options, bool *out_help);

/* Where the options say that the databases are; false: a path too long. */
bool ledger_options_journal(const struct ledger_options *options, char out_path[PATH_MAX]);
bool ledger_options_inbox(const struct ledger_options *options, char out_path[PATH_MAX]);

#endif
