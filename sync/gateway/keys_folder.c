#include "sync/gateway/keys_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/config.h"
#include "kiosk/base/hex.h"
#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/pki/issue.h"

#define FILE_MAX 4096 /* KEYRING_FILE_MAX sections */

static void pair_done(struct key **pair)
{
    key_destroy(*pair);
}

static void text_done(char **text)
{
    free(*text);
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

struct err keys_folder_write(const char *dir, const struct keyring *list)
{
    char path[FOLDER_PATH_SIZE];
    char text[FILE_MAX] =
        "; The platform's public keys, highest first; [platform] keys of every kiosk.\n";
    bool fits = true;

    for (size_t i = 0; i < list->count && fits; i++) {
        size_t used = strlen(text);
        fits = print_key(text + used, sizeof(text) - used, i + 1, &list->keys[i]);
    }
    struct err e = fits ? folder_path(dir, FOLDER_KEYS, "", path) : ERR(ERR_NO_ROOM, 0, "list");
    return failed(e) ? e : folder_write(path, text, strlen(text));
}

static struct err private_path(const char *dir, const char *id, char out_path[FOLDER_PATH_SIZE])
{
    char name[SEAL_KEY_ID_SIZE + sizeof(FOLDER_KEY_OF)];

    if (!text_print(name, sizeof(name), FOLDER_KEY_OF "%s", id))
        return ERR(ERR_NO_ROOM, 0, "key id");
    return folder_path(dir, name, ".key", out_path);
}

struct err keys_folder_open(const char *dir, const char *id, struct seal_key **out_key)
{
    char path[FOLDER_PATH_SIZE];

    struct err e = private_path(dir, id, path);
    if (!failed(e) && access(path, F_OK) != 0)
        return ERR(ERR_NOT_FOUND, 0, "private half");
    return failed(e) ? e : seal_key_create(path, out_key);
}

struct err keys_folder_activate(const char *dir, const char *id)
{
    char path[FOLDER_PATH_SIZE];
    char text[SEAL_KEY_ID_SIZE + 1];

    struct err e = folder_path(dir, FOLDER_ACTIVE, "", path);
    if (!failed(e) && !text_print(text, sizeof(text), "%s\n", id))
        e = ERR(ERR_NO_ROOM, 0, "key id");
    return failed(e) ? e : folder_write(path, text, strlen(text));
}

static void describe(const struct seal_key *seal, int64_t now_s, int64_t days,
                     struct keyring_key *out_key)
{
    /* A day back, for a kiosk whose proven time is a little behind. */
    *out_key = (struct keyring_key){.not_before_s = day_of(now_s - CIVIL_DAY_S),
                                    .not_after_s = day_of(now_s + days * CIVIL_DAY_S)};
    (void)text_copy(out_key->id, sizeof(out_key->id), seal_key_id(seal)); /* same size */
    memcpy(out_key->public_key, seal_key_public(seal), SEAL_PUBLIC_LEN);
}

/* Its private half is put in its place when its name, the id, is known. */
static struct err make_pair(const char *dir, int64_t now_s, int64_t days,
                            struct keyring_key *out_key)
{
    CLEANUP(pair_done) struct key *pair = NULL;
    CLEANUP(seal_done) struct seal_key *seal = NULL;
    char fresh[FOLDER_PATH_SIZE];
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_KEY, ".new", fresh);
    if (!failed(e))
        e = key_create(KEY_ED25519, &pair);
    if (!failed(e))
        e = key_save(pair, fresh);
    if (!failed(e))
        e = seal_key_create(fresh, &seal);
    if (!failed(e))
        e = private_path(dir, seal_key_id(seal), path);
    if (!failed(e))
        e = key_save(pair, path);
    if (failed(e))
        return e;
    (void)unlink(fresh); /* a copy of what is in its place */
    describe(seal, now_s, days, out_key);
    return ERR_OK;
}

struct err keys_folder_add(const char *dir, int64_t now_s, int64_t days, struct keys_folder *folder,
                           size_t *out_at)
{
    struct keyring list = folder->list;

    if (list.count == KEYRING_FILE_MAX)
        return ERR(ERR_NO_ROOM, KEYRING_FILE_MAX, "list of keys");
    struct err e = make_pair(dir, now_s, days, &list.keys[list.count]);
    if (failed(e))
        return e;
    list.count++;
    e = keys_folder_write(dir, &list);
    if (failed(e))
        return e;
    folder->list = list;
    *out_at = list.count - 1;
    return ERR_OK;
}

struct err keys_folder_make(const char *dir, int64_t now_s)
{
    struct keys_folder folder = {.list = {.count = 0}};
    size_t at = 0;

    struct err e = keys_folder_add(dir, now_s, KEYS_FIRST_DAYS, &folder, &at);
    if (!failed(e))
        e = keys_folder_add(dir, now_s, KEYS_DAYS, &folder, &at);
    return failed(e) ? e : keys_folder_activate(dir, folder.list.keys[at].id);
}

/* The list comes last: without it this begins anew. */
static struct err take_over(const char *dir)
{
    CLEANUP(pair_done) struct key *pair = NULL;
    CLEANUP(seal_done) struct seal_key *seal = NULL;
    struct keyring list = {.count = 1};
    char path[FOLDER_PATH_SIZE];
    char place[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_KEY, "", path);
    if (!failed(e))
        e = seal_key_create(path, &seal);
    if (!failed(e))
        e = key_open(path, &pair);
    if (!failed(e))
        e = private_path(dir, seal_key_id(seal), place);
    if (!failed(e))
        e = key_save(pair, place);
    if (!failed(e))
        e = keys_folder_activate(dir, seal_key_id(seal));
    if (failed(e))
        return e;
    describe(seal, INT64_C(2) * CIVIL_DAY_S, KEYS_DAYS_MAX,
             &list.keys[0]); /* it never had an end */
    return keys_folder_write(dir, &list);
}

static struct err read_active(const char *dir, char out_id[SEAL_KEY_ID_SIZE])
{
    CLEANUP(text_done) char *text = NULL;
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_ACTIVE, "", path);
    if (!failed(e))
        e = folder_read(path, SEAL_KEY_ID_SIZE, &text);
    if (failed(e))
        return e;
    text[strcspn(text, "\n")] = '\0';
    return text_copy(out_id, SEAL_KEY_ID_SIZE, text) ? ERR_OK
                                                     : ERR(ERR_MALFORMED, 0, FOLDER_ACTIVE);
}

struct err keys_folder_read(const char *dir, struct keys_folder *out_folder)
{
    struct keys_folder folder;
    char message[CONFIG_MESSAGE_MAX] = "";
    char path[FOLDER_PATH_SIZE];
    char first[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_KEYS, "", path);
    if (!failed(e))
        e = folder_path(dir, FOLDER_KEY, "", first);
    if (!failed(e) && access(path, F_OK) != 0 && access(first, F_OK) == 0)
        e = take_over(dir);
    if (failed(e))
        return e;
    e = keyring_read(path, &folder.list, message);
    if (failed(e))
        (void)fprintf(stderr, "%s\n", message);
    if (!failed(e))
        e = read_active(dir, folder.active);
    if (!failed(e))
        *out_folder = folder;
    return e;
}
