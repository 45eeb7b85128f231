/*
 * file.h - descriptors that close themselves, and files that are there whole or not at all.
 *
 *     CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
 */
#ifndef KIOSK_BASE_FILE_H
#define KIOSK_BASE_FILE_H

#include <sys/types.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

/* Close; a negative one is fine. For what was only read from, or flushed before. */
void file_close(const int *fd);

/* The descriptor, which is no longer closed where it was. */
int file_take(int *fd);

/*
 * Put `content` at `path` with `mode`: written, flushed, given its name when it is whole, and the
 * folder flushed. On failure what was at `path` stays. What a program that is killed may leave is
 * `path`.new, which the next one takes away; on a file system without O_TMPFILE, `path`.XXXXXX.
 * ERR_IO (native: errno), ERR_NO_ROOM (disk full, or a path above PATH_MAX).
 */
MUST_CHECK struct err file_put(const char *path, struct bytes content, mode_t mode);

/* Whether an open file is a regular one that holds a secret as it should: its owner alone may
 * change it, and nobody beside him reads it; a reader who is not the owner may be of its group, as
 * with the credentials of systemd. ERR_IO (no file), ERR_DENIED (native: its mode). */
MUST_CHECK struct err file_check_secret(int fd);

/*
 * Put the file `from`, whole and closed, in the place of `path`: flushed, renamed, and the folder
 * flushed. With `kept` what was at `path` has that name afterwards, in the place of what had it.
 * On failure what was at `path` stays. ERR_IO (native: errno), ERR_NO_ROOM (disk full).
 */
MUST_CHECK struct err file_replace(const char *from, const char *path, const char *kept);

/* Flush the folder that `path` is in, so that a new name in it outlives a power cut. ERR_IO. */
MUST_CHECK struct err file_flush_folder(const char *path);

#endif
