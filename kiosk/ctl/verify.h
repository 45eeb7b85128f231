/* verify.h - is the ledger whole: the chain, what is made of it, and what the platform holds. */
#ifndef KIOSK_CTL_VERIFY_H
#define KIOSK_CTL_VERIFY_H

#include "kiosk/base/err.h"

struct verify {
    uint64_t entries;
    uint64_t bad_seq;   /* first entry that does not fit, 0 when all do */
    uint64_t acked_seq; /* 0: no acknowledgement of this journal */
};

/*
 * Read the whole ledger of the state folder. ERR_CONFLICT, with the reason in `site`: the chain is
 * broken (out_verify->bad_seq), the orders are not what the journal says, or the platform has
 * acknowledged another entry than the one that stands. Else as journal_open_read(). `*out_verify`
 * is written in any case.
 */
MUST_CHECK struct err verify_ledger(const char *state_dir, struct verify *out_verify);

#endif
