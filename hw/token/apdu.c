#include "hw/token/apdu.h"

#include <assert.h>
#include <string.h>

#define HEAD_LEN 4
#define CLA_CHAINING 0x10
#define INS_GET_RESPONSE 0xC0

size_t apdu_block_count(const struct apdu *apdu, enum apdu_form form)
{
    if (apdu->len <= APDU_BLOCK_DATA_MAX || form == APDU_EXTENDED)
        return 1;
    return (apdu->len + APDU_BLOCK_DATA_MAX - 1) / APDU_BLOCK_DATA_MAX;
}

static void put(struct apdu_block *block, size_t byte)
{
    block->at[block->len++] = (uint8_t)(byte & 0xFF);
}

static void put_data(struct apdu_block *block, const uint8_t *at, size_t len)
{
    if (block->form == APDU_EXTENDED) {
        put(block, 0);
        put(block, len >> 8);
    }
    put(block, len);
    memcpy(block->at + block->len, at, len);
    block->len += len;
}

static void put_le(struct apdu_block *block, uint8_t le)
{
    block->len = block->le_at;
    if (block->form == APDU_EXTENDED)
        put(block, 0);
    put(block, le);
}

void apdu_block(const struct apdu *apdu, enum apdu_form form, size_t index,
                struct apdu_block *out_block)
{
    size_t count = apdu_block_count(apdu, form);
    assert(apdu->len <= APDU_DATA_MAX && index < count);
    assert(form == APDU_SHORT || apdu->len > 0);

    bool last = index == count - 1;
    size_t from = index * APDU_BLOCK_DATA_MAX;
    size_t len = last ? apdu->len - from : APDU_BLOCK_DATA_MAX;
    uint8_t cla = last ? apdu->cla : (uint8_t)(apdu->cla | CLA_CHAINING);

    *out_block = (struct apdu_block){
        .at = {cla, apdu->ins, apdu->p1, apdu->p2}, .len = HEAD_LEN, .form = form};
    if (len > 0)
        put_data(out_block, apdu->data + from, len);
    out_block->le_at = out_block->len;
    if (last && apdu->answers)
        put_le(out_block, 0);
}

void apdu_get_response(uint16_t sw, struct apdu_block *out_block)
{
    *out_block =
        (struct apdu_block){.at = {0x00, INS_GET_RESPONSE}, .len = HEAD_LEN, .le_at = HEAD_LEN};
    put_le(out_block, (uint8_t)(sw & 0xFF));
}

void apdu_set_le(struct apdu_block *block, uint16_t sw)
{
    put_le(block, (uint8_t)(sw & 0xFF));
}

struct err apdu_take(struct apdu_response *response, struct bytes reply, enum apdu_next *out_next)
{
    if (reply.len < 2)
        return ERR(ERR_GONE, reply.len, "answer without a status word");
    if (response->rounds == APDU_ROUNDS_MAX)
        return ERR(ERR_MALFORMED, APDU_ROUNDS_MAX, "answer without an end");

    size_t len = reply.len - 2;
    if (len > APDU_RESPONSE_MAX - response->len)
        return ERR(ERR_MALFORMED, len, "answer too long");

    if (len > 0)
        memcpy(response->at + response->len, reply.at, len);
    response->len += len;
    response->rounds++;
    response->sw = (uint16_t)(reply.at[len] << 8 | reply.at[len + 1]);

    *out_next = APDU_DONE;
    if (response->sw >> 8 == 0x61)
        *out_next = APDU_GET_RESPONSE;
    if (response->sw >> 8 == 0x6C)
        *out_next = APDU_REPEAT;
    return ERR_OK;
}

struct bytes apdu_data(const struct apdu_response *response)
{
    return (struct bytes){response->at, response->len};
}

void apdu_wipe(struct apdu *apdu)
{
    explicit_bzero(apdu, sizeof(*apdu));
}

void apdu_block_wipe(struct apdu_block *block)
{
    explicit_bzero(block, sizeof(*block));
}

void apdu_response_wipe(struct apdu_response *response)
{
    explicit_bzero(response, sizeof(*response));
}
