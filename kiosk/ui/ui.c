/* Sizes, words and text of the toolkit; panels are in panel.c, buttons in button.c. */
#include "kiosk/ui/ui.h"

#include <assert.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/text_layout.h"

#define LINE_PERCENT_ZH 140
#define LINE_PERCENT_EN 132
#define ELLIPSIS "…"
#define FLOOR_UM 6450 /* no text is smaller: ADA 707.7.2, a capital of 4.8 mm */

int32_t ui_px(const struct ui *ui, enum theme_metric metric)
{
    return ui->theme->metric[metric];
}

int32_t ui_um(const struct ui *ui, int32_t um)
{
    return theme_px(ui->theme, um);
}

int32_t ui_gap(const struct ui *ui)
{
    return ui->theme->metric[METRIC_GAP];
}

uint32_t ui_colour(const struct ui *ui, enum theme_colour colour)
{
    return ui->theme->colour[colour];
}

int32_t ui_line_height(const struct ui *ui, enum theme_type type)
{
    int32_t percent = ui->language == LANGUAGE_ZH ? LINE_PERCENT_ZH : LINE_PERCENT_EN;
    return ui->theme->type[type].px * percent / 100;
}

const char *ui_word(const struct ui *ui, enum word word)
{
    return words_at(ui->words, word);
}

const char *ui_second(const struct ui *ui, enum word word)
{
    return words_at(ui->second, word);
}

const char *ui_fill(const struct ui *ui, enum word word, const char *value0, const char *value1,
                    char *out)
{
    const char *const values[WORDS_VALUES_MAX] = {value0, value1};
    return words_fill(ui->words, word, values, out);
}

const char *ui_fill_number(const struct ui *ui, enum word word, int64_t number, char *out)
{
    char digits[FORMAT_SIZE];
    return ui_fill(ui, word, format_number(number, digits), NULL, out);
}

int32_t ui_width(const struct ui *ui, enum theme_type type, const char *text)
{
    return text_layout_width(ui->look->font, ui->theme->type[type], text);
}

/* Draw a line's runs from x on. */
static void draw_runs(struct ui *ui, struct text_line line, struct font_style style, int32_t x,
                      struct draw_text text)
{
    struct text_run run;
    while (text_layout_run(&line, &run)) {
        text.style = text_layout_style(style, run.bold);
        text.x = x;
        text.at = run.at;
        text.len = run.len;
        x += draw_text(ui->out, ui->look->font, &text);
    }
}

static int32_t aligned(struct rect rect, enum ui_align align, int32_t width)
{
    switch (align) {
    case UI_LEFT:
        return rect.x;
    case UI_CENTRE:
        return rect.x + (rect.w - width) / 2;
    case UI_RIGHT:
        return rect.x + rect.w - width;
    }
    return rect.x;
}

/* One line in the middle of the rect, in any style. */
static void draw_single(struct ui *ui, struct rect rect, struct ui_type type,
                        struct font_style style, const char *text)
{
    int32_t width = text_layout_width(ui->look->font, style, text);
    struct text_line line = {.at = text, .len = strlen(text)};
    struct draw_text draw = {.colour = ui_colour(ui, type.colour),
                             .baseline = rect.y + rect.h / 2 + font_baseline(style.px)};
    draw_runs(ui, line, style, aligned(rect, type.align, width), draw);
}

int32_t ui_line(struct ui *ui, struct rect rect, struct ui_type type, const char *text)
{
    int32_t width = ui_width(ui, type.type, text);
    if (text[0] != '\0' && (width > rect.w || ui->theme->type[type.type].px > rect.h))
        ui->out->cut++;
    draw_single(ui, rect, type, ui->theme->type[type.type], text);
    return width;
}

/* The longest start of `text` that fits with an ellipsis, in `out` of WORDS_TEXT_MAX bytes. */
static void shorten(const struct ui *ui, struct font_style style, const char *text, int32_t width,
                    char *out)
{
    size_t keep = text_count(text);
    do {
        const char *end = text;
        for (size_t i = 0; i < keep; i++)
            (void)text_next(&end);
        (void)text_print(out, WORDS_TEXT_MAX, "%.*s" ELLIPSIS, (int)(end - text), text);
    } while (keep-- > 0 && text_layout_width(ui->look->font, style, out) > width);
}

/* Draw it smaller and then shorter, until it fits; returns whether all of it is there. */
static bool draw_shrunk(struct ui *ui, struct rect rect, struct ui_type type, const char *text,
                        int32_t *out_width)
{
    struct font_style style = ui->theme->type[type.type];
    int32_t floor = ui_um(ui, FLOOR_UM);
    int32_t width = text_layout_width(ui->look->font, style, text);
    while (width > rect.w && style.px > floor) {
        style.px -= style.px > floor + 2 ? 2 : 1;
        width = text_layout_width(ui->look->font, style, text);
    }
    char shorter[WORDS_TEXT_MAX];
    bool whole = width <= rect.w;
    if (!whole) {
        shorten(ui, style, text, rect.w, shorter);
        text = shorter;
    }
    draw_single(ui, rect, type, style, text);
    *out_width = width < rect.w ? width : rect.w;
    return whole;
}

int32_t ui_line_fit(struct ui *ui, struct rect rect, struct ui_type type, const char *text)
{
    int32_t width = 0;
    if (!draw_shrunk(ui, rect, type, text, &width))
        ui->out->cut++;
    return width;
}

