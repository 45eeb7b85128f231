/* vtoken_card.c - hides chaining, long replies and the table of commands. */
#include "hw/sim/vtoken_card.h"

#include <string.h>

#include <openssl/crypto.h>

#include "hw/sim/vtoken_apdu.h"
#include "hw/sim/vtoken_command.h"

#define CLA_CHAINED 0x10
#define CLA_SECURE 0x0C
#define CLA_CHANNEL 0x03
#define INS_SELECT 0xA4
#define INS_GET_RESPONSE 0xC0
#define INS_PUT_DATA 0xDB
#define SELECT_BY_NAME 0x04
#define AID_LEN_MIN 5
#define SW_LEN 2
#define LE_SHORT_ALL 256

/* NIST SP 800-73pt1-5 section 2.2. */
static const uint8_t aid[] = {0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00};

/* The application property template, SP 800-73pt2-5 table 3. */
static const uint8_t properties[] = {0x61, 0x11, 0x4F, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
                                     0x79, 0x07, 0x4F, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08};

void vtoken_card_init(struct vtoken_card *card, const struct vtoken_model *model,
                      struct vtoken_state *state)
{
    card->model = model;
    card->state = state;
    vtoken_card_power(card);
}

void vtoken_card_power(struct vtoken_card *card)
{
    OPENSSL_cleanse(&card->session, sizeof card->session);
}

static unsigned select_application(struct vtoken_card *card, const struct vtoken_command *command,
                                   struct vtoken_writer *answer)
{
    if (command->p1 != SELECT_BY_NAME)
        return SW_FUNCTION;
    struct bytes name = command->data;
    if (name.len < AID_LEN_MIN || name.len > sizeof aid || memcmp(name.at, aid, name.len) != 0)
        return SW_NOT_FOUND;
    struct vtoken_session *session = &card->session;
    session->selected = true;
    if (card->model->select_clears)
        session->pin_verified = session->pin_fresh = session->admin = false;
    session->challenge = VTOKEN_CHALLENGE_NONE;
    if (command->le || card->model->select_answers_anyway)
        vtoken_put_raw(answer, (struct bytes){properties, sizeof properties});
    return SW_OK;
}

enum group { ALWAYS, METADATA, SERIAL, VERSION, MOVE, YUBICO };

static bool group_there(const struct vtoken_model *model, enum group group)
{
    switch (group) {
    case ALWAYS:
        return true;
    case METADATA:
        return model->metadata;
    case SERIAL:
        return model->serial;
    case VERSION:
        return model->version_told;
    case MOVE:
        return model->move_key;
    case YUBICO:
        return model->yubico;
    }
    return false;
}

static const struct row {
    uint8_t ins;
    enum group group;
    unsigned (*run)(struct vtoken_card *card, const struct vtoken_command *command,
                    struct vtoken_writer *answer);
} commands[] = {
    {INS_SELECT, ALWAYS, select_application},
    {0xCB, ALWAYS, vtoken_get_data},
    {INS_PUT_DATA, ALWAYS, vtoken_put_data},
    {0x20, ALWAYS, vtoken_verify},
    {0x24, ALWAYS, vtoken_change_reference},
    {0x2C, ALWAYS, vtoken_reset_retry},
    {0x87, ALWAYS, vtoken_general_authenticate},
    {0x47, ALWAYS, vtoken_generate},
    {0xF6, MOVE, vtoken_move_key},
    {0xF7, METADATA, vtoken_metadata},
    {0xF8, SERIAL, vtoken_serial},
    {0xFD, VERSION, vtoken_version},
    {0xFA, YUBICO, vtoken_set_pin_retries},
    {0xFE, YUBICO, vtoken_import},
    {0xFF, YUBICO, vtoken_set_admin_key},
};

static unsigned command_run(struct vtoken_card *card, const struct vtoken_command *command,
                            struct vtoken_writer *answer)
{
    if (!card->session.selected && command->ins != INS_SELECT)
        return SW_INSTRUCTION;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (commands[i].ins != command->ins)
            continue;
        if (!group_there(card->model, commands[i].group))
            return SW_INSTRUCTION;
        return commands[i].run(card, command, answer);
    }
    return SW_INSTRUCTION;
}

static size_t sw_write(unsigned sw, size_t at, uint8_t *out)
{
    out[at] = (uint8_t)(sw >> 8 & 0xFF);
    out[at + 1] = (uint8_t)(sw & 0xFF);
    return at + SW_LEN;
}

