/*
 * text_layout.h - a paragraph broken into lines, as Chinese and English readers expect. Pure.
 *
 * Lines break between ideographs and at spaces; no closing mark starts a line and no opening
 * mark ends one (GB/T 15834, JIS X 4051 "kinsoku"); Latin words and a number with its unit stay
 * whole. Words longer than a line are broken anywhere. WORDS_BOLD, WORDS_PLAIN and
 * WORDS_NEWLINE in the text do what words.h says.
 */
#ifndef KIOSK_UI_TEXT_LAYOUT_H
#define KIOSK_UI_TEXT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/ui/font.h"

#define TEXT_LAYOUT_LINES_MAX 16

struct text_line {
    const char *at; /* in the text given */
    size_t len;     /* without the space or newline it was broken at */
    int32_t width;
    bool bold; /* how it starts */
};

struct text_layout {
    uint8_t count;
    bool cut; /* there was more text than TEXT_LAYOUT_LINES_MAX lines */
    struct text_line lines[TEXT_LAYOUT_LINES_MAX];
};

/* Break `text` into lines of at most `width` pixels; `out` is overwritten. */
void text_layout(const struct font *font, struct font_style style, const char *text, int32_t width,
                 struct text_layout *out_layout);

/* A part of a line in one face. */
struct text_run {
    const char *at;
    size_t len;
    bool bold;
};

/* Take the next run off `line`; false at its end. */
bool text_layout_run(struct text_line *line, struct text_run *out_run);

/* The style of a run: bold replaces the regular face. */
struct font_style text_layout_style(struct font_style style, bool bold);

/* Width of a text of one line, with its bold parts. */
int32_t text_layout_width(const struct font *font, struct font_style style, const char *text);

#endif
