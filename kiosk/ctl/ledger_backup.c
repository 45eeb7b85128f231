/* A copy of the journal for another disk. */
#include <inttypes.h>
#include <stdio.h>

#include "kiosk/base/hex.h"
#include "kiosk/ctl/ledger_command.h"
#include "kiosk/ledger/journal_backup.h"

/* A journal that is damaged and a place that is taken are not the same mistake. */
static enum ledger_exit say_failed(const char *out, struct err e)
{
    enum ledger_exit status = ledger_say_failed(out, e);
    bool of_journal = e.code == ERR_CONFLICT || e.code == ERR_MALFORMED;
    if (of_journal) {
        (void)fprintf(stderr,
                      "certkioskctl: the journal is damaged, and a damaged one is no backup;"
                      " see certkioskctl ledger verify\n");
    }
    return of_journal ? status : LEDGER_EXIT_OUTPUT;
}

enum ledger_exit ledger_backup(const struct ledger_options *options)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    struct journal_status status;
    char hash[HEX_SIZE(HASH_LEN)];
    if (options->out == NULL) {
        (void)fprintf(stderr, "certkioskctl: --out FILE is missing: where the backup is to be\n");
        return LEDGER_EXIT_USAGE;
    }
    struct err e = ledger_open(options, &journal);
    if (failed(e))
        return ledger_say_failed("the journal", e);
    e = journal_backup(journal, options->out, &status);
    if (failed(e))
        return say_failed(options->out, e);
    hex_print(hash, (struct bytes){status.head_hash.at, HASH_LEN});
    (void)printf("%s: epoch %s, %" PRIu64 " entries, whole; the last has hash %s\n", options->out,
                 status.epoch, status.head_seq, hash);
    return LEDGER_EXIT_WELL;
}
