/*
 * journal_backup.h - copies of a journal that stand alone: made beside the living writer, and read.
 *
 *     journal_open_read --> journal_backup            a copy, verified before it has its name
 *     journal_open_alone --> as any reader --> journal_close
 *
 * A copy is put back by giving it the journal's name while certkiosk does not run, after *all*
 * files of the journal were moved away: an old WAL beside it would be taken for its own.
 */
#ifndef KIOSK_LEDGER_JOURNAL_BACKUP_H
#define KIOSK_LEDGER_JOURNAL_BACKUP_H

#include "kiosk/ledger/journal.h"

#define JOURNAL_BACKUP_SPARE UINT64_C(16777216) /* bytes that it leaves free on its disk */

/* Open to read a journal that nobody writes. ERR_CONFLICT: a WAL is beside it, as with one that is
 * in use. ERR_NOT_FOUND, ERR_MALFORMED, ERR_IO. */
MUST_CHECK struct err journal_open_alone(const char *path, struct journal **out_journal);

/* SQLite's own look at pages, indexes and what the tables require. ERR_MALFORMED: damaged. */
MUST_CHECK struct err journal_verify_pages(struct journal *journal);

/*
 * Copy the journal as it is at one moment to a new file of that name, mode 0600: flushed, and
 * pages, chain and projection verified, before it has its name. `*out_status` is the copy's.
 *
 * ERR_CONFLICT, ERR_MALFORMED: the journal is damaged. ERR_DENIED: something has that name, and
 * stays. ERR_NO_ROOM: the disk has no room for the copy and JOURNAL_BACKUP_SPARE. ERR_IO. There is
 * no copy then.
 */
MUST_CHECK struct err journal_backup(struct journal *journal, const char *path,
                                     struct journal_status *out_status);

#endif
