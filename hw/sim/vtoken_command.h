/*
 * vtoken_command.h - the commands behind the card's table, inside of hw/sim/vtoken_card.c only.
 *
 * Each command takes whole data, chained or not, writes its answer's data and returns the
 * status word.
 */
#ifndef HW_SIM_VTOKEN_COMMAND_H
#define HW_SIM_VTOKEN_COMMAND_H

#include "hw/sim/vtoken_card.h"

enum vtoken_sw {
    SW_OK = 0x9000,
    SW_MORE = 0x6100,
    SW_TRIES = 0x63C0,
    SW_MEMORY = 0x6581,
    SW_LENGTH = 0x6700,
    SW_CHANNEL = 0x6881,
    SW_SECURE_MESSAGING = 0x6882,
    SW_CHAIN_BROKEN = 0x6883,
    SW_SECURITY = 0x6982,
    SW_BLOCKED = 0x6983,
    SW_CONDITIONS = 0x6985,
    SW_DATA = 0x6A80,
    SW_FUNCTION = 0x6A81,
    SW_NOT_FOUND = 0x6A82,
    SW_NO_ROOM = 0x6A84,
    SW_PARAMETERS = 0x6A86,
    SW_REFERENCE = 0x6A88,
    SW_INSTRUCTION = 0x6D00,
    SW_CLASS = 0x6E00,
    SW_BROKEN = 0x6F00
};

#define VTOKEN_REFERENCE_GLOBAL_PIN 0x00
#define VTOKEN_REFERENCE_PIN 0x80
#define VTOKEN_REFERENCE_PUK 0x81
#define VTOKEN_REFERENCE_ADMIN 0x9B

struct vtoken_command {
    uint8_t ins;
    uint8_t p1;
    uint8_t p2;
    struct bytes data;
    bool le; /* an answer is asked for */
};

/* vtoken_data.c */
unsigned vtoken_get_data(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer);
unsigned vtoken_put_data(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer);
/* A block of a chained PUT DATA has come: a token that tears stores what there is so far. Anything
 * but SW_OK ends the chain. */
unsigned vtoken_put_block(struct vtoken_card *card, struct bytes so_far, bool last);

/* vtoken_pin.c */
uint8_t vtoken_pin_reference(const struct vtoken_card *card); /* of the PIN that it has */
unsigned vtoken_verify(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer);
unsigned vtoken_change_reference(struct vtoken_card *card, const struct vtoken_command *command,
                                 struct vtoken_writer *answer);
unsigned vtoken_reset_retry(struct vtoken_card *card, const struct vtoken_command *command,
                            struct vtoken_writer *answer);
unsigned vtoken_set_pin_retries(struct vtoken_card *card, const struct vtoken_command *command,
                                struct vtoken_writer *answer);

/* vtoken_auth.c */
unsigned vtoken_general_authenticate(struct vtoken_card *card, const struct vtoken_command *command,
                                     struct vtoken_writer *answer);

/* vtoken_keys.c */
unsigned vtoken_generate(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer);
unsigned vtoken_import(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer);
unsigned vtoken_set_admin_key(struct vtoken_card *card, const struct vtoken_command *command,
                              struct vtoken_writer *answer);
unsigned vtoken_metadata(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer);
unsigned vtoken_move_key(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer);
unsigned vtoken_serial(struct vtoken_card *card, const struct vtoken_command *command,
                       struct vtoken_writer *answer);
unsigned vtoken_version(struct vtoken_card *card, const struct vtoken_command *command,
                        struct vtoken_writer *answer);

#endif
