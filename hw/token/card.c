#include "hw/token/card.h"

#include <string.h>

#include "kiosk/base/clock.h"

static void reply_wipe(struct card_reply *reply)
{
    explicit_bzero(reply, sizeof(*reply));
}

static struct err send_once(struct card *card, uint64_t deadline_ms, const struct apdu_block *block,
                            struct card_reply *out_reply)
{
    uint64_t now_ms = clock_boot_ms();

    if (now_ms >= deadline_ms)
        return ERR(ERR_IO, 0, "time limit");
    if (card->sent_max != 0 && card->sent >= card->sent_max)
        return ERR(ERR_MALFORMED, card->sent, "answers in too many pieces");
    card->sent++;
    return card->driver->transmit(card, (struct bytes){block->at, block->len},
                                  (uint32_t)(deadline_ms - now_ms), out_reply);
}

/* One block and everything the card says to it. It is repeated once at most, when `repeatable`. */
static struct err send_block(struct card *card, uint64_t deadline_ms, bool repeatable,
                             struct apdu_block *block, struct apdu_response *response)
{
    CLEANUP(reply_wipe) struct card_reply reply = {.len = 0};
    enum apdu_next next = APDU_REPEAT;
    bool repeated = false;

    while (next != APDU_DONE) {
        struct err e = send_once(card, deadline_ms, block, &reply);
        if (!failed(e))
            e = apdu_take(response, (struct bytes){reply.at, reply.len}, &next);
        if (failed(e))
            return e;
        if (next == APDU_REPEAT && !repeatable)
            return ERR_OK;
        if (next == APDU_REPEAT && repeated)
            return ERR(ERR_MALFORMED, response->sw, "a length that the card named itself");
        if (next == APDU_REPEAT) {
            apdu_set_le(block, response->sw);
            repeated = true;
        }
        if (next == APDU_GET_RESPONSE)
            apdu_get_response(response->sw, block);
    }
    return ERR_OK;
}

bool card_carries(const struct card *card, const struct apdu *apdu)
{
    return apdu->len > 0 && APDU_EXTENDED_EXTRA + apdu->len <= card->max_block;
}

struct err card_exchange(struct card *card, uint64_t deadline_ms, const struct apdu *apdu,
                         enum apdu_form form, struct apdu_response *out_response)
{
    CLEANUP(apdu_block_wipe) struct apdu_block block = {.len = 0};
    size_t count = apdu_block_count(apdu, form);
    /* what asks for no answer has no Le to mend, and a block of a chain is never repeated: a token
     * that wants the PIN again does not get it */
    bool repeatable = apdu->answers && count == 1;

    for (size_t i = 0; i < count; i++) {
        *out_response = (struct apdu_response){.len = 0};
        apdu_block(apdu, form, i, &block);
        struct err e = send_block(card, deadline_ms, repeatable, &block, out_response);
        if (failed(e)) {
            apdu_response_wipe(out_response);
            return e;
        }
        if (out_response->sw != APDU_SW_OK)
            return ERR_OK;
    }
    return ERR_OK;
}
