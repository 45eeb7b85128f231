/*
 * fake_card.h - a reader with PIV tokens in memory, as a link for token_piv.
 *
 * The tokens differ as real ones do (struct fake_quirks); the reader fails when told to, at the
 * n-th APDU. Everything is static: one test program, one copy.
 */
#ifndef TESTS_UNIT_FAKE_CARD_H
#define TESTS_UNIT_FAKE_CARD_H

#undef NDEBUG /* these asserts are the test */
#include <assert.h>
#include <string.h>

#include "hw/token/card.h"
#include "hw/token/piv.h"
#include "hw/token/tlv.h"
#include "hw/token/token_admin.h"

#define FAKE_OBJECT_MAX 4096
#define FAKE_OBJECTS_MAX 5
#define FAKE_CALLS_MAX 200

struct fake_quirks {
    bool no_yubico;           /* no metadata, no serial: 6D00 */
    bool no_mutual;           /* 6982 to a request for a witness */
    bool no_answer;           /* never proves that it has the admin key: a wrong answer */
    bool tears;               /* an interrupted PUT DATA leaves its fragment readable */
    bool exact_le;            /* 6Cxx until Le is exact */
    uint16_t blocked_sw;      /* to VERIFY when blocked; 0: 6983 */
    size_t capacity;          /* longest object; 0: any */
    enum piv_algorithm admin; /* NONE: 3DES, and metadata do not tell */
};

struct fake_object {
    uint32_t id;
    uint8_t at[FAKE_OBJECT_MAX];
    size_t len;
};

struct fake_token {
    uint32_t serial;
    struct fake_quirks quirks;
    struct secret admin_key;
    uint8_t tries_left;
    struct fake_object objects[FAKE_OBJECTS_MAX];
    uint32_t pins_seen;
    uint32_t puts_seen;
    bool verified_by_other; /* says 9000 to an empty VERIFY */

    /* lost with power */
    bool selected, verified, admin, pin_known;
    uint8_t command[FAKE_OBJECT_MAX];
    size_t command_len;
    uint8_t answer[FAKE_OBJECT_MAX];
    size_t answer_len, answer_at;
    uint8_t nonce[PIV_CHALLENGE_MAX];
};

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
    uint32_t apdus;
    uint32_t connects, disconnects;
    bool closed;
};

static inline void fake_power_off(struct fake_token *token)
{
    if (token == NULL)
        return;
    token->selected = token->verified = token->admin = false;
    token->command_len = token->answer_len = token->answer_at = 0;
}

static inline struct fake_object *fake_object_of(struct fake_token *token, uint32_t id)
{
    for (size_t i = 0; i < FAKE_OBJECTS_MAX; i++) {
        if (token->objects[i].id == id)
            return &token->objects[i];
    }
    return NULL;
}

/* A token with PIN 123456, 5 tries, the default 3DES key, a CHUID and no certificates. */
static inline void fake_token_init(struct fake_token *token, uint32_t serial,
                                   struct fake_quirks quirks)
{
    static const uint32_t ids[FAKE_OBJECTS_MAX] = {0x5FC102, 0x5FC105, 0x5FC10A, 0x5FC10B,
                                                   0x5FC101};
    memset(token, 0, sizeof(*token));
    token->serial = serial;
    token->quirks = quirks;
    token->tries_left = 5;
    token->admin_key.len = quirks.admin == PIV_ALGORITHM_AES256 ? 32 : 24;
    if (quirks.admin == PIV_ALGORITHM_AES128)
        token->admin_key.len = 16;
    for (size_t i = 0; i < token->admin_key.len; i++)
        token->admin_key.at[i] = (uint8_t)(i % 8 + 1);
    for (size_t i = 0; i < FAKE_OBJECTS_MAX; i++)
        token->objects[i].id = ids[i];

