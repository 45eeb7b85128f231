/*
 * folder.h - the platform's data folder: which file is what.
 */
#ifndef SYNC_GATEWAY_FOLDER_H
#define SYNC_GATEWAY_FOLDER_H

#include <stddef.h>

#include "kiosk/base/err.h"

#define FOLDER_PATH_SIZE 1024

#define FOLDER_DATABASE "gateway.db"
#define FOLDER_READY "ready"            /* addresses, while serving */
#define FOLDER_ROOT "root"              /* .crt .key: signs the issuing CAs */
#define FOLDER_ISSUING "issuing-"       /* NAME.crt .key: one for each profile */
#define FOLDER_TRUST "trust.pem"        /* root and issuing CAs, for the kiosks */
#define FOLDER_SERVER_CA "platform-tls" /* .crt .key: signs the server's TLS certificate */
#define FOLDER_SERVER "server"          /* .crt .key */
#define FOLDER_CLIENT_CA "client-ca"    /* .crt .key: signs kiosks and operators */
#define FOLDER_KEY "platform.key"       /* the one key that earlier releases sealed with */
#define FOLDER_KEYS "platform.keys"     /* see keys_folder.h for these */
#define FOLDER_KEY_OF "platform-"       /* ID.key */
#define FOLDER_ACTIVE "platform.active"

/* "dir/name" + "suffix". ERR_NO_ROOM: longer than FOLDER_PATH_SIZE. */
MUST_CHECK struct err folder_path(const char *dir, const char *name, const char *suffix,
                                  char out_path[FOLDER_PATH_SIZE]);

/* Make the folder, mode 0700, when it is missing. ERR_CONFLICT: there is something in it. */
MUST_CHECK struct err folder_make(const char *dir);

/* The whole file, NUL-terminated, to free(). ERR_NOT_FOUND, ERR_NO_ROOM (above `max`), ERR_IO. */
MUST_CHECK struct err folder_read(const char *path, size_t max, char **out_text);

/* Write `len` bytes as the whole file, beside its place first, then renamed. */
MUST_CHECK struct err folder_write(const char *path, const void *at, size_t len);

#endif
