/*
 * file_fresh.h - a new file, which gets its name when it is whole, and never over another.
 *
 *     file_fresh_open --> write to .fd, or to .path --> file_fresh_publish --+--> file_fresh_done
 *                                    (anything fails) ----------------------'
 *
 * Until then it is beside its place, as NAME.XXXXXX; file_fresh_done takes that away. What a
 * killed program leaves has such a name, and is of no use.
 */
#ifndef KIOSK_BASE_FILE_FRESH_H
#define KIOSK_BASE_FILE_FRESH_H

#include <limits.h>

#include "kiosk/base/err.h"

struct file_fresh {
    char name[PATH_MAX]; /* that it is going to have */
    char path[PATH_MAX]; /* where it is; "": nowhere */
    int fd;              /* to write to; file_fresh_publish flushes it */
};

/* Empty, mode 0600. ERR_CONFLICT: something has that name, which stays. ERR_IO (native: errno),
 * ERR_NO_ROOM (a path above PATH_MAX). End it with file_fresh_done(). */
MUST_CHECK struct err file_fresh_open(const char *name, struct file_fresh *out_fresh);

/* Flush it, give it its name, flush the folder. ERR_CONFLICT: something has got that name
 * meanwhile, which stays. ERR_IO, ERR_NO_ROOM (disk full). A file that stands in spite of ERR_IO is
 * whole, and a power cut may take it. */
MUST_CHECK struct err file_fresh_publish(struct file_fresh *fresh);

/* Close it; one that was not published goes. A zeroed one is fine. */
void file_fresh_done(struct file_fresh *fresh);

#endif
