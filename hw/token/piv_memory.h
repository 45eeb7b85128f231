/*
 * piv_memory.h - what can only be found out by trying, which length of command a token takes and
 * how its admin key is proved: kept from one session to the next.
 *
 *     piv_memory_find --> (commands) --> piv_memory_keep
 */
#ifndef HW_TOKEN_PIV_MEMORY_H
#define HW_TOKEN_PIV_MEMORY_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define PIV_MEMORY_MAX 64
#define PIV_MEMORY_KEY_LEN 8
#define PIV_MEMORY_SALT_LEN 16

enum piv_length {
    PIV_LENGTH_UNKNOWN,
    PIV_LENGTH_SHORT,    /* no command of extended length */
    PIV_LENGTH_EXTENDED, /* takes them, up to data_max */
};

/*
 * Tokens seen before, without saying which they were: rows are found by a salted hash of the
 * token's id. The oldest row makes room for a new one. All zero is an empty memory; any bytes are
 * a valid one, so it may be copied between processes as it is.
 */
struct piv_memory {
    uint8_t salt[PIV_MEMORY_SALT_LEN]; /* random, by the owner; zeros do too */
    uint8_t next;                      /* the row that is taken next, modulo PIV_MEMORY_MAX */
    uint8_t hung; /* not 0: by the owner, when a token was not heard of again; the next one that is
                     identified takes short commands only, since it may be the same */
    struct piv_memory_row {
        uint8_t key[PIV_MEMORY_KEY_LEN]; /* all zero: an empty row */
        uint8_t length;                  /* enum piv_length */
        uint8_t failures;                /* of the link at a long command, in a row */
        uint16_t data_max;               /* most bytes of data in an extended command */
        uint8_t admin;   /* enum piv_algorithm of the key that was proved last; 0: none was */
        uint8_t one_way; /* not 0: then it refused to prove itself */
    } rows[PIV_MEMORY_MAX];
};

/* What is known of the token `id`; all zero when nothing is. */
struct piv_memory_row piv_memory_find(const struct piv_memory *memory, const char *id);

/* Remember `row` (its key is filled in) for the token `id`. Without room in the library for a
 * hash, nothing is remembered. */
void piv_memory_keep(struct piv_memory *memory, const char *id, struct piv_memory_row row);

#endif
