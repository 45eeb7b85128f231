#include "kiosk/ledger/agreement.h"

#include <string.h>

#include "kiosk/base/text.h"

struct found {
    const struct hash *wanted;
    enum agreement agreement;
};

static bool take_row(void *context, const struct journal_row *row)
{
    struct found *found = context;
    if (memcmp(row->hash.at, found->wanted->at, HASH_LEN) == 0)
        found->agreement = AGREEMENT_SAME;
    return false;
}

struct err agreement_of_mark(struct journal *journal, const char *epoch, uint64_t seq,
                             const struct hash *hash, enum agreement *out_agreement)
{
    struct journal_status head;
    struct found found = {.wanted = hash, .agreement = AGREEMENT_OTHER};
    struct err e = journal_get_status(journal, &head);
    if (failed(e))
        return e;
    if (seq == 0 || !text_same(epoch, head.epoch)) {
        found.agreement = AGREEMENT_SAME;
    } else if (seq > head.head_seq) {
        found.agreement = AGREEMENT_BEHIND;
    } else {
        e = journal_read(journal, seq - 1, 1, take_row, &found);
    }
    if (!failed(e))
        *out_agreement = found.agreement;
    return e;
}

struct err agreement_of_state(struct journal *journal, const struct inbox_state *state,
                              enum agreement *out_agreement)
{
    struct journal_status head;
    enum agreement agreement = AGREEMENT_SAME;
    struct err e = journal_get_status(journal, &head);
    if (!failed(e)) {
        e = agreement_of_mark(journal, state->epoch, state->acked_seq, &state->acked_hash,
                              &agreement);
    }
    if (failed(e))
        return e;
    bool of_this = state->epoch[0] == '\0' || text_same(state->epoch, head.epoch);
    if (agreement == AGREEMENT_SAME && of_this && text_same(state->trouble, INBOX_TROUBLE_FORK))
        agreement = AGREEMENT_OTHER;
    *out_agreement = agreement;
    return ERR_OK;
}
