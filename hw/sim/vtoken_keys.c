/* vtoken_keys.c - GENERATE ASYMMETRIC KEY PAIR (NIST SP 800-73pt2-5 section 3.3.1) and Yubico's
 * commands about keys (docs.yubico.com, "PIV commands"). */
#include <string.h>

#include <openssl/crypto.h>

#include "hw/sim/vtoken_command.h"

#define TAG_CONTROL 0xAC
#define TAG_ALGORITHM 0x80
#define TAG_PIN_POLICY 0xAA
#define TAG_TOUCH_POLICY 0xAB
#define TAG_PUBLIC_KEY 0x7F49
#define TAG_PRIME_P 0x01
#define TAG_PRIME_Q 0x02
#define TAG_SCALAR 0x06
#define PUBLIC_MAX 420
#define SLOT_NONE_DELETES 0xFF
#define META_ALGORITHM 0x01
#define META_POLICY 0x02
#define META_ORIGIN 0x03
#define META_PUBLIC 0x04
#define META_DEFAULT 0x05
#define META_TRIES 0x06
#define META_PIN_ALGORITHM 0xFF
#define TOUCH_NEVER 1

static bool pair_algorithm(const struct vtoken_model *model, uint8_t number,
                           enum vtoken_algorithm *out_algorithm)
{
    enum vtoken_algorithm algorithm = VTOKEN_P256;
    if (!vtoken_algorithm_of(number, &algorithm) || !vtoken_algorithm_is_pair(algorithm) ||
        (algorithm == VTOKEN_RSA3072 && !model->rsa3072))
        return false;
    *out_algorithm = algorithm;
    return true;
}

/* The policy asked for among `elements`, or what the slot has of itself. */
static bool policy_parse(struct bytes elements, uint8_t slot, enum vtoken_pin_policy *out_policy)
{
    static const enum vtoken_pin_policy policies[] = {VTOKEN_PIN_NEVER, VTOKEN_PIN_ONCE,
                                                      VTOKEN_PIN_ALWAYS};
    struct bytes asked;
    *out_policy = vtoken_slot_policy(slot);
    if (!vtoken_tlv_find(elements, TAG_PIN_POLICY, &asked) || (asked.len == 1 && asked.at[0] == 0))
        return true;
    for (size_t i = 0; asked.len == 1 && i < ARRAY_LEN(policies); i++) {
        if (policies[i] == asked.at[0]) {
            *out_policy = policies[i];
            return true;
        }
    }
    return false;
}

static void public_put(const EVP_PKEY *pair, uint32_t tag, struct vtoken_writer *answer)
{
    uint8_t at[PUBLIC_MAX];
    struct vtoken_writer inside = {.at = at, .size = sizeof at};
    vtoken_pair_public(pair, &inside);
    vtoken_put_tlv(answer, tag, (struct bytes){at, inside.len});
    answer->overflow = answer->overflow || inside.overflow;
}

unsigned vtoken_generate(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    struct bytes control;
    struct bytes algorithm;
    struct vtoken_key key = {.slot = command->p2, .origin = VTOKEN_GENERATED};
    if (command->p1 != 0 || !vtoken_model_has_slot(card->model, command->p2))
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    if (!vtoken_tlv_find(command->data, TAG_CONTROL, &control) ||
        !vtoken_tlv_find(control, TAG_ALGORITHM, &algorithm) || algorithm.len != 1 ||
        !pair_algorithm(card->model, algorithm.at[0], &key.algorithm) ||
        !policy_parse(control, key.slot, &key.pin_policy))
        return SW_DATA;
    if (failed(vtoken_pair_generate(key.algorithm, &key.pair)))
        return SW_BROKEN;
    public_put(key.pair, TAG_PUBLIC_KEY, answer);
    vtoken_state_set_key(card->state, key);
    return SW_OK;
}

unsigned vtoken_import(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    struct vtoken_key key = {.slot = command->p2, .origin = VTOKEN_IMPORTED};
    if (!vtoken_model_has_slot(card->model, command->p2) ||
        !pair_algorithm(card->model, command->p1, &key.algorithm))
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    bool curve = key.algorithm == VTOKEN_P256 || key.algorithm == VTOKEN_P384;
    struct bytes p;
    struct bytes q = {NULL, 0};
    if (!vtoken_tlv_find(command->data, curve ? TAG_SCALAR : TAG_PRIME_P, &p) ||
        (!curve && !vtoken_tlv_find(command->data, TAG_PRIME_Q, &q)) ||
        !policy_parse(command->data, key.slot, &key.pin_policy) ||
        failed(vtoken_pair_import(key.algorithm, p, q, &key.pair)))
        return SW_DATA;
    vtoken_state_set_key(card->state, key);
    return SW_OK;
}

