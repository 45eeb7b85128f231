#include "kiosk/ui/rect.h"

#include <assert.h>

bool rect_empty(struct rect rect)
{
    return rect.w <= 0 || rect.h <= 0;
}

bool rect_has(struct rect rect, int32_t x, int32_t y)
{
    return x >= rect.x && y >= rect.y && x < rect.x + rect.w && y < rect.y + rect.h;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

struct rect rect_intersection(struct rect a, struct rect b)
{
    int32_t x = larger(a.x, b.x);
    int32_t y = larger(a.y, b.y);
    int32_t right = smaller(a.x + a.w, b.x + b.w);
    int32_t bottom = smaller(a.y + a.h, b.y + b.h);
    return (struct rect){x, y, larger(right - x, 0), larger(bottom - y, 0)};
}

bool rect_overlaps(struct rect a, struct rect b)
{
    return !rect_empty(rect_intersection(a, b));
}

bool rect_inside(struct rect inner, struct rect outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

struct rect rect_inset(struct rect rect, int32_t dx, int32_t dy)
{
    return (struct rect){rect.x + dx, rect.y + dy, rect.w - 2 * dx, rect.h - 2 * dy};
}

struct rect rect_middle(struct rect in, int32_t w, int32_t h)
{
    return (struct rect){in.x + (in.w - w) / 2, in.y + (in.h - h) / 2, w, h};
}

struct rect rect_cut_top(struct rect *from, int32_t size, int32_t gap)
{
    struct rect cut = {from->x, from->y, from->w, size};
    from->y += size + gap;
    from->h -= size + gap;
    return cut;
}

struct rect rect_cut_bottom(struct rect *from, int32_t size, int32_t gap)
{
    struct rect cut = {from->x, from->y + from->h - size, from->w, size};
    from->h -= size + gap;
    return cut;
}

struct rect rect_cut_left(struct rect *from, int32_t size, int32_t gap)
{
    struct rect cut = {from->x, from->y, size, from->h};
    from->x += size + gap;
    from->w -= size + gap;
    return cut;
}

struct rect rect_cut_right(struct rect *from, int32_t size, int32_t gap)
{
    struct rect cut = {from->x + from->w - size, from->y, size, from->h};
    from->w -= size + gap;
    return cut;
}

/* Sizes by least size and weight; the last weighted part takes the rounding. */
static bool share(int32_t total, const struct rect_part *parts, uint8_t count, int32_t *out)
{
    assert(count >= 1 && count <= RECT_PARTS_MAX);
    int32_t rest = total;
    int32_t weights = 0;
    for (uint8_t i = 0; i < count; i++) {
        rest -= parts[i].min;
        weights += parts[i].weight;
    }
    bool fits = rest >= 0;
    rest = fits ? rest : 0;
    for (uint8_t i = 0; i < count; i++) {
        int32_t extra = parts[i].weight > 0 ? rest * parts[i].weight / weights : 0;
        rest -= extra;
        weights -= parts[i].weight;
        out[i] = parts[i].min + extra;
    }
    return fits;
}

bool rect_rows(struct rect in, int32_t gap, const struct rect_part *parts, uint8_t count,
               struct rect *out)
{
    int32_t sizes[RECT_PARTS_MAX];
    bool fits = share(in.h - gap * (count - 1), parts, count, sizes);
    for (uint8_t i = 0; i < count; i++)
        out[i] = rect_cut_top(&in, sizes[i], gap);
    return fits;
}

bool rect_columns(struct rect in, int32_t gap, const struct rect_part *parts, uint8_t count,
                  struct rect *out)
{
    int32_t sizes[RECT_PARTS_MAX];
    bool fits = share(in.w - gap * (count - 1), parts, count, sizes);
    for (uint8_t i = 0; i < count; i++)
        out[i] = rect_cut_left(&in, sizes[i], gap);
    return fits;
}

struct rect rect_cell(struct rect in, int32_t gap, uint8_t columns, uint8_t rows, uint8_t index)
{
    assert(columns > 0 && rows > 0);
    int32_t column = index % columns;
    int32_t row = index / columns;
    int32_t left = column * (in.w + gap) / columns;
    int32_t right = (column + 1) * (in.w + gap) / columns - gap;
    int32_t top = row * (in.h + gap) / rows;
    int32_t bottom = (row + 1) * (in.h + gap) / rows - gap;
    return (struct rect){in.x + left, in.y + top, right - left, bottom - top};
}
