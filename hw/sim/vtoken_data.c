/* vtoken_data.c - GET DATA and PUT DATA (NIST SP 800-73pt2-5 sections 3.1.2 and 3.3.2). */
#include "hw/sim/vtoken_command.h"

#define P_CURRENT_TEMPLATE 0x3FFF
#define TAG_LIST 0x5C
#define TAG_DATA 0x53
#define TAG_LEN_MAX 3

/* Read only with the PIN: fingerprints, face, printed information, iris. */
static const uint32_t pin_tags[] = {0x5FC103, 0x5FC108, 0x5FC109, 0x5FC121};

static bool tag_of(struct bytes list, uint32_t *out_tag)
{
    if (list.len == 0 || list.len > TAG_LEN_MAX)
        return false;
    uint32_t tag = 0;
    for (size_t i = 0; i < list.len; i++)
        tag = tag << 8 | list.at[i];
    *out_tag = tag;
    return tag != 0;
}

static bool needs_pin(uint32_t tag)
{
    for (size_t i = 0; i < ARRAY_LEN(pin_tags); i++) {
        if (pin_tags[i] == tag)
            return true;
    }
    return false;
}

/* Objects that stand outside of tag 53 and cannot be written. */
static bool is_bare(uint32_t tag)
{
    return tag == VTOKEN_TAG_DISCOVERY || tag == VTOKEN_TAG_BIOMETRIC;
}

static bool addresses_template(const struct vtoken_command *command)
{
    return ((unsigned)command->p1 << 8 | command->p2) == P_CURRENT_TEMPLATE;
}

unsigned vtoken_get_data(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    struct bytes list;
    uint32_t tag = 0;
    if (!addresses_template(command))
        return SW_PARAMETERS;
    if (!vtoken_tlv_find(command->data, TAG_LIST, &list) || !tag_of(list, &tag))
        return SW_DATA;
    const struct vtoken_object *object = vtoken_state_object(card->state, tag);
    if (object == NULL)
        return SW_NOT_FOUND;
    if (needs_pin(tag) && !card->session.pin_verified)
        return SW_SECURITY;
    vtoken_put_tlv(answer, is_bare(tag) ? tag : TAG_DATA, (struct bytes){object->at, object->len});
    return SW_OK;
}

unsigned vtoken_put_data(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    struct bytes rest = command->data;
    struct vtoken_tlv list;
    struct vtoken_tlv value;
    uint32_t tag = 0;
    if (!addresses_template(command))
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    if (!vtoken_tlv_take(&rest, &list) || list.tag != TAG_LIST || !tag_of(list.value, &tag) ||
        is_bare(tag))
        return SW_DATA;
    if (!vtoken_tlv_take(&rest, &value) || value.tag != TAG_DATA || rest.len != 0)
        return SW_DATA;
    return failed(vtoken_state_put(card->state, tag, value.value)) ? SW_NO_ROOM : SW_OK;
}

void vtoken_put_fragment(struct vtoken_card *card, struct bytes data)
{
    struct vtoken_tlv list;
    uint32_t tag = 0;
    if (!vtoken_tlv_take(&data, &list) || list.tag != TAG_LIST || !tag_of(list.value, &tag) ||
        is_bare(tag))
        return;
    /* What follows is a header of tag 53 that promises more than there is yet. */
    size_t header_len = vtoken_header_len(TAG_DATA, VTOKEN_OBJECT_MAX);
    if (data.len <= header_len)
        return;
    struct bytes fragment = {data.at + header_len, data.len - header_len};
    if (failed(vtoken_state_put(card->state, tag, fragment))) {
        /* Too much even for the fragment: such a token keeps nothing. */
        (void)failed(vtoken_state_put(card->state, tag, (struct bytes){data.at, 0}));
    }
}
