/* ledger.h - a folder for databases, and drafts to append, for the tests of the ledger. */
#ifndef TESTS_UNIT_LEDGER_H
#define TESTS_UNIT_LEDGER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/hash.h"
#include "kiosk/base/text.h"
#include "kiosk/ledger/journal.h"

struct folder {
    char at[64];
    char path[128]; /* of the database in it */
};

static const uint8_t ledger_random[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* In the place of a signature: who signed is the device key's test. */
static inline struct err ledger_sign(void *context, const char *epoch, uint64_t seq,
                                     const struct hash *hash,
                                     uint8_t out_signature[JOURNAL_SIGNATURE_LEN])
{
    (void)context;
    (void)epoch;
    for (size_t i = 0; i < JOURNAL_SIGNATURE_LEN; i++)
        out_signature[i] = (uint8_t)(hash->at[i % HASH_LEN] ^ seq);
    return ERR_OK;
}

/* In the place of a cipher: what it is for, then each byte turned over. */
static inline void ledger_label(const struct journal_label *label, uint8_t out[JOURNAL_SEALED_MORE])
{
    char text[128];
    (void)text_print(text, sizeof(text), "%s %s %s", label->epoch, label->order, label->kind);
    struct hash hash = hash_of((struct bytes){(const uint8_t *)text, strlen(text)});
    memcpy(out, hash.at, JOURNAL_SEALED_MORE);
}

static inline struct err ledger_seal(void *context, const struct journal_label *label,
                                     struct bytes plain, uint8_t *out_sealed)
{
    (void)context;
    ledger_label(label, out_sealed);
    for (size_t i = 0; i < plain.len; i++)
        out_sealed[JOURNAL_SEALED_MORE + i] = plain.at[i] ^ 0x5A;
    return ERR_OK;
}

static inline struct err ledger_unseal(void *context, const struct journal_label *label,
                                       struct bytes sealed, uint8_t *out_plain)
{
    uint8_t wanted[JOURNAL_SEALED_MORE];
    (void)context;
    ledger_label(label, wanted);
    if (memcmp(sealed.at, wanted, sizeof(wanted)) != 0)
        return ERR(ERR_DENIED, 0, "another label");
    for (size_t i = 0; i + JOURNAL_SEALED_MORE < sealed.len; i++)
        out_plain[i] = sealed.at[JOURNAL_SEALED_MORE + i] ^ 0x5A;
    return ERR_OK;
}

static const struct journal_guard ledger_guard = {.key = {.at = {7, 7, 7}, .len = JOURNAL_KEY_LEN},
                                                  .sign = ledger_sign,
                                                  .seal = ledger_seal,
                                                  .open = ledger_unseal};

static inline void folder_make(struct folder *folder, const char *name)
{
    (void)text_copy(folder->at, sizeof(folder->at), "/tmp/test_ledger.XXXXXX");
    if (mkdtemp(folder->at) == NULL)
        abort();
    (void)text_print(folder->path, sizeof(folder->path), "%s/%s", folder->at, name);
}

static inline void folder_remove(const struct folder *folder)
{
    DIR *dir = opendir(folder->at);
    if (dir == NULL)
        return;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this folder */
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[512];
        (void)text_print(path, sizeof(path), "%s/%s", folder->at, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(dir);
    (void)rmdir(folder->at);
}

/* A UUID that says `number`. */
static inline void uuid_of(char out[CHAIN_UUID_LEN + 1], unsigned number)
{
    (void)text_print(out, CHAIN_UUID_LEN + 1, "%08x-0000-4000-8000-000000000000", number);
}

/* Entry `number`, about order `order` (0: none) in `state`. */
static inline struct journal_draft draft_of(unsigned number, unsigned order,
                                            enum journal_order_state state)
{
    static char bodies[4][64];
    char *body = bodies[number % 4];
    struct journal_draft draft = {.at_ms = 1760000000000 + number, .order_state = state};
    (void)text_print(body, sizeof(bodies[0]), "{\"n\":%u}", number);
    draft.body = (struct bytes){(const uint8_t *)body, strlen(body)};
    uuid_of(draft.txid, number);
    uuid_of(draft.visit, 0xFFFF);
    (void)text_copy(draft.kind, sizeof(draft.kind), "order_requested");
    if (order != 0) {
        uuid_of(draft.order, 0x10000 + order);
        (void)text_print(draft.token, sizeof(draft.token), "s%u", order);
    }
    return draft;
}

#endif
