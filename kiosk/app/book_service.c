/* Whether the journal serves, and what is told of one that does not. */
#include "kiosk/app/book_inner.h"

#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"

#define REOPEN_MS 5000
#define REOPEN_CHANGED_MS 600000 /* each try with one of an earlier release copies all of it */

void book_tell_hall(struct book *book)
{
    struct mail mail = {.kind = MAIL_LEDGER, .hall = book->hall};
    post_send(book->setup.post, &mail);
}

/* Until it is opened again. */
static void close_journal(struct book *book, enum fact_ledger_fault fault)
{
    uint64_t pause_ms = fault == FACT_LEDGER_CHANGED ? REOPEN_CHANGED_MS : REOPEN_MS;
    journal_close(book->journal);
    book->journal = NULL;
    book->next_open_ms = clock_boot_ms() + pause_ms;
    book->hall.ledger_ok = false;
    if (!book->condemned)
        book->hall.ledger_fault = fault;
    book_tell_hall(book);
}

void book_out_of_service(struct book *book, const char *event, struct err e)
{
    log_err(event, e);
    close_journal(book, e.code == ERR_NO_ROOM ? FACT_LEDGER_NO_ROOM : FACT_LEDGER_UNUSABLE);
}

void book_cannot_open(struct book *book, struct err e)
{
    enum fact_ledger_fault fault = FACT_LEDGER_UNUSABLE;
    if (e.code == ERR_NO_ROOM)
        fault = FACT_LEDGER_NO_ROOM;
    if (e.code == ERR_DENIED)
        fault = FACT_LEDGER_NO_KEY;
    if (e.code == ERR_CONFLICT)
        fault = FACT_LEDGER_CHANGED;
    log_err("journal_open", e);
    close_journal(book, fault);
}

static void log_fault(enum fact_ledger_fault fault)
{
    static const char *const words[FACT_LEDGER_FAULT_COUNT] = {[FACT_LEDGER_ROLLED_BACK] =
                                                                   "rolled_back",
                                                               [FACT_LEDGER_FORKED] = "forked",
                                                               [FACT_LEDGER_NO_KEY] = "no_key",
                                                               [FACT_LEDGER_CHANGED] = "changed"};

    log_event(LOG_LEVEL_ERROR, "ledger", "fault=%s", words[fault]);
}

void book_condemn(struct book *book, enum fact_ledger_fault fault)
{
    log_fault(fault);
    book->condemned = true;
    book->hall.ledger_ok = false;
    book->hall.ledger_fault = fault;
    book_tell_hall(book);
}

/* Without an inbox nothing can be sold either. */
struct err book_compare(struct book *book, enum agreement *out_agreement)
{
    struct inbox_state state;

    if (book->mail.inbox != NULL && !failed(mailbox_state(&book->mail, &state)))
        return agreement_of_state(book->journal, &state, out_agreement);
    *out_agreement = AGREEMENT_SAME;
    return ERR_OK;
}

static enum fact_ledger_fault fault_of(enum agreement agreement)
{
    return agreement == AGREEMENT_BEHIND ? FACT_LEDGER_ROLLED_BACK : FACT_LEDGER_FORKED;
}

bool book_judge(struct book *book)
{
    enum agreement agreement = AGREEMENT_SAME;

    if (book->condemned || book->journal == NULL)
        return false;
    struct err e = book_compare(book, &agreement);
    if (failed(e)) {
        book_out_of_service(book, "journal_read", e);
        return false;
    }
    if (agreement != AGREEMENT_SAME)
        book_condemn(book, fault_of(agreement));
    return agreement == AGREEMENT_SAME;
}

/* Nothing was done with it yet: the right one may be in its place when it is opened again, and what
 * the platform said of the one before may be over then. */
void book_leave_unused(struct book *book, enum agreement agreement)
{
    enum fact_ledger_fault fault = fault_of(agreement);
    if (book->hall.ledger_fault != fault)
        log_fault(fault);
    close_journal(book, fault);
}
