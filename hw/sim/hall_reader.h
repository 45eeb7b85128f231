/* hall_reader.h - a pcscd of the hall's own with a virtual reader, beside any other pcscd. */
#ifndef HW_SIM_HALL_READER_H
#define HW_SIM_HALL_READER_H

#include <stdint.h>

#include "hw/sim/hall_child.h"

#define HALL_READER_NAME "Certkiosk Virtual Reader"

/*
 * Write the reader's configuration into DIR/readers, listen at DIR/pcscd.comm, start pcscd with
 * both and wait until the reader takes cards on *out_port of 127.0.0.1. In a room of its own
 * (own_room) that port is always the same, else one that is free.
 *
 * ERR_NOT_FOUND (site: what is not installed), ERR_TIMEOUT, ERR_GONE, ERR_NO_ROOM (a path is too
 * long for a socket), ERR_IO. When out_child->pid is not 0 it runs, whatever the error.
 */
MUST_CHECK struct err hall_reader_start(const char *dir, bool own_room, const char *log,
                                        struct hall_child *out_child, uint16_t *out_port);

/* Start pcscd again after it was ended, at the same place and for cards on the same `port`. Errors
 * as hall_reader_start. */
MUST_CHECK struct err hall_reader_again(const char *dir, uint16_t port, const char *log,
                                        struct hall_child *out_child);

/* Remove the socket at which nobody listens any more. */
void hall_reader_deaf(const char *dir);

/* Remove what hall_reader_start left in DIR. */
void hall_reader_clear(const char *dir);

#endif
