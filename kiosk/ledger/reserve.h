/*
 * reserve.h - disk that is held free for what must be finished: a file beside a database, which is
 * given up when the disk is full.
 *
 *     hold, hold, ...  --disk full--> give_up --> what could not be written can --> hold, hold, ...
 *
 * Used by certkiosk for journal.db and by certkiosk-syncd for inbox.db, each with its own file.
 */
#ifndef KIOSK_LEDGER_RESERVE_H
#define KIOSK_LEDGER_RESERVE_H

#include <stdint.h>

#include "kiosk/base/err.h"

#define RESERVE_MARGIN UINT64_C(524288) /* bytes free beside a reserve that is whole */

/*
 * Hold `size` bytes at `path`: made when they are not there, as soon as the disk has room for them
 * and the margin, so it comes back by itself. ERR_NO_ROOM: the reserve is not whole, or nothing
 * beside it is free; ERR_IO.
 */
MUST_CHECK struct err reserve_hold(const char *path, uint64_t size);

/* Give it up. True when that made room: what could not be written is worth another try. */
bool reserve_give_up(const char *path);

#endif
