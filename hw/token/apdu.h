/*
 * apdu.h - commands and answers of ISO 7816-4 cards, in short form and of extended length.
 *
 * A command of any length goes out as blocks (in the extended form as one), an answer comes back in
 * pieces:
 *
 *     for each block:  apdu_block --> (card) --> apdu_take --> APDU_DONE
 *                         ^                         |
 *                         '-- APDU_REPEAT ----------|   6Cxx: the same block, with that Le
 *                         '-- APDU_GET_RESPONSE ----'   61xx: apdu_get_response
 *
 * Pure: no reader, no malloc. Whatever a card answers, the dialogue ends after
 * APDU_ROUNDS_MAX answers to one block, and no more than APDU_RESPONSE_MAX bytes are kept.
 */
#ifndef HW_TOKEN_APDU_H
#define HW_TOKEN_APDU_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

#define APDU_DATA_MAX 3200
#define APDU_BLOCK_DATA_MAX 255 /* in short form */
#define APDU_EXTENDED_EXTRA 9   /* bytes of an extended block beside its data */
#define APDU_BLOCK_MAX (APDU_EXTENDED_EXTRA + APDU_DATA_MAX)
#define APDU_RESPONSE_MAX 4096
#define APDU_REPLY_MAX (APDU_RESPONSE_MAX + 2) /* one answer, with its status word */
#define APDU_ROUNDS_MAX 40

#define APDU_SW_OK 0x9000
#define APDU_SW_NO_REFERENCE 0x6A88 /* what P2 names is not there */

enum apdu_form { APDU_SHORT, APDU_EXTENDED };

struct apdu {
    uint8_t cla, ins, p1, p2;
    bool answers; /* data is expected back: Le goes with the last block */
    bool wide;    /* data or answer may be longer than one short block carries */
    uint8_t data[APDU_DATA_MAX];
    size_t len;
};

struct apdu_block {
    uint8_t at[APDU_BLOCK_MAX];
    size_t len;
    size_t le_at; /* where Le is, or would be */
    enum apdu_form form;
};

struct apdu_response {
    uint8_t at[APDU_RESPONSE_MAX];
    size_t len;
    uint16_t sw;
    uint16_t rounds;
};

enum apdu_next { APDU_DONE, APDU_GET_RESPONSE, APDU_REPEAT };

/* How many blocks `apdu` takes; at least 1. */
size_t apdu_block_count(const struct apdu *apdu, enum apdu_form form);

/* Block `index` of `apdu`. Short: 255 bytes of data each, all but the last with the chaining bit.
 * Extended: all of it, which must have data. */
void apdu_block(const struct apdu *apdu, enum apdu_form form, size_t index,
                struct apdu_block *out_block);

/* What fetches the rest after 61xx; `sw` is that status word. */
void apdu_get_response(uint16_t sw, struct apdu_block *out_block);

/* Give `block` the Le that 6Cxx asks for. */
void apdu_set_le(struct apdu_block *block, uint16_t sw);

/*
 * Add one answer of the card to `response`, which starts zeroed for each block,
 * and say what comes next; then response->sw holds its status word.
 *
 * Errors: ERR_GONE (shorter than a status word: the link is broken), ERR_MALFORMED (more
 * rounds or more data than stated above).
 */
MUST_CHECK struct err apdu_take(struct apdu_response *response, struct bytes reply,
                                enum apdu_next *out_next);

/* What the card answered, without the status word; borrowed. */
struct bytes apdu_data(const struct apdu_response *response);

/* Overwrite with zeros: commands carry PINs, answers may carry keys' witnesses. */
void apdu_wipe(struct apdu *apdu);
void apdu_block_wipe(struct apdu_block *block);
void apdu_response_wipe(struct apdu_response *response);

#endif
