/*
 * hall_room.h - a network namespace for the reader: vpcd listens on every address, and whoever
 * connects is taken for a card. In a room of its own nobody else can reach it.
 */
#ifndef HW_SIM_HALL_ROOM_H
#define HW_SIM_HALL_ROOM_H

#include <stdbool.h>

#include "kiosk/base/err.h"

/* The folder that pcscd insists on, whatever its socket. */
#define HALL_ROOM_PCSCD_DIR "/run/pcscd"

/*
 * Move this process, which has one thread, into a network namespace with a loopback of its own
 * and a mount namespace with a HALL_ROOM_PCSCD_DIR of its own; as a normal user into a user
 * namespace as well. Tried in a child first, so that a machine that allows half of it changes
 * nothing here. Where HALL_ROOM_PCSCD_DIR cannot be made, /run is empty afterwards: nothing that
 * is needed may lie there.
 *
 * ERR_DENIED (native: errno) when the machine does not allow it: everything is as before.
 * ERR_NOT_FOUND when, besides, there is no HALL_ROOM_PCSCD_DIR. ERR_IO.
 */
MUST_CHECK struct err hall_room_enter(void);

/* For a hall without a room: make HALL_ROOM_PCSCD_DIR where that is allowed. ERR_NOT_FOUND. */
MUST_CHECK struct err hall_room_stay(void);

#endif
