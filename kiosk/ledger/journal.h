/*
 * journal.h - journal.db: what this kiosk did, for ever, in order. Written by certkiosk alone.
 *
 *     open --> append, append, ... sign_head --> close      certkiosk, one thread
 *               '-- verify_step, verify_step, ...            between them, when it has time
 *     open_read --> read, get_status, get_head --> close     certkiosk-syncd, certkioskctl
 *
 * SQLite, WAL, synchronous=FULL: append() returns only when the entry survives a power cut.
 * Entries are hash-chained (kiosk/base/chain.h); UPDATE and DELETE are refused by triggers. What
 * stands beside the chain is bound to each entry by an HMAC, so that who has the file but not the
 * kiosk's device key can change nothing in it that passes, however well he computes hashes.
 *
 * Every few entries one is signed, and with it all before it: by that the platform knows whose
 * journal it is, and it takes nothing that is not signed. append() signs what somebody waits for,
 * and each JOURNAL_UNSIGNED_MAX-th entry or earlier; sign_head(), when it is quiet, the rest.
 *
 * The projection `orders` is written in the same transaction. Open verifies what was appended since
 * the mark, which says up to where all was verified before and is bound by the same key; a short
 * journal is verified whole. The rest is verify_step()'s.
 *
 * A failed open or append leaves the database as it was. A journal that cannot be read is
 * never created anew: the kiosk is out of service until staff have looked.
 */
#ifndef KIOSK_LEDGER_JOURNAL_H
#define KIOSK_LEDGER_JOURNAL_H

#include "kiosk/base/chain.h"
#include "kiosk/base/err.h"
#include "kiosk/base/secret.h"

#define JOURNAL_BATCH_MAX 500
#define JOURNAL_ORDERS_MAX 32
#define JOURNAL_KEPT_MAX 3000 /* bytes of DER */
#define JOURNAL_KEY_LEN 32
#define JOURNAL_SIGNATURE_LEN 64
#define JOURNAL_UNSIGNED_MAX 16          /* entries from one signed one to the next */
#define JOURNAL_UNSIGNED_BYTES_MAX 16384 /* of bodies; the one that reaches it is signed */
#define JOURNAL_SEALED_MORE 28           /* bytes that a seal adds */
#define JOURNAL_WHOLE_MAX 4096 /* entries; a journal of no more is verified whole when opened */

struct journal;

/* What personal data is sealed for: it opens for nothing else. */
struct journal_label {
    const char *epoch, *order, *kind;
};

/* The kiosk that a journal is of. */
struct journal_guard {
    struct secret key; /* of JOURNAL_KEY_LEN bytes: each entry is bound with it */
    void *context;     /* for sign(), seal() and open() */
    struct err (*sign)(void *context, const char *epoch, uint64_t seq, const struct hash *hash,
                       uint8_t out_signature[JOURNAL_SIGNATURE_LEN]);
    /* Seal `plain` into JOURNAL_SEALED_MORE bytes more. */
    struct err (*seal)(void *context, const struct journal_label *label, struct bytes plain,
                       uint8_t *out_sealed);
    /* And open it again. ERR_DENIED: it was changed, or is not of this label. */
    struct err (*open)(void *context, const struct journal_label *label, struct bytes sealed,
                       uint8_t *out_plain);
};

/* An entry that was signed, and with it all before it. */
struct journal_head {
    uint64_t seq; /* 0: none */
    struct hash hash;
    uint8_t signature[JOURNAL_SIGNATURE_LEN];
};

/* How far a walk over the journal is; zeroed at its beginning. */
struct journal_walk {
    uint64_t seq; /* the last entry that was found to fit, and its hash */
    struct hash hash;
    bool in_orders; /* the entries are done */
    char order[CHAIN_UUID_LEN + 1];
    uint64_t rounds; /* that were finished */
};

struct journal_status {
    char epoch[CHAIN_UUID_LEN + 1];
    uint64_t head_seq; /* 0: empty */
    struct hash head_hash;
    int64_t head_at_ms;
    int64_t schema;
};

/* What the journal itself knows of an order; the platform's side is in the inbox. */
enum journal_order_state {
    JOURNAL_ORDER_REQUESTED,
    JOURNAL_ORDER_LEFT,      /* visitor left before payment was known */
    JOURNAL_ORDER_INTENDED,  /* a write was begun */
    JOURNAL_ORDER_DELIVERED, /* for good */
    JOURNAL_ORDER_STATE_COUNT,
};

