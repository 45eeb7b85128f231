/*
 * vtoken_card.h - a PIV card's command interpreter (NIST SP 800-73pt2-5): bytes of a command
 * in, bytes of a reply out. It knows no reader, no socket and no file.
 *
 *     vtoken_card_init --> vtoken_card_power --> vtoken_card_transmit ... --> vtoken_card_power
 *
 * Model and state are borrowed; a command that changes it sets state->changed.
 */
#ifndef HW_SIM_VTOKEN_CARD_H
#define HW_SIM_VTOKEN_CARD_H

#include "hw/sim/vtoken_model.h"
#include "hw/sim/vtoken_state.h"

#define VTOKEN_COMMAND_MAX 8192 /* data of one command, chained or extended */
#define VTOKEN_REPLY_MAX 8192   /* with the status word */

enum vtoken_challenge { VTOKEN_CHALLENGE_NONE, VTOKEN_CHALLENGE_WITNESS, VTOKEN_CHALLENGE_PLAIN };

/* What lasts as long as the power does. */
struct vtoken_session {
    bool selected;
    bool pin_verified;
    bool pin_fresh; /* and not yet used up by a key that asks for it every time */
    bool admin;
    enum vtoken_challenge challenge;
    uint8_t challenge_at[VTOKEN_BLOCK_MAX];
    bool chaining;
    uint8_t chain_header[3]; /* INS P1 P2 */
    size_t chain_len;
    uint8_t chain_at[VTOKEN_COMMAND_MAX];
    size_t pending_from; /* of reply_at, for GET RESPONSE */
    size_t pending_len;
    uint8_t reply_at[VTOKEN_REPLY_MAX];
};

struct vtoken_card {
    const struct vtoken_model *model;
    struct vtoken_state *state;
    struct vtoken_session session;
};

void vtoken_card_init(struct vtoken_card *card, const struct vtoken_model *model,
                      struct vtoken_state *state);

/* Off, on or reset: PIN, admin, selection and all that was half said are forgotten. */
void vtoken_card_power(struct vtoken_card *card);

/* Answer one command. The bytes of the reply in `out`: data, then the status word. */
size_t vtoken_card_transmit(struct vtoken_card *card, struct bytes command,
                            uint8_t out[VTOKEN_REPLY_MAX]);

#endif
