/*
 * rect.h - rectangles in pixels, and how a screen is cut into them. Pure.
 *
 * A screen is laid out by cutting pieces off what is left:
 *
 *     struct rect body = ...;
 *     struct rect actions = rect_cut_bottom(&body, 116, gap);   body is now what is above
 *
 * Where several pieces share what is left, rect_rows() and rect_columns() do it: each piece
 * gets its least size, then the rest goes by weight.
 */
#ifndef KIOSK_UI_RECT_H
#define KIOSK_UI_RECT_H

#include <stdbool.h>
#include <stdint.h>

struct rect {
    int32_t x, y, w, h; /* empty when w or h is not positive */
};

#define RECT_PARTS_MAX 16

/* One piece of a row or column: at least `min` pixels, and `weight` shares of what is left. */
struct rect_part {
    int32_t min;
    int32_t weight; /* 0: exactly `min` */
};

bool rect_empty(struct rect rect);
bool rect_has(struct rect rect, int32_t x, int32_t y);
bool rect_overlaps(struct rect a, struct rect b);
bool rect_inside(struct rect inner, struct rect outer);
struct rect rect_intersection(struct rect a, struct rect b);
struct rect rect_inset(struct rect rect, int32_t dx, int32_t dy);

/* A rect of w x h in the middle of `in`. */
struct rect rect_middle(struct rect in, int32_t w, int32_t h);

/* Cut `size` pixels off one side and return them; `*from` loses `gap` more. */
struct rect rect_cut_top(struct rect *from, int32_t size, int32_t gap);
struct rect rect_cut_bottom(struct rect *from, int32_t size, int32_t gap);
struct rect rect_cut_left(struct rect *from, int32_t size, int32_t gap);
struct rect rect_cut_right(struct rect *from, int32_t size, int32_t gap);

/*
 * Share `in` among `count` parts (1 to RECT_PARTS_MAX), one below the other or side by side.
 * False when the least sizes do not fit; `out` is written all the same, running over.
 */
bool rect_rows(struct rect in, int32_t gap, const struct rect_part *parts, uint8_t count,
               struct rect *out);
bool rect_columns(struct rect in, int32_t gap, const struct rect_part *parts, uint8_t count,
                  struct rect *out);

/* Cell `index` of a grid of equal cells, row by row. */
struct rect rect_cell(struct rect in, int32_t gap, uint8_t columns, uint8_t rows, uint8_t index);

#endif
