/*
 * keys.h - the key that the platform seals with, while it serves.
 *
 *     keys_open --> keys_seal ..., keys_refresh (each second) --> keys_close
 *
 * Any thread may seal. What `certkiosk-gateway key` changes in the folder counts at the next
 * refresh. See keys_folder.h for what is in it.
 */
#ifndef SYNC_GATEWAY_KEYS_H
#define SYNC_GATEWAY_KEYS_H

#include "kiosk/pki/keyring.h"

struct keys;

/* Read the keys of the folder. ERR_IO, ERR_MALFORMED, ERR_CONFLICT (the active key is missing or
 * revoked), ERR_NO_ROOM. */
MUST_CHECK struct err keys_open(const char *dir, struct keys **out_keys);

/* NULL is fine. */
void keys_close(struct keys *keys);

/* Read them again if the folder has changed; what cannot be read now is logged and changes nothing.
 */
void keys_refresh(struct keys *keys);

/* Seal with the active key. `out_key_id` has SEAL_KEY_ID_SIZE bytes. Errors as seal_sign(). */
MUST_CHECK struct err keys_seal(struct keys *keys, const struct seal_message *message,
                                char *out_key_id, uint8_t out_seal[SEAL_LEN]);

#endif
