/*
 * token_piv.h - PIV cards as a token driver, over any link.
 *
 * Which length of command a card takes is found out by trying, once for each token; struct
 * piv_memory keeps the answer for as long as its owner likes.
 */
#ifndef HW_TOKEN_TOKEN_PIV_H
#define HW_TOKEN_TOKEN_PIV_H

#include "hw/token/card.h"

#define PIV_MEMORY_MAX 64
#define PIV_MEMORY_KEY_LEN 8
#define PIV_MEMORY_SALT_LEN 16

/*
 * What is known of tokens seen before, without saying which they were: rows are found by a salted
 * hash of the token's id. The oldest row makes room for a new one. All zero is an empty one; any
 * bytes are a valid one, so it may be copied between processes as it is. Identify and write are
 * the calls that change it.
 */
struct piv_memory {
    uint8_t salt[PIV_MEMORY_SALT_LEN]; /* random, by the owner; zeros do too */
    uint8_t next;                      /* the row to be taken next, modulo PIV_MEMORY_MAX */
    struct piv_memory_row {
        uint8_t key[PIV_MEMORY_KEY_LEN]; /* all zero: an empty row */
        uint8_t extended;                /* 1: takes extended length; anything else: does not */
        uint16_t data_max;               /* most bytes of data in an extended command */
    } rows[PIV_MEMORY_MAX];
};

/*
 * A driver over `card`, which is the driver's from now on, also when this fails: ERR_NO_ROOM
 * without memory. `memory` stays the caller's, and outlives the driver.
 */
MUST_CHECK struct err token_piv_create(struct card *card, struct piv_memory *memory,
                                       struct token **out_token);

#endif
