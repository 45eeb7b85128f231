/*
 * token_plan.h - the plan of a new key pair, in a file: six lines of "key = value", fit to be read
 * by people, written before the first change.
 */
#ifndef KIOSK_CTL_TOKEN_PLAN_H
#define KIOSK_CTL_TOKEN_PLAN_H

#include "hw/token/token_newkey.h"
#include "kiosk/ctl/token_say.h"

struct token_plan {
    char token[TOKEN_ID_SIZE]; /* whose it is */
    struct token_newkey newkey;
};

/* "moves" and so on, as the file has it. */
const char *token_plan_way(enum token_newkey_way way);

/* Write it, flushed. ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err token_plan_save(const char *path, const struct token_plan *plan);

/* Read it; what is wrong is said. */
enum token_exit token_plan_load(const struct token_options *options, const char *path,
                                struct token_plan *out_plan);

/* What to identify with for token_plan_goes_on(). */
struct token_scope token_plan_scope(const struct token_plan *plan);

/*
 * Whether a token that looks like this, which the plan is for, can have the pair made (again) where
 * the plan says: no certificate is where it is made, and nothing where the old pair would go. Pure.
 */
bool token_plan_goes_on(const struct token_plan *plan, const struct token_identity *identity);

/*
 * token_newkey_find() for certificates of X.509, of which that is newer which begins later, or else
 * ends later. `scope` is that of the look, with keys. Pure.
 */
bool token_plan_find(uint8_t main, const struct token_scope *scope,
                     const struct token_identity *identity, struct token_newkey *out_plan);

/* Whether both move keys by way of the same slot. Pure. */
bool token_plan_alike(const struct token_newkey *plan, const struct token_newkey *other);

#endif
