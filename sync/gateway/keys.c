#include "sync/gateway/keys.h"

#include <string.h>

#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/folder.h"

#define FILE_MAX 4096 /* KEYRING_FILE_MAX sections */

static void pair_done(struct key **pair)
{
    key_destroy(*pair);
}

static void seal_done(struct seal_key **key)
{
    seal_key_destroy(*key);
}

/* Up to the beginning of a day, as the list can say it. */
static int64_t day_of(int64_t at_s)
{
    struct civil day = civil_of(at_s);
    day.hour = day.minute = day.second = 0;
    return civil_seconds(&day);
}

static bool print_key(char *out, size_t size, size_t number, const struct keyring_key *key)
{
    char public_key[HEX_SIZE(SEAL_PUBLIC_LEN)];
    struct civil from = civil_of(key->not_before_s);
    struct civil until = civil_of(key->not_after_s);

    hex_print(public_key, (struct bytes){key->public_key, SEAL_PUBLIC_LEN});
    return text_print(out, size,
                      "[key%zu]\n; id %s\npublic = %s\nnot_before = %04d-%02d-%02d\n"
                      "not_after = %04d-%02d-%02d\nrevoked = %s\n",
                      number, key->id, public_key, (int)from.year, from.month, from.day,
                      (int)until.year, until.month, until.day, key->revoked ? "yes" : "no");
}

static struct err write_list(const char *dir, const struct keyring *ring)
{
    char path[FOLDER_PATH_SIZE];
    char text[FILE_MAX] = "; The platform's public keys, for [platform] keys of every kiosk.\n";
    bool fits = true;

    for (size_t i = 0; i < ring->count && fits; i++) {
        size_t used = strlen(text);
        fits = print_key(text + used, sizeof(text) - used, i + 1, &ring->keys[i]);
    }
    struct err e = fits ? folder_path(dir, FOLDER_KEYS, "", path) : ERR(ERR_NO_ROOM, 0, "list");
    return failed(e) ? e : folder_write(path, text, strlen(text));
}

/* A new pair, its private half at `path`. */
static struct err make_pair(const char *path, int64_t now_s, struct keyring_key *out_key)
{
    CLEANUP(pair_done) struct key *pair = NULL;
    CLEANUP(seal_done) struct seal_key *seal = NULL;

    struct err e = key_create(KEY_ED25519, &pair);
    if (!failed(e))
        e = key_save(pair, path);
    if (!failed(e))
        e = seal_key_create(path, &seal);
    if (failed(e))
        return e;
    /* A day back, for a kiosk whose proven time is a little behind. */
    *out_key =
        (struct keyring_key){.not_before_s = day_of(now_s - CIVIL_DAY_S),
                             .not_after_s = day_of(now_s + (int64_t)KEYS_DAYS * CIVIL_DAY_S)};
    (void)text_copy(out_key->id, sizeof(out_key->id), seal_key_id(seal)); /* same size */
    memcpy(out_key->public_key, seal_key_public(seal), SEAL_PUBLIC_LEN);
    return ERR_OK;
}

struct err keys_make(const char *dir, int64_t now_s)
{
    struct keyring ring = {.count = 1};
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_KEY, "", path);
    if (!failed(e))
        e = make_pair(path, now_s, &ring.keys[0]);
    return failed(e) ? e : write_list(dir, &ring);
}
