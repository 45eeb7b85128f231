#include "sync/daemon/settings.h"

#include <string.h>

#include "kiosk/base/text.h"

#define TEXT(section_name, key_name, member) \
    { \
        .section = (section_name), .key = (key_name), .type = CONFIG_TEXT, .min = 1, \
        .max = (int64_t)sizeof(((struct settings *)NULL)->member), \
        .offset = offsetof(struct settings, member), .required = true \
    }

static const struct config_row rows[] = {
    TEXT("ledger", "dir", ledger_dir),
    TEXT("platform", "url", url),
    TEXT("platform", "ca", ca),
    TEXT("platform", "key", platform_key),
    TEXT("kiosk", "id", kiosk),
    TEXT("kiosk", "key", key),
    TEXT("kiosk", "certificate", certificate),
};

static const char scheme[] = "https://";
static const char name_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
static const char host_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]";

/* https, a host and perhaps a port: requests put their path behind it. */
static bool is_base_url(const char *url)
{
    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *host = url + sizeof(scheme) - 1;
    return host[0] != '\0' && strspn(host, host_chars) == strlen(host);
}

static struct err refuse(const char *path, const char *what, char *out_message)
{
    (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s: %s", path, what); /* cut is fine */
    return ERR(ERR_MALFORMED, 0, "settings");
}

static struct err place_key(const char *path, const char *credentials_dir, char *out_message,
                            struct settings *settings)
{
    char name[SETTINGS_PATH_SIZE];
    if (credentials_dir == NULL || strchr(settings->key, '/') != NULL)
        return ERR_OK;
    memcpy(name, settings->key, sizeof(name));
    if (!text_print(settings->key, sizeof(settings->key), "%s/%s", credentials_dir, name))
        return refuse(path, "[kiosk] key: its path is too long", out_message);
    return ERR_OK;
}

struct err settings_read(const char *path, const char *credentials_dir, char *out_message,
                         struct settings *out)
{
    struct settings settings = {.url = ""};
    struct err e =
        config_read(path, rows, ARRAY_LEN(rows), &settings, sizeof(settings), out_message);
    if (failed(e))
        return e;
    if (!is_base_url(settings.url)) {
        return refuse(path, "[platform] url: https://host or https://host:port, without a path",
                      out_message);
    }
    if (strspn(settings.kiosk, name_chars) != strlen(settings.kiosk))
        return refuse(path, "[kiosk] id: letters, digits and -_. only", out_message);
    e = place_key(path, credentials_dir, out_message, &settings);
    if (!failed(e))
        *out = settings;
    return e;
}