struct journal_order {
    char order[CHAIN_UUID_LEN + 1];
    char token[41];
    enum journal_order_state state;
    int64_t requested_at_ms;
    uint64_t request_seq; /* the entry that requested it */
};

/* What append() stores besides the chain. */
struct journal_draft {
    char txid[CHAIN_UUID_LEN + 1]; /* unique for ever */
    char visit[CHAIN_UUID_LEN + 1];
    int64_t at_ms;
    char kind[CHAIN_KIND_MAX];
    struct bytes body;
    /* The order this entry is about: "" for none. `order_state` is its state from now on, unless
     * it is further already: an order never goes back. */
    char order[CHAIN_UUID_LEN + 1];
    char token[41];
    enum journal_order_state order_state;
    /* The certificate that the intended write of the order overwrites; no bytes: none. It stands
     * beside the chain, sealed and durable with this entry, until an order of the token is
     * DELIVERED or keeps another one, or it is erased; a second one of the same order changes
     * nothing. */
    uint8_t kept_slot;
    struct bytes kept;
    bool awaited; /* somebody waits for what the platform says of it: it is signed at once */
};

/* What was on the token before the write of an order. */
struct journal_kept {
    char order[CHAIN_UUID_LEN + 1];
    uint8_t slot;
    size_t der_len;
    uint8_t der[JOURNAL_KEPT_MAX];
};

struct journal_row {
    uint64_t seq;
    int64_t at_ms;
    char txid[CHAIN_UUID_LEN + 1];
    char visit[CHAIN_UUID_LEN + 1];
    char kind[CHAIN_KIND_MAX];
    size_t body_len;
    uint8_t body[CHAIN_BODY_MAX];
    struct hash prev, hash;
};

/*
 * Open for writing: take the writer's lock (flock on `<path>.lock`) and verify, or, when there is
 * no file and `create` is true, make a new journal with the epoch made from `random`. `guard` is
 * borrowed until close. A journal of an earlier release is verified as it was and bound by it.
 *
 * Errors: ERR_BLOCKED (another writer), ERR_CONFLICT (chain, head or projection are not what was
 * written; native: the seq, if it is an entry's), ERR_DENIED (the journal of another device key),
 * ERR_NOT_FOUND (no file and `create` is false), ERR_MALFORMED (not our database, damaged, or a
 * schema we do not know), ERR_IO (native: SQLite's code). Free with journal_close().
 */
MUST_CHECK struct err journal_open(const char *path, bool create, const uint8_t random[16],
                                   const struct journal_guard *guard, struct journal **out_journal);

/* Open to read beside the writer, or after it. Needs the -wal and -shm files that a writer leaves
 * and creates nothing; entries are verified without the key. ERR_NOT_FOUND, ERR_UNSUPPORTED (of an
 * earlier release: the writer brings it up), ERR_MALFORMED, ERR_IO (try again: the writer may be
 * starting). */
MUST_CHECK struct err journal_open_read(const char *path, struct journal **out_journal);

/* Add an entry and its projection, durable on return. The same txid again with the same kind
 * and body is ERR_OK and adds nothing; with others ERR_CONFLICT, as is an order of another token.
 * ERR_MALFORMED: a field that chain.h does not allow. ERR_NO_ROOM: a body too long, or disk full;
 * the journal is as before. After ERR_IO nothing may be appended any more, for it is not known
 * whether the entry stands: close, open, append it again. */
MUST_CHECK struct err journal_append(struct journal *journal, const struct journal_draft *draft);

/* How many entries of `kind` there are, and the time of the last; 0 when there is none. */
MUST_CHECK struct err journal_count(struct journal *journal, const char *kind, uint64_t *out_count,
                                    int64_t *out_last_at_ms);

/* Rows from `after_seq` + 1 on, at most `max` (<= JOURNAL_BATCH_MAX), oldest first, to `visit_row`,
 * which returns false to stop early. The row is borrowed during the call.
 * ERR_IO, ERR_MALFORMED: a row that is none of ours; those before it were visited. */
MUST_CHECK struct err journal_read(struct journal *journal, uint64_t after_seq, size_t max,
                                   bool (*visit_row)(void *, const struct journal_row *),
                                   void *context);

