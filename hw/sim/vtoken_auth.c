/* vtoken_auth.c - GENERAL AUTHENTICATE (NIST SP 800-73pt2-5 section 3.2.4): the administrator
 * proves a key, and the card uses its own. */
#include <string.h>

#include <openssl/crypto.h>

#include "hw/sim/vtoken_command.h"

#define TAG_TEMPLATE 0x7C
#define TAG_WITNESS 0x80
#define TAG_CHALLENGE 0x81
#define TAG_RESPONSE 0x82
#define TAG_EXPONENTIATION 0x85
#define ALGORITHM_3DES_AGAIN 0x00 /* the other number that 3DES has */

/* The elements of the template; `at` is NULL for one that is not there. */
struct elements {
    struct bytes witness;
    struct bytes challenge;
    struct bytes response;
    struct bytes point;
};

static bool elements_parse(struct bytes data, struct elements *out)
{
    struct bytes inside;
    if (!vtoken_tlv_find(data, TAG_TEMPLATE, &inside))
        return false;
    struct vtoken_tlv element;
    while (vtoken_tlv_take(&inside, &element)) {
        switch (element.tag) {
        case TAG_WITNESS:
            out->witness = element.value;
            break;
        case TAG_CHALLENGE:
            out->challenge = element.value;
            break;
        case TAG_RESPONSE:
            out->response = element.value;
            break;
        case TAG_EXPONENTIATION:
            out->point = element.value;
            break;
        default:
            return false;
        }
    }
    return inside.len == 0;
}

static void answer_put(struct vtoken_writer *answer, uint32_t tag, struct bytes value)
{
    vtoken_put_header(answer, TAG_TEMPLATE, vtoken_header_len(tag, value.len) + value.len);
    vtoken_put_tlv(answer, tag, value);
}

static bool admin_encrypt(const struct vtoken_card *card, const uint8_t *block, uint8_t *out)
{
    const struct vtoken_state *state = card->state;
    return !failed(vtoken_block_encrypt(state->admin_algorithm, state->admin_key, block, out));
}

/* First step of either way, where the card offers it: draw a challenge. The witness goes out
 * encrypted. */
static unsigned challenge_send(struct vtoken_card *card, enum vtoken_challenge kind, size_t len,
                               struct vtoken_writer *answer)
{
    struct vtoken_session *session = &card->session;
    bool mutual = kind == VTOKEN_CHALLENGE_WITNESS;
    uint8_t sent[VTOKEN_BLOCK_MAX];
    if (!(mutual ? card->model->mutual : card->model->external))
        return SW_SECURITY;
    vtoken_random(session->challenge_at, len);
    memcpy(sent, session->challenge_at, len);
    if (mutual && !admin_encrypt(card, session->challenge_at, sent))
        return SW_BROKEN;
    session->challenge = kind;
    answer_put(answer, mutual ? TAG_WITNESS : TAG_CHALLENGE, (struct bytes){sent, len});
    return SW_OK;
}

/* Second step of mutual authentication: the witness comes back in the clear, with a challenge
 * for the card. */
static unsigned witness_check(struct vtoken_card *card, const struct elements *in, size_t len,
                              struct vtoken_writer *answer)
{
    uint8_t response[VTOKEN_BLOCK_MAX];
    if (in->witness.len != len || in->challenge.len != len)
        return SW_DATA;
    if (CRYPTO_memcmp(in->witness.at, card->session.challenge_at, len) != 0)
        return SW_SECURITY;
    if (!admin_encrypt(card, in->challenge.at, response))
        return SW_BROKEN;
    card->session.admin = true;
    answer_put(answer, TAG_RESPONSE, (struct bytes){response, len});
    return SW_OK;
}

static unsigned response_check(struct vtoken_card *card, const struct elements *in, size_t len)
{
    uint8_t expected[VTOKEN_BLOCK_MAX];
    if (in->response.len != len)
        return SW_DATA;
    if (!admin_encrypt(card, card->session.challenge_at, expected))
        return SW_BROKEN;
    if (CRYPTO_memcmp(in->response.at, expected, len) != 0)
        return SW_SECURITY;
    card->session.admin = true;
    return SW_OK;
}

static bool asked(struct bytes element)
{
    return element.at != NULL && element.len == 0;
}

static bool given(struct bytes element)
{
    return element.at != NULL && element.len > 0;
}

static unsigned admin_authenticate(struct vtoken_card *card, const struct vtoken_command *command,
                                   const struct elements *in, struct vtoken_writer *answer)
{
    enum vtoken_algorithm algorithm = card->state->admin_algorithm;
    bool named = command->p1 == algorithm ||
                 (command->p1 == ALGORITHM_3DES_AGAIN && algorithm == VTOKEN_3DES);
    if (!named)
        return SW_PARAMETERS;
    size_t len = vtoken_block_len(algorithm);
    enum vtoken_challenge step = card->session.challenge;
    card->session.challenge = VTOKEN_CHALLENGE_NONE; /* each is good for one answer */
    if (asked(in->witness))
        return challenge_send(card, VTOKEN_CHALLENGE_WITNESS, len, answer);
    if (asked(in->challenge))
        return challenge_send(card, VTOKEN_CHALLENGE_PLAIN, len, answer);
    if (given(in->witness) && given(in->challenge)) {
        return step == VTOKEN_CHALLENGE_WITNESS ? witness_check(card, in, len, answer)
                                                : SW_SECURITY;
    }
    if (given(in->response))
        return step == VTOKEN_CHALLENGE_PLAIN ? response_check(card, in, len) : SW_SECURITY;
    return SW_DATA;
}

/* Whether the PIN allows the key to be used once more, which a key that asks for it every time
 * uses up. */
static bool pin_allows(struct vtoken_session *session, const struct vtoken_key *key)
{
    bool allowed = false;
    switch (key->pin_policy) {
    case VTOKEN_PIN_NEVER:
        return true;
    case VTOKEN_PIN_ONCE:
        return session->pin_verified;
    case VTOKEN_PIN_ALWAYS:
        allowed = session->pin_fresh;
        session->pin_fresh = false;
        break;
    }
    return allowed;
}

static unsigned key_use(struct vtoken_card *card, const struct vtoken_command *command,
                        const struct elements *in, struct vtoken_writer *answer)
{
    const struct vtoken_key *key = vtoken_state_key(card->state, command->p2);
    if (key == NULL || !vtoken_model_has_slot(card->model, command->p2))
        return SW_REFERENCE;
    if (key->algorithm != command->p1)
        return SW_PARAMETERS;
    bool sign = given(in->challenge);
    if (!asked(in->response) || sign == given(in->point))
        return SW_DATA;
    if (!pin_allows(&card->session, key))
        return SW_SECURITY;
    uint8_t out[VTOKEN_SIGNATURE_MAX];
    size_t len = 0;
    struct err e = sign ? vtoken_pair_sign(key->pair, in->challenge, out, &len)
                        : vtoken_pair_derive(key->pair, in->point, out, &len);
    if (failed(e))
        return SW_DATA;
    answer_put(answer, TAG_RESPONSE, (struct bytes){out, len});
    OPENSSL_cleanse(out, sizeof out);
    return SW_OK;
}

unsigned vtoken_general_authenticate(struct vtoken_card *card, const struct vtoken_command *command,
                                     struct vtoken_writer *answer)
{
    struct elements in = {.witness = {NULL, 0}};
    if (!elements_parse(command->data, &in))
        return SW_DATA;
    if (command->p2 == VTOKEN_REFERENCE_ADMIN)
        return admin_authenticate(card, command, &in, answer);
    return key_use(card, command, &in, answer);
}
