/*
 * settings.h - syncd.conf; assets/config/syncd.conf explains every key.
 *
 * The state folder holds kiosk/journal.db, which is read, and sync/inbox.db, which is written.
 */
#ifndef SYNC_DAEMON_SETTINGS_H
#define SYNC_DAEMON_SETTINGS_H

#include "kiosk/base/config.h"

#define SETTINGS_DIR_SIZE 81 /* so that socket paths fit sockaddr_un */
#define SETTINGS_PATH_SIZE 257
#define SETTINGS_URL_SIZE 129
#define SETTINGS_KIOSK_SIZE 33

struct settings {
    const char *path; /* of the file; borrowed: for messages about what a key names */
    char ledger_dir[SETTINGS_DIR_SIZE];
    char url[SETTINGS_URL_SIZE];
    char ca[SETTINGS_PATH_SIZE];
    char platform_keys[SETTINGS_PATH_SIZE];
    char kiosk[SETTINGS_KIOSK_SIZE];
    char key[SETTINGS_PATH_SIZE];
    char certificate[SETTINGS_PATH_SIZE];
};

/* Read the file. Errors and `out_message` as config_read(); `out` keeps
 * `path`. A key without '/' in its name is one in `credentials_dir`, which may be NULL. */
MUST_CHECK struct err settings_read(const char *path, const char *credentials_dir,
                                    char *out_message, struct settings *out);

#endif
