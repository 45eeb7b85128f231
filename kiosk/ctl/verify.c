#include "kiosk/ctl/verify.h"

#include <limits.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/agreement.h"

static void free_journal(struct journal **at)
{
    journal_close(*at);
}

static void free_inbox(struct inbox **at)
{
    inbox_close(*at);
}

/* That the entry the platform acknowledged last is the one that stands here. */
static struct err compare(struct journal *journal, const struct inbox_state *state,
                          const struct journal_status *head, struct verify *verify)
{
    enum agreement agreement = AGREEMENT_SAME;
    if (!text_same(state->epoch, head->epoch) || state->acked_seq == 0)
        return ERR_OK;
    verify->acked_seq = state->acked_seq;
    struct err e =
        agreement_of_mark(journal, state->epoch, state->acked_seq, &state->acked_hash, &agreement);
    if (failed(e))
        return e;
    switch (agreement) {
    case AGREEMENT_SAME:
        return ERR_OK;
    case AGREEMENT_BEHIND:
        return ERR(ERR_CONFLICT, 0, "acknowledged entries are missing");
    case AGREEMENT_OTHER:
        return ERR(ERR_CONFLICT, 0, "the platform acknowledged another entry");
    }
    return ERR_OK;
}

struct err verify_ledger(const char *state_dir, struct verify *out_verify)
{
    CLEANUP(free_journal) struct journal *journal = NULL;
    CLEANUP(free_inbox) struct inbox *inbox = NULL;
    struct journal_status head;
    struct inbox_state state;
    char path[PATH_MAX];
    *out_verify = (struct verify){0};

    (void)text_print(path, sizeof(path), "%s/kiosk/journal.db", state_dir);
    struct err e = journal_open_read(path, &journal);
    if (!failed(e))
        e = journal_get_status(journal, &head);
    if (failed(e))
        return e;
    out_verify->entries = head.head_seq;
    e = journal_verify(journal, &out_verify->bad_seq);
    if (!failed(e))
        e = journal_verify_orders(journal);
    if (failed(e))
        return e;

    (void)text_print(path, sizeof(path), "%s/sync/inbox.db", state_dir);
    e = inbox_open_read(path, &inbox);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK; /* the other program has not run yet */
    if (!failed(e))
        e = inbox_get_state(inbox, &state);
    return failed(e) ? e : compare(journal, &state, &head, out_verify);
}
