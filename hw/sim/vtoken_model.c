/* vtoken_model.c - the table. */
#include "hw/sim/vtoken_model.h"

#include <stddef.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

static const struct vtoken_model models[] = {
    {.name = "yubikey",
     .version = {5, 4, 3},
     .pin_tries = 5,
     .yubico = true,
     .extended_lc = true,
     .extended_le = true,
     .select_answers_anyway = true,
     .mutual = true},
    {.name = "canokey",
     .version = {5, 7, 0},
     .pin_tries = 3,
     .yubico = true,
     .extended_lc = true,
     .extended_le = true,
     .select_answers_anyway = true,
     .select_clears = true,
     .blocked_as_counter = true,
     .put_tears = true,
     .mutual = true},
    {.name = "pivapplet",
     .version = {5, 0, 0},
     .pin_tries = 5,
     .yubico = true,
     .extended_lc = true,
     .select_answers_anyway = true,
     .mutual = true},
    {.name = "openfips201", .pin_tries = 6, .extended_le_refused = true},
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
