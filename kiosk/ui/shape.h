/* shape.h - draw commands as pixels: anti-aliased by exact distance, inside a clip. */
#ifndef KIOSK_UI_SHAPE_H
#define KIOSK_UI_SHAPE_H

#include <stdint.h>

#include "kiosk/ui/draw.h"

/* 32 bits a pixel, 0x??RRGGBB. */
struct paint_surface {
    uint32_t *at;
    int32_t width, height;
    int32_t pitch; /* pixels from row to row */
};

#define SHAPE_WIDTH_MAX 8192

/* Where shapes go: no pixel outside `clip` changes; the clip lies on the surface. */
struct shape_canvas {
    const struct paint_surface *surface;
    struct rect clip;
};

void shape_fill(const struct shape_canvas *canvas, struct rect rect, uint32_t colour);
void shape_round(const struct shape_canvas *canvas, const struct draw_command *command);
void shape_stroke(const struct shape_canvas *canvas, const struct draw_command *command);
void shape_shadow(const struct shape_canvas *canvas, const struct draw_command *command);
void shape_arc(const struct shape_canvas *canvas, const struct draw_command *command);
void shape_line(const struct shape_canvas *canvas, const struct draw_command *command);
void shape_code(const struct shape_canvas *canvas, const struct draw_command *command,
                const struct draw_code *code);

/* A row of pixels from (x, y) on. */
struct shape_span {
    int32_t x, y, count;
};

/* Blend a row of coverage; clipped here. */
void shape_row(const struct shape_canvas *canvas, struct shape_span span, const uint8_t *coverage,
               uint32_t colour);

#endif
