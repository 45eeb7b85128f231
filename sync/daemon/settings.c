#include "sync/daemon/settings.h"

#include <string.h>

#include "kiosk/base/text.h"

#define ROW(section_name, key_name, type_of, member) \
    { \
        .section = (section_name), .key = (key_name), .type = (type_of), .min = 1, \
        .max = (int64_t)sizeof(((struct settings *)NULL)->member), \
        .offset = offsetof(struct settings, member), .required = true \
    }

static const struct config_row rows[] = {
    ROW("ledger", "dir", CONFIG_TEXT, ledger_dir),
    ROW("platform", "url", CONFIG_URL, url),
    ROW("platform", "ca", CONFIG_TEXT, ca),
    ROW("platform", "keys", CONFIG_TEXT, platform_keys),
    ROW("kiosk", "id", CONFIG_NAME, kiosk),
    ROW("kiosk", "key", CONFIG_TEXT, key),
    ROW("kiosk", "certificate", CONFIG_TEXT, certificate),
};

static struct err place_key(const char *path, const char *credentials_dir, char *out_message,
                            struct settings *settings)
{
    char name[SETTINGS_PATH_SIZE];
    struct config_fault fault = {.path = path,
                                 .section = "kiosk",
                                 .key = "key",
                                 .value = name,
                                 .wrong = "its path is too long",
                                 .allowed = "a name without /, or a path"};
    if (credentials_dir == NULL || strchr(settings->key, '/') != NULL)
        return ERR_OK;
    memcpy(name, settings->key, sizeof(name));
    if (!text_print(settings->key, sizeof(settings->key), "%s/%s", credentials_dir, name))
        return config_refuse(&fault, out_message);
    return ERR_OK;
}

struct err settings_read(const char *path, const char *credentials_dir, char *out_message,
                         struct settings *out)
{
    struct settings settings = {.path = path};
    struct err e =
        config_read(path, rows, ARRAY_LEN(rows), &settings, sizeof(settings), out_message);
    if (failed(e))
        return e;
    e = place_key(path, credentials_dir, out_message, &settings);
    if (failed(e))
        return e;
    *out = settings;
    return ERR_OK;
}
