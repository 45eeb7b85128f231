#include "hw/token/piv_memory.h"

#include <openssl/evp.h>
#include <string.h>

#include "kiosk/base/text.h"

#define SEED_MAX 64
#define HASH_LEN 32

/* False when the library refuses; then the token stays unknown. */
static bool key_of(const struct piv_memory *memory, const char *id,
                   uint8_t out_key[PIV_MEMORY_KEY_LEN])
{
    uint8_t seed[PIV_MEMORY_SALT_LEN + SEED_MAX] = {0};
    uint8_t hash[HASH_LEN];
    size_t len = 0;

    memcpy(seed, memory->salt, PIV_MEMORY_SALT_LEN);
    (void)text_copy((char *)seed + PIV_MEMORY_SALT_LEN, SEED_MAX, id); /* ids are shorter */
    if (EVP_Q_digest(NULL, "SHA256", NULL, seed, sizeof(seed), hash, &len) != 1 || len != HASH_LEN)
        return false;
    memcpy(out_key, hash, PIV_MEMORY_KEY_LEN);
    explicit_bzero(seed, sizeof(seed));
    return true;
}

static size_t row_of(const struct piv_memory *memory, const uint8_t key[PIV_MEMORY_KEY_LEN])
{
    size_t i = 0;

    while (i < PIV_MEMORY_MAX && memcmp(memory->rows[i].key, key, PIV_MEMORY_KEY_LEN) != 0)
        i++;
    return i;
}

struct piv_memory_row piv_memory_find(const struct piv_memory *memory, const char *id)
{
    static const struct piv_memory_row nothing = {.length = PIV_LENGTH_UNKNOWN};
    uint8_t key[PIV_MEMORY_KEY_LEN];

    if (!key_of(memory, id, key))
        return nothing;
    size_t i = row_of(memory, key);
    return i < PIV_MEMORY_MAX ? memory->rows[i] : nothing;
}

void piv_memory_keep(struct piv_memory *memory, const char *id, struct piv_memory_row row)
{
    if (!key_of(memory, id, row.key))
        return;
    size_t i = row_of(memory, row.key);
    if (i == PIV_MEMORY_MAX) {
        i = memory->next % PIV_MEMORY_MAX;
        memory->next = (uint8_t)((i + 1) % PIV_MEMORY_MAX);
    }
    memory->rows[i] = row;
}
