/* durable.h - a file that is there whole or not at all, for the files of this room. */
#ifndef KIOSK_PKI_DURABLE_H
#define KIOSK_PKI_DURABLE_H

#include <sys/types.h>

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"

/* Put `content` at `path` with `mode`: written beside it, flushed, renamed, and the folder
 * flushed. On failure what was at `path` stays. ERR_IO (native: errno), ERR_NO_ROOM (disk full, or
 * a path above PATH_MAX). */
MUST_CHECK struct err durable_write(const char *path, struct bytes content, mode_t mode);

#endif
