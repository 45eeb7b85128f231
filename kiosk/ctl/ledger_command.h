/*
 * ledger_command.h - `certkioskctl ledger ...`: the ledger for staff, auditors and technicians.
 *
 * Each command is a function that gets the options, says what it found or did, and returns the exit
 * status; a table in ledger_command.c names them. All of them only read the ledger, beside living
 * programs or without them.
 */
#ifndef KIOSK_CTL_LEDGER_COMMAND_H
#define KIOSK_CTL_LEDGER_COMMAND_H

#include "kiosk/ctl/ledger_options.h"
#include "kiosk/ledger/journal.h"

enum ledger_exit {
    LEDGER_EXIT_WELL = 0,
    LEDGER_EXIT_DAMAGED = 1,
    LEDGER_EXIT_USAGE = 2,
    LEDGER_EXIT_UNREADABLE = 3, /* missing, not ours to read, or of a disk that fails */
    LEDGER_EXIT_OUTPUT = 4,     /* what was to be written was not, or something is in its place */
};

/* Whether the first word of the command line that is no option is "ledger". */
bool ledger_command_is(int argc, char **argv);

/* Run it; the exit status. */
int ledger_command(int argc, char **argv);

/* The journal that the options mean, for reading, whether or not it is in use. Errors as
 * journal_open_read(). */
MUST_CHECK struct err ledger_open(const struct ledger_options *options,
                                  struct journal **out_journal);

/* The exit status of what came of reading the ledger. */
enum ledger_exit ledger_exit_of(struct err e);

/* Say on stderr what failed; the exit status. */
enum ledger_exit ledger_say_failed(const char *what, struct err e);

/* ledger_verify.c, ledger_show.c, ledger_export.c, ledger_backup.c */
enum ledger_exit ledger_verify(const struct ledger_options *options);
enum ledger_exit ledger_show(const struct ledger_options *options);
enum ledger_exit ledger_export(const struct ledger_options *options);
enum ledger_exit ledger_backup(const struct ledger_options *options);

#endif
