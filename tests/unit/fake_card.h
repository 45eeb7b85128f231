/*
 * fake_card.h - a reader with PIV tokens in memory, as a link for token_piv.
 *
 * It fails when told to, at the n-th APDU. Everything is static: one test program, one copy.
 */
#ifndef TESTS_UNIT_FAKE_CARD_H
#define TESTS_UNIT_FAKE_CARD_H

#include "hw/token/card.h"
#include "tests/unit/fake_token.h"

enum fake_fault {
    FAKE_NONE,
    FAKE_PULL,    /* pulled out: this APDU and all later ones fail */
    FAKE_GLITCH,  /* this APDU fails, the token stays */
    FAKE_SHORT,   /* one byte instead of an answer */
    FAKE_ENDLESS, /* 61xx with data, for ever */
    FAKE_REPEAT,  /* 6Cxx for ever */
    FAKE_GARBAGE, /* FF .. and 9000 */
    FAKE_SW,      /* status word `fault_sw` alone */
    FAKE_SWAP,    /* `other` is in from this APDU on; the reader does not notice */
    FAKE_LOST,    /* pulled out after it did this APDU, before it answered */
    FAKE_FLOOD,   /* an answer longer than the link carries */
    FAKE_OVERRUN, /* an object whose lengths go past its end, and 9000 */
};

struct fake_card {
    struct card card;
    struct fake_token *in;    /* NULL: empty reader */
    struct fake_token *other; /* for FAKE_SWAP */
    bool reader_gone;
    bool connected;
    bool alone;              /* in a transaction */
    bool reset_before_begin; /* someone resets the card; cleared when told */
    enum fake_fault fault;
    uint32_t fault_at; /* APDU number, from 1 */
    uint16_t fault_sw;
    bool always_short; /* every answer is one byte */
    bool breaks_long;  /* the link fails at blocks longer than a short one */
    uint32_t apdus;
    size_t bytes; /* both ways */
    uint32_t connects, disconnects;
    bool closed;
};

static inline struct fake_card *fake_of(struct card *card)
{
    return CONTAINER_OF(card, struct fake_card, card);
}

/* Out of the reader; what it had of a chained PUT DATA may stay behind. */
static inline void fake_pull(struct fake_card *fake)
{
    if (fake->in == NULL)
        return;
    fake_tear(fake->in);
    fake_power_off(fake->in);
    fake->in = NULL;
}

static inline enum token_presence fake_presence(const struct fake_card *fake)
{
    if (fake->reader_gone)
        return TOKEN_READER_GONE;
    return fake->in != NULL ? TOKEN_PRESENT : TOKEN_ABSENT;
}

static inline struct err fake_watch(struct card *card, uint32_t timeout_ms,
                                    enum token_presence *in_out_presence)
{
    (void)timeout_ms;
    *in_out_presence = fake_presence(fake_of(card));
    return ERR_OK;
}

static inline struct err fake_connect(struct card *card, uint32_t timeout_ms)
{
    struct fake_card *fake = fake_of(card);
    (void)timeout_ms;
    assert(!fake->connected);
    fake->connects++;
    if (fake->in == NULL)
        return ERR(ERR_GONE, 0, "no card");
    fake_power_off(fake->in);
    fake->connected = true;
    return ERR_OK;
}

static inline struct err fake_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    struct fake_card *fake = fake_of(card);
    (void)timeout_ms;
    assert(!fake->alone);
    if (fake->in == NULL || !fake->connected)
        return ERR(ERR_GONE, 0, "no card");
    if (fake->reset_before_begin)
        fake_power_off(fake->in);
    *out_reset = fake->reset_before_begin;
    fake->reset_before_begin = false;
    fake->alone = true;
    return ERR_OK;
}

static inline void fake_sw_reply(struct card_reply *reply, size_t data_len, uint16_t sw)
{
    memset(reply->at, 0xFF, data_len);
    reply->at[data_len] = (uint8_t)(sw >> 8);
    reply->at[data_len + 1] = (uint8_t)(sw & 0xFF);
    reply->len = data_len + 2;
}

/* Whether the planned fault strikes at this APDU. */
static inline bool fake_strikes(const struct fake_card *fake)
{
    bool lasts = fake->fault == FAKE_ENDLESS || fake->fault == FAKE_REPEAT;
    bool due = fake->fault_at > 0 && fake->apdus >= fake->fault_at;
    return due && (lasts || fake->apdus == fake->fault_at);
}

/* True when the fault is the whole answer. */
static inline bool fake_fault_answers(struct fake_card *fake, struct card_reply *reply)
{
    switch (fake->fault) {
    case FAKE_SHORT:
        reply->len = 1;
        return true;
    case FAKE_ENDLESS:
        fake_sw_reply(reply, 1, 0x6101);
        return true;
    case FAKE_REPEAT:
        fake_sw_reply(reply, 0, 0x6C01);
        return true;
    case FAKE_GARBAGE:
        fake_sw_reply(reply, 256, 0x9000);
        return true;
    case FAKE_SW:
        fake_sw_reply(reply, 0, fake->fault_sw);
        return true;
    case FAKE_OVERRUN:
        memcpy(reply->at, "\x53\x82\x0F\xFF\x70\x82\x0F\x00\x30\x90\x00", 11);
        reply->len = 11;
        return true;
    case FAKE_SWAP:
        fake_pull(fake);
        fake->in = fake->other;
        return false;
    case FAKE_PULL:
        fake_pull(fake);
        return false;
    case FAKE_NONE:
    case FAKE_GLITCH:
    case FAKE_LOST:
    case FAKE_FLOOD:
        return false;
    }
    return false;
}

static inline struct err fake_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                       struct card_reply *out_reply)
{
    struct fake_card *fake = fake_of(card);

    assert(fake->alone && fake->connected && timeout_ms > 0);
    assert(block.len >= 4 && block.len <= APDU_BLOCK_MAX);
    fake->apdus++;
    out_reply->len = 1;
    bool strikes = fake_strikes(fake);
    if (fake->always_short || (strikes && fake_fault_answers(fake, out_reply)))
        return ERR_OK;
    if (strikes && fake->fault == FAKE_FLOOD)
        return ERR(ERR_MALFORMED, 0, "too long");
    bool broken = fake->breaks_long && block.len > 5 && block.at[4] == 0;
    if (fake->in == NULL || broken || (strikes && fake->fault == FAKE_GLITCH))
        return ERR(ERR_GONE, 0, "link");
    fake_reply(fake->in, block, out_reply);
    fake->bytes += block.len + out_reply->len;
    if (strikes && fake->fault == FAKE_LOST) {
        fake_pull(fake);
        return ERR(ERR_GONE, 0, "pulled");
    }
    return ERR_OK;
}

static inline void fake_end(struct card *card)
{
    assert(fake_of(card)->alone);
    fake_of(card)->alone = false;
}

static inline void fake_disconnect(struct card *card)
{
    struct fake_card *fake = fake_of(card);
    if (fake->connected)
        fake_power_off(fake->in);
    fake->disconnects++;
    fake->connected = false;
    fake->alone = false;
}

static inline void fake_close(struct card *card)
{
    fake_disconnect(card);
    fake_of(card)->closed = true;
}

static inline void fake_card_init(struct fake_card *fake, struct fake_token *in)
{
    static const struct card_driver driver = {
        fake_watch, fake_connect, fake_begin, fake_transmit, fake_end, fake_disconnect, fake_close};
    *fake = (struct fake_card){.card.driver = &driver, .card.max_block = APDU_BLOCK_MAX, .in = in};
}

#endif
