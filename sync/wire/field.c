/* Reading, and the checks that reading and writing share. */
#include "sync/wire/field.h"

#include <string.h>

#include "kiosk/base/chain.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "sync/wire/base64.h"
#include "sync/wire/field_check.h"

struct err field_parse(struct bytes text, json_t **out_root)
{
    json_error_t error = {.position = 0};
    json_t *root = json_loadb(text.len > 0 ? (const char *)text.at : "", text.len,
                              JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return ERR(ERR_MALFORMED, error.position, "json_loadb");
    if (!json_is_object(root)) {
        json_decref(root);
        return ERR(ERR_MALFORMED, 0, "not an object");
    }
    *out_root = root;
    return ERR_OK;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static bool is_name(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_name_char(at[i]))
            return false;
    }
    return true;
}

size_t field_word_index(const struct field *row, const char *word)
{
    size_t i = 0;
    while (i < row->word_count && (row->words[i] == NULL || !text_same(row->words[i], word)))
        i++;
    return i;
}

static struct err check_number(const struct field *row, const json_t *value)
{
    int64_t max = row->size == 1 ? UINT8_MAX : FIELD_NUMBER_MAX;
    if (row->max != 0)
        max = row->max;
    if (!json_is_integer(value))
        return ERR(ERR_MALFORMED, 0, "not a whole number");
    int64_t number = json_integer_value(value);
    if (number < row->min || number > max)
        return ERR(ERR_MALFORMED, 0, "number out of range");
    return ERR_OK;
}

static struct err check_text(const struct field *row, const char *at, size_t len)
{
    bool shape = true;
    switch (row->type) {
    case FIELD_TEXT:
        shape = text_valid(at, len);
        break;
    case FIELD_NAME:
        shape = is_name(at, len);
        break;
    case FIELD_UUID:
        shape = chain_is_uuid(at, len) || (len == 0 && row->min == 0);
        break;
    case FIELD_WORD:
    case FIELD_CHOICE:
        shape = field_word_index(row, at) < row->word_count;
        break;
    case FIELD_EXACT:
        return len <= row->size ? ERR_OK : ERR(ERR_NO_ROOM, len, "text too long");
    case FIELD_HEX:
    case FIELD_BASE64: /* checked where they are decoded */
        return ERR_OK;
    case FIELD_NUMBER:
    case FIELD_TRUE:
        break;
    }
    if (!shape)
        return ERR(ERR_MALFORMED, 0, "text not of this kind");
    bool is_choice = row->type == FIELD_CHOICE;
    if (!is_choice && (len >= row->size || len < (size_t)row->min))
        return ERR(ERR_MALFORMED, len, "text too long or too short");
    return ERR_OK;
}

struct err field_check(const struct field *row, const json_t *value)
{
    if (row->type == FIELD_NUMBER)
        return check_number(row, value);
    if (row->type == FIELD_TRUE)
        return json_is_true(value) ? ERR_OK : ERR(ERR_MALFORMED, 0, "not true");
    if (!json_is_string(value))
        return ERR(ERR_MALFORMED, 0, "not a string");
    return check_text(row, json_string_value(value), json_string_length(value));
}

static void store_number(const struct field *row, int64_t number, uint8_t *at)
{
    if (row->size == 1) {
        *at = (uint8_t)number;
    } else {
        memcpy(at, &number, sizeof(number));
    }
}

static struct err store_base64(const struct field *row, const json_t *value, uint8_t *base)
{
    size_t len = 0;
    struct err e = base64_parse(json_string_value(value), json_string_length(value), row->size,
                                base + row->offset, &len);
    if (failed(e))
        return e;
    if (row->len_offset == 0 ? len != row->size : len < (size_t)row->min)
        return ERR(ERR_MALFORMED, len, "too few bytes");
    if (row->len_offset != 0)
        memcpy(base + row->len_offset, &len, sizeof(len));
    return ERR_OK;
}

/* A value that field_check() let pass. */
static struct err store(const struct field *row, const json_t *value, uint8_t *base)
{
    uint8_t *at = base + row->offset;
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    unsigned choice = 0;

    switch (row->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_WORD:
    case FIELD_UUID:
        memcpy(at, text, len + 1);
        break;
    case FIELD_EXACT:
        memcpy(at, text, len);
        memcpy(base + row->len_offset, &len, sizeof(len));
        break;
    case FIELD_NUMBER:
        store_number(row, json_integer_value(value), at);
        break;
    case FIELD_CHOICE:
        choice = (unsigned)field_word_index(row, text);
        memcpy(at, &choice, sizeof(choice));
        break;
    case FIELD_HEX:
        return hex_parse(text, at, row->size);
    case FIELD_BASE64:
        return store_base64(row, value, base);
    case FIELD_TRUE:
        break;
    }
    return ERR_OK;
}

/* Of bytes with a length the length alone says that there are none. */
static void clear(const struct field *row, uint8_t *base)
{
    if (row->type == FIELD_TRUE)
        return;
    if (row->len_offset != 0) {
        memset(base + row->len_offset, 0, sizeof(size_t));
    } else {
        memset(base + row->offset, 0, row->size);
    }
}

struct err field_read(const json_t *object, const struct field *rows, size_t count, void *out)
{
    if (!json_is_object(object))
        return ERR(ERR_MALFORMED, 0, "not an object");
    for (size_t i = 0; i < count; i++)
        clear(&rows[i], out);

    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_get(object, rows[i].name);
        if (value == NULL && rows[i].required)
            return ERR(ERR_MALFORMED, i, "a field is missing");
        if (value == NULL)
            continue;
        struct err e = field_check(&rows[i], value);
        if (!failed(e))
            e = store(&rows[i], value, out);
        if (failed(e))
            return e;
    }
    return ERR_OK;
}
