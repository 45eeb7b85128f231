/*
 * font.h - what layout and painting ask of a font: how wide a text is, and its picture.
 *
 * A contract of two functions, so that screens and tests need no font library:
 * sdl_font.c is the real one.
 */
#ifndef KIOSK_UI_FONT_H
#define KIOSK_UI_FONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum font_face { FONT_REGULAR, FONT_BOLD, FONT_ICONS, FONT_FACE_COUNT };

struct font_style {
    enum font_face face;
    int32_t px; /* the em, in pixels */
};

#define FONT_PX_MAX 320
#define FONT_TEXT_MAX 512 /* bytes of one line of text */

/* Coverage of one line of text, one byte a pixel. */
struct font_mask {
    const uint8_t *at; /* borrowed until the next call to this font */
    int32_t width, height, pitch;
    int32_t left; /* of the first column, from the pen */
    int32_t top;  /* of the first row, from the baseline; negative is above */
};

struct font {
    void *self;
    /* Advance in pixels of `text[0..len)`; UTF-8 without control characters. */
    int32_t (*width)(void *self, struct font_style style, const char *text, size_t len);
    /* Its picture. False when there is nothing to paint. `*out_mask` is written on success. */
    bool (*mask)(void *self, struct font_style style, const char *text, size_t len,
                 struct font_mask *out_mask);
};

/* How far ink may reach above and below the baseline, of an em of `px`. */
static inline int32_t font_ascent(int32_t px)
{
    return (px * 116 + 99) / 100;
}

static inline int32_t font_descent(int32_t px)
{
    return (px * 36 + 99) / 100;
}

/* Where the baseline stands below the middle of a line: ideographs look centred at 0.38 em. */
static inline int32_t font_baseline(int32_t px)
{
    return (px * 38 + 50) / 100;
}

#endif
