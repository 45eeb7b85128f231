/* kiosk_ledger.h - the ledger of a kiosk on the disk of disk.h, for the tests of this folder. */
#ifndef TESTS_POWER_KIOSK_LEDGER_H
#define TESTS_POWER_KIOSK_LEDGER_H

#include "tests/unit/unit.h"

#include "kiosk/ledger/inbox.h"
#include "kiosk/ledger/journal_rows.h"
#include "tests/power/sweep.h"
#include "tests/unit/ledger.h"

#define FIRST_TXID 100 /* of the entries that a scenario appends */

static struct folder folder; /* its path is the journal's */
static struct journal *journal;

static inline void must(struct err e)
{
    if (failed(e))
        fail_msg("%s %d at %s", err_name(e.code), (int)e.native, e.site);
}

static inline void close_journal(void)
{
    journal_close(journal);
    journal = NULL;
}

struct search {
    const char *txid;
    unsigned count;
};

static inline bool is_it(void *context, const struct journal_row *row)
{
    struct search *search = context;
    search->count += text_same(row->txid, search->txid) ? 1 : 0;
    return true;
}

/* How many entries have this txid. */
static inline unsigned count_txid(unsigned number)
{
    char txid[CHAIN_UUID_LEN + 1];
    struct search search = {txid, 0};
    uuid_of(txid, number);
    return failed(journal_read(journal, 0, JOURNAL_BATCH_MAX, is_it, &search)) ? 0 : search.count;
}

static inline bool is_whole(void)
{
    uint64_t bad = 0;
    return !failed(journal_verify(journal, &bad)) && !failed(journal_verify_orders(journal));
}

static inline bool head_is(uint64_t seq)
{
    struct journal_status status;
    return !failed(journal_get_status(journal, &status)) && status.head_seq == seq;
}

/* Run the tests with the disk in memory, and report of `database`. */
static inline int run_on_disk(const char *database, const struct CMUnitTest *tests, size_t count)
{
    char what[96];
    folder_make(&folder, "journal.db");
    disk_install(folder.at);
    int status = _cmocka_run_group_tests("power", tests, count, NULL, NULL);
    disk_clear();
    folder_remove(&folder); /* the locks */
    (void)text_print(what, sizeof(what), "kill, power cuts and disk troubles of %s", database);
    sweep_report(what);
    return status;
}

#endif
