/* intake_inner.h - shared by intake.c (a journal in its order) and intake_ahead.c (before its
 * turn). */
#ifndef SYNC_GATEWAY_INTAKE_INNER_H
#define SYNC_GATEWAY_INTAKE_INNER_H

#include "sync/gateway/intake.h"
#include "sync/gateway/orders.h"
#include "sync/gateway/watch.h"

struct intake {
    const struct platform *platform;
    const char *kiosk;
    const char *epoch;
    uint64_t head_seq;
    struct hash head;
    bool is_signed;   /* the batch, which was judged: its kiosk's device key is known */
    bool is_advanced; /* something new was taken */
    struct watch *watch;
};

enum ahead_state {
    AHEAD_NONE,      /* it did not come before its turn */
    AHEAD_SAME,      /* it did, and was applied then */
    AHEAD_OTHER,     /* another entry came in its place: a fork */
    AHEAD_OVERRULED, /* another entry did, which was not signed as this one is */
};

/* Do what the entry says; `out_code` says why not, "" when it was done. */
MUST_CHECK struct err intake_apply(const struct intake *intake, const struct batch_entry *entry,
                                   char out_code[ORDER_CODE_SIZE]);

/* Whether the batch is the kiosk's own, before anything is taken of it: its entries follow each
 * other to the head, which the device key has signed. Of a kiosk without a known one that is not
 * asked, where the platform takes such at all. STORED, UNSIGNED, SIGNATURE, MALFORMED. */
MUST_CHECK struct err intake_judge(struct intake *intake, const struct batch *batch,
                                   struct intake_answer *answer);

/* Whether the entries follow each other and hash to what they say. */
bool intake_is_chain(const struct intake *intake, const struct batch *batch, uint64_t *out_bad_seq);

/* Whether the entry, in the batch's epoch, hashes to what it says; what stands before it is not
 * looked at. */
bool intake_hash_true(const struct intake *intake, const struct batch_entry *entry);

/* Whether an entry of this txid is stored, in whatever place of whatever journal. */
MUST_CHECK struct err intake_txid_known(const struct intake *intake, const char *txid,
                                        bool *out_known);

/* The turn of `entry` has come: was it taken before? With SAME and OVERRULED nothing is ahead in
 * its place any more. */
MUST_CHECK struct err intake_ahead_settle(const struct intake *intake,
                                          const struct batch_entry *entry,
                                          enum ahead_state *out_state);

#endif
