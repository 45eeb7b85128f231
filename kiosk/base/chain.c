#include "kiosk/base/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"

#define HEAD_MAX 512
#define ONCE_MAX 512
#define MOMENT_LEN 6

bool chain_is_uuid(const char *at, size_t len)
{
    if (len != CHAIN_UUID_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = (at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f');
        if (dash ? at[i] != '-' : !digit)
            return false;
    }
    return true;
}

static bool is_uuid(const char *text)
{
    return chain_is_uuid(text, strnlen(text, CHAIN_UUID_LEN + 1));
}

static bool is_kind(const char *text)
{
    size_t len = strnlen(text, CHAIN_KIND_MAX);
    return len > 0 && len < CHAIN_KIND_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == len;
}

/* RFC 9562, 4: version and variant have their bits in each of them. */
static void print_uuid(char *out, uint8_t raw[16], unsigned version)
{
    char hex[HEX_SIZE(16)];

    raw[6] = (uint8_t)((raw[6] & 0x0F) | version << 4);
    raw[8] = (uint8_t)((raw[8] & 0x3F) | 0x80);
    hex_print(hex, (struct bytes){raw, 16});
    (void)text_print(out, CHAIN_UUID_LEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                     hex + 16, hex + 20);
}

void chain_uuid(char *out, const uint8_t random[16])
{
    uint8_t raw[16];

    memcpy(raw, random, sizeof(raw));
    print_uuid(out, raw, 4);
}

void chain_uuid_at(char *out, int64_t at_ms, const uint8_t random[16])
{
    uint64_t moment = at_ms < 0 ? 0 : (uint64_t)at_ms;
    uint8_t raw[16];

    for (size_t i = 0; i < MOMENT_LEN; i++)
        raw[i] = (uint8_t)(moment >> (8 * (MOMENT_LEN - 1 - i)));
    for (size_t i = MOMENT_LEN; i < sizeof(raw); i++)
        raw[i] = random[sizeof(raw) - 1 - i];
    print_uuid(out, raw, 7);
}

void chain_uuid_once(char *out, const char *kiosk, const char *epoch, const char *name)
{
    char text[ONCE_MAX];

    (void)text_print(text, sizeof(text), "%s\n%s\n%s", kiosk, epoch, name); /* fits */
    struct hash hash = hash_of((struct bytes){(const uint8_t *)text, strlen(text)});
    chain_uuid(out, hash.at);
}

struct err chain_hash(const struct chain_entry *entry, struct hash *out_hash)
{
    if (!is_uuid(entry->epoch) || !is_uuid(entry->txid) || !is_uuid(entry->visit))
        return ERR(ERR_MALFORMED, 0, "uuid");
    if (!is_kind(entry->kind))
        return ERR(ERR_MALFORMED, 0, "kind");
    if (entry->body.len > CHAIN_BODY_MAX)
        return ERR(ERR_NO_ROOM, entry->body.len, "body");

    char prev[HEX_SIZE(HASH_LEN)];
    char buffer[HEAD_MAX + CHAIN_BODY_MAX];
    hex_print(prev, (struct bytes){entry->prev.at, HASH_LEN});
    int head = snprintf(
        buffer, HEAD_MAX, "certkiosk-journal-1\n%s\n%" PRIu64 "\n%s\n%" PRId64 "\n%s\n%s\n%s\n",
        entry->epoch, entry->seq, entry->txid, entry->at_ms, entry->visit, entry->kind, prev);
    if (entry->body.len > 0)
        memcpy(buffer + head, entry->body.at, entry->body.len);
    *out_hash = hash_of((struct bytes){(uint8_t *)buffer, (size_t)head + entry->body.len});
    return ERR_OK;
}
