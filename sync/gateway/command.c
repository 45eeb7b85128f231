#include "sync/gateway/command.h"

#include <stdio.h>

#include "kiosk/base/log.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/platform.h"

int command_failed(const char *what, struct err e)
{
    if (e.code == ERR_NO_ROOM) {
        (void)fprintf(stderr, "%s: nothing was changed; make room on the disk, then run it again\n",
                      what);
    }
    log_err(what, e);
    return COMMAND_FAILED;
}

/* What a person can do about it; NULL: nothing but look at the line that is logged. */
static const char *advice_of(struct err e)
{
    switch (e.code) {
    case ERR_NOT_FOUND:
        return "there is no platform in it; certkiosk-gateway init makes one";
    case ERR_TIMEOUT:
        return "another certkiosk-gateway is at work in it: when it has ended, run this again";
    case ERR_UNSUPPORTED:
        return "its database is of another release, or was changed by hand";
    case ERR_NO_ROOM:
        return "the disk is full: make room, then run this again";
    case ERR_IO:
    case ERR_MALFORMED:
        return "its database cannot be used: see to the disk, and to who may read and write it";
    case ERR_NONE:
    case ERR_GONE:
    case ERR_DENIED:
    case ERR_BLOCKED:
    case ERR_CONFLICT:
    case ERR_CODE_COUNT:
        break;
    }
    return NULL;
}

struct err command_store(const char *dir, bool create, struct store **out_store)
{
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_DATABASE, "", path);
    if (!failed(e))
        e = store_open(path, create, out_store);
    const char *advice = advice_of(e);
    if (advice != NULL)
        (void)fprintf(stderr, "--dir %s: %s\n", dir, advice);
    return e;
}

struct err command_begin(const char *dir, bool create, struct store **out_store,
                         struct transaction *out_work)
{
    struct err e = command_store(dir, create, out_store);
    return failed(e) ? e : store_begin(*out_store, out_work);
}

struct err command_rules(const struct command_folders *folders, struct profile *out_profiles,
                         size_t *out_count, struct words *out_words)
{
    char message[PLATFORM_MESSAGE_MAX] = "";
    char path[FOLDER_PATH_SIZE];

    struct err e = profiles_read(folders->profiles, out_profiles, out_count, message);
    if (!failed(e))
        e = words_folder(folders->profiles, folders->words, path);
    if (!failed(e))
        e = words_read(path, out_words, message);
    if (failed(e) && message[0] != '\0')
        (void)fprintf(stderr, "%s\n", message);
    return e;
}
