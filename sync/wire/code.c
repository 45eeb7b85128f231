/* code.c - hides how ten bytes and their check lie in twenty characters of five bits. */
#include "sync/wire/code.h"

#include <string.h>

#include "kiosk/base/hash.h"

#define CONTEXT "certkiosk-code-1" /* its NUL is hashed too */
#define CHARS 20
#define CHAR_BITS 5
#define GROUP 4
#define WHOLE_LEN 13 /* CODE_LEN and 20 bits, rounded up */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The bytes with the check behind them; what is beyond 100 bits is zero. */
static void fill(const struct code *code, uint8_t out[WHOLE_LEN])
{
    uint8_t hashed[sizeof(CONTEXT) + CODE_LEN];

    memcpy(hashed, CONTEXT, sizeof(CONTEXT));
    memcpy(hashed + sizeof(CONTEXT), code->at, CODE_LEN);
    struct hash hash = hash_of((struct bytes){hashed, sizeof(hashed)});
    memcpy(out, code->at, CODE_LEN);
    out[CODE_LEN] = hash.at[0];
    out[CODE_LEN + 1] = hash.at[1];
    out[CODE_LEN + 2] = hash.at[2] & 0xF0;
}

static unsigned bit_of(const uint8_t *at, size_t bit)
{
    return (unsigned)(at[bit / 8] >> (7 - bit % 8)) & 1U;
}

void code_print(const struct code *code, char out[CODE_TEXT_SIZE])
{
    uint8_t whole[WHOLE_LEN];

    fill(code, whole);
    for (size_t i = 0; i < CHARS; i++) {
        unsigned value = 0;
        for (size_t bit = 0; bit < CHAR_BITS; bit++)
            value = value << 1 | bit_of(whole, i * CHAR_BITS + bit);
        if (i > 0 && i % GROUP == 0)
            *out++ = '-';
        *out++ = alphabet[value];
    }
    *out = '\0';
}

/* -1: none of the alphabet. */
static int value_of(char letter)
{
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    if (letter == 'O')
        letter = '0';
    if (letter == 'I' || letter == 'L')
        letter = '1';
    const char *found = letter == '\0' ? NULL : strchr(alphabet, letter);
    return found == NULL ? -1 : (int)(found - alphabet);
}

struct err code_read(const char *text, struct code *out_code)
{
    uint8_t whole[WHOLE_LEN] = {0};
    uint8_t wanted[WHOLE_LEN];
    struct code code;
    size_t count = 0;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if (strchr(" \t\r\n-", text[i]) != NULL)
            continue;
        int value = value_of(text[i]);
        if (value < 0 || count == CHARS)
            return ERR(ERR_MALFORMED, i, "code");
        for (size_t bit = 0; bit < CHAR_BITS; bit++) {
            size_t at = count * CHAR_BITS + bit;
            if ((unsigned)value >> (CHAR_BITS - 1 - bit) & 1U)
                whole[at / 8] |= (uint8_t)(0x80U >> (at % 8));
        }
        count++;
    }
    memcpy(code.at, whole, CODE_LEN);
    fill(&code, wanted);
    if (count != CHARS || memcmp(whole, wanted, WHOLE_LEN) != 0)
        return ERR(ERR_MALFORMED, count, "code");
    *out_code = code;
    return ERR_OK;
}
