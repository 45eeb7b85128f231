/*
 * token_backup.h - what a token had, in a file that is on disk before the token is changed.
 *
 * Certificates are kept as PEM, mode 0600. A file that is there is never overwritten: it is as
 * good as a new one when it says the same, and in the way otherwise.
 */
#ifndef KIOSK_CTL_TOKEN_BACKUP_H
#define KIOSK_CTL_TOKEN_BACKUP_H

#include <limits.h>

#include "kiosk/ctl/token_room.h"

struct token_backup {
    char path[PATH_MAX]; /* "": there was nothing to keep */
};

/* `der` to `path`, flushed. ERR_CONFLICT: another file is there; ERR_IO, ERR_NO_ROOM. */
MUST_CHECK struct err token_backup_put(const char *path, struct bytes der);

/* Where a certificate that `slot` of token `id` has is kept: --backup for the slot of the command
 * line, that with ".<slot>" for others; without it, or in it when it is a folder,
 * <id>-<slot>-<fingerprint>.pem, of SHA-256 as openssl tells it. ERR_NO_ROOM. */
MUST_CHECK struct err token_backup_name(const struct token_options *options, const char *id,
                                        uint8_t slot, struct bytes der, char out_path[PATH_MAX]);

/* Keep what `slot` has, unless that is `next` (empty: nothing), and say where. The room has read
 * the slot. What hides there cannot be kept: without --lose-hidden that is a failure. */
enum token_exit token_backup_slot(const struct token_room *room, uint8_t slot, struct bytes next,
                                  struct token_backup *out_backup);

/* Add where it is to an answer, where there is something. */
json_t *token_backup_note(json_t *object, const struct token_backup *backup);

#endif
