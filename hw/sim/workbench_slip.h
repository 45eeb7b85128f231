/* workbench_slip.h - a receipt's PNG as a scaled surface. */
#ifndef HW_SIM_WORKBENCH_SLIP_H
#define HW_SIM_WORKBENCH_SLIP_H

#include <SDL.h>

/* Read `path` and scale it to `width`; NULL when it cannot be read or is no picture of a
 * reasonable size. Free with SDL_FreeSurface(). */
SDL_Surface *workbench_slip_read(const char *path, int width);

#endif
