#include "sync/gateway/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/gateway/keys_folder.h"

struct stamp {
    ino_t file;
    struct timespec changed;
};

struct loaded {
    struct keys_folder folder;
    struct seal_key *active;
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
    seal_key_destroy((*at)->active);
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

static struct err open_active(const char *dir, struct loaded *loaded)
{
    const struct keyring_key *key = keyring_find(&loaded->folder.list, loaded->folder.active);

    if (key == NULL || key->revoked)
        return ERR(ERR_CONFLICT, 0, "the active key is not of the list, or revoked");
    struct err e = keys_folder_open(dir, key->id, &loaded->active);
    return e.code == ERR_NOT_FOUND ? ERR(ERR_CONFLICT, 0, "the active key is not here") : e;
}

static struct err load(const char *dir, struct loaded **out_loaded)
{
    CLEANUP(loaded_done) struct loaded *loaded = calloc(1, sizeof(*loaded));
    if (loaded == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = keys_folder_read(dir, &loaded->folder);
    if (!failed(e))
        e = read_stamps(dir, loaded->stamps);
    if (!failed(e))
        e = open_active(dir, loaded);
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

struct err keys_seal(struct keys *keys, const struct seal_message *message, char *out_key_id,
                     uint8_t out_seal[SEAL_LEN])
{
    (void)pthread_mutex_lock(&keys->mutex);
    struct err e = seal_sign(keys->loaded->active, message, out_seal);
    if (!failed(e))
        memcpy(out_key_id, seal_key_id(keys->loaded->active), SEAL_KEY_ID_SIZE);
    (void)pthread_mutex_unlock(&keys->mutex);
    return e;
}
