/* Writing: a struct's field becomes a JSON value, which must pass the check of reading. */
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "sync/wire/base64.h"
#include "sync/wire/field.h"
#include "sync/wire/field_check.h"

#define ENCODED_MAX 4096 /* hex or base64 of the longest bytes that a row has */

static bool all_zero(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i] != 0)
            return false;
    }
    return true;
}

static size_t length_of(const struct field *row, const uint8_t *base)
{
    size_t len = row->size;
    if (row->len_offset != 0)
        memcpy(&len, base + row->len_offset, sizeof(len));
    return len;
}

static bool is_empty(const struct field *row, const uint8_t *base)
{
    const uint8_t *at = base + row->offset;
    switch (row->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_WORD:
    case FIELD_UUID:
        return at[0] == '\0';
    case FIELD_EXACT:
    case FIELD_BASE64:
        return length_of(row, base) == 0;
    case FIELD_NUMBER:
    case FIELD_CHOICE:
    case FIELD_HEX:
        return all_zero(at, row->size);
    case FIELD_TRUE:
        return false;
    }
    return false;
}

static json_t *make_encoded(const struct field *row, const uint8_t *base)
{
    char text[ENCODED_MAX + 1];
    struct bytes bytes = {base + row->offset, length_of(row, base)};
    bool hex = row->type == FIELD_HEX;
    if (bytes.len > row->size ||
        (hex ? HEX_SIZE(bytes.len) : BASE64_SIZE(bytes.len)) > sizeof(text))
        return NULL;
    if (hex) {
        hex_print(text, bytes);
    } else {
        base64_print(text, bytes);
    }
    return json_string(text);
}

static json_t *make_number(const struct field *row, const uint8_t *at)
{
    int64_t number = *at;
    if (row->size != 1)
        memcpy(&number, at, sizeof(number));
    return json_integer(number);
}

static json_t *make_exact(const struct field *row, const uint8_t *base)
{
    const char *at = (const char *)(base + row->offset);
    size_t len = length_of(row, base);
    if (len > row->size || memchr(at, '\0', len) != NULL)
        return NULL;
    return json_stringn(at, len);
}

static json_t *make_choice(const struct field *row, const uint8_t *at)
{
    unsigned choice = 0;
    memcpy(&choice, at, sizeof(choice));
    if (choice >= row->word_count || row->words[choice] == NULL)
        return NULL;
    return json_string(row->words[choice]);
}

/* NULL: not a value that can travel, or no memory. */
static json_t *make(const struct field *row, const uint8_t *base)
{
    const uint8_t *at = base + row->offset;
    switch (row->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_WORD:
    case FIELD_UUID:
        return json_stringn((const char *)at, strnlen((const char *)at, row->size));
    case FIELD_EXACT:
        return make_exact(row, base);
    case FIELD_NUMBER:
        return make_number(row, at);
    case FIELD_CHOICE:
        return make_choice(row, at);
    case FIELD_HEX:
    case FIELD_BASE64:
        return make_encoded(row, base);
    case FIELD_TRUE:
        return json_true();
    }
    return NULL;
}

struct err field_write(json_t *object, const struct field *rows, size_t count, const void *in)
{
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].required && is_empty(&rows[i], in))
            continue;
        json_t *value = make(&rows[i], in);
        if (value == NULL)
            return ERR(ERR_MALFORMED, i, "a field cannot be written");
        struct err e = field_check(&rows[i], value);
        if (json_object_set_new(object, rows[i].name, value) != 0)
            return ERR(ERR_NO_ROOM, i, "json_object_set_new");
        if (failed(e))
            return e;
    }
    return ERR_OK;
}

struct err field_print(const json_t *root, size_t max, uint8_t *out, size_t *out_len)
{
    size_t len = json_dumpb(root, (char *)out, max, JSON_COMPACT);
    if (len == 0 || len > max)
        return ERR(ERR_NO_ROOM, len, "json_dumpb");
    *out_len = len;
    return ERR_OK;
}

struct err field_print_text(const json_t *root, size_t max, char **out_text)
{
    char *text = json_dumps(root, JSON_COMPACT);
    if (text == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_dumps");
    size_t len = strlen(text);
    if (len > max) {
        free(text);
        return ERR(ERR_NO_ROOM, len, "json_dumps");
    }
    *out_text = text;
    return ERR_OK;
}
