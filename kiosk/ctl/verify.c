#include "kiosk/ctl/verify.h"

#include <limits.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ledger/inbox.h"
#include "kiosk/ledger/journal.h"

static void free_journal(struct journal **at)
{
    journal_close(*at);
}

static void free_inbox(struct inbox **at)
{
    inbox_close(*at);
}

static bool take_hash(void *context, const struct journal_row *row)
{
    *(struct hash *)context = row->hash;
    return false;
}

/* That the entry the platform acknowledged last is the one that stands here. */
static struct err compare(struct journal *journal, const struct inbox_state *state,
                          const struct journal_status *head, struct verify *verify)
{
    struct hash hash = {{0}};
    if (!text_same(state->epoch, head->epoch) || state->acked_seq == 0)
        return ERR_OK;
    verify->acked_seq = state->acked_seq;
    if (state->acked_seq > head->head_seq)
        return ERR(ERR_CONFLICT, 0, "acknowledged entries are missing");
    struct err e = journal_read(journal, state->acked_seq - 1, 1, take_hash, &hash);
    if (!failed(e) && memcmp(hash.at, state->acked_hash.at, HASH_LEN) != 0)
        return ERR(ERR_CONFLICT, 0, "the platform acknowledged another entry");
    return e;
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
