/*
 * agreement.h - whether a journal is still the one that the platform knows.
 *
 * The platform names an entry by seq and hash, and each hash covers all entries before it: the same
 * hash is the same history. Used by certkiosk, certkiosk-syncd and certkioskctl alike.
 */
#ifndef KIOSK_LEDGER_AGREEMENT_H
#define KIOSK_LEDGER_AGREEMENT_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/ledger/journal.h"

enum agreement {
    AGREEMENT_SAME,   /* the entry stands here; or nothing is known of this epoch yet */
    AGREEMENT_BEHIND, /* the journal ends before it: an older copy was put back */
    AGREEMENT_OTHER,  /* another entry stands here: a fork */
};

/* Compare the entry `seq` of `epoch` with what stands in the journal; seq 0 is before the first.
 * Another epoch is another journal, of which the mark says nothing: SAME. Errors as
 * journal_read(). */
MUST_CHECK struct err agreement_of_mark(struct journal *journal, const char *epoch, uint64_t seq,
                                        const struct hash *hash, enum agreement *out_agreement);

/* The same for the acknowledged entry of `state`. A fork that the platform has reported of this
 * journal is OTHER, whatever was acknowledged before. */
MUST_CHECK struct err agreement_of_state(struct journal *journal, const struct inbox_state *state,
                                         enum agreement *out_agreement);

#endif
