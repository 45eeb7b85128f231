/* vtoken_data.c - GET DATA and PUT DATA (NIST SP 800-73pt2-5 sections 3.1.2 and 3.3.2). */
#include "hw/sim/vtoken_command.h"

#define P_CURRENT_TEMPLATE 0x3FFF
#define TAG_LIST 0x5C
#define TAG_LEN_MAX 3

/* Read only with the PIN: fingerprints, face, printed information, iris. */
static const uint32_t pin_tags[] = {0x5FC103, 0x5FC108, 0x5FC109, 0x5FC121};

/* Part 1, 3.3.2: both PINs would do, the global one is the first. */
static const uint8_t global_discovery[] = {0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0x00, 0x00,
                                           0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01,
                                           0x00, 0x5F, 0x2F, 0x02, 0x60, 0x20};

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
    if (object == NULL || !vtoken_model_has_object(card->model, tag))
        return SW_NOT_FOUND;
    if (needs_pin(tag) && !card->session.pin_verified)
        return SW_SECURITY;
    if (tag == VTOKEN_TAG_DISCOVERY && card->model->global_pin) {
        vtoken_put_raw(answer, (struct bytes){global_discovery, sizeof global_discovery});
        return SW_OK;
    }
    vtoken_object_write(object, answer);
    return SW_OK;
}

/* Take "5C LEN TAG" off the front of a PUT DATA. */
static bool target_take(struct bytes *rest, uint32_t *out_tag)
{
    struct vtoken_tlv list;
    return vtoken_tlv_take(rest, &list) && list.tag == TAG_LIST && tag_of(list.value, out_tag) &&
           !is_bare(*out_tag);
}

static struct err object_clear(struct vtoken_card *card, uint32_t tag)
{
    static const uint8_t empty[] = {VTOKEN_TAG_DATA, 0};
    struct bytes left = {empty, card->model->deleted_is_empty ? sizeof empty : 0};
    return vtoken_state_put_raw(card->state, tag, left);
}

static unsigned object_put(struct vtoken_card *card, uint32_t tag, struct bytes value)
{
    if (value.len == 0)
        return failed(object_clear(card, tag)) ? SW_NO_ROOM : SW_OK;
    if (value.len > card->model->capacity && card->model->over_capacity_destroys) {
        (void)failed(vtoken_state_put(card->state, tag, (struct bytes){value.at, 0}));
        return SW_LENGTH;
    }
    if (value.len > card->model->capacity || failed(vtoken_state_put(card->state, tag, value)))
        return SW_NO_ROOM;
    return SW_OK;
}

unsigned vtoken_put_data(struct vtoken_card *card, const struct vtoken_command *command,
                         struct vtoken_writer *answer)
{
    (void)answer; /* this command has none */
    struct bytes rest = command->data;
    struct vtoken_tlv value;
    uint32_t tag = 0;
    if (!addresses_template(command))
        return SW_PARAMETERS;
    if (!card->session.admin)
        return SW_SECURITY;
    if (!target_take(&rest, &tag))
        return SW_DATA;
    if (!vtoken_model_has_object(card->model, tag))
        return SW_NOT_FOUND;
    if (!vtoken_tlv_take(&rest, &value) || value.tag != VTOKEN_TAG_DATA || rest.len != 0)
        return SW_DATA;
    return object_put(card, tag, value.value);
}

unsigned vtoken_put_block(struct vtoken_card *card, struct bytes so_far, bool last)
{
    uint32_t tag = 0;
    if (!card->model->put_tears || !card->session.selected || !card->session.admin ||
        !target_take(&so_far, &tag) || !vtoken_model_has_object(card->model, tag))
        return SW_OK; /* the whole command will say what is wrong */
    size_t room = card->model->capacity + vtoken_header_len(VTOKEN_TAG_DATA, card->model->capacity);
    if (so_far.len > room && card->model->over_capacity_destroys)
        return SW_LENGTH; /* what was there before is torn already */
    if (!last && so_far.len > 0 && failed(vtoken_state_put_raw(card->state, tag, so_far)))
        return SW_NO_ROOM;
    return SW_OK;
}
