#include "kiosk/base/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void hex_print(char *out, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes.at[i] >> 4];
        out[2 * i + 1] = digits[bytes.at[i] & 0x0F];
    }
    out[2 * bytes.len] = '\0';
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

struct err hex_parse(const char *text, uint8_t *out, size_t out_len)
{
    if (strnlen(text, 2 * out_len + 1) != 2 * out_len)
        return ERR(ERR_MALFORMED, out_len, "hex length");
    for (size_t i = 0; i < 2 * out_len; i++) {
        if (nibble(text[i]) < 0)
            return ERR(ERR_MALFORMED, i, "hex digit");
    }
    for (size_t i = 0; i < out_len; i++)
        out[i] = (uint8_t)((unsigned)nibble(text[2 * i]) << 4 | (unsigned)nibble(text[2 * i + 1]));
    return ERR_OK;
}
