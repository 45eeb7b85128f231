#include "kiosk/ui/paint.h"

#include <assert.h>
#include <string.h>

#include "kiosk/ui/mix.h"

#define CELL_SEED 0x9E3779B97F4A7C15U

static void paint_text(const struct shape_canvas *canvas, const struct draw_command *command,
                       const char *text, const struct font *font)
{
    struct font_mask mask;
    if (!font->mask(font->self, command->style, text, command->text_len, &mask))
        return;
    struct shape_canvas inner = {canvas->surface, rect_intersection(canvas->clip, command->bounds)};
    int32_t x = command->x0 + mask.left;
    int32_t y = command->y0 + mask.top;
    for (int32_t row = 0; row < mask.height; row++) {
        shape_row(&inner, (struct shape_span){x, y + row, mask.width},
                  mask.at + (int64_t)row * mask.pitch, command->colour);
    }
}

static void paint_command(const struct shape_canvas *canvas, const struct draw_list *list,
                          const struct draw_command *command, const struct font *font)
{
    switch (command->kind) {
    case DRAW_FILL:
        shape_fill(canvas, command->bounds, command->colour);
        break;
    case DRAW_ROUND:
        shape_round(canvas, command);
        break;
    case DRAW_STROKE:
        shape_stroke(canvas, command);
        break;
    case DRAW_SHADOW:
        shape_shadow(canvas, command);
        break;
    case DRAW_TEXT:
        paint_text(canvas, command, list->text + command->text, font);
        break;
    case DRAW_CODE:
        shape_code(canvas, command, &list->codes[command->text]);
        break;
    case DRAW_ARC:
        shape_arc(canvas, command);
        break;
    case DRAW_LINE:
        shape_line(canvas, command);
        break;
    case DRAW_KIND_COUNT:
        break;
    }
}

void paint_list(const struct paint_surface *surface, const struct draw_list *list,
                const struct font *font, struct rect clip)
{
    struct rect all = {0, 0, surface->width, surface->height};
    assert(surface->width <= SHAPE_WIDTH_MAX);
    struct shape_canvas canvas = {surface, rect_intersection(clip, all)};
    for (uint16_t i = 0; i < list->count; i++) {
        const struct draw_command *command = &list->commands[i];
        if (rect_overlaps(command->bounds, canvas.clip))
            paint_command(&canvas, list, command, font);
    }
}

/* Order counts: a cell where two commands change places looks different. */
static uint64_t mix(uint64_t cell, uint64_t command)
{
    cell = mix_product(cell ^ command, 0xFF51AFD7ED558CCDU);
    return cell ^ cell >> 32;
}

static void hash_cells(const struct draw_list *list, int32_t columns, int32_t rows,
                       uint64_t *out_hash)
{
    for (int32_t i = 0; i < columns * rows; i++)
        out_hash[i] = CELL_SEED;
    struct rect all = {0, 0, columns * PAINT_CELL, rows * PAINT_CELL};
    for (uint16_t i = 0; i < list->count; i++) {
        const struct draw_command *command = &list->commands[i];
        struct rect at = rect_intersection(command->bounds, all);
        if (rect_empty(at))
            continue;
        uint64_t hash = draw_hash(list, command);
        for (int32_t y = at.y / PAINT_CELL; y <= (at.y + at.h - 1) / PAINT_CELL; y++) {
            for (int32_t x = at.x / PAINT_CELL; x <= (at.x + at.w - 1) / PAINT_CELL; x++)
                out_hash[y * columns + x] = mix(out_hash[y * columns + x], hash);
        }
    }
}

/* Rects found so far: a run of cells that stands right below an equal one makes it longer. */
static uint16_t add_run(struct rect *rects, uint16_t count, struct rect run)
{
    for (uint16_t i = count; i > 0; i--) {
        struct rect *above = &rects[i - 1];
        if (above->x == run.x && above->w == run.w && above->y + above->h == run.y) {
            above->h += run.h;
            return count;
        }
    }
    if (count == PAINT_RECTS_MAX) { /* never seen; then the last one takes all that is below it */
        struct rect *last = &rects[count - 1];
        *last = (struct rect){0, last->y, SHAPE_WIDTH_MAX, run.y + run.h - last->y};
        return count;
    }
    rects[count] = run;
    return (uint16_t)(count + 1);
}

uint16_t paint_changes(struct paint_cells *cells, const struct draw_list *list, int32_t width,
                       int32_t height, struct rect out_rects[PAINT_RECTS_MAX])
{
    int32_t columns = (width + PAINT_CELL - 1) / PAINT_CELL;
    int32_t rows = (height + PAINT_CELL - 1) / PAINT_CELL;
    assert(columns > 0 && rows > 0 && columns * rows <= PAINT_CELLS_MAX);
    bool known = cells->width == width && cells->height == height;
    hash_cells(list, columns, rows, cells->fresh);
    uint16_t count = 0;
    for (int32_t y = 0; y < rows; y++) {
        for (int32_t x = 0; x < columns; x++) {
            int32_t from = x;
            while (x < columns &&
                   (!known || cells->fresh[y * columns + x] != cells->hash[y * columns + x]))
                x++;
            struct rect run = {from * PAINT_CELL, y * PAINT_CELL, (x - from) * PAINT_CELL,
                               PAINT_CELL};
            if (x > from)
                count = add_run(out_rects, count, run);
        }
    }
    cells->width = width;
    cells->height = height;
    memcpy(cells->hash, cells->fresh, sizeof cells->hash[0] * (size_t)(columns * rows));
    struct rect all = {0, 0, width, height};
    for (uint16_t i = 0; i < count; i++)
        out_rects[i] = rect_intersection(out_rects[i], all);
    return count;
}
