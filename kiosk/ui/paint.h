/*
 * paint.h - a draw list as pixels, and which pixels a new list changes. Pure; allocates nothing.
 *
 *     count = paint_changes(&cells, &list, width, height, rects);
 *     for each rect: paint_list(&surface, &list, font, rect);   upload the same rects
 *
 * The surface is seen as cells of PAINT_CELL pixels; each keeps a hash of the commands that
 * touch it. A cell whose hash is as before looks as before, so nobody marks anything dirty.
 */
#ifndef KIOSK_UI_PAINT_H
#define KIOSK_UI_PAINT_H

#include "kiosk/ui/draw.h"
#include "kiosk/ui/shape.h"

#define PAINT_CELL 60
#define PAINT_CELLS_MAX 4608 /* 3840 x 2160 and a bit */
#define PAINT_RECTS_MAX 512

struct paint_cells {
    int32_t width, height; /* 0: nothing is known, the next frame is whole */
    uint64_t hash[PAINT_CELLS_MAX];
    uint64_t fresh[PAINT_CELLS_MAX]; /* of the list that is compared */
};

/* Paint what of `list` lies in `clip`, over what is there; `clip` is cut to the surface. */
void paint_list(const struct paint_surface *surface, const struct draw_list *list,
                const struct font *font, struct rect clip);

/* Compare `list` with the frame before, on a surface of this size, and remember it. Writes the
 * changed rectangles, which do not overlap; returns how many. */
uint16_t paint_changes(struct paint_cells *cells, const struct draw_list *list, int32_t width,
                       int32_t height, struct rect out_rects[PAINT_RECTS_MAX]);

#endif