/* As much of the pending reply as was asked for; SW tells what is left. */
static size_t pending_send(struct vtoken_card *card, const struct vtoken_apdu *apdu, uint8_t *out)
{
    struct vtoken_session *session = &card->session;
    size_t room = apdu->le == 0 ? LE_SHORT_ALL : apdu->le;
    if (room > LE_SHORT_ALL && !card->model->extended_le)
        room = LE_SHORT_ALL;
    if (room > LE_SHORT_ALL && room > card->model->extended_max)
        room = card->model->extended_max;
    size_t len = session->pending_len < room ? session->pending_len : room;
    memcpy(out, session->reply_at + session->pending_from, len);
    session->pending_from += len;
    session->pending_len -= len;
    size_t left = session->pending_len;
    if (left == 0)
        return sw_write(SW_OK, len, out);
    return sw_write(SW_MORE | (left > 0xFF ? 0 : (unsigned)left), len, out);
}

static bool chain_continues(const struct vtoken_session *session, const struct vtoken_apdu *apdu)
{
    const uint8_t header[] = {apdu->ins, apdu->p1, apdu->p2};
    return session->chaining && memcmp(header, session->chain_header, sizeof header) == 0;
}

static unsigned chain_refuse(struct vtoken_session *session, unsigned sw)
{
    session->chaining = false;
    session->chain_len = 0;
    return sw;
}

/* Add the command's data to the chain. Another command in between starts anew. */
static unsigned chain_add(struct vtoken_card *card, const struct vtoken_apdu *apdu)
{
    struct vtoken_session *session = &card->session;
    bool continues = chain_continues(session, apdu);
    if (!continues)
        session->chain_len = 0;
    session->chaining = (apdu->cla & CLA_CHAINED) != 0;
    if (apdu->data.len > sizeof session->chain_at - session->chain_len)
        return chain_refuse(session, apdu->ins == INS_PUT_DATA ? SW_NO_ROOM : SW_LENGTH);
    session->chain_header[0] = apdu->ins;
    session->chain_header[1] = apdu->p1;
    session->chain_header[2] = apdu->p2;
    memcpy(session->chain_at + session->chain_len, apdu->data.at, apdu->data.len);
    session->chain_len += apdu->data.len;
    if (apdu->ins != INS_PUT_DATA || !(continues || session->chaining))
        return SW_OK;
    const struct bytes so_far = {session->chain_at, session->chain_len};
    unsigned sw = vtoken_put_block(card, so_far, !session->chaining);
    return sw == SW_OK ? SW_OK : chain_refuse(session, sw);
}

static unsigned class_check(const struct vtoken_card *card, const struct vtoken_apdu *apdu)
{
    if (apdu->cla & ~(unsigned)(CLA_CHAINED | CLA_SECURE | CLA_CHANNEL))
        return SW_CLASS;
    if (apdu->cla & CLA_SECURE)
        return SW_SECURE_MESSAGING;
    if (apdu->cla & CLA_CHANNEL)
        return SW_CHANNEL;
    if (!apdu->extended)
        return SW_OK;
    bool refused = (apdu->data.len > 0 && !card->model->extended_lc) ||
                   apdu->data.len > card->model->extended_max ||
                   (apdu->le > 0 && card->model->extended_le_refused);
    return refused ? SW_LENGTH : SW_OK;
}

static size_t command_answer(struct vtoken_card *card, const struct vtoken_apdu *apdu,
                             uint8_t out[VTOKEN_REPLY_MAX])
{
    struct vtoken_session *session = &card->session;
    session->pending_from = session->pending_len = 0;
    unsigned sw = chain_add(card, apdu);
    if (sw != SW_OK || session->chaining)
        return sw_write(sw, 0, out);
    struct vtoken_command command = {.ins = apdu->ins,
                                     .p1 = apdu->p1,
                                     .p2 = apdu->p2,
                                     .data = {session->chain_at, session->chain_len},
                                     .le = apdu->le > 0};
    struct vtoken_writer answer = {.at = session->reply_at,
                                   .size = sizeof session->reply_at - SW_LEN};
    sw = command_run(card, &command, &answer);
    OPENSSL_cleanse(session->chain_at, session->chain_len);
    session->chain_len = 0;
    if (answer.overflow)
        sw = SW_BROKEN;
    if (sw != SW_OK)
        return sw_write(sw, 0, out);
    session->pending_len = answer.len;
    return pending_send(card, apdu, out);
}

size_t vtoken_card_transmit(struct vtoken_card *card, struct bytes command,
                            uint8_t out[VTOKEN_REPLY_MAX])
{
    struct vtoken_apdu apdu;
    if (!vtoken_apdu_parse(command, &apdu))
        return sw_write(SW_LENGTH, 0, out);
    unsigned sw = class_check(card, &apdu);
    if (sw != SW_OK)
        return sw_write(sw, 0, out);
    if (apdu.ins == INS_GET_RESPONSE && card->session.pending_len > 0)
        return pending_send(card, &apdu, out);
    if (apdu.ins == INS_GET_RESPONSE)
        return sw_write(SW_CONDITIONS, 0, out);
    return command_answer(card, &apdu, out);
}
