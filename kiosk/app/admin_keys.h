/*
 * admin_keys.h - the card management keys of tokens: one for all of them, or one of each token's
 * own, from a master key that stays in kiosk/pki.
 */
#ifndef KIOSK_APP_ADMIN_KEYS_H
#define KIOSK_APP_ADMIN_KEYS_H

#include "hw/token/token.h"
#include "kiosk/app/settings.h"

struct admin_keys;

/*
 * Read the file that `settings` names. ERR_MALFORMED: it cannot be read, something else is in it,
 * or others may read a master key; `out_message`, of CONFIG_MESSAGE_MAX bytes, says in which line
 * of the configuration it is named, what is wrong and what is allowed. ERR_NO_ROOM: memory.
 * Free with admin_keys_destroy().
 */
MUST_CHECK struct err admin_keys_open(const struct settings *settings, struct admin_keys **out_keys,
                                      char *out_message);

/* Wipes them. NULL is fine. */
void admin_keys_destroy(struct admin_keys *keys);

/* The key of the token `id`; the caller wipes it with admin_wipe(). ERR_MALFORMED: no id of a
 * token; ERR_IO. */
MUST_CHECK struct err admin_keys_find(const struct admin_keys *keys, const char *id,
                                      struct token_admin *out_admin);

/* For CLEANUP. */
void admin_wipe(struct token_admin *admin);

#endif
