/*
 * token_values.h - a token's own PIN, PUK, management key and GUID in a file that only its owner
 * may read: lines of "token=", "token_after=" (its id, before and after it got its GUID), "guid=",
 * "pin=", "puk=", "cipher=", "admin_key=" (hex).
 */
#ifndef KIOSK_CTL_TOKEN_VALUES_H
#define KIOSK_CTL_TOKEN_VALUES_H

#include "kiosk/ctl/token_options.h"

struct token_values {
    char token[TOKEN_ID_SIZE];       /* whose they are; "": not said */
    char token_after[TOKEN_ID_SIZE]; /* its id once it has `guid`; "": the same */
    bool has_guid;
    uint8_t guid[TOKEN_GUID_LEN];
    struct secret pin, puk; /* empty: not there */
    enum token_cipher cipher;
    struct token_admin admin; /* key empty: not there */
};

/*
 * Add what the file says to `in_out_values`. ERR_DENIED: others may read it; ERR_MALFORMED: a line
 * that makes no sense, or a key of another length than its cipher's; ERR_IO, ERR_NO_ROOM.
 */
MUST_CHECK struct err token_values_load(const char *path, struct token_values *in_out_values);

/* Whether they may be used for the token `id`: they say so, or do not say. */
bool token_values_are_of(const struct token_values *values, const char *id);

/* Write it, mode 0600; `derived`: without PUK and key, which the master key gives. ERR_IO,
 * ERR_NO_ROOM. */
MUST_CHECK struct err token_values_save(const char *path, const struct token_values *values,
                                        bool derived);

/* On a page of their own, as secret_create() has it; NULL when that cannot be had. */
struct token_values *token_values_create(void);

/* For CLEANUP. */
void token_values_free(struct token_values *const *at);
void token_values_wipe(struct token_values *values);

#endif
