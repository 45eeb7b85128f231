/*
 * fake_token.h - PIV tokens in memory, which differ as real ones do (struct fake_quirks).
 *
 * Commands in by fake_reply(), block by block, answers out in pieces. Keys are not real: what they
 * answer tells which slot and which generation answered. Used by fake_card.h.
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
#define FAKE_OBJECTS_MAX (1 + TOKEN_SLOT_COUNT)
#define FAKE_PIN_LEN 8
#define FAKE_PIN "123456\xFF\xFF"
#define FAKE_PUK "12345678"
#define FAKE_GLOBAL_PIN "606060\xFF\xFF"
#define FAKE_TRIES 5

struct fake_quirks {
    bool no_yubico;           /* no metadata, no serial, nothing of its kind: 6D00 */
    bool no_mutual;           /* 6982 to a request for a witness */
    bool no_answer;           /* never proves that it has the admin key: a wrong answer */
    bool tears;               /* an interrupted PUT DATA leaves its fragment readable */
    bool exact_le;            /* 6Cxx until Le is exact */
    bool extended;            /* takes commands of extended length; else answers extended_sw */
    bool pieces;              /* answers long ones in pieces of 256 anyway */
    bool moves;               /* has MOVE KEY */
    bool keeps_empty;         /* a deleted object is "53 00", not 6A82 */
    bool needs_fresh_pin;     /* for each signature */
    bool silent_admin;        /* metadata do not tell the algorithm of the admin key */
    bool admin_3des_only;     /* takes no AES admin key */
    bool sets_admin;          /* has the command for it, whatever else it lacks */
    bool has_global;          /* a PIN of the whole card, at 00 */
    bool no_own_pin;          /* 6A88 to all with 80 */
    uint8_t policy[2];        /* of PINs, in a discovery object; zeros: none */
    uint16_t extended_sw;     /* 0: 6700 */
    uint16_t blocked_sw;      /* to VERIFY when blocked; 0: 6983 */
    size_t extended_max;      /* longest data of extended length; 0: any. Longer: 6700 */
    size_t capacity;          /* longest object; 0: any */
    size_t piece;             /* answers come in pieces of so many bytes; 0: 256 */
    enum piv_algorithm admin; /* NONE: 3DES */
};

struct fake_object {
    uint32_t id;
    uint8_t at[FAKE_OBJECT_MAX];
    size_t len;
    bool is_empty; /* there, without content */
};

struct fake_key {
    uint8_t algorithm; /* 0: none */
    uint8_t generation;
};

struct fake_pin {
    uint8_t at[FAKE_PIN_LEN];
    uint8_t tries_left;
};

struct fake_token {
    uint32_t serial;
    struct fake_quirks quirks;
    enum piv_algorithm admin_algorithm;
    struct secret admin_key;
    struct fake_pin pin, puk, global;
    struct fake_object objects[FAKE_OBJECTS_MAX]; /* CHUID, then by slot */
    struct fake_key keys[TOKEN_SLOT_COUNT];
    uint8_t generations;
    uint32_t pins_seen;     /* VERIFY with a PIN */
    uint32_t globals_seen;  /* the same, of 00 */
    uint32_t puts_seen;     /* PUT DATA carried out */
    uint32_t changes;       /* all that changed anything but tries */
    bool verified_by_other; /* says 9000 to an empty VERIFY */

