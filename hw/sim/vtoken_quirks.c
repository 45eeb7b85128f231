/* vtoken_quirks.c - the names of the traits, and where in the model each stands. */
#include "hw/sim/vtoken_quirks.h"

#include <stddef.h>
#include <string.h>

#include "hw/sim/control.h"
#include "hw/sim/vtoken_state.h"
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"

#define AT(field) offsetof(struct vtoken_model, field)
#define TRIES_MAX 15
#define EXTENDED_MAX 65535

/* Two words for a flag: the first one is false. */
static const struct flag {
    const char *name;
    size_t at;
    const char *off;
    const char *on;
} flags[] = {
    {"admin-aes", AT(admin_aes), "no", "yes"},
    {"rsa3072", AT(rsa3072), "no", "yes"},
    {"metadata", AT(metadata), "no", "yes"},
    {"serial", AT(serial), "no", "yes"},
    {"version", AT(version_told), "no", "yes"},
    {"move-key", AT(move_key), "no", "yes"},
    {"yubico", AT(yubico), "no", "yes"},
    {"extended-lc", AT(extended_lc), "no", "yes"},
    {"select-data", AT(select_answers_anyway), "le", "always"},
    {"select-again", AT(select_clears), "keeps", "clears"},
    {"blocked", AT(blocked_as_counter), "6983", "63c0"},
    {"last-try", AT(last_try_blocks), "63c0", "6983"},
    {"tears", AT(put_tears), "no", "yes"},
    {"over-capacity", AT(over_capacity_destroys), "keeps", "destroys"},
    {"deleted", AT(deleted_is_empty), "gone", "empty"},
    {"objects", AT(few_objects), "all", "few"},
    {"mutual", AT(mutual), "no", "yes"},
    {"external", AT(external), "no", "yes"},
    {"global-pin", AT(global_pin), "no", "yes"},
};

static const struct number {
    const char *name;
    size_t at;
    bool wide; /* 16 bits */
    uint16_t min;
    uint16_t max;
} numbers[] = {
    {"pin-tries", AT(pin_tries), false, 1, TRIES_MAX},
    {"retired", AT(retired), false, 0, VTOKEN_RETIRED_MAX},
    {"capacity", AT(capacity), true, 1, VTOKEN_OBJECT_MAX},
    {"extended-max", AT(extended_max), true, 1, EXTENDED_MAX},
};

#define EXTENDED_LE "extended-le"

static bool flag_set(const struct flag *flag, const char *value, struct vtoken_model *model)
{
    bool on = text_same(value, flag->on);
    if (!on && !text_same(value, flag->off))
        return false;
    memcpy((uint8_t *)model + flag->at, &on, sizeof on);
    return true;
}

static bool number_set(const struct number *number, const char *value, struct vtoken_model *model)
{
    uint32_t wide = 0;
    if (failed(control_number(value, number->max, &wide)) || wide < number->min)
        return false;
    const uint16_t both = (uint16_t)wide;
    const uint8_t low = (uint8_t)wide;
    uint8_t *at = (uint8_t *)model + number->at;
    if (number->wide) {
        memcpy(at, &both, sizeof both);
    } else {
        *at = low;
    }
    return true;
}

/* The one of three: taken, cut into parts, refused. */
static bool extended_le_set(const char *value, struct vtoken_model *model)
{
    bool yes = text_same(value, "yes");
    bool refused = text_same(value, "refused");
    if (!yes && !refused && !text_same(value, "no"))
        return false;
    model->extended_le = yes;
    model->extended_le_refused = refused;
    return true;
}

static bool quirk_set(const char *name, const char *value, struct vtoken_model *model)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (text_same(flags[i].name, name))
            return flag_set(&flags[i], value, model);
    }
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (text_same(numbers[i].name, name))
            return number_set(&numbers[i], value, model);
    }
    return text_same(name, EXTENDED_LE) && extended_le_set(value, model);
}

/* One "name=value" up to a comma or the end, without either. False when it is too long. */
static bool word_take(const char **text, char out_word[VTOKEN_QUIRK_NAME_MAX])
{
    size_t len = strcspn(*text, ",");
    size_t kept = len < VTOKEN_QUIRK_NAME_MAX ? len : VTOKEN_QUIRK_NAME_MAX - 1;
    memcpy(out_word, *text, kept);
    out_word[kept] = '\0';
    *text += len;
    if (**text == ',')
        (*text)++;
    return kept == len;
}

struct err vtoken_quirks_apply(const char *text, struct vtoken_model *model,
                               char out_bad[VTOKEN_QUIRK_NAME_MAX])
{
    struct vtoken_model fresh = *model;
    char word[VTOKEN_QUIRK_NAME_MAX];
    char name[VTOKEN_QUIRK_NAME_MAX];
    do {
        bool fits = word_take(&text, word);
        memcpy(name, word, sizeof name);
        char *equals = strchr(name, '=');
        if (equals != NULL)
            *equals++ = '\0';
        if (!fits || equals == NULL || !quirk_set(name, equals, &fresh)) {
            memcpy(out_bad, word, sizeof word);
            return ERR(ERR_MALFORMED, 0, "quirk");
        }
    } while (*text != '\0');
    *model = fresh;
    return ERR_OK;
}

const char *vtoken_quirk_name(size_t index)
{
    if (index < ARRAY_LEN(flags))
        return flags[index].name;
    index -= ARRAY_LEN(flags);
    if (index < ARRAY_LEN(numbers))
        return numbers[index].name;
    return index == ARRAY_LEN(numbers) ? EXTENDED_LE : NULL;
}
