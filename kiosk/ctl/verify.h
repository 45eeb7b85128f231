/*
 * verify.h - is the ledger whole: the chain, what is made of it, and what the platform holds.
 *
 * Part by part; what one part finds does not keep the next from being looked at.
 */
#ifndef KIOSK_CTL_VERIFY_H
#define KIOSK_CTL_VERIFY_H

#include "kiosk/ctl/ledger_options.h"
#include "kiosk/ledger/agreement.h"

enum verify_part {
    VERIFY_FILE,     /* it can be read, and is a journal of ours */
    VERIFY_PAGES,    /* as SQLite wrote them */
    VERIFY_CHAIN,    /* each entry, and each to the one before */
    VERIFY_ORDERS,   /* the projection is what the entries say */
    VERIFY_INBOX,    /* it can be read, and its pages */
    VERIFY_PLATFORM, /* the entry the platform acknowledged last stands here */
    VERIFY_PART_COUNT
};

struct verify {
    bool looked[VERIFY_PART_COUNT];
    struct err parts[VERIFY_PART_COUNT]; /* of what was looked at */
    struct journal_status head;          /* when VERIFY_FILE is well */
    enum verify_part first;              /* that failed; VERIFY_PART_COUNT: none */
    uint64_t bad_seq;                    /* first entry that does not fit, 0 when all do */
    uint64_t acked_seq;                  /* 0: no acknowledgement of this journal */
    bool another;                        /* the platform acknowledged another journal, of which
                                            nothing here is known */
    enum agreement agreement;            /* when VERIFY_PLATFORM was looked at */
};

/*
 * Read the whole ledger: the journal that the options mean, and the inbox of the state folder where
 * there is one; a journal by itself is held against none. The answer is the first failure:
 * ERR_CONFLICT (the chain is broken, the orders are not what the entries say, or the platform has
 * acknowledged another entry or journal), ERR_MALFORMED (damaged), or that of reading.
 * `*out_verify` is written in any case.
 */
MUST_CHECK struct err verify_ledger(const struct ledger_options *options,
                                    struct verify *out_verify);

#endif
