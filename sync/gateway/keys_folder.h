/*
 * keys_folder.h - the platform's keys as files of the data folder.
 *
 *     platform.keys        the public halves, highest first, as every kiosk is given them at its
 *                          enrolment; see kiosk/pki/keyring.h
 *     platform-ID.key      a private half. That of the first key is needed for statements about
 *                          keys only and may be kept elsewhere until there is one to make
 *     platform.active      the id of the key that seals everything else
 */
#ifndef SYNC_GATEWAY_KEYS_FOLDER_H
#define SYNC_GATEWAY_KEYS_FOLDER_H

#include "kiosk/pki/keyring.h"
#include "sync/gateway/folder.h"

#define KEYS_DAYS 3650       /* how long a new key seals, */
#define KEYS_FIRST_DAYS 7300 /* and how long the first one speaks for the others */
#define KEYS_DAYS_MAX 36500

struct keys_folder {
    struct keyring list;
    char active[SEAL_KEY_ID_SIZE];
};

/* Make a list of two keys: one for statements, and the active one. ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err keys_folder_make(const char *dir, int64_t now_s);

/* Read list and active key. A folder with the one key of earlier releases gets a list first.
 * ERR_IO, ERR_MALFORMED (a line on stderr says what), ERR_NO_ROOM. */
MUST_CHECK struct err keys_folder_read(const char *dir, struct keys_folder *out_folder);

/* The private half of a key. ERR_NOT_FOUND: it is kept elsewhere; else as seal_key_create(). */
MUST_CHECK struct err keys_folder_open(const char *dir, const char *id, struct seal_key **out_key);

/* Add a new key of `days` as the last of the list; `*out_at` is where. ERR_NO_ROOM: the list is
 * full; ERR_IO. */
MUST_CHECK struct err keys_folder_add(const char *dir, int64_t now_s, int64_t days,
                                      struct keys_folder *folder, size_t *out_at);

/* Write the list, or which key is active. ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err keys_folder_write(const char *dir, const struct keyring *list);
MUST_CHECK struct err keys_folder_activate(const char *dir, const char *id);

#endif
