/* vtoken_pin.c - VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER (NIST SP 800-73pt2-5
 * sections 3.2.1 to 3.2.3). A try is spent before the comparison, as on a card. */
#include <string.h>

#include <openssl/crypto.h>

#include "hw/sim/vtoken_command.h"

#define P1_FORGET 0xFF
#define PIN_DIGITS_MIN 6
#define PIN_PAD 0xFF
#define TRIES_MAX 15
#define OLD_AND_NEW_LEN ((size_t)2 * VTOKEN_PIN_LEN)

static unsigned pin_compare(struct vtoken_card *card, struct vtoken_pin *pin, const uint8_t *typed)
{
    if (pin->tries_left == 0)
        return SW_BLOCKED;
    if (CRYPTO_memcmp(pin->at, typed, VTOKEN_PIN_LEN) != 0) {
        pin->tries_left--;
        card->state->changed = true;
        if (pin->tries_left == 0 && card->model->last_try_blocks)
            return SW_BLOCKED;
        return SW_TRIES | pin->tries_left;
    }
    if (pin->tries_left != pin->tries_max) {
        pin->tries_left = pin->tries_max;
        card->state->changed = true;
    }
    return SW_OK;
}

/* Digits and then padding; a PUK may hold any bytes. */
static bool pin_well_formed(const uint8_t *typed)
{
    size_t len = 0;
    while (len < VTOKEN_PIN_LEN && typed[len] >= '0' && typed[len] <= '9')
        len++;
    for (size_t i = len; i < VTOKEN_PIN_LEN; i++) {
        if (typed[i] != PIN_PAD)
            return false;
    }
    return len >= PIN_DIGITS_MIN;
}

static void pin_forget(struct vtoken_card *card)
{
    card->session.pin_verified = card->session.pin_fresh = false;
}

uint8_t vtoken_pin_reference(const struct vtoken_card *card)
{
    return card->model->global_pin ? VTOKEN_REFERENCE_GLOBAL_PIN : VTOKEN_REFERENCE_PIN;
}

static unsigned verify_status(const struct vtoken_card *card)
{
    if (card->session.pin_verified)
        return SW_OK;
    unsigned tries_left = card->state->pin.tries_left;
    if (tries_left == 0 && !card->model->blocked_as_counter)
        return SW_BLOCKED;
    return SW_TRIES | tries_left;
}

unsigned vtoken_verify(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    if (command->p2 != vtoken_pin_reference(card))
        return SW_REFERENCE;
    if (command->p1 == P1_FORGET && command->data.len == 0) {
        pin_forget(card);
        return SW_OK;
    }
    if (command->p1 != 0)
        return SW_PARAMETERS;
    if (command->data.len == 0)
        return verify_status(card);
    if (command->data.len != VTOKEN_PIN_LEN)
        return SW_DATA;
    pin_forget(card);
    unsigned sw = pin_compare(card, &card->state->pin, command->data.at);
    if (sw == SW_OK)
        card->session.pin_verified = card->session.pin_fresh = true;
    return sw;
}

static void pin_set(struct vtoken_card *card, struct vtoken_pin *pin, const uint8_t *fresh)
{
    memcpy(pin->at, fresh, VTOKEN_PIN_LEN);
    pin->tries_left = pin->tries_max;
    card->state->changed = true;
}

unsigned vtoken_change_reference(struct vtoken_card *card, const struct vtoken_command *command,
                                 struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    bool is_pin = command->p2 == vtoken_pin_reference(card);
    if (!is_pin && command->p2 != VTOKEN_REFERENCE_PUK)
        return SW_REFERENCE;
    if (command->p1 != 0)
        return SW_PARAMETERS;
    if (command->data.len != OLD_AND_NEW_LEN)
        return SW_DATA;
    const uint8_t *fresh = command->data.at + VTOKEN_PIN_LEN;
    if (is_pin && !pin_well_formed(fresh))
        return SW_DATA;
    struct vtoken_pin *pin = is_pin ? &card->state->pin : &card->state->puk;
    unsigned sw = pin_compare(card, pin, command->data.at);
    if (is_pin && sw != SW_OK)
        pin_forget(card);
    if (sw == SW_OK)
        pin_set(card, pin, fresh);
    return sw;
}

unsigned vtoken_reset_retry(struct vtoken_card *card, const struct vtoken_command *command,
                            struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    if (command->p2 != VTOKEN_REFERENCE_PIN || card->model->global_pin)
        return SW_REFERENCE; /* the PUK is the application's */
    if (command->p1 != 0)
        return SW_PARAMETERS;
    if (command->data.len != OLD_AND_NEW_LEN)
        return SW_DATA;
    const uint8_t *fresh = command->data.at + VTOKEN_PIN_LEN;
    if (!pin_well_formed(fresh))
        return SW_DATA;
    unsigned sw = pin_compare(card, &card->state->puk, command->data.at);
    if (sw != SW_OK)
        return sw;
    pin_forget(card);
    pin_set(card, &card->state->pin, fresh);
    return SW_OK;
}

unsigned vtoken_set_pin_retries(struct vtoken_card *card, const struct vtoken_command *command,
                                struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    if (!card->session.admin || !card->session.pin_verified)
        return SW_SECURITY;
    if (command->p1 == 0 || command->p1 > TRIES_MAX || command->p2 == 0 || command->p2 > TRIES_MAX)
        return SW_PARAMETERS;
    /* Like the token whose command this is, it resets both to what they were at first. */
    vtoken_state_pins_reset(card->state, command->p1, command->p2);
    pin_forget(card);
    return SW_OK;
}