int32_t ui_line_short(struct ui *ui, struct rect rect, struct ui_type type, const char *text)
{
    int32_t width = 0;
    (void)draw_shrunk(ui, rect, type, text, &width);
    return width;
}

int32_t ui_paragraph(struct ui *ui, struct rect rect, struct ui_type type, const char *text)
{
    struct font_style style = ui->theme->type[type.type];
    int32_t height = ui_line_height(ui, type.type);
    struct text_layout layout;
    text_layout(ui->look->font, style, text, rect.w, &layout);
    struct draw_text draw = {.colour = ui_colour(ui, type.colour)};
    for (uint8_t i = 0; i < layout.count; i++) {
        draw.baseline = rect.y + i * height + height / 2 + font_baseline(style.px);
        draw_runs(ui, layout.lines[i], style, aligned(rect, type.align, layout.lines[i].width),
                  draw);
        ui->out->cut = (uint16_t)(ui->out->cut + (layout.lines[i].width > rect.w ? 1 : 0));
    }
    /* the space below the last line may stick out of the rect, its ink may not */
    int32_t used = layout.count * height;
    if (layout.cut || used - (height - style.px) / 2 > rect.h)
        ui->out->cut++;
    return used;
}

int32_t ui_paragraph_height(const struct ui *ui, int32_t width, enum theme_type type,
                            const char *text)
{
    struct text_layout layout;
    text_layout(ui->look->font, ui->theme->type[type], text, width, &layout);
    return layout.count * ui_line_height(ui, type);
}

/* The type of the small second language beside a text of `type`. */
static enum theme_type second_type(enum theme_type type)
{
    switch (type) {
    case TYPE_HERO:
    case TYPE_AMOUNT:
    case TYPE_TITLE:
        return TYPE_BODY;
    case TYPE_HEADING:
    case TYPE_BUTTON:
    case TYPE_KEY:
        return TYPE_LABEL;
    case TYPE_BODY:
    case TYPE_BODY_BOLD:
    case TYPE_LABEL:
    case TYPE_LABEL_BOLD:
    case TYPE_CAPTION:
    case TYPE_COUNT:
        return TYPE_CAPTION;
    }
    return TYPE_CAPTION;
}

void ui_pair(struct ui *ui, struct rect rect, struct ui_type type, enum word word)
{
    enum theme_type small = second_type(type.type);
    int32_t space = ui->theme->type[type.type].px * 2 / 5;
    int32_t first = ui_width(ui, type.type, ui_word(ui, word));
    int32_t second = space + ui_width(ui, small, ui_second(ui, word));
    bool both = !ui->theme->large && first + second <= rect.w;
    struct rect at = rect;
    at.x = aligned(rect, type.align, both ? first + second : first);
    at.w = both ? first : rect.w - (at.x - rect.x);
    if (!both && type.align == UI_CENTRE)
        at = rect;
    struct ui_type main = {type.type, type.colour, both ? UI_LEFT : type.align};
    (void)ui_line_fit(ui, at, main, ui_word(ui, word));
    if (!both)
        return;
    /* on the baseline of the big text */
    struct font_style style = ui->theme->type[small];
    const char *text = ui_second(ui, word);
    bool plain = type.colour == COLOUR_INK || type.colour == COLOUR_OFF_INK;
    struct draw_text draw = {.style = style,
                             .colour = ui_colour(ui, plain ? COLOUR_INK2 : type.colour),
                             .x = at.x + first + space,
                             .baseline =
                                 rect.y + rect.h / 2 + font_baseline(ui->theme->type[type.type].px),
                             .at = text,
                             .len = strlen(text)};
    (void)draw_text(ui->out, ui->look->font, &draw);
}

void ui_icon(struct ui *ui, struct rect rect, int32_t px, enum theme_colour colour, enum icon icon)
{
    const char *glyph = icon_text(icon);
    struct draw_text draw = {.style = {FONT_ICONS, px},
                             .colour = ui_colour(ui, colour),
                             .x = rect.x + (rect.w - px) / 2,
                             .baseline = rect.y + (rect.h + px) / 2,
                             .at = glyph,
                             .len = strlen(glyph)};
    (void)draw_text(ui->out, ui->look->font, &draw);
}

void ui_labelled(struct ui *ui, struct rect rect, const struct ui_label *label, const char *text)
{
    int32_t px = ui->theme->type[label->type.type].px;
    int32_t icon_px = label->icon == ICON_NONE ? 0 : px * 11 / 10;
    int32_t space = label->icon == ICON_NONE ? 0 : px * 2 / 5;
    int32_t width = icon_px + space + ui_width(ui, label->type.type, text);
    struct rect at = rect;
    at.x = width > rect.w ? rect.x : aligned(rect, label->type.align, width);
    at.w = rect.x + rect.w - at.x;
    struct rect icon = rect_cut_left(&at, icon_px, space);
    if (icon_px > 0)
        ui_icon(ui, icon, icon_px, label->icon_colour, label->icon);
    struct ui_type type = {label->type.type, label->type.colour, UI_LEFT};
    if (width > rect.w) {
        (void)ui_line_fit(ui, at, type, text);
    } else {
        (void)ui_line(ui, at, type, text);
    }
}
