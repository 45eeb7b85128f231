/*
 * token_newkey.h - a new key pair on a token that loses nothing of the old one, made of the calls
 * of token.h.
 *
 *     look ------> probe --> plan ----> begin ----> place ------> settle ----> done
 *   (identify,      (may it  (journal   (new key,   (its          (MOVES only: old pair to
 *    newkey_scope)   move?)   it)        its spki)   certificate)  `keep`, new pair to `main`)
 *
 * The new pair is made in a staging slot; the caller certifies it, has it placed, and tests it
 * there (token_sign, token_decrypt on token_newkey_slot()) before it settles. Until then key and
 * certificate of `main` are as they were. What follows depends on the token:
 *
 *   EMPTY  `main` has no certificate, hidden ones too, and, as far as the token tells, no key: the
 * pair is made there MOVES  the token can move keys: the old pair ends in a retired slot, the new
 * one in `main` STAYS  it cannot, or the old certificate cannot be read: the new pair lives in a
 * retired slot, the old one stays in `main` LOSES  there is no room: the old key would be
 * destroyed, and is, when the visitor agrees
 *
 * Each step may be interrupted anywhere, by anything, and called again with the same plan until it
 * answers: what was done is seen by looking. Where the plan is lost too, token_newkey_find() tells
 * it from the token in every state in which the pair in `main` is not whole. No call needs a PIN;
 * looking ends the session in which one was verified.
 */
#ifndef HW_TOKEN_TOKEN_NEWKEY_H
#define HW_TOKEN_TOKEN_NEWKEY_H

#include "hw/token/token.h"

enum token_newkey_way {
    TOKEN_NEWKEY_EMPTY,
    TOKEN_NEWKEY_MOVES,
    TOKEN_NEWKEY_STAYS,
    TOKEN_NEWKEY_LOSES,
};

/* Plain numbers: fit to be journaled before the first change. */
struct token_newkey {
    enum token_newkey_way way;
    enum token_key key;
    uint8_t main;
    uint8_t staging; /* where the new pair is made; `main` for EMPTY and LOSES */
    uint8_t keep;    /* MOVES: where the old pair goes; else 0 */
};

struct token_newkey_wish {
    uint8_t main; /* the slot whose pair is renewed */
    enum token_key key;
    bool moves;        /* as token_newkey_probe() found */
    uint32_t unusable; /* slots in which begin was ERR_UNSUPPORTED */
};

/* What to identify with: `main` and the first retired slots, or, when the plan is LOSES with those,
 * all of them. Costs 2 commands a slot. */
struct token_scope token_newkey_scope(uint8_t main, bool all_retired);

/*
 * Whether the token moves keys: asks it to move one that is not there, unless the look that
 * `identity` is of shows that it cannot. Changes nothing.
 * Errors: ERR_DENIED (admin key), ERR_GONE, ERR_IO.
 */
MUST_CHECK struct err token_newkey_probe(struct token *token, const struct token_target *target,
                                         const struct token_scope *scope,
                                         const struct token_identity *identity, bool *out_moves);

/* The plan for a token that looks like this, of slots in `scope` only. Pure. */
struct token_newkey token_newkey_plan(const struct token_newkey_wish *wish,
                                      const struct token_scope *scope,
                                      const struct token_identity *identity);

/*
 * Make the pair; `target` names the token and the right, its slot does not matter. Repeating makes
 * another pair. `consent` is the visitor's to LOSES.
 * Errors: ERR_DENIED (also: LOSES without consent; nothing was changed), ERR_UNSUPPORTED (no such
 * key or slot; the certificate in `main` is there as it was, if it could be read), ERR_CONFLICT (a
 * certificate is in the staging slot: plan again), and as token_generate().
 */
MUST_CHECK struct err token_newkey_begin(struct token *token, const struct token_target *target,
                                         const struct token_newkey *plan, bool consent,
                                         uint8_t out_spki[TOKEN_PUBLIC_KEY_MAX], size_t *out_len);

/* Put the new pair's certificate into the staging slot, where begin made its key. Once settle has
 * begun that slot is no longer its place. Errors as token_write(). */
MUST_CHECK struct err token_newkey_place(struct token *token, const struct token_target *target,
                                         const struct token_newkey *plan, struct bytes der);

/* The slot in which a token that looks like this has the new pair's key. Pure. */
uint8_t token_newkey_slot(const struct token_newkey *plan, const struct token_identity *identity);

/*
 * After the pair was placed and tested: bring both pairs to where they belong. `der` is the new
 * certificate.
 * Errors: ERR_NOT_FOUND (no new pair with this certificate), ERR_CONFLICT (`keep` or `main` was
 * taken meanwhile, by another key or certificate; nothing was changed), and as token_write(),
 * token_move(), token_delete(). A foreign certificate in the staging slot stays there.
 */
MUST_CHECK struct err token_newkey_settle(struct token *token, const struct token_target *target,
                                          const struct token_newkey *plan, struct bytes der);

/*
 * Whether a token that looks like this was left in the middle of settle, and with what plan to go
 * on; the new certificate is the one in the plan's staging slot. `newer` compares two certificates:
 * where several could be the new one, the newest is. Pure.
 */
bool token_newkey_find(uint8_t main, const struct token_scope *scope,
                       const struct token_identity *identity,
                       bool (*newer)(struct bytes der, struct bytes than),
                       struct token_newkey *out_plan);

#endif