    struct fake_object *chuid = &token->objects[0];
    uint8_t guid[16] = {0xAA,
                        0xBB,
                        [12] = (uint8_t)(serial >> 24),
                        (uint8_t)(serial >> 16 & 0xFF),
                        (uint8_t)(serial >> 8 & 0xFF),
                        (uint8_t)(serial & 0xFF)};
    struct tlv_writer writer = {.at = chuid->at, .max = sizeof(chuid->at)};
    tlv_put_head(&writer, 0x53, 20);
    tlv_put(&writer, 0x34, (struct bytes){guid, sizeof(guid)});
    tlv_put(&writer, 0xFE, (struct bytes){NULL, 0});
    chuid->len = writer.len;
}

static inline uint16_t fake_tries_sw(const struct fake_token *token)
{
    if (token->tries_left > 0)
        return (uint16_t)(0x63C0 | token->tries_left);
    return token->quirks.blocked_sw != 0 ? token->quirks.blocked_sw : 0x6983;
}

static inline uint16_t fake_verify(struct fake_token *token, struct bytes data)
{
    if (data.len == 0)
        return token->verified || token->verified_by_other ? 0x9000 : fake_tries_sw(token);
    token->pins_seen++;
    if (data.len != 8)
        return 0x6A80;
    if (token->tries_left == 0)
        return fake_tries_sw(token);
    token->verified = memcmp(data.at, "123456\xFF\xFF", 8) == 0;
    token->tries_left = token->verified ? 5 : (uint8_t)(token->tries_left - 1);
    return token->verified ? 0x9000 : fake_tries_sw(token);
}

static inline uint16_t fake_answer(struct fake_token *token, struct bytes data)
{
    assert(data.len <= sizeof(token->answer));
    if (data.len > 0)
        memcpy(token->answer, data.at, data.len);
    token->answer_len = data.len;
    token->answer_at = 0;
    return 0x9000;
}

static inline uint16_t fake_metadata(struct fake_token *token, uint8_t key)
{
    uint8_t algorithm[] = {0x01, 0x01, (uint8_t)token->quirks.admin};
    uint8_t pin[] = {0x01, 0x01, 0xFF, 0x05, 0x01, 0x01, 0x06, 0x02, 0x05, token->tries_left};

    if (key == 0x80)
        return fake_answer(token, (struct bytes){pin, sizeof(pin)});
    if (key == 0x9B && token->quirks.admin != PIV_ALGORITHM_NONE)
        return fake_answer(token, (struct bytes){algorithm, sizeof(algorithm)});
    return 0x6A88;
}

static inline uint16_t fake_get(struct fake_token *token, struct bytes data)
{
    uint32_t id =
        data.len == 5 ? (uint32_t)data.at[2] << 16 | (uint32_t)data.at[3] << 8 | data.at[4] : 0;
    const struct fake_object *object = fake_object_of(token, id);
    if (object == NULL || object->len == 0)
        return 0x6A82;
    return fake_answer(token, (struct bytes){object->at, object->len});
}

static inline uint16_t fake_put(struct fake_token *token, struct bytes data)
{
    if (!token->admin)
        return 0x6982;
    if (data.len < 5)
        return 0x6A80;
    uint32_t id = (uint32_t)data.at[2] << 16 | (uint32_t)data.at[3] << 8 | data.at[4];
    struct fake_object *object = fake_object_of(token, id);
    if (object == NULL || (token->quirks.capacity != 0 && data.len - 5 > token->quirks.capacity))
        return 0x6A84;
    token->puts_seen++;
    memcpy(object->at, data.at + 5, data.len - 5);
    object->len = data.len - 5;
    return 0x9000;
}

static inline uint16_t fake_template(struct fake_token *token, uint8_t tag, struct bytes value)
{
    uint8_t at[64];
    struct tlv_writer writer = {.at = at, .max = sizeof(at)};
    tlv_put_head(&writer, 0x7C, tlv_size(tag, value.len));
    tlv_put(&writer, tag, value);
    return fake_answer(token, (struct bytes){at, writer.len});
}

static inline enum piv_algorithm fake_admin(const struct fake_token *token)
{
    return token->quirks.admin != PIV_ALGORITHM_NONE ? token->quirks.admin : PIV_ALGORITHM_3DES;
}

