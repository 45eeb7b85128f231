#include "sync/wire/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

#define PAD 64 /* where the pad stands in `digits` */

void base64_print(char *out, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.at[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.at[i + 1] << 8;
        if (left > 2)
            group |= bytes.at[i + 2];
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 0x3F];
        *out++ = digits[left > 1 ? group >> 6 & 0x3F : PAD];
        *out++ = digits[left > 2 ? group & 0x3F : PAD];
    }
    *out = '\0';
}

static int digit_value(char c)
{
    const char *at = c != '\0' && c != '=' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* One group of four characters, of which the last `pad` are '='. False when malformed, also when
 * bits that stand for nothing are set: one value has one text. */
static bool read_group(const char *text, size_t pad, uint32_t *out_group)
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - pad ? digit_value(text[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    *out_group = group;
    return (group & ((1U << 8 * pad) - 1)) == 0;
}

static size_t padding(const char *text, size_t text_len)
{
    if (text_len == 0 || text[text_len - 1] != '=')
        return 0;
    return text[text_len - 2] == '=' ? 2 : 1;
}

struct err base64_parse(const char *text, size_t text_len, size_t max, uint8_t *out,
                        size_t *out_len)
{
    if (text_len % 4 != 0)
        return ERR(ERR_MALFORMED, text_len, "base64 length");
    size_t pad = padding(text, text_len);
    size_t len = text_len / 4 * 3 - pad;
    if (len > max)
        return ERR(ERR_NO_ROOM, len, "base64 length");

    for (size_t i = 0; i < text_len; i += 4) {
        bool last = i + 4 == text_len;
        size_t bytes = last ? 3 - pad : 3;
        uint32_t group = 0;
        if (!read_group(text + i, last ? pad : 0, &group))
            return ERR(ERR_MALFORMED, i, "base64 digit");
        for (size_t k = 0; k < bytes; k++)
            out[i / 4 * 3 + k] = (uint8_t)(group >> (16 - 8 * k) & 0xFF);
    }
    *out_len = len;
    return ERR_OK;
}
