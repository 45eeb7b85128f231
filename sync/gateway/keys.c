#include "sync/gateway/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/keys_folder.h"

#define DOCUMENT_ID_PART 2 /* of what the seal of a document covers: see kiosk/pki/seal.h */

struct stamp {
    ino_t file;
    struct timespec changed;
};

struct loaded {
    struct keys_folder folder;
    struct seal_key *pairs[KEYRING_FILE_MAX]; /* NULL: kept elsewhere */
    const struct seal_key *active;
    struct stamp stamps[2];
};

struct keys {
    char dir[FOLDER_PATH_SIZE];
    pthread_mutex_t mutex; /* over what follows */
    struct loaded *loaded;
};

static const char *const watched[] = {FOLDER_KEYS, FOLDER_ACTIVE};

static void loaded_done(struct loaded **at)
{
    if (*at == NULL)
        return;
    for (size_t i = 0; i < KEYRING_FILE_MAX; i++)
        seal_key_destroy((*at)->pairs[i]);
    free(*at);
}

/* Each file is replaced as a whole, so another content is another file. */
static struct err read_stamps(const char *dir, struct stamp out_stamps[2])
{
    for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
        struct stat facts;
        char path[FOLDER_PATH_SIZE];
        struct err e = folder_path(dir, watched[i], "", path);
        if (failed(e))
            return e;
        if (stat(path, &facts) != 0)
            return ERR(ERR_IO, 0, "stat");
        out_stamps[i] = (struct stamp){facts.st_ino, facts.st_mtim};
    }
    return ERR_OK;
}

static struct err open_pair(const char *dir, struct loaded *loaded, size_t at)
{
    const struct keyring_key *key = &loaded->folder.list.keys[at];

    struct err e = keys_folder_open(dir, key->id, &loaded->pairs[at]);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (!failed(e) && text_same(key->id, loaded->folder.active) && !key->revoked)
        loaded->active = loaded->pairs[at];
    return e;
}

static struct err load(const char *dir, struct loaded **out_loaded)
{
    CLEANUP(loaded_done) struct loaded *loaded = calloc(1, sizeof(*loaded));
    if (loaded == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = keys_folder_read(dir, &loaded->folder);
    if (!failed(e))
        e = read_stamps(dir, loaded->stamps);
    for (size_t i = 0; i < loaded->folder.list.count && !failed(e); i++)
        e = open_pair(dir, loaded, i);
    if (!failed(e) && loaded->active == NULL)
        e = ERR(ERR_CONFLICT, 0, "the active key is not here, or revoked");
    if (failed(e))
        return e;
    *out_loaded = loaded;
    loaded = NULL;
    return ERR_OK;
}

struct err keys_open(const char *dir, struct keys **out_keys)
{
    struct keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = text_copy(keys->dir, sizeof(keys->dir), dir) ? load(dir, &keys->loaded)
                                                                : ERR(ERR_NO_ROOM, 0, "dir");
    if (failed(e)) {
        free(keys);
        return e;
    }
    (void)pthread_mutex_init(&keys->mutex, NULL); /* cannot fail on Linux */
    *out_keys = keys;
    return ERR_OK;
}

void keys_close(struct keys *keys)
{
    if (keys == NULL)
        return;
    loaded_done(&keys->loaded);
    (void)pthread_mutex_destroy(&keys->mutex);
    free(keys);
}

/* Only this, called by one thread, replaces what is loaded: it reads that without the mutex. */
void keys_refresh(struct keys *keys)
{
    struct stamp stamps[2] = {{0}};
    struct loaded *fresh = NULL;

    struct err e = read_stamps(keys->dir, stamps);
    /* NOLINTNEXTLINE(bugprone-*,cert-*): another padding reads them once more, no harm */
    if (!failed(e) && memcmp(stamps, keys->loaded->stamps, sizeof(stamps)) == 0)
        return;
    if (!failed(e))
        e = load(keys->dir, &fresh);
    if (failed(e)) {
        log_err("keys", e);
        return;
    }
    log_event(LOG_LEVEL_NOTICE, "keys", "active=%s known=%zu", fresh->folder.active,
              fresh->folder.list.count);
    (void)pthread_mutex_lock(&keys->mutex); /* a plain mutex: these do not fail */
    struct loaded *old = keys->loaded;
    keys->loaded = fresh;
    (void)pthread_mutex_unlock(&keys->mutex);
    loaded_done(&old);
}

static struct err seal_with(const struct seal_key *key, const struct seal_message *message,
                            char *out_key_id, uint8_t out_seal[SEAL_LEN])
{
    struct err e = seal_sign(key, message, out_seal);
    if (!failed(e))
        memcpy(out_key_id, seal_key_id(key), SEAL_KEY_ID_SIZE);
    return e;
}

struct err keys_seal(struct keys *keys, const struct seal_message *message, char *out_key_id,
                     uint8_t out_seal[SEAL_LEN])
{
    (void)pthread_mutex_lock(&keys->mutex);
    struct err e = seal_with(keys->loaded->active, message, out_key_id, out_seal);
    (void)pthread_mutex_unlock(&keys->mutex);
    return e;
}

/* As keyring.h says: one that stands before it; of itself only that it is revoked. */
static const struct seal_key *speaker_about(const struct loaded *loaded, const char *subject,
                                            int64_t now_s)
{
    for (size_t i = 0; i < loaded->folder.list.count; i++) {
        const struct keyring_key *key = &loaded->folder.list.keys[i];
        if (text_same(key->id, subject))
            return key->revoked ? loaded->pairs[i] : NULL;
        if (loaded->pairs[i] != NULL && !key->revoked && now_s >= key->not_before_s &&
            now_s < key->not_after_s)
            return loaded->pairs[i];
    }
    return NULL;
}

struct err keys_seal_statement(struct keys *keys, const struct seal_message *message, int64_t now_s,
                               char *out_key_id, uint8_t out_seal[SEAL_LEN])
{
    const char *subject = message->parts[DOCUMENT_ID_PART];
    (void)pthread_mutex_lock(&keys->mutex);
    const struct seal_key *speaker = speaker_about(keys->loaded, subject, now_s);
    struct err e = speaker == NULL ? ERR(ERR_NOT_FOUND, 0, "nobody may say that")
                                   : seal_with(speaker, message, out_key_id, out_seal);
    (void)pthread_mutex_unlock(&keys->mutex);
    return e;
}