    /* lost with power */
    bool selected, verified, admin;
    uint8_t command_ins;
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

static inline struct fake_object *fake_certificate(struct fake_token *token, uint8_t slot)
{
    assert(token_slot_index(slot) < TOKEN_SLOT_COUNT);
    return &token->objects[1 + token_slot_index(slot)];
}

static inline struct fake_key *fake_key_of(struct fake_token *token, uint8_t slot)
{
    size_t index = token_slot_index(slot);
    return index < TOKEN_SLOT_COUNT ? &token->keys[index] : NULL;
}

/* The bytes 01 to 08, again and again. */
static inline void fake_factory_key(enum piv_algorithm algorithm, struct secret *key)
{
    key->len = algorithm == PIV_ALGORITHM_AES256 ? 32 : 24;
    if (algorithm == PIV_ALGORITHM_AES128)
        key->len = 16;
    for (size_t i = 0; i < key->len; i++)
        key->at[i] = (uint8_t)(i % 8 + 1);
}

static inline void fake_set_chuid(struct fake_token *token)
{
    struct fake_object *chuid = &token->objects[0];
    uint8_t guid[16] = {0xAA,
                        0xBB,
                        [12] = (uint8_t)(token->serial >> 24),
                        (uint8_t)(token->serial >> 16 & 0xFF),
                        (uint8_t)(token->serial >> 8 & 0xFF),
                        (uint8_t)(token->serial & 0xFF)};
    struct tlv_writer writer = {.at = chuid->at, .max = sizeof(chuid->at)};
    tlv_put_head(&writer, 0x53, 20);
    tlv_put(&writer, 0x34, (struct bytes){guid, sizeof(guid)});
    tlv_put(&writer, 0xFE, (struct bytes){NULL, 0});
    chuid->len = writer.len;
}

/* A token with a P-256 key in 9A, its factory's PIN, PUK and admin key, a CHUID and no
 * certificates. */
static inline void fake_token_init(struct fake_token *token, uint32_t serial,
                                   struct fake_quirks quirks)
{
    memset(token, 0, sizeof(*token));
    token->serial = serial;
    token->quirks = quirks;
    token->admin_algorithm = quirks.admin != PIV_ALGORITHM_NONE ? quirks.admin : PIV_ALGORITHM_3DES;
    fake_factory_key(token->admin_algorithm, &token->admin_key);
    token->pin.tries_left = token->puk.tries_left = token->global.tries_left = FAKE_TRIES;
    memcpy(token->pin.at, FAKE_PIN, FAKE_PIN_LEN);
    memcpy(token->puk.at, FAKE_PUK, FAKE_PIN_LEN);
    memcpy(token->global.at, FAKE_GLOBAL_PIN, FAKE_PIN_LEN);
    token->objects[0].id = PIV_OBJECT_CHUID;
    for (size_t i = 0; i < TOKEN_SLOT_COUNT; i++)
        token->objects[1 + i].id = piv_certificate_object(token_slot_at(i));
    token->keys[0] = (struct fake_key){PIV_ALGORITHM_P256, 1};
    token->generations = 1;
    fake_set_chuid(token);
}

/* A certificate as a factory would put it there. */
static inline void fake_load(struct fake_token *token, uint8_t slot, struct bytes der)
{
    struct fake_object *object = fake_certificate(token, slot);
    struct apdu apdu;

    assert(!failed(piv_put_certificate(object->id, der, &apdu)));
    object->len = apdu.len - 5;
    memcpy(object->at, apdu.data + 5, object->len);
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

/* ---- PIN and PUK ---- */

static inline uint16_t fake_tries_sw(const struct fake_token *token, const struct fake_pin *pin)
{
    if (pin->tries_left > 0)
        return (uint16_t)(0x63C0 | pin->tries_left);
    return token->quirks.blocked_sw != 0 ? token->quirks.blocked_sw : 0x6983;
}

static inline uint16_t fake_compare(const struct fake_token *token, struct fake_pin *pin,
                                    const uint8_t *shown)
{
    if (pin->tries_left == 0)
        return fake_tries_sw(token, pin);
    if (memcmp(shown, pin->at, FAKE_PIN_LEN) == 0) {
        pin->tries_left = FAKE_TRIES;
        return 0x9000;
    }
    pin->tries_left--;
    return fake_tries_sw(token, pin);
}

static inline uint16_t fake_verify(struct fake_token *token, uint8_t key, struct bytes data)
{
    struct fake_pin *pin = key == 0 ? &token->global : &token->pin;
    if (key == 0 ? !token->quirks.has_global : token->quirks.no_own_pin)
        return 0x6A88;
    if (data.len == 0) {
        return token->verified || token->verified_by_other ? 0x9000 : fake_tries_sw(token, pin);
    }
    token->pins_seen++;
    token->globals_seen += key == 0;
    if (data.len != FAKE_PIN_LEN)
        return 0x6A80;
    uint16_t sw = fake_compare(token, pin, data.at);
    token->verified = sw == 0x9000;
    return sw;
}

static inline void fake_set_pin(struct fake_token *token, struct fake_pin *pin, const uint8_t *next)
{
    memcpy(pin->at, next, FAKE_PIN_LEN);
    pin->tries_left = FAKE_TRIES;
    token->changes++;
}

static inline uint16_t fake_change(struct fake_token *token, uint8_t key, struct bytes data)
{
    struct fake_pin *pin = key == 0x80 ? &token->pin : &token->puk;
    if ((key != 0x80 && key != 0x81) || data.len != 16)
        return 0x6A86;
    uint16_t sw = fake_compare(token, pin, data.at);
    if (sw == 0x9000)
        fake_set_pin(token, pin, data.at + FAKE_PIN_LEN);
    return sw;
}

static inline uint16_t fake_unblock(struct fake_token *token, uint8_t key, struct bytes data)
{
    if (key != 0x80 || data.len != 16)
        return 0x6A86;
    if (token->quirks.no_own_pin)
        return 0x6A88;
    uint16_t sw = fake_compare(token, &token->puk, data.at);
    if (sw == 0x9000)
        fake_set_pin(token, &token->pin, data.at + FAKE_PIN_LEN);
    return sw;
}

/* ---- objects ---- */

static inline uint32_t fake_id_of(struct bytes data)
{
    return (uint32_t)data.at[2] << 16 | (uint32_t)data.at[3] << 8 | data.at[4];
}

static inline uint16_t fake_get_discovery(struct fake_token *token)
{
    uint8_t object[] = {
        0x7E, 0x05, 0x5F, 0x2F, 0x02, token->quirks.policy[0], token->quirks.policy[1]};
    if (token->quirks.policy[0] == 0)
        return 0x6A82;
    return fake_answer(token, (struct bytes){object, sizeof(object)});
}

static inline uint16_t fake_get(struct fake_token *token, struct bytes data)
{
    if (data.len == 3 && data.at[2] == PIV_OBJECT_DISCOVERY)
        return fake_get_discovery(token);
    static const uint8_t nothing[] = {0x53, 0x00};
    const struct fake_object *object =
        data.len == 5 ? fake_object_of(token, fake_id_of(data)) : NULL;
    if (object != NULL && object->is_empty)
        return fake_answer(token, (struct bytes){nothing, sizeof(nothing)});
    if (object == NULL || object->len == 0)
        return 0x6A82;
    return fake_answer(token, (struct bytes){object->at, object->len});
}

static inline uint16_t fake_put(struct fake_token *token, struct bytes data)
{
    if (!token->admin)
        return 0x6982;
    if (data.len < 7)
        return 0x6A80;
    struct fake_object *object = fake_object_of(token, fake_id_of(data));
    if (object == NULL || (token->quirks.capacity != 0 && data.len - 5 > token->quirks.capacity))
        return 0x6A84;
    token->puts_seen++;
    token->changes++;
    bool empties = data.len == 7 && data.at[6] == 0;
    object->len = empties ? 0 : data.len - 5;
    object->is_empty = empties && token->quirks.keeps_empty;
    memcpy(object->at, data.at + 5, object->len);
    return 0x9000;
}

/* What an interrupted chain of PUT DATA leaves. */
static inline void fake_tear(struct fake_token *token)
{
    struct bytes data = {token->command, token->command_len};

    if (!token->quirks.tears || !token->admin || token->command_ins != 0xDB || data.len <= 5)
        return;
    struct fake_object *object = fake_object_of(token, fake_id_of(data));
    if (object == NULL)
        return;
    object->len = data.len - 5;
    object->is_empty = false;
    memcpy(object->at, data.at + 5, object->len);
}

#include "tests/unit/fake_token_keys.h"

/* ---- commands ---- */

static inline uint16_t fake_command(struct fake_token *token, const uint8_t *head,
                                    struct bytes data)
{
    static const uint8_t selected[] = {0x61, 0x02, 0x4F, 0x00};

    if (head[1] == 0xA4) {
        token->selected = data.len >= 5 && memcmp(data.at, "\xA0\x00\x00\x03\x08", 5) == 0;
        return token->selected ? fake_answer(token, (struct bytes){selected, sizeof(selected)})
                               : 0x6A82;
    }
    if (!token->selected)
        return 0x6D00;
    switch (head[1]) {
    case 0x20:
        return fake_verify(token, head[3], data);
    case 0x24:
        return fake_change(token, head[3], data);
    case 0x2C:
        return fake_unblock(token, head[3], data);
    case 0x47:
        return fake_generate(token, head[3], data);
    case 0x87:
        return fake_authenticate(token, head, data);
    case 0xCB:
        return fake_get(token, data);
    case 0xDB:
        return fake_put(token, data);
    case 0xFF:
        return token->quirks.no_yubico && !token->quirks.sets_admin ? 0x6D00
                                                                    : fake_set_admin(token, data);
    default:
        return token->quirks.no_yubico ? 0x6D00 : fake_yubico(token, head);
    }
}

/* Data of one block in either form; false when it is none. */
static inline bool fake_data_of(struct bytes block, bool *out_extended, struct bytes *out_data)
{
    *out_extended = block.len > 7 && block.at[4] == 0;
    *out_data = (struct bytes){block.at + block.len, 0};
    if (*out_extended) {
        *out_data = (struct bytes){block.at + 7, (size_t)block.at[5] << 8 | block.at[6]};
        return out_data->len > 0 &&
               (block.len == 7 + out_data->len || block.len == 9 + out_data->len);
    }
    if (block.len > 5)
        *out_data = (struct bytes){block.at + 5, block.at[4]};
    return block.len <= 5 || block.len == 5 + out_data->len || block.len == 6 + out_data->len;
}

/* Collects chained blocks, runs the command, gives its answer out in pieces. */
static inline uint16_t fake_block(struct fake_token *token, struct bytes block, bool *out_extended)
{
    struct bytes data;
    const struct fake_quirks *quirks = &token->quirks;

    bool well_formed = fake_data_of(block, out_extended, &data);
    assert(well_formed);
    if (*out_extended && !quirks->extended)
        return quirks->extended_sw != 0 ? quirks->extended_sw : 0x6700;
    if (*out_extended && quirks->extended_max != 0 && data.len > quirks->extended_max)
        return 0x6700;
    if (block.at[1] == 0xC0)
        return 0x9000;
    if (token->command_len > 0 && token->command_ins != block.at[1])
        token->command_len = 0;
    token->command_ins = block.at[1];
    assert(token->command_len + data.len <= sizeof(token->command));
    memcpy(token->command + token->command_len, data.at, data.len);
    token->command_len += data.len;
    if ((block.at[0] & 0x10) != 0)
        return 0x9000;
    data = (struct bytes){token->command, token->command_len};
    token->command_len = 0;
    token->answer_len = token->answer_at = 0;
    return fake_command(token, block.at, data);
}

/* The next piece of the answer, and whether more follows. */
static inline uint16_t fake_piece(struct fake_token *token, size_t max, struct card_reply *reply)
{
    size_t left = token->answer_len - token->answer_at;
    size_t len = left < max ? left : max;

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
    bool extended = false;
    uint16_t sw = 0x9000;

    /* but for the repeat of a command that was answered with 6Cxx: its answer still waits */
    if (!exact || token->answer_at > 0 || token->answer_len == 0 || le != token->answer_len)
        sw = fake_block(token, block, &extended);
    size_t left = token->answer_len - token->answer_at;
    size_t max = extended && !token->quirks.pieces ? FAKE_OBJECT_MAX : 256;
    if (token->quirks.piece != 0)
        max = token->quirks.piece;
    reply->len = 0;
    bool wrong_le = exact && left > 0 && left < 256 && le != left;
    if (sw == 0x9000)
        sw = wrong_le ? (uint16_t)(0x6C00 | left) : fake_piece(token, max, reply);
    reply->at[reply->len++] = (uint8_t)(sw >> 8);
    reply->at[reply->len++] = (uint8_t)(sw & 0xFF);
}

#endif