static inline struct bytes fake_cipher(struct fake_token *token, struct bytes in, uint8_t *out)
{
    struct err e = admin_encipher(fake_admin(token), &token->admin_key, in, out);
    return (struct bytes){out, failed(e) ? 0 : in.len};
}

static inline uint16_t fake_give_witness(struct fake_token *token, size_t len)
{
    uint8_t block[PIV_CHALLENGE_MAX];
    if (token->quirks.no_mutual)
        return 0x6982;
    memset(token->nonce, 0x5A, sizeof(token->nonce));
    return fake_template(token, 0x80, fake_cipher(token, (struct bytes){token->nonce, len}, block));
}

static inline uint16_t fake_take_witness(struct fake_token *token, struct bytes witness,
                                         struct bytes challenge)
{
    uint8_t block[PIV_CHALLENGE_MAX] = {0};
    if (memcmp(witness.at, token->nonce, witness.len) != 0)
        return 0x6982;
    token->admin = true;
    (void)fake_cipher(token, challenge, block);
    block[0] ^= token->quirks.no_answer ? 1 : 0;
    return fake_template(token, 0x82, (struct bytes){block, challenge.len});
}

static inline uint16_t fake_take_response(struct fake_token *token, struct bytes response)
{
    uint8_t block[PIV_CHALLENGE_MAX];
    (void)fake_cipher(token, (struct bytes){token->nonce, response.len}, block);
    token->admin = memcmp(response.at, block, response.len) == 0;
    return token->admin ? 0x9000 : 0x6982;
}

static inline uint16_t fake_prove(struct fake_token *token, struct bytes inside)
{
    size_t len = fake_admin(token) == PIV_ALGORITHM_3DES ? 8 : 16;
    struct bytes witness = {NULL, 0}, challenge = {NULL, 0}, response = {NULL, 0};
    bool has_witness = !failed(tlv_find(inside, 0x80, &witness));
    bool has_challenge = !failed(tlv_find(inside, 0x81, &challenge));

    (void)failed(tlv_find(inside, 0x82, &response));
    if (has_witness && witness.len == 0)
        return fake_give_witness(token, len);
    if (witness.len == len && challenge.len == len)
        return fake_take_witness(token, witness, challenge);
    if (has_challenge && challenge.len == 0) {
        memset(token->nonce, 0xA5, sizeof(token->nonce));
        return fake_template(token, 0x81, (struct bytes){token->nonce, len});
    }
    return response.len == len ? fake_take_response(token, response) : 0x6A80;
}

static inline uint16_t fake_sign(struct fake_token *token, uint8_t algorithm, uint8_t slot)
{
    static const uint8_t ecdsa[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};

    if (slot != 0x9A || algorithm != PIV_ALGORITHM_P256)
        return 0x6A80;
    if (!token->verified)
        return 0x6982;
    return fake_template(token, 0x82, (struct bytes){ecdsa, sizeof(ecdsa)});
}

static inline uint16_t fake_authenticate(struct fake_token *token, const uint8_t *head,
                                         struct bytes data)
{
    struct tlv outer;
    if (failed(tlv_take(&data, &outer)) || outer.tag != 0x7C)
        return 0x6A80;
    if (head[3] != 0x9B)
        return fake_sign(token, head[2], head[3]);
    return head[2] == fake_admin(token) ? fake_prove(token, outer.value) : 0x6A86;
}

static inline uint16_t fake_command(struct fake_token *token, const uint8_t *head,
                                    struct bytes data)
{
    static const uint8_t selected[] = {0x61, 0x02, 0x4F, 0x00};
    bool yubico = !token->quirks.no_yubico;
    uint8_t serial[4] = {(uint8_t)(token->serial >> 24), (uint8_t)(token->serial >> 16 & 0xFF),
                         (uint8_t)(token->serial >> 8 & 0xFF), (uint8_t)(token->serial & 0xFF)};

