#include "sync/gateway/command.h"

#include <stdio.h>

#include "kiosk/base/log.h"
#include "sync/gateway/folder.h"
#include "sync/gateway/platform.h"

int command_failed(const char *what, struct err e)
{
    log_err(what, e);
    return COMMAND_FAILED;
}

struct err command_store(const char *dir, bool create, struct store **out_store)
{
    char path[FOLDER_PATH_SIZE];

    struct err e = folder_path(dir, FOLDER_DATABASE, "", path);
    return failed(e) ? e : store_open(path, create, out_store);
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
