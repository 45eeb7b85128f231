/*
 * draw.h - a picture as a list of commands, and what in it can be touched. Pure; no pixels.
 *
 * Screens and the receipt emit commands in painting order; paint.h turns them into pixels,
 * and compares two lists by what they say, so nobody needs to tell what changed.
 *
 *     draw_clear(&list);
 *     draw_round(&list, card, 32, white);
 *     draw_text(&list, font, style, ink, x, baseline, "...");
 *     draw_target(&list, &(struct draw_target){...}, "label");
 *
 * Colours are 0xAARRGGBB; alpha 0xFF is opaque. Nothing is allocated: a command beyond the
 * limits is dropped and counted in `dropped`, which a test asserts to be 0.
 */
#ifndef KIOSK_UI_DRAW_H
#define KIOSK_UI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/core/flow.h"
#include "kiosk/ui/font.h"
#include "kiosk/ui/rect.h"

#define DRAW_COMMANDS_MAX 640
#define DRAW_TARGETS_MAX 48
#define DRAW_TEXT_POOL_MAX 24576
#define DRAW_CODES_MAX 2
#define DRAW_CODE_MODULES_MAX 101 /* a side of QR version 21 */
#define DRAW_CODE_BYTES_MAX ((DRAW_CODE_MODULES_MAX * DRAW_CODE_MODULES_MAX + 7) / 8)
#define DRAW_CODE_TEXT_MAX 512

enum draw_kind {
    DRAW_FILL,
    DRAW_ROUND,  /* filled; radius 0 to half the smaller side */
    DRAW_STROKE, /* the outline of a round rect, `thick` pixels inwards */
    DRAW_SHADOW, /* soft, `thick` pixels around a round rect; nothing under its middle */
    DRAW_TEXT,   /* one line at (x0, y0) = pen and baseline */
    DRAW_CODE,   /* a QR code: `thick` pixels a module, dark modules only */
    DRAW_ARC,    /* of a ring in the bounds: x0 from, x1 sweep, in 1/3600 of a turn from the top */
    DRAW_LINE,   /* from (x0, y0) to (x1, y1), `thick` wide, round ends */
    DRAW_KIND_COUNT,
};

struct draw_command {
    enum draw_kind kind;
    struct rect bounds; /* no pixel outside changes */
    uint32_t colour;
    int32_t radius, thick;
    int32_t x0, y0, x1, y1;
    struct font_style style;
    uint32_t text; /* offset in the pool, or index of the code */
    uint32_t text_len;
};

/* The modules of a QR code, row by row, most significant bit first. */
struct draw_code {
    int32_t modules; /* a side, without the quiet zone */
    uint8_t bits[DRAW_CODE_BYTES_MAX];
    char text[DRAW_CODE_TEXT_MAX]; /* what it says; "": not known */
};

/* What a finger on `rect` means. */
struct draw_target {
    uint32_t id; /* draw_target_id(action, value): the same in every frame */
    struct rect rect;
    enum action action;
    uint32_t value;
    bool enabled;
    uint32_t label; /* offset in the pool: its words, as shown */
};

struct draw_list {
    uint16_t count, target_count, code_count, dropped;
    uint16_t cut; /* texts that did not fit where they were to stand */
    uint32_t text_used;
    struct draw_command commands[DRAW_COMMANDS_MAX];
    struct draw_target targets[DRAW_TARGETS_MAX];
    struct draw_code codes[DRAW_CODES_MAX]; /* draw_clear() leaves them: see draw_code_kept() */
    char text[DRAW_TEXT_POOL_MAX];
};

void draw_clear(struct draw_list *list);

void draw_fill(struct draw_list *list, struct rect rect, uint32_t colour);
void draw_round(struct draw_list *list, struct rect rect, int32_t radius, uint32_t colour);
void draw_stroke(struct draw_list *list, struct rect rect, int32_t radius, int32_t thick,
                 uint32_t colour);
void draw_shadow(struct draw_list *list, struct rect rect, int32_t radius, int32_t blur,
                 uint32_t colour);
void draw_line(struct draw_list *list, const int32_t from[2], const int32_t to[2], int32_t thick,
               uint32_t colour);

/* A ring of `thick` pixels just inside the square `box`. */
struct draw_arc {
    struct rect box;
    int32_t thick;
    int32_t from, sweep; /* in 1/3600 of a turn, clockwise from the top; sweep 3600: all of it */
};
void draw_arc(struct draw_list *list, const struct draw_arc *arc, uint32_t colour);

/* A filled circle. */
void draw_dot(struct draw_list *list, int32_t x, int32_t y, int32_t radius, uint32_t colour);

struct draw_text {
    struct font_style style;
    uint32_t colour;
    int32_t x, baseline; /* of the pen */
    const char *at;
    size_t len;
};
/* One line; returns its width. Empty text draws nothing. */
int32_t draw_text(struct draw_list *list, const struct font *font, const struct draw_text *text);

/* The code with its upper left module at (x, y), `module_px` a module. */
void draw_code(struct draw_list *list, const struct draw_code *code, int32_t x, int32_t y,
               int32_t module_px);

/*
 * The code that says `text`, when the list before draw_clear() had it at the same place: encoding
 * takes longer than all the rest of a frame. NULL when it did not. Whoever wipes the list, wipes
 * it.
 */
const struct draw_code *draw_code_kept(const struct draw_list *list, const char *text);

/* `target` with its id and label filled in here. */
void draw_target(struct draw_list *list, struct draw_target target, const char *label);
uint32_t draw_target_id(enum action action, uint32_t value);

/* The enabled target under the point, within `slop` pixels when none is exactly there (the
 * nearest then); NULL when none. */
const struct draw_target *draw_hit(const struct draw_list *list, int32_t x, int32_t y,
                                   int32_t slop);
const struct draw_target *draw_find(const struct draw_list *list, uint32_t id);
const char *draw_label(const struct draw_list *list, const struct draw_target *target);

/* A hash of all a command says, its text included. */
uint64_t draw_hash(const struct draw_list *list, const struct draw_command *command);

/* Mix two opaque colours: `part` of 256 of `top`. */
uint32_t draw_mix(uint32_t bottom, uint32_t top, int32_t part);

#endif
