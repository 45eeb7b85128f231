/*
 * settings.h - kiosk.conf as a struct; assets/config/kiosk.conf shows and explains every key.
 */
#ifndef KIOSK_APP_SETTINGS_H
#define KIOSK_APP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/config.h"

#define SETTINGS_PATH_SIZE 257
#define SETTINGS_NAME_SIZE 193

struct settings {
    const char *path; /* of the file; borrowed: for messages about what a key names */
    char kiosk_id[33];
    char device_key[SETTINGS_PATH_SIZE]; /* the path, or the name of a credential */
    char hall_zh[SETTINGS_NAME_SIZE], hall_en[SETTINGS_NAME_SIZE];
    int64_t screen_window; /* 0 fullscreen, 1 window */
    int64_t screen_landscape;
    int64_t screen_language;             /* enum language */
    int64_t screen_width, screen_height; /* of a window, in pixels */
    bool screen_describe; /* answer "screen?" on the socket with what can be touched: tests, demo */
    char token_driver[33], token_reader[129];
    char token_admin_key[SETTINGS_PATH_SIZE]; /* file with the key in hex; or, one of both is "": */
    bool token_admin_aes;
    char token_master_key[SETTINGS_PATH_SIZE]; /* file with the key that theirs are derived from */
    int64_t token_master_cipher;               /* enum token_cipher */
    char printer_driver[33], printer_device[SETTINGS_PATH_SIZE];
    int64_t printer_width;
    char ledger_dir[SETTINGS_PATH_SIZE];
    int64_t ledger_reserve_mb;
    char platform_keys[SETTINGS_PATH_SIZE];
    char platform_trust[SETTINGS_PATH_SIZE];
    char platform_check_url[129];
    char assets_dir[SETTINGS_PATH_SIZE];
    char profiles[129]; /* names, separated by spaces */
};

/*
 * Read the file at `path`. Errors as config_read(); `out_message` has CONFIG_MESSAGE_MAX bytes.
 * `out_settings` is written on success only; it keeps `path`.
 */
MUST_CHECK struct err settings_read(const char *path, struct settings *out_settings,
                                    char *out_message);

#endif
