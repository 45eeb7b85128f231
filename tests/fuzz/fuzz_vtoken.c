/*
 * Any bytes from the reader to the virtual token: the link takes them apart and the card answers
 * each command within its limits. The first byte picks the model and what is allowed already. The
 * others are the wire as it is, or, so that messages come in numbers, with one byte of length.
 */
#include "hw/sim/vtoken_card.h"
#include "hw/sim/vtoken_link.h"
#include "tests/fuzz/fuzz.h"

#define COMMANDS_MAX 24
#define MODEL 0x07
#define SELECTED 0x10 /* bits of the first byte */
#define ADMIN 0x20
#define VERIFIED 0x40
#define WIRE 0x80
#define INS_GENERATE 0x47

static const struct vtoken_model *model_of(uint8_t byte)
{
    static const char *const names[MODEL + 1] = {"yubikey", "canokey", "pivapplet", "openfips201",
                                                 "yubikey57"};
    const char *name = names[byte & MODEL];
    const struct vtoken_model *model = name == NULL ? NULL : vtoken_model_find(name);
    return model != NULL ? model : vtoken_model_default();
}

static void feed_wire(struct vtoken_link *link, struct bytes wire)
{
    link->len = wire.len < sizeof(link->at) ? wire.len : sizeof(link->at);
    memcpy(link->at, wire.at, link->len);
}

static void feed(struct vtoken_link *link, struct bytes rest)
{
    while (rest.len > 0) {
        size_t len = rest.at[0] < rest.len ? rest.at[0] : rest.len - 1;
        if (sizeof(link->at) - link->len < VTOKEN_LINK_HEADER_LEN + len)
            return;
        link->at[link->len] = 0;
        link->at[link->len + 1] = (uint8_t)len;
        memcpy(link->at + link->len + VTOKEN_LINK_HEADER_LEN, rest.at + 1, len);
        link->len += VTOKEN_LINK_HEADER_LEN + len;
        rest = (struct bytes){rest.at + 1 + len, rest.len - 1 - len};
    }
}

/* Making an RSA key takes a second; nothing is learned from it. */
static bool slow(struct bytes command)
{
    bool rsa = false;
    for (size_t i = 2; i < command.len; i++) {
        uint8_t algorithm = command.at[i];
        rsa = rsa || (command.at[i - 1] == 1 &&
                      (algorithm == VTOKEN_RSA2048 || algorithm == VTOKEN_RSA3072));
    }
    return rsa && command.at[1] == INS_GENERATE;
}

static void answer(struct vtoken_card *card, enum vtoken_message message, struct bytes command)
{
    uint8_t reply[VTOKEN_REPLY_MAX];

    if (message == VTOKEN_MESSAGE_COMMAND && !slow(command)) {
        size_t len = vtoken_card_transmit(card, command, reply);
        assert(len >= 2 && len <= sizeof(reply) &&
               card->state->pin.tries_left <= card->state->pin.tries_max);
    } else if (message != VTOKEN_MESSAGE_ATR) {
        vtoken_card_power(card);
    }
}

static void serve(struct vtoken_card *card, struct vtoken_link *link)
{
    enum vtoken_message message;
    struct bytes command;

    for (int i = 0; i < COMMANDS_MAX && vtoken_link_peek(link, &message, &command); i++) {
        assert(command.at >= link->at && command.at + command.len <= link->at + link->len);
        answer(card, message, command);
        vtoken_link_drop(link);
    }
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vtoken_blank blank = {
        .key = VTOKEN_P256, .pin_tries = 5, .admin = VTOKEN_3DES};
    static struct vtoken_card card;
    static struct vtoken_link link;
    struct vtoken_state *state = NULL;

    if (size == 0)
        return 0;
    assert(!failed(vtoken_state_create(&blank, &state)));
    vtoken_card_init(&card, model_of(data[0]), state);
    card.session.selected = (data[0] & SELECTED) != 0;
    card.session.admin = (data[0] & ADMIN) != 0;
    card.session.pin_verified = card.session.pin_fresh = (data[0] & VERIFIED) != 0;
    link.len = 0;
    (data[0] & WIRE ? feed_wire : feed)(&link, (struct bytes){data + 1, size - 1});
    serve(&card, &link);
    vtoken_state_destroy(state);
    return 0;
}
