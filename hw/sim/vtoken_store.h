/* vtoken_store.h - the file in which a virtual token outlives its process: lines of words, with
 * bytes in hex, and a last line that proves the file whole. */
#ifndef HW_SIM_VTOKEN_STORE_H
#define HW_SIM_VTOKEN_STORE_H

#include "hw/sim/vtoken_state.h"

/*
 * Read the token kept at `path`; the caller destroys it. ERR_NOT_FOUND when there is no file,
 * ERR_MALFORMED (native: the line) when it is not what vtoken_store_save wrote, ERR_IO.
 */
MUST_CHECK struct err vtoken_store_load(const char *path, struct vtoken_state **out_state);

/* Replace the file whole and durably: after a crash there is the old one or the new one. Clears
 * `changed`. ERR_IO, and then the old file is still there. */
MUST_CHECK struct err vtoken_store_save(const char *path, struct vtoken_state *state);

#endif
