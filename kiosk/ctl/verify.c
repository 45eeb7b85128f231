#include "kiosk/ctl/verify.h"

#include "kiosk/base/text.h"
#include "kiosk/ctl/ledger_command.h"
#include "kiosk/ledger/journal_backup.h"

static struct err note(struct verify *verify, enum verify_part part, struct err e)
{
    verify->looked[part] = true;
    verify->parts[part] = e;
    return e;
}

static struct err check_chain(struct journal *journal, struct verify *verify)
{
    return journal_verify(journal, &verify->bad_seq);
}

static struct err check_pages(struct journal *journal, struct verify *verify)
{
    (void)verify;
    return journal_verify_pages(journal);
}

static struct err check_orders(struct journal *journal, struct verify *verify)
{
    (void)verify;
    return journal_verify_orders(journal);
}

/* Each is looked at whatever the others are like: staff wants to know all of it. */
static const struct {
    enum verify_part part;
    struct err (*check)(struct journal *journal, struct verify *verify);
} checks[] = {
    {VERIFY_PAGES, check_pages},
    {VERIFY_CHAIN, check_chain},
    {VERIFY_ORDERS, check_orders},
};

/* That the entry the platform acknowledged last is the one that stands here. */
static struct err compare(struct journal *journal, const struct inbox_state *state,
                          struct verify *verify)
{
    verify->another = state->epoch[0] != '\0' && !text_same(state->epoch, verify->head.epoch);
    if (verify->another)
        return ERR(ERR_CONFLICT, 0, "the platform acknowledged another journal");
    verify->acked_seq = state->acked_seq;
    struct err e = agreement_of_state(journal, state, &verify->agreement);
    if (failed(e))
        return e;
    switch (verify->agreement) {
    case AGREEMENT_SAME:
        return ERR_OK;
    case AGREEMENT_BEHIND:
        return ERR(ERR_CONFLICT, 0, "acknowledged entries are missing");
    case AGREEMENT_OTHER:
        return ERR(ERR_CONFLICT, 0, "the platform has another entry");
    }
    return ERR_OK;
}

/* The inbox is read after the journal: what it acknowledges stood there before. */
static void look_at_inbox(const char *path, struct journal *journal, struct verify *verify)
{
    CLEANUP(inbox_done) struct inbox *inbox = NULL;
    struct inbox_state state;
    struct err e = inbox_open_read(path, &inbox);
    if (e.code == ERR_NOT_FOUND)
        return; /* the other program has not run yet */
    if (!failed(e))
        e = inbox_verify_pages(inbox);
    if (!failed(e))
        e = inbox_check(inbox);
    if (!failed(e))
        e = inbox_get_state(inbox, &state);
    if (!failed(note(verify, VERIFY_INBOX, e)) && journal != NULL)
        (void)note(verify, VERIFY_PLATFORM, compare(journal, &state, verify));
}

static struct err first_failure(struct verify *verify)
{
    verify->first = VERIFY_PART_COUNT;
    for (size_t i = 0; i < VERIFY_PART_COUNT && verify->first == VERIFY_PART_COUNT; i++) {
        if (verify->looked[i] && failed(verify->parts[i]))
            verify->first = (enum verify_part)i;
    }
    return verify->first == VERIFY_PART_COUNT ? ERR_OK : verify->parts[verify->first];
}

struct err verify_ledger(const struct ledger_options *options, struct verify *out_verify)
{
    CLEANUP(journal_done) struct journal *journal = NULL;
    char inbox_path[PATH_MAX];
    *out_verify = (struct verify){.bad_seq = 0};

    struct err e = ledger_open(options, &journal);
    if (!failed(e))
        e = journal_get_status(journal, &out_verify->head);
    bool readable = !failed(note(out_verify, VERIFY_FILE, e));
    for (size_t i = 0; readable && i < ARRAY_LEN(checks); i++)
        (void)note(out_verify, checks[i].part, checks[i].check(journal, out_verify));
    if (options->file == NULL && ledger_options_inbox(options, inbox_path))
        look_at_inbox(inbox_path, readable ? journal : NULL, out_verify);
    return first_failure(out_verify);
}
