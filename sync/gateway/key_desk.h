/*
 * key_desk.h - what an operator does with the platform's keys, and what kiosks are told of it.
 *
 *   key_desk_open --> key_add, key_activate or key_revoke --> key_desk_close   the command `key`
 *   key_desk_open --> key_desk_settle ----------------------> key_desk_close   serve, at start
 *
 * A statement about a key is made by the highest key that may make it and whose private half is in
 * the folder at that moment, by the rule that the kiosks have: keyring_may_say(). So who introduced
 * whom is kept, for that is what a kiosk of the first list goes by; what such a kiosk believes
 * every later one does, whose list only has more. The statement is sealed once, for all kiosks, and
 * kept with its seal: the speaker's private half may be put away again, and a kiosk that was away
 * hears it whenever it comes back.
 *
 * Of a key that an earlier release added it is not known who introduced it: of that one only the
 * list's first key speaks, which all kiosks believe.
 *
 * Each act is one transaction with what it writes in the folder: interrupted, it is done again.
 */
#ifndef SYNC_GATEWAY_KEY_DESK_H
#define SYNC_GATEWAY_KEY_DESK_H

#include "sync/gateway/keys_folder.h"
#include "sync/gateway/store.h"

#define KEY_DESK_MESSAGE_SIZE (FOLDER_PATH_SIZE + 512)

struct key_desk {
    struct store *store;
    const char *dir;
    int64_t now_s;
    struct transaction work;
    struct keys_folder folder;
    struct keyring ring;                 /* its list, with who introduced whom */
    char message[KEY_DESK_MESSAGE_SIZE]; /* after ERR_NOT_FOUND and ERR_CONFLICT: why not, a line */
};

/* The keys of a new platform: every kiosk has them from the beginning. Inside a transaction. */
MUST_CHECK struct err key_desk_begin(struct store *store, const struct keyring *list);

/* Read what there is and hold the store until key_desk_close(). `dir` is borrowed. Errors as
 * keys_folder_read() and store_begin(). */
MUST_CHECK struct err key_desk_open(struct store *store, const char *dir, int64_t now_s,
                                    struct key_desk *out_desk);

/* What was not committed is not; a zeroed one is fine. For CLEANUP. */
void key_desk_close(struct key_desk *desk);

/* Make a key of `days`, at `*out_at` of the list, and tell of it. ERR_NOT_FOUND: no key that could
 * introduce it is here, or the highest that is and those under the same root have introduced
 * KEYRING_INTRODUCED_MAX; else as keys_folder_add(). */
MUST_CHECK struct err key_add(struct key_desk *desk, int64_t days, size_t *out_at);

/* Seal with the key at `at` from now on. Kiosks are told of it, by a higher key than before when
 * one is here. ERR_CONFLICT: it does not count or cannot seal; ERR_NOT_FOUND: nobody who may tell
 * of it is here. */
MUST_CHECK struct err key_activate(struct key_desk *desk, size_t at);

/* It never counts again, nor does what it alone introduced; what it had revoked is said by another.
 * ERR_CONFLICT: it is the active one, or that one counts only as long as this one does;
 * ERR_NOT_FOUND: nobody who may say so is here. */
MUST_CHECK struct err key_revoke(struct key_desk *desk, size_t at);

/* Finish what was interrupted, and seal what an earlier release had not; how many statements are
 * still to be made, for want of who may. */
MUST_CHECK struct err key_desk_settle(struct key_desk *desk, size_t *out_untold);

/* Whether kiosks are told all that is to be told of the key at `at`; inside the desk's transaction.
 */
MUST_CHECK struct err key_is_told(const struct key_desk *desk, size_t at, bool *out_told);

#endif
