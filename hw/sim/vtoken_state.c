/* vtoken_state.c - hides what a token is made of at the factory, and where in its tables things
 * lie. */
#include "hw/sim/vtoken_state.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#define SLOT_AUTHENTICATION 0x9A
#define SLOT_SIGNATURE 0x9C
#define SLOT_MANAGEMENT 0x9D
#define SLOT_CARD 0x9E
#define SLOT_RETIRED_FIRST 0x82
#define SLOT_RETIRED_LAST 0x95
#define OBJECT_RETIRED_FIRST 0x5FC10D
#define SERIAL_MIN 10000000U
#define SERIAL_RANGE 80000000U
#define GUID_AT 29
#define GUID_LEN 16
#define CARD_ID_AT 9
#define CARD_ID_LEN 14

static const uint8_t pin_default[VTOKEN_PIN_LEN] = {'1', '2', '3', '4', '5', '6', 0xFF, 0xFF};
static const uint8_t puk_default[VTOKEN_PIN_LEN] = {'1', '2', '3', '4', '5', '6', '7', '8'};
static const uint8_t admin_default[VTOKEN_ADMIN_KEY_MAX] = {
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};

/* NIST SP 800-73pt1-5 section 3.1.2: FASC-N of a card outside the federal government, GUID,
 * expiry, no signature. */
static const uint8_t chuid_default[] = {
    0x30, 0x19, 0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D, 0x83, 0x68,
    0x58, 0x21, 0x08, 0x42, 0x10, 0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB, 0x34, 0x10, 0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
    0x35, 0x08, '2',  '0',  '5',  '0',  '0',  '1',  '0',  '1',  0x3E, 0x00, 0xFE, 0x00};

/* Section 3.1.1: card identifier, and everything else empty or at its fixed value. */
static const uint8_t ccc_default[] = {
    0xF0, 0x15, 0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02, 0,    0,    0,    0,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0xF1, 0x01, 0x21,
    0xF2, 0x01, 0x21, 0xF3, 0x00, 0xF4, 0x01, 0x00, 0xF5, 0x01, 0x10, 0xF6, 0x00,
    0xF7, 0x00, 0xFA, 0x00, 0xFB, 0x00, 0xFC, 0x00, 0xFD, 0x00, 0xFE, 0x00};

/* Section 3.3.2: the PIV card application, and a PIN of its own that satisfies it. */
static const uint8_t discovery_default[] = {0x4F, 0x0B, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00,
                                            0x10, 0x00, 0x01, 0x00, 0x5F, 0x2F, 0x02, 0x40, 0x00};

static struct err discovery_fill(struct vtoken_state *state)
{
    return vtoken_state_put(state, VTOKEN_TAG_DISCOVERY,
                            (struct bytes){discovery_default, sizeof discovery_default});
}

static struct err objects_fill(struct vtoken_state *state)
{
    uint8_t chuid[sizeof chuid_default];
    memcpy(chuid, chuid_default, sizeof chuid);
    vtoken_random(chuid + GUID_AT, GUID_LEN);
    uint8_t ccc[sizeof ccc_default];
    memcpy(ccc, ccc_default, sizeof ccc);
    vtoken_random(ccc + CARD_ID_AT, CARD_ID_LEN);
    struct err e = vtoken_state_put(state, VTOKEN_TAG_CHUID, (struct bytes){chuid, sizeof chuid});
    if (!failed(e))
        e = vtoken_state_put(state, VTOKEN_TAG_CCC, (struct bytes){ccc, sizeof ccc});
    return failed(e) ? e : discovery_fill(state);
}

void vtoken_state_pins_reset(struct vtoken_state *state, uint8_t pin_tries, uint8_t puk_tries)
{
    memcpy(state->pin.at, pin_default, sizeof pin_default);
    state->pin.tries_left = state->pin.tries_max = pin_tries;
    memcpy(state->puk.at, puk_default, sizeof puk_default);
    state->puk.tries_left = state->puk.tries_max = puk_tries;
    state->changed = true;
}

static struct err state_fill(struct vtoken_state *state, const struct vtoken_blank *blank)
{
    uint8_t random[sizeof state->serial];
    vtoken_random(random, sizeof random);
    memcpy(&state->serial, random, sizeof random);
    state->serial = SERIAL_MIN + state->serial % SERIAL_RANGE;
    state->admin_algorithm = blank->admin;
    memcpy(state->admin_key, admin_default, vtoken_cipher_key_len(blank->admin));
    vtoken_state_pins_reset(state, blank->pin_tries, VTOKEN_PUK_TRIES);
    if (blank->bare)
        return discovery_fill(state);
    struct vtoken_key key = {.slot = SLOT_AUTHENTICATION,
                             .algorithm = blank->key,
                             .pin_policy = vtoken_slot_policy(SLOT_AUTHENTICATION),
                             .origin = VTOKEN_GENERATED};
    struct err e = vtoken_pair_generate(blank->key, &key.pair);
    if (failed(e))
        return e;
    vtoken_state_set_key(state, key);
    return objects_fill(state);
}

struct err vtoken_state_create(const struct vtoken_blank *blank, struct vtoken_state **out_state)
{
    struct vtoken_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = state_fill(state, blank);
    if (failed(e)) {
        vtoken_state_destroy(state);
        return e;
    }
    *out_state = state;
    return ERR_OK;
}

void vtoken_state_destroy(struct vtoken_state *state)
{
    if (state == NULL)
        return;
    for (size_t i = 0; i < VTOKEN_KEYS_MAX; i++)
        EVP_PKEY_free(state->keys[i].pair);
    OPENSSL_cleanse(state, sizeof *state);
    free(state);
}

