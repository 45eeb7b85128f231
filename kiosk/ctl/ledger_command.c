#include "kiosk/ctl/ledger_command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/journal_backup.h"

static const char usage[] =
    "usage: certkioskctl [--state DIR] ledger COMMAND [FILE] [options]\n"
    "  verify [FILE]     pages, chain, orders, and whether it is what the platform acknowledged\n"
    "  show [FILE]       entries for people, the last 20 unless stated; no personal data\n"
    "    --last N        the last N of them (at most 1000)\n"
    "    --seq N         this one\n"
    "    --order ID      of this order\n"
    "    --kind KIND     of this kind\n"
    "  export [FILE]     all entries as JSON, one a line\n"
    "    --after SEQ     those after it\n"
    "    --out FILE      to a new file, mode 0600, instead of the standard output\n"
    "  backup --out FILE a copy of the journal, made while the kiosk works: verified, mode 0600\n"
    "DIR is " LEDGER_STATE_DIR " unless stated; FILE is a journal by itself, as a backup is.\n"
    "Nothing of the ledger is changed. No file is overwritten.\n"
    "\n"
    "Each line of an export has epoch, seq, txid, at_ms, visit, kind, body, prev and hash; prev "
    "is\n"
    "the hash of the entry before, 64 zeros with the first. With LF between the lines\n"
    "    hash = SHA-256 of:  certkiosk-journal-1, epoch, seq, txid, at_ms, visit, kind, prev, "
    "body\n"
    "numbers in decimal, hashes in hex, and body the text of that field in UTF-8; a body that is\n"
    "no UTF-8 is null, and in hex in body_hex.\n"
    "\n"
    "Exit status: 0 all is well, 1 damaged, or not what the platform has, 2 wrong usage, 3 cannot\n"
    "be read, 4 cannot be written.\n";

static const struct {
    const char *word;
    const char *takes; /* letters of options; --state and --help go with all */
    bool takes_file;
    enum ledger_exit (*run)(const struct ledger_options *options);
} commands[] = {
    {"verify", "", true, ledger_verify},
    {"show", "loqk", true, ledger_show},
    {"export", "aw", true, ledger_export},
    {"backup", "w", false, ledger_backup},
};

bool ledger_command_is(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-')
            return text_same(argv[i], "ledger");
        if (text_same(argv[i], "--state"))
            i++; /* its value */
    }
    return false;
}

/* Whether all that is on the command line belongs to the command. */
static bool fits(const struct ledger_options *options, const char *takes, bool takes_file)
{
    for (const char *given = options->given; *given != '\0'; given++) {
        if (*given != 's' && strchr(takes, *given) == NULL)
            return false;
    }
    return options->file == NULL || takes_file;
}

int ledger_command(int argc, char **argv)
{
    struct ledger_options options;
    bool help = false;
    if (!ledger_options_read(argc, argv, &options, &help)) {
        (void)fputs(usage, stderr);
        return LEDGER_EXIT_USAGE;
    }
    if (help) {
        (void)fputs(usage, stdout);
        return LEDGER_EXIT_WELL;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (text_same(options.command, commands[i].word) &&
            fits(&options, commands[i].takes, commands[i].takes_file)) {
            enum ledger_exit status = commands[i].run(&options);
            return (int)status;
        }
    }
    (void)fputs(usage, stderr);
    return LEDGER_EXIT_USAGE;
}

/* A journal in use has a WAL beside it; one that stands alone was never opened, or is a copy. */
struct err ledger_open(const struct ledger_options *options, struct journal **out_journal)
{
    char path[PATH_MAX];
    if (!ledger_options_journal(options, path))
        return ERR(ERR_IO, ENAMETOOLONG, "path");
    struct err e = journal_open_alone(path, out_journal);
    return e.code == ERR_CONFLICT ? journal_open_read(path, out_journal) : e;
}

enum ledger_exit ledger_exit_of(struct err e)
{
    if (!failed(e))
        return LEDGER_EXIT_WELL;
    return e.code == ERR_CONFLICT || e.code == ERR_MALFORMED ? LEDGER_EXIT_DAMAGED
                                                             : LEDGER_EXIT_UNREADABLE;
}

enum ledger_exit ledger_say_failed(const char *what, struct err e)
{
    (void)fprintf(stderr, "certkioskctl: %s: %s, %s\n", what, err_name(e.code), e.site);
    return ledger_exit_of(e);
}
