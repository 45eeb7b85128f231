/* Copying a journal, and trusting the copy only when it was read back. */
#include "kiosk/ledger/journal_backup.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "kiosk/base/file_fresh.h"
#include "kiosk/ledger/journal_rows.h"

struct err journal_open_alone(const char *path, struct journal **out_journal)
{
    CLEANUP(journal_done) struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL)
        return ERR(ERR_IO, SQLITE_NOMEM, "calloc");
    struct err e = database_open_alone(path, &journal_schema, &journal->database);
    if (!failed(e))
        e = journal_read_epoch(journal);
    if (failed(e))
        return e;
    *out_journal = journal;
    journal = NULL;
    return ERR_OK;
}

struct err journal_verify_pages(struct journal *journal)
{
    return database_check_pages(&journal->database, true);
}

/* The disk may be the ledger's own, whose last room is the kiosk's. */
static struct err check_room(const struct journal *journal, int fd)
{
    struct statvfs disk;
    int64_t pages = 0;
    int64_t page_size = 0;
    struct err e = database_number(&journal->database, "PRAGMA page_count", &pages);
    if (!failed(e))
        e = database_number(&journal->database, "PRAGMA page_size", &page_size);
    if (failed(e))
        return e;
    if (fstatvfs(fd, &disk) != 0)
        return ERR(ERR_IO, errno, "fstatvfs");
    uint64_t needed = (uint64_t)pages * (uint64_t)page_size + JOURNAL_BACKUP_SPARE;
    return (uint64_t)disk.f_bavail * disk.f_frsize < needed
               ? ERR(ERR_NO_ROOM, ENOSPC, "room for a backup")
               : ERR_OK;
}

static struct err check_copy(const char *path, struct journal_status *out_status)
{
    CLEANUP(journal_done) struct journal *copy = NULL;
    uint64_t bad_seq = 0;
    struct err e = journal_open_alone(path, &copy);
    if (!failed(e))
        e = journal_verify_pages(copy);
    if (!failed(e))
        e = journal_verify(copy, &bad_seq);
    if (!failed(e))
        e = journal_verify_orders(copy);
    return failed(e) ? e : journal_get_status(copy, out_status);
}

/* That the name is taken says nothing of the journal. */
static struct err of_name(struct err e)
{
    if (e.code == ERR_CONFLICT)
        e.code = ERR_DENIED;
    return e;
}

struct err journal_backup(struct journal *journal, const char *path,
                          struct journal_status *out_status)
{
    CLEANUP(file_fresh_done) struct file_fresh fresh = {.fd = -1};
    struct journal_status status = {.head_seq = 0};
    struct err e = of_name(file_fresh_open(path, &fresh));
    if (!failed(e))
        e = check_room(journal, fresh.fd);
    if (!failed(e))
        e = database_copy(&journal->database, fresh.path);
    if (!failed(e))
        e = check_copy(fresh.path, &status);
    if (!failed(e))
        e = of_name(file_fresh_publish(&fresh));
    if (!failed(e))
        *out_status = status;
    return e;
}