unsigned vtoken_set_admin_key(struct vtoken_card *card, const struct vtoken_command *command,
                              struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    enum vtoken_algorithm cipher = VTOKEN_3DES;
    struct bytes data = command->data; /* algorithm, 9B, length, key */
    if (command->p1 != 0xFF || command->p2 < 0xFE)
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    if (data.len < 3 || data.at[1] != VTOKEN_REFERENCE_ADMIN || data.at[2] != data.len - 3)
        return SW_DATA;
    if (!vtoken_algorithm_of(data.at[0], &cipher) || vtoken_algorithm_is_pair(cipher) ||
        (cipher != VTOKEN_3DES && !card->model->admin_aes) ||
        vtoken_cipher_key_len(cipher) != data.len - 3)
        return SW_DATA;
    card->state->admin_algorithm = cipher;
    memcpy(card->state->admin_key, data.at + 3, data.len - 3);
    card->state->changed = true;
    return SW_OK;
}

/* P1 is where to, or FF for nowhere, P2 where from. Yubico's documents say that the slot it goes to
 * must be empty, not with which status word another one is refused. */
unsigned vtoken_move_key(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    uint8_t to = command->p1 == SLOT_NONE_DELETES ? 0 : command->p1;
    uint8_t from = command->p2;
    if (command->data.len != 0 || to == from || !vtoken_model_has_slot(card->model, from) ||
        (to != 0 && !vtoken_model_has_slot(card->model, to)))
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    if (vtoken_state_key(card->state, from) == NULL)
        return SW_REFERENCE;
    if (to != 0 && vtoken_state_key(card->state, to) != NULL)
        return SW_CONDITIONS;
    vtoken_state_move_key(card->state, from, to);
    return SW_OK;
}

static void pin_metadata(const struct vtoken_pin *pin, bool is_default,
                         struct vtoken_writer *answer)
{
    const uint8_t tries[] = {pin->tries_max, pin->tries_left};
    vtoken_put_byte(answer, META_ALGORITHM, META_PIN_ALGORITHM);
    vtoken_put_byte(answer, META_DEFAULT, is_default);
    vtoken_put_tlv(answer, META_TRIES, (struct bytes){tries, sizeof tries});
}

static void admin_metadata(const struct vtoken_state *state, struct vtoken_writer *answer)
{
    const uint8_t policy[] = {0, TOUCH_NEVER};
    vtoken_put_byte(answer, META_ALGORITHM, (uint8_t)state->admin_algorithm);
    vtoken_put_tlv(answer, META_POLICY, (struct bytes){policy, sizeof policy});
    vtoken_put_byte(answer, META_DEFAULT, vtoken_state_admin_is_default(state));
}

static void key_metadata(const struct vtoken_key *key, struct vtoken_writer *answer)
{
    const uint8_t policy[] = {(uint8_t)key->pin_policy, TOUCH_NEVER};
    vtoken_put_byte(answer, META_ALGORITHM, (uint8_t)key->algorithm);
    vtoken_put_tlv(answer, META_POLICY, (struct bytes){policy, sizeof policy});
    vtoken_put_byte(answer, META_ORIGIN, (uint8_t)key->origin);
    public_put(key->pair, META_PUBLIC, answer);
}

unsigned vtoken_metadata(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    const struct vtoken_state *state = card->state;
    if (command->p1 != 0 || command->data.len != 0)
        return SW_PARAMETERS;
    if (command->p2 == vtoken_pin_reference(card)) {
        pin_metadata(&state->pin, vtoken_state_pin_is_default(state), answer);
        return SW_OK;
    }
    if (command->p2 == VTOKEN_REFERENCE_PUK) {
        pin_metadata(&state->puk, vtoken_state_puk_is_default(state), answer);
        return SW_OK;
    }
    if (command->p2 == VTOKEN_REFERENCE_ADMIN) {
        admin_metadata(state, answer);
        return SW_OK;
    }
    const struct vtoken_key *key = vtoken_model_has_slot(card->model, command->p2)
                                       ? vtoken_state_key(state, command->p2)
                                       : NULL;
    if (key == NULL)
        return SW_REFERENCE;
    key_metadata(key, answer);
    return SW_OK;
}

unsigned vtoken_serial(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer)
{
    (void)command; /* P1 and P2 mean nothing here */
    uint32_t serial = card->state->serial;
    const uint8_t at[] = {(uint8_t)(serial >> 24 & 0xFF), (uint8_t)(serial >> 16 & 0xFF),
                          (uint8_t)(serial >> 8 & 0xFF), (uint8_t)(serial & 0xFF)};
    vtoken_put_raw(answer, (struct bytes){at, sizeof at});
    return SW_OK;
}

unsigned vtoken_version(struct vtoken_card *card, const struct vtoken_command *command,
                        struct vtoken_writer *answer)
{
    (void)command; /* P1 and P2 mean nothing here */
    vtoken_put_raw(answer, (struct bytes){card->model->version, sizeof card->model->version});
    return SW_OK;
}
