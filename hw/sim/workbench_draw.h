/*
 * workbench_draw.h - the window of the workbench, drawn whole on its surface.
 *
 *     open --> draw (as often as something changed), hit (for each click) ... --> close
 */
#ifndef HW_SIM_WORKBENCH_DRAW_H
#define HW_SIM_WORKBENCH_DRAW_H

#include <SDL.h>
#include <SDL_ttf.h>

#include "hw/sim/workbench.h"

#define WORKBENCH_WIDTH 560
#define WORKBENCH_HEIGHT_MAX 900

struct workbench_window {
    SDL_Window *window;
    TTF_Font *large;
    TTF_Font *small;
    const struct workbench_words *words;
    SDL_Surface *slip; /* the last receipt, scaled; NULL if none */
    char slip_path[WORKBENCH_PATH_MAX];
    int scroll;                            /* rows of the slip above the panel */
    const struct workbench_button *pushed; /* under the finger now, or NULL */
};

/* Open the window and a font. ERR_IO, with the reason on stderr by SDL_GetError(). */
MUST_CHECK struct err workbench_window_open(struct workbench_window *window,
                                            const struct workbench_words *words,
                                            const char *font_file);

/* Opened only in part is fine. */
void workbench_window_close(struct workbench_window *window);

void workbench_window_draw(struct workbench_window *window, const struct workbench *workbench);

/* The button at that place, or NULL. */
const struct workbench_button *workbench_window_hit(int x, int y);

/* Move the slip under its panel by `rows`. */
void workbench_window_scroll(struct workbench_window *window, int rows);

#endif