    if (head[1] == 0xA4) {
        token->selected = data.len >= 5 && memcmp(data.at, "\xA0\x00\x00\x03\x08", 5) == 0;
        return token->selected ? fake_answer(token, (struct bytes){selected, sizeof(selected)})
                               : 0x6A82;
    }
    if (!token->selected)
        return 0x6D00;
    if (head[1] == 0x20)
        return fake_verify(token, data);
    if (head[1] == 0xCB)
        return fake_get(token, data);
    if (head[1] == 0xDB)
        return fake_put(token, data);
    if (head[1] == 0x87)
        return fake_authenticate(token, head, data);
    if (head[1] == 0xF8 && yubico)
        return fake_answer(token, (struct bytes){serial, sizeof(serial)});
    if (head[1] == 0xF7 && yubico)
        return fake_metadata(token, head[3]);
    return 0x6D00;
}

/* Collects chained blocks, runs the command, gives its answer out in pieces. */
static inline uint16_t fake_block(struct fake_token *token, struct bytes block)
{
    size_t len = block.len > 5 ? block.at[4] : 0;

    if (block.at[1] == 0xC0)
        return 0x9000;
    assert(token->command_len + len <= sizeof(token->command));
    memcpy(token->command + token->command_len, block.at + (len > 0 ? 5 : 0), len);
    token->command_len += len;
    if ((block.at[0] & 0x10) != 0)
        return 0x9000;
    struct bytes data = {token->command, token->command_len};
    token->command_len = 0;
    token->answer_len = token->answer_at = 0;
    return fake_command(token, block.at, data);
}

/* The next piece of the answer, and whether more follows. */
static inline uint16_t fake_piece(struct fake_token *token, struct card_reply *reply)
{
    size_t left = token->answer_len - token->answer_at;
    size_t len = left < 256 ? left : 256;

    memcpy(reply->at, token->answer + token->answer_at, len);
    reply->len = len;
    token->answer_at += len;
    left -= len;
    if (left > 0)
        return (uint16_t)(0x6100 | (left < 256 ? left : 0));
    token->answer_len = token->answer_at = 0;
    return 0x9000;
}

static inline void fake_reply(struct fake_token *token, struct bytes block,
                              struct card_reply *reply)
{
    bool exact = token->quirks.exact_le;
    uint8_t le = block.at[block.len - 1];
    uint16_t sw = 0x9000;

    /* but for the repeat of a command that was answered with 6Cxx: its answer still waits */
    if (!exact || token->answer_at > 0 || token->answer_len == 0 || le != token->answer_len)
        sw = fake_block(token, block);
    size_t left = token->answer_len - token->answer_at;
    reply->len = 0;
    if (sw == 0x9000 && exact && left > 0 && left < 256 && le != left)
        sw = (uint16_t)(0x6C00 | left);
    else if (sw == 0x9000)
        sw = fake_piece(token, reply);
    reply->at[reply->len++] = (uint8_t)(sw >> 8);
    reply->at[reply->len++] = (uint8_t)(sw & 0xFF);
}

static inline struct fake_card *fake_of(struct card *card)
{
    return CONTAINER_OF(card, struct fake_card, card);
}

/* Out of the reader; what it had of a chained PUT DATA may stay behind. */
static inline void fake_pull(struct fake_card *fake)
{
    struct fake_token *token = fake->in;
    if (token == NULL)
        return;
    if (token->quirks.tears && token->admin && token->command_len > 5) {
        struct fake_object *object =
            fake_object_of(token, (uint32_t)token->command[2] << 16 |
                                      (uint32_t)token->command[3] << 8 | token->command[4]);
        if (object != NULL) {
            object->len = token->command_len - 5;
            memcpy(object->at, token->command + 5, object->len);
        }
    }
    fake_power_off(token);
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
    memset(reply->at, 0xFF, sizeof(reply->at));
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
    case FAKE_SWAP:
        fake->in = fake->other;
        return false;
    case FAKE_PULL:
        fake_pull(fake);
        return false;
    case FAKE_NONE:
    case FAKE_GLITCH:
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
    if (fake->in == NULL || (strikes && fake->fault == FAKE_GLITCH))
        return ERR(ERR_GONE, 0, "link");
    fake_reply(fake->in, block, out_reply);
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
    *fake = (struct fake_card){.card.driver = &driver, .in = in};
}

#endif
