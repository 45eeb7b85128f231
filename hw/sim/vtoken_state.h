/*
 * vtoken_state.h - what a virtual token keeps when it has no power: keys, objects, counters.
 *
 *     vtoken_state_create or vtoken_store_load --> the commands change it and set `changed`
 *         --> vtoken_store_save --> ... --> vtoken_state_destroy
 *
 * Whoever changes it sets `changed`; the one that answers the reader saves before it answers,
 * as a token does.
 */
#ifndef HW_SIM_VTOKEN_STATE_H
#define HW_SIM_VTOKEN_STATE_H

#include <stdbool.h>

#include "hw/sim/vtoken_crypto.h"

#define VTOKEN_OBJECT_MAX 8000 /* bytes in one object; models may have less room */
#define VTOKEN_OBJECTS_MAX 48
#define VTOKEN_KEYS_MAX 24 /* 9A 9C 9D 9E and 82 to 95 */
#define VTOKEN_PIN_LEN 8   /* padded with FF */
#define VTOKEN_ADMIN_KEY_MAX 32
#define VTOKEN_PUK_TRIES 3

#define VTOKEN_TAG_DATA 0x53
#define VTOKEN_TAG_DISCOVERY 0x7E
#define VTOKEN_TAG_BIOMETRIC 0x7F61
#define VTOKEN_TAG_CHUID 0x5FC102
#define VTOKEN_TAG_CCC 0x5FC107

enum vtoken_pin_policy { VTOKEN_PIN_NEVER = 1, VTOKEN_PIN_ONCE = 2, VTOKEN_PIN_ALWAYS = 3 };
enum vtoken_origin { VTOKEN_GENERATED = 1, VTOKEN_IMPORTED = 2 };

struct vtoken_object {
    uint32_t tag; /* 0: free */
    bool raw;     /* answered as it is: torn, or made so by the factory */
    uint16_t len;
    uint8_t at[VTOKEN_OBJECT_MAX]; /* what stands inside tag 53, or raw all of the answer */
};

struct vtoken_key {
    uint8_t slot; /* 0: free */
    enum vtoken_algorithm algorithm;
    enum vtoken_pin_policy pin_policy;
    enum vtoken_origin origin;
    EVP_PKEY *pair; /* owned */
};

struct vtoken_pin {
    uint8_t at[VTOKEN_PIN_LEN];
    uint8_t tries_left;
    uint8_t tries_max;
};

struct vtoken_state {
    uint32_t serial;
    enum vtoken_algorithm admin_algorithm;
    uint8_t admin_key[VTOKEN_ADMIN_KEY_MAX];
    struct vtoken_pin pin;
    struct vtoken_pin puk;
    struct vtoken_key keys[VTOKEN_KEYS_MAX];
    struct vtoken_object objects[VTOKEN_OBJECTS_MAX];
    bool changed; /* since it was saved */
};

/* What a token comes with from the factory. */
struct vtoken_blank {
    enum vtoken_algorithm key; /* of slot 9A */
    uint8_t pin_tries;
    enum vtoken_algorithm admin; /* cipher of the admin key */
    bool bare;                   /* no key, no CHUID and no CCC: to be personalised */
};

/* A new token: random serial and GUID, a key in 9A, PIN 123456, PUK 12345678, the admin key
 * 0102030405060708, repeated to its cipher's length. ERR_NO_ROOM without memory, or as
 * vtoken_pair_generate. */
MUST_CHECK struct err vtoken_state_create(const struct vtoken_blank *blank,
                                          struct vtoken_state **out_state);

/* Wipes it. NULL is fine. */
void vtoken_state_destroy(struct vtoken_state *state);

/* The default PIN, PUK and admin key, padded: is this one of them? For the metadata. */
bool vtoken_state_pin_is_default(const struct vtoken_state *state);
bool vtoken_state_puk_is_default(const struct vtoken_state *state);
bool vtoken_state_admin_is_default(const struct vtoken_state *state);

/* PIN and PUK as they are from the factory, with these many tries. */
void vtoken_state_pins_reset(struct vtoken_state *state, uint8_t pin_tries, uint8_t puk_tries);

/* The object with this tag, or NULL. */
const struct vtoken_object *vtoken_state_object(const struct vtoken_state *state, uint32_t tag);

/* Put `value` in its place; nothing of length 0 stays. ERR_NO_ROOM when it or the number of
 * objects is too big; then the old one is still there. */
MUST_CHECK struct err vtoken_state_put(struct vtoken_state *state, uint32_t tag,
                                       struct bytes value);

/* The same with `answer` being all that GET DATA is to answer, well-formed or not. */
MUST_CHECK struct err vtoken_state_put_raw(struct vtoken_state *state, uint32_t tag,
                                           struct bytes answer);

/* All that GET DATA answers for `object`, into `writer`. */
void vtoken_object_write(const struct vtoken_object *object, struct vtoken_writer *writer);

/* Whether the slot is one that holds a key pair. */
bool vtoken_slot_known(uint8_t slot);

/* The tag of the certificate object of a slot that is known. */
uint32_t vtoken_slot_object(uint8_t slot);

/* What the slot asks for before a signature unless told otherwise. */
enum vtoken_pin_policy vtoken_slot_policy(uint8_t slot);

/* The key in this slot, or NULL. */
const struct vtoken_key *vtoken_state_key(const struct vtoken_state *state, uint8_t slot);

/* Take `key`, whose slot is known, with its pair; the old pair of the slot is gone. */
void vtoken_state_set_key(struct vtoken_state *state, struct vtoken_key key);

/* Put the key of slot `from`, which has one, into slot `to`, which has none; or, with `to` 0,
 * destroy it. */
void vtoken_state_move_key(struct vtoken_state *state, uint8_t from, uint8_t to);

#endif
