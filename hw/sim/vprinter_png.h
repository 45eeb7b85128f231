/* vprinter_png.h - a slip as a picture: dark grey on off-white, with a white margin around it. */
#ifndef HW_SIM_VPRINTER_PNG_H
#define HW_SIM_VPRINTER_PNG_H

#include "hw/sim/vprinter_paper.h"
#include "kiosk/base/err.h"

#define VPRINTER_PNG_MARGIN 36 /* dots on each side */
#define VPRINTER_PNG_PATH_MAX 4096

/*
 * Write the slip to `path` as an 8-bit greyscale PNG. The file appears whole or not at all.
 * ERR_NO_ROOM: no memory, or the path is too long; ERR_IO: it cannot be written.
 */
MUST_CHECK struct err vprinter_png_write(const struct vprinter_paper *paper, const char *path);

#endif