bool vtoken_state_pin_is_default(const struct vtoken_state *state)
{
    return memcmp(state->pin.at, pin_default, VTOKEN_PIN_LEN) == 0;
}

bool vtoken_state_puk_is_default(const struct vtoken_state *state)
{
    return memcmp(state->puk.at, puk_default, VTOKEN_PIN_LEN) == 0;
}

bool vtoken_state_admin_is_default(const struct vtoken_state *state)
{
    size_t len = vtoken_cipher_key_len(state->admin_algorithm);
    return memcmp(state->admin_key, admin_default, len) == 0;
}

static size_t object_index(const struct vtoken_state *state, uint32_t tag)
{
    size_t i = 0;
    while (i < VTOKEN_OBJECTS_MAX && state->objects[i].tag != tag)
        i++;
    return i;
}

const struct vtoken_object *vtoken_state_object(const struct vtoken_state *state, uint32_t tag)
{
    size_t i = object_index(state, tag);
    return i == VTOKEN_OBJECTS_MAX ? NULL : &state->objects[i];
}

static struct err object_put(struct vtoken_state *state, uint32_t tag, bool raw, struct bytes value)
{
    if (value.len > VTOKEN_OBJECT_MAX)
        return ERR(ERR_NO_ROOM, value.len, "object");
    size_t i = object_index(state, tag);
    if (i == VTOKEN_OBJECTS_MAX)
        i = object_index(state, 0);
    if (i == VTOKEN_OBJECTS_MAX)
        return ERR(ERR_NO_ROOM, VTOKEN_OBJECTS_MAX, "objects");
    struct vtoken_object *object = &state->objects[i];
    object->tag = value.len == 0 ? 0 : tag;
    object->raw = raw;
    object->len = (uint16_t)value.len;
    if (value.len > 0)
        memcpy(object->at, value.at, value.len);
    state->changed = true;
    return ERR_OK;
}

struct err vtoken_state_put(struct vtoken_state *state, uint32_t tag, struct bytes value)
{
    return object_put(state, tag, false, value);
}

struct err vtoken_state_put_raw(struct vtoken_state *state, uint32_t tag, struct bytes answer)
{
    return object_put(state, tag, true, answer);
}

void vtoken_object_write(const struct vtoken_object *object, struct vtoken_writer *writer)
{
    struct bytes value = {object->at, object->len};
    bool bare = object->tag == VTOKEN_TAG_DISCOVERY || object->tag == VTOKEN_TAG_BIOMETRIC;
    if (object->raw) {
        vtoken_put_raw(writer, value);
    } else {
        vtoken_put_tlv(writer, bare ? object->tag : VTOKEN_TAG_DATA, value);
    }
}

static bool slot_is_retired(uint8_t slot)
{
    return slot >= SLOT_RETIRED_FIRST && slot <= SLOT_RETIRED_LAST;
}

/* NIST SP 800-73pt1-5 table 4b and SP 800-78-5 table 6-1. */
static const struct slot_row {
    uint8_t slot;
    uint32_t object;
    enum vtoken_pin_policy policy;
} slots[] = {
    {SLOT_AUTHENTICATION, 0x5FC105, VTOKEN_PIN_ONCE},
    {SLOT_SIGNATURE, 0x5FC10A, VTOKEN_PIN_ALWAYS},
    {SLOT_MANAGEMENT, 0x5FC10B, VTOKEN_PIN_ONCE},
    {SLOT_CARD, 0x5FC101, VTOKEN_PIN_NEVER},
};

static const struct slot_row *slot_row(uint8_t slot)
{
    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        if (slots[i].slot == slot)
            return &slots[i];
    }
    return NULL;
}

bool vtoken_slot_known(uint8_t slot)
{
    return slot_is_retired(slot) || slot_row(slot) != NULL;
}

uint32_t vtoken_slot_object(uint8_t slot)
{
    const struct slot_row *row = slot_row(slot);
    return row != NULL ? row->object : OBJECT_RETIRED_FIRST + (uint32_t)(slot - SLOT_RETIRED_FIRST);
}

enum vtoken_pin_policy vtoken_slot_policy(uint8_t slot)
{
    const struct slot_row *row = slot_row(slot);
    return row != NULL ? row->policy : VTOKEN_PIN_ONCE;
}

static size_t key_index(const struct vtoken_state *state, uint8_t slot)
{
    size_t i = 0;
    while (i < VTOKEN_KEYS_MAX && state->keys[i].slot != slot)
        i++;
    return i;
}

const struct vtoken_key *vtoken_state_key(const struct vtoken_state *state, uint8_t slot)
{
    size_t i = key_index(state, slot);
    return i == VTOKEN_KEYS_MAX ? NULL : &state->keys[i];
}

void vtoken_state_set_key(struct vtoken_state *state, struct vtoken_key key)
{
    size_t i = key_index(state, key.slot);
    if (i == VTOKEN_KEYS_MAX)
        i = key_index(state, 0); /* the table has a row for each slot there is */
    EVP_PKEY_free(state->keys[i].pair);
    state->keys[i] = key;
    state->changed = true;
}

void vtoken_state_move_key(struct vtoken_state *state, uint8_t from, uint8_t to)
{
    struct vtoken_key *key = &state->keys[key_index(state, from)];
    if (to == 0) {
        EVP_PKEY_free(key->pair);
        *key = (struct vtoken_key){.slot = 0};
    } else {
        key->slot = to;
    }
    state->changed = true;
}
