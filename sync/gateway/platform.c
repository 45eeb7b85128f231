#include "sync/gateway/platform.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"

#define PATH_SIZE 512

const struct profile *platform_profile(const struct platform *platform, const char *name)
{
    for (size_t i = 0; i < platform->profile_count; i++) {
        if (strcmp(platform->profiles[i].name, name) == 0)
            return &platform->profiles[i];
    }
    return NULL;
}

int64_t platform_now_s(const struct platform *platform)
{
    return platform->now_ms() / 1000;
}

static int is_ini(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".ini") == 0;
}

struct err profiles_read(const char *folder, struct profile *out_profiles, size_t *out_count,
                         char *out_message)
{
    struct dirent **names = NULL;
    struct err e = ERR_OK;
    size_t taken = 0;

    int count = scandir(folder, &names, is_ini, alphasort);
    if (count <= 0)
        e = ERR(count < 0 ? ERR_IO : ERR_NOT_FOUND, errno, "profiles");
    if (failed(e)) {
        (void)text_print(out_message, PLATFORM_MESSAGE_MAX,
                         "%s: %s: a folder with profiles (*.ini)", folder,
                         count < 0 ? err_words(e.native) : "there is no profile in it");
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_SIZE];
        (void)text_print(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        free(names[i]);
        if (failed(e))
            continue;
        if (taken == FACTS_PROFILES_MAX) {
            (void)text_print(out_message, PLATFORM_MESSAGE_MAX, "%s: at most %d profiles", folder,
                             FACTS_PROFILES_MAX);
            e = ERR(ERR_NO_ROOM, count, "profiles");
            continue;
        }
        e = profile_read(path, &out_profiles[taken], out_message);
        taken += failed(e) ? 0 : 1;
    }
    free(names);
    if (!failed(e))
        *out_count = taken;
    return e;
}
