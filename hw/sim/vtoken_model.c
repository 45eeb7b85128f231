/* vtoken_model.c - the table. */
#include "hw/sim/vtoken_model.h"

#include <stddef.h>

#include "hw/sim/vtoken_state.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define RETIRED_FIRST 0x82
#define RETIRED_LAST 0x95
#define RETIRED_OBJECT_FIRST 0x5FC10D
#define RETIRED_OBJECT_LAST 0x5FC120
#define CAPACITY_YUBIKEY 3052
#define CAPACITY_CANOKEY 2996 /* 3000 with the four bytes of tag 53 */
#define CAPACITY_OPENFIPS201 3000
#define EXTENDED_ALL 65535
#define EXTENDED_CANOKEY 1340

#define YUBIKEY \
    .pin_tries = 5, .retired = VTOKEN_RETIRED_MAX, .capacity = CAPACITY_YUBIKEY, \
    .extended_max = EXTENDED_ALL, .admin_aes = true, .metadata = true, .serial = true, \
    .version_told = true, .yubico = true, .extended_lc = true, .extended_le = true, \
    .select_answers_anyway = true, .mutual = true, .external = true

static const struct vtoken_model models[] = {
    {.name = "yubikey", YUBIKEY, .version = {5, 4, 3}, .admin = VTOKEN_3DES},
    /* docs.yubico.com, "5.7 firmware": MOVE KEY, RSA-3072, an AES-192 admin key of the same
     * bytes. */
    {.name = "yubikey57",
     YUBIKEY,
     .version = {5, 7, 1},
     .admin = VTOKEN_AES192,
     .rsa3072 = true,
     .move_key = true},
    /* Slots 82 and 83 and the objects are those of its get_key_path and get_object_path_by_tag;
     * its version promises more than it has. */
    {.name = "canokey",
     .version = {5, 7, 0},
     .pin_tries = 3,
     .retired = 2,
     .capacity = CAPACITY_CANOKEY,
     .extended_max = EXTENDED_CANOKEY,
     .admin = VTOKEN_3DES,
     .metadata = true,
     .serial = true,
     .version_told = true,
     .yubico = true,
     .extended_lc = true,
     .extended_le = true,
     .select_answers_anyway = true,
     .select_clears = true,
     .blocked_as_counter = true,
     .last_try_blocks = true,
     .put_tears = true,
     .over_capacity_destroys = true,
     .deleted_is_empty = true,
     .few_objects = true,
     .mutual = true,
     .external = true},
    /* Slots 82 to 8C are those of its MAX_HIST_SLOT; it takes what fits into its memory. */
    {.name = "pivapplet",
     .version = {5, 0, 0},
     .pin_tries = 5,
     .retired = 11,
     .capacity = VTOKEN_OBJECT_MAX,
     .extended_max = EXTENDED_ALL,
     .admin = VTOKEN_3DES,
     .admin_aes = true,
     .metadata = true,
     .serial = true,
     .version_told = true,
     .yubico = true,
     .extended_lc = true,
     .select_answers_anyway = true,
     .mutual = true,
     .external = true},
    /* Its retired slots are there only when the issuer configures them. */
    {.name = "openfips201",
     .pin_tries = 6,
     .capacity = CAPACITY_OPENFIPS201,
     .extended_max = EXTENDED_ALL,
     .admin = VTOKEN_3DES,
     .extended_le_refused = true,
     .external = true},
};

const struct vtoken_model *vtoken_model_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(models); i++) {
        if (text_same(models[i].name, name))
            return &models[i];
    }
    return NULL;
}

const struct vtoken_model *vtoken_model_default(void)
{
    return &models[0];
}

const struct vtoken_model *vtoken_model_at(size_t index)
{
    return index < ARRAY_LEN(models) ? &models[index] : NULL;
}

bool vtoken_model_has_slot(const struct vtoken_model *model, uint8_t slot)
{
    if (slot >= RETIRED_FIRST && slot <= RETIRED_LAST)
        return slot - RETIRED_FIRST < model->retired;
    return vtoken_slot_known(slot);
}

bool vtoken_model_has_object(const struct vtoken_model *model, uint32_t tag)
{
    static const uint32_t few[] = {VTOKEN_TAG_CHUID, VTOKEN_TAG_CCC, VTOKEN_TAG_DISCOVERY,
                                   0x5FC101,         0x5FC105,       0x5FC10A,
                                   0x5FC10B};
    if (tag >= RETIRED_OBJECT_FIRST && tag <= RETIRED_OBJECT_LAST)
        return tag - RETIRED_OBJECT_FIRST < model->retired;
    bool there = !model->few_objects;
    for (size_t i = 0; i < ARRAY_LEN(few); i++)
        there = there || few[i] == tag;
    return there;
}
