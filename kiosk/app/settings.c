#include "kiosk/app/settings.h"

#include <stddef.h>

#include "kiosk/base/text.h"

#define RESERVE_MB 16 /* hundreds of visits */

#define AT(member) offsetof(struct settings, member)
#define SIZE(member) (int64_t)sizeof(((struct settings *)0)->member)
#define TEXT_ROW(section, key, member, required) \
    { \
        section, key, CONFIG_TEXT, 1, SIZE(member), NULL, AT(member), required \
    }

/* clang-format off */
static const struct config_row rows[] = {
    {"kiosk",  "id",          CONFIG_NAME, 1, SIZE(kiosk_id), NULL,      AT(kiosk_id),         true},
    TEXT_ROW("kiosk",    "device_key", device_key,        false),
    TEXT_ROW("kiosk",    "hall_zh",   hall_zh,            true),
    TEXT_ROW("kiosk",    "hall_en",   hall_en,            true),
    {"screen", "mode",        CONFIG_CHOICE, 0, 0, "fullscreen window",  AT(screen_window),    false},
    {"screen", "orientation", CONFIG_CHOICE, 0, 0, "portrait landscape", AT(screen_landscape), false},
    {"screen", "language",    CONFIG_CHOICE, 0, 0, "zh en",              AT(screen_language),  false},
    {"screen", "width",       CONFIG_NUMBER, 360, 7680, NULL,            AT(screen_width),     false},
    {"screen", "height",      CONFIG_NUMBER, 360, 7680, NULL,            AT(screen_height),    false},
    {"screen", "describe",    CONFIG_FLAG,   0, 0, NULL,                 AT(screen_describe),  false},
    {"token",  "driver",      CONFIG_WORD, 1, SIZE(token_driver), "piv sim", AT(token_driver), false},
    TEXT_ROW("token",    "reader",    token_reader,       false),
    TEXT_ROW("token",    "admin_key", token_admin_key,    false),
    {"token",  "admin_aes",   CONFIG_FLAG,   0, 0, NULL,                 AT(token_admin_aes),  false},
    TEXT_ROW("token",    "master_key", token_master_key,  false),
    {"token",  "master_cipher", CONFIG_CHOICE, 0, 0, "3des aes128 aes192 aes256", AT(token_master_cipher), false},
    {"printer", "driver",     CONFIG_WORD, 1, SIZE(printer_driver), "escpos sim", AT(printer_driver), false},
    TEXT_ROW("printer",  "device",    printer_device,     true),
    {"printer", "width",      CONFIG_CHOICE, 0, 0, "384 576",            AT(printer_width),    false},
    TEXT_ROW("ledger",   "dir",       ledger_dir,         true),
    {"ledger", "reserve_mb",  CONFIG_NUMBER, 1, 1024, NULL,              AT(ledger_reserve_mb), false},
    TEXT_ROW("platform", "keys",      platform_keys,      true),
    TEXT_ROW("platform", "trust",     platform_trust,     true),
    {"platform", "check_url", CONFIG_URL, 1, SIZE(platform_check_url), NULL, AT(platform_check_url), true},
    TEXT_ROW("assets",   "dir",       assets_dir,         true),
    TEXT_ROW("profiles", "names",     profiles,           true),
};
/* clang-format on */

static const int64_t widths[] = {384, 576};

/* The management keys of tokens come from one file, and there is no default. */
static struct err check_keys(const char *path, const struct settings *settings, char *out_message)
{
    bool shared = settings->token_admin_key[0] != '\0';
    bool master = settings->token_master_key[0] != '\0';

    if (shared && master) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                         "%s:%d: [token] master_key stands beside admin_key; allowed: one of both",
                         path, config_line_of(path, "token", "master_key"));
    } else if (!shared && !master) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                         "%s: [token] admin_key or master_key is missing: the path of a file",
                         path);
    }
    return shared != master ? ERR_OK : ERR(ERR_MALFORMED, 0, "[token] admin_key, master_key");
}

struct err settings_read(const char *path, struct settings *out_settings, char *out_message)
{
    struct settings settings = {.device_key = "device.key",
                                .token_driver = "piv",
                                .printer_driver = "escpos",
                                .printer_width = 1,
                                .ledger_reserve_mb = RESERVE_MB};

    struct err e =
        config_read(path, rows, ARRAY_LEN(rows), &settings, sizeof(settings), out_message);
    if (!failed(e))
        e = check_keys(path, &settings, out_message);
    if (failed(e))
        return e;
    settings.printer_width = widths[settings.printer_width];
    if (settings.screen_width == 0 || settings.screen_height == 0) {
        settings.screen_width = settings.screen_landscape ? 1920 : 1080;
        settings.screen_height = settings.screen_landscape ? 1080 : 1920;
    }
    settings.path = path;
    *out_settings = settings;
    return ERR_OK;
}
