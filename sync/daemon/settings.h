/*
 * settings.h - syncd.conf.
 *
 *     [ledger]   dir           state folder: dir/kiosk/journal.db is read, dir/sync/inbox.db
 * written [platform] url           https://host[:port], no path ca            PEM: the certificate
 * authority of the platform's server, and no other key           PEM: the platform's Ed25519 public
 * key [kiosk]    id            as in the client certificate's CN key, certificate   PEM; a key
 * without '/' is looked for in $CREDENTIALS_DIRECTORY
 */
#ifndef SYNC_DAEMON_SETTINGS_H
#define SYNC_DAEMON_SETTINGS_H

#include "kiosk/base/config.h"

#define SETTINGS_DIR_SIZE 81 /* so that socket paths fit sockaddr_un */
#define SETTINGS_PATH_SIZE 257
#define SETTINGS_URL_SIZE 129
#define SETTINGS_KIOSK_SIZE 33

struct settings {
    char ledger_dir[SETTINGS_DIR_SIZE];
    char url[SETTINGS_URL_SIZE];
    char ca[SETTINGS_PATH_SIZE];
    char platform_key[SETTINGS_PATH_SIZE];
    char kiosk[SETTINGS_KIOSK_SIZE];
    char key[SETTINGS_PATH_SIZE];
    char certificate[SETTINGS_PATH_SIZE];
};

/* Read the file. Errors and `out_message` as config_read(); a URL that is not https is
 * ERR_MALFORMED. `credentials_dir` may be NULL. */
MUST_CHECK struct err settings_read(const char *path, const char *credentials_dir,
                                    char *out_message, struct settings *out);

#endif