/* The newest order of this token that is not DELIVERED, whether LEFT or not. ERR_NOT_FOUND. */
MUST_CHECK struct err journal_order_of_token(struct journal *journal, const char *token,
                                             struct journal_order *out_order);

/* The order of this id. ERR_NOT_FOUND. */
MUST_CHECK struct err journal_order_by_id(struct journal *journal, const char *order,
                                          struct journal_order *out_order);

/* What the write of this order overwrites, to repair the token with. ERR_NOT_FOUND: nothing was
 * kept, or it is delivered, or erased; ERR_DENIED: it cannot be opened, so it is of no use. */
MUST_CHECK struct err journal_kept_of_order(struct journal *journal, const char *order,
                                            struct journal_kept *out_kept);

/* What the newest order of this token that kept anything overwrites. ERR_NOT_FOUND, ERR_DENIED. */
MUST_CHECK struct err journal_kept_of_token(struct journal *journal, const char *token,
                                            struct journal_kept *out_kept);

/* The first of the order ids after `order` for which anything is kept; "" begins. What cannot be
 * opened has der_len 0. ERR_NOT_FOUND: that was the last. */
MUST_CHECK struct err journal_kept_after(struct journal *journal, const char *order,
                                         struct journal_kept *out_kept);

/* Nobody needs what is kept for this order any more; nothing kept is fine too. Errors as
 * journal_append(). */
MUST_CHECK struct err journal_kept_erase(struct journal *journal, const char *order);

/* The orders that are not DELIVERED, newest first, into `out_orders`, which has
 * JOURNAL_ORDERS_MAX; older ones than that are left out. */
MUST_CHECK struct err journal_open_orders(struct journal *journal, struct journal_order *out_orders,
                                          size_t *out_count);

/* Which journal this is, and its newest entry. ERR_IO, ERR_MALFORMED (damaged). */
MUST_CHECK struct err journal_get_status(struct journal *journal,
                                         struct journal_status *out_status);

/* Sign the newest entry and move the mark to it, durable on return; nothing when that was done.
 * What fails in sign() is given back and changes nothing; else as journal_append(). */
MUST_CHECK struct err journal_sign_head(struct journal *journal);

/* How many entries were appended since it had nothing to do. */
MUST_CHECK struct err journal_unsigned(struct journal *journal, uint64_t *out_count);

/* What was signed last; seq 0: nothing was. */
MUST_CHECK struct err journal_get_head(struct journal *journal, struct journal_head *out_head);

/* The newest signed entry behind `after_seq` up to `upto_seq`, or else the next one behind that.
 * ERR_NOT_FOUND: nothing behind `after_seq` is signed. */
MUST_CHECK struct err journal_head_behind(struct journal *journal, uint64_t after_seq,
                                          uint64_t upto_seq, struct journal_head *out_head);

/*
 * Verify the next `max` entries, or, when all are done, as many orders; the last step of a round
 * counts it and begins anew. Each entry: its place in the chain, its hash, that it is found by its
 * txid, and that its order is where it says; with a writer also its HMAC, and that of its
 * signature. Each order: that the entries stand which made it what it is.
 *
 * ERR_CONFLICT: `*out_bad_seq` is the first entry that does not fit, and `*walk` stays.
 */
MUST_CHECK struct err journal_verify_step(struct journal *journal, struct journal_walk *walk,
                                          size_t max, uint64_t *out_bad_seq);

/* Write down that the entry `bad_seq` did not fit: this file is not opened for writing again.
 * Errors as journal_append(). */
MUST_CHECK struct err journal_condemn(struct journal *journal, uint64_t bad_seq);

/* All entries at once. Errors as for the step. */
MUST_CHECK struct err journal_verify(struct journal *journal, uint64_t *out_bad_seq);

/* Whether the projection `orders` is what the journal makes of it. ERR_CONFLICT when not. */
MUST_CHECK struct err journal_verify_orders(struct journal *journal);

/* Checkpoint the WAL; called when no visit is on. ERR_IO as for append. */
MUST_CHECK struct err journal_checkpoint(struct journal *journal);

/* NULL is fine; journal_done() is for CLEANUP. */
void journal_close(struct journal *journal);
void journal_done(struct journal **at);

#endif
