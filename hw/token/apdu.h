/*
 * apdu.h - commands and answers of ISO 7816-4 cards, in short form.
 *
 * A command of any length goes out as blocks, an answer comes back in pieces:
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
#define APDU_BLOCK_DATA_MAX 255
#define APDU_BLOCK_MAX (5 + APDU_BLOCK_DATA_MAX + 1)
#define APDU_REPLY_MAX 258 /* one answer: 256 bytes and the status word */
#define APDU_RESPONSE_MAX 4096
#define APDU_ROUNDS_MAX 64

#define APDU_SW_OK 0x9000

struct apdu {
    uint8_t cla, ins, p1, p2;
    bool answers; /* data is expected back: Le goes with the last block */
    uint8_t data[APDU_DATA_MAX];
    size_t len;
};

struct apdu_block {
    uint8_t at[APDU_BLOCK_MAX];
    size_t len;
};

struct apdu_response {
    uint8_t at[APDU_RESPONSE_MAX];
    size_t len;
    uint16_t sw;
    uint16_t rounds;
};

enum apdu_next { APDU_DONE, APDU_GET_RESPONSE, APDU_REPEAT };

/* How many blocks `apdu` takes; at least 1. */
size_t apdu_block_count(const struct apdu *apdu);

/* Block `index` of `apdu`: 255 bytes of data each, all but the last with the chaining bit. */
void apdu_block(const struct apdu *apdu, size_t index, struct apdu_block *out_block);

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
