/*
 * keys.h - the keys that the platform seals with, in the data folder.
 *
 * platform.keys is the list of the public halves that kiosks are given, see kiosk/pki/keyring.h.
 */
#ifndef SYNC_GATEWAY_KEYS_H
#define SYNC_GATEWAY_KEYS_H

#include "kiosk/pki/keyring.h"

#define KEYS_DAYS 3650 /* how long a new key seals */

/* Make the first key of the folder `dir`, and the list with it. ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err keys_make(const char *dir, int64_t now_s);

#endif
