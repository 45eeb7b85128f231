/* vtoken_apdu.c - the seven shapes of a command. */
#include "hw/sim/vtoken_apdu.h"

#define HEADER_LEN 4
#define LE_SHORT_ALL 256
#define LE_EXTENDED_ALL 65536

static uint32_t number_of(struct bytes bytes)
{
    uint32_t number = 0;
    for (size_t i = 0; i < bytes.len; i++)
        number = number << 8 | bytes.at[i];
    return number;
}

static struct bytes slice(struct bytes bytes, size_t from, size_t len)
{
    return (struct bytes){bytes.at + from, len};
}

/* `width` bytes of length stand at the start of `body`: cases 2 (Le), 3 (Lc) and 4 (both). */
static bool body_parse(struct bytes body, size_t width, uint32_t le_all, struct vtoken_apdu *out)
{
    uint32_t number = number_of(slice(body, 0, width));
    if (body.len == width) {
        out->le = number == 0 ? le_all : number;
        return true;
    }
    size_t left = body.len - width;
    if (number == 0 || number > left || (left != number && left != number + width))
        return false;
    out->data = slice(body, width, number);
    if (left != number) {
        uint32_t le = number_of(slice(body, width + number, width));
        out->le = le == 0 ? le_all : le;
    }
    return true;
}

bool vtoken_apdu_parse(struct bytes command, struct vtoken_apdu *out_apdu)
{
    if (command.len < HEADER_LEN)
        return false;
    struct vtoken_apdu apdu = {.cla = command.at[0],
                               .ins = command.at[1],
                               .p1 = command.at[2],
                               .p2 = command.at[3],
                               .data = {command.at, 0}};
    struct bytes body = slice(command, HEADER_LEN, command.len - HEADER_LEN);
    bool well_formed = true;
    if (body.len >= 3 && body.at[0] == 0) {
        apdu.extended = true;
        well_formed = body_parse(slice(body, 1, body.len - 1), 2, LE_EXTENDED_ALL, &apdu);
    } else if (body.len > 0) {
        well_formed = body_parse(body, 1, LE_SHORT_ALL, &apdu);
    }
    if (well_formed)
        *out_apdu = apdu;
    return well_formed;
}
