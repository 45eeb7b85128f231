/*
 * fake_token.h - PIV tokens in memory, which differ as real ones do (struct fake_quirks).
 *
 * Commands in by fake_reply(), block by block, answers out in pieces. Used by fake_card.h.
 */
#ifndef TESTS_UNIT_FAKE_TOKEN_H
#define TESTS_UNIT_FAKE_TOKEN_H

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
    bool wrong_le = exact && left > 0 && left < 256 && le != left;
    if (sw == 0x9000)
        sw = wrong_le ? (uint16_t)(0x6C00 | left) : fake_piece(token, reply);
    reply->at[reply->len++] = (uint8_t)(sw >> 8);
    reply->at[reply->len++] = (uint8_t)(sw & 0xFF);
}

#endif
