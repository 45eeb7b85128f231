/* What can be touched. A pressed button shows it in the same frame. */
#include "kiosk/ui/ui.h"

#include <string.h>

#define BUTTONS_MAX 4

struct button_colours {
    enum theme_colour fill, fill_down, line, ink, ink_down;
    bool outlined;
};

static const struct button_colours colours[] = {
    [BUTTON_PRIMARY] = {COLOUR_PRIMARY, COLOUR_PRIMARY_DOWN, COLOUR_PRIMARY, COLOUR_ON_PRIMARY,
                        COLOUR_ON_PRIMARY, false},
    [BUTTON_SECOND] = {COLOUR_SURFACE, COLOUR_DOWN, COLOUR_PRIMARY, COLOUR_TINT_INK,
                       COLOUR_TINT_INK, true},
    [BUTTON_QUIET] = {COLOUR_SURFACE, COLOUR_DOWN, COLOUR_OUTLINE, COLOUR_INK, COLOUR_INK, true},
    [BUTTON_DANGER] = {COLOUR_ERROR, COLOUR_DOWN, COLOUR_ERROR, COLOUR_ON_ERROR, COLOUR_INK, false},
    [BUTTON_CAUTION] = {COLOUR_CAUTION, COLOUR_DOWN, COLOUR_CAUTION, COLOUR_ON_CAUTION, COLOUR_INK,
                        false},
    [BUTTON_GOOD] = {COLOUR_SUCCESS, COLOUR_DOWN, COLOUR_SUCCESS, COLOUR_ON_SUCCESS, COLOUR_INK,
                     false},
};

bool ui_down(const struct ui *ui, enum action action, uint32_t value)
{
    return ui->look->pressed == draw_target_id(action, value);
}

void ui_touch(struct ui *ui, struct rect rect, enum action action, uint32_t value,
              const char *label)
{
    draw_target(
        ui->out,
        (struct draw_target){.rect = rect, .action = action, .value = value, .enabled = true},
        label);
}

static enum theme_colour draw_face(struct ui *ui, struct rect rect, const struct button *button)
{
    const struct button_colours *look = &colours[button->look];
    int32_t radius = ui_px(ui, METRIC_RADIUS_BUTTON);
    int32_t stroke = ui_px(ui, METRIC_STROKE);
    if (button->off) {
        draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_OFF_SURFACE));
        draw_stroke(ui->out, rect, radius, stroke, ui_colour(ui, COLOUR_OFF_LINE));
        return COLOUR_OFF_INK;
    }
    bool down = ui_down(ui, button->action, button->value);
    draw_round(ui->out, rect, radius, ui_colour(ui, down ? look->fill_down : look->fill));
    if (look->outlined)
        draw_stroke(ui->out, rect, radius, stroke, ui_colour(ui, look->line));
    return down ? look->ink_down : look->ink;
}

static const char *button_text(const struct ui *ui, const struct button *button)
{
    return button->text != NULL ? button->text : ui_word(ui, button->word);
}

static const char *second_text(const struct ui *ui, const struct button *button)
{
    return button->text != NULL || ui->theme->large ? "" : ui_second(ui, button->word);
}

/* What stands in a button: icon, text, second language. */
struct face {
    enum theme_colour ink;
    enum theme_colour ink2;
    enum theme_type type;
    int32_t icon_px, space;
    int32_t text_width, second_width;
    const char *text, *second;
};

static struct face face_of(const struct ui *ui, const struct button *button, enum theme_colour ink)
{
    struct face face = {.ink = ink,
                        .ink2 = ink == COLOUR_INK ? COLOUR_INK2 : ink,
                        .type = TYPE_BUTTON,
                        .text = button_text(ui, button),
                        .second = second_text(ui, button)};
    int32_t px = ui->theme->type[face.type].px;
    face.icon_px = button->icon == ICON_NONE ? 0 : px * 6 / 5;
    face.space = px * 2 / 5;
    face.text_width = ui_width(ui, face.type, face.text);
    face.second_width = ui_width(ui, TYPE_CAPTION, face.second);
    return face;
}

static void draw_first(struct ui *ui, struct rect at, const struct face *face, enum icon icon)
{
    if (face->icon_px > 0)
        ui_icon(ui, rect_cut_left(&at, face->icon_px, face->space), face->icon_px, face->ink, icon);
    (void)ui_line(ui, at, (struct ui_type){face->type, face->ink, UI_LEFT}, face->text);
}

/* A label of two lines, when one is too narrow for it. */
static void draw_wrapped(struct ui *ui, struct rect in, const struct face *face, enum icon icon)
{
    if (face->icon_px > 0)
        ui_icon(ui, rect_cut_left(&in, face->icon_px, face->space), face->icon_px, face->ink, icon);
    if (face->text_width * 10 <= in.w * 15) { /* a little smaller looks better than two lines */
        (void)ui_line_fit(ui, in, (struct ui_type){face->type, face->ink, UI_CENTRE}, face->text);
        return;
    }
    enum theme_type type = TYPE_BODY_BOLD;
    int32_t height = ui_paragraph_height(ui, in.w, type, face->text);
    struct rect text = rect_middle(in, in.w, height);
    if (height > in.h)
        ui->out->cut++;
    (void)ui_paragraph(ui, text, (struct ui_type){type, face->ink, UI_CENTRE}, face->text);
}

void ui_button(struct ui *ui, struct rect rect, const struct button *button)
{
    struct face face = face_of(ui, button, draw_face(ui, rect, button));
    struct rect in = rect_inset(rect, ui_gap(ui) / 2, 0);
    int32_t first = face.text_width + (face.icon_px > 0 ? face.icon_px + face.space : 0);
    bool beside = face.second[0] != '\0' && !button->stacked &&
                  first + face.space + face.second_width <= in.w - ui_gap(ui);
    bool below = face.second[0] != '\0' && !beside && face.second_width <= in.w &&
                 rect.h >= ui_line_height(ui, TYPE_BUTTON) + ui_line_height(ui, TYPE_CAPTION);
    if (first > in.w) {
        draw_wrapped(ui, in, &face, button->icon);
    } else if (below) {
        int32_t top = ui_line_height(ui, TYPE_BUTTON) * 9 / 10;
        int32_t bottom = ui_line_height(ui, TYPE_CAPTION);
        struct rect both = rect_middle(in, in.w, top + bottom);
        struct rect upper = rect_cut_top(&both, top, 0);
        draw_first(ui, rect_middle(upper, first, top), &face, button->icon);
        (void)ui_line(ui, both, (struct ui_type){TYPE_CAPTION, face.ink2, UI_CENTRE}, face.second);
    } else {
        int32_t width = first + (beside ? face.space + face.second_width : 0);
        struct rect at = rect_middle(in, width, in.h);
        struct rect upper = rect_cut_left(&at, first, face.space);
        draw_first(ui, upper, &face, button->icon);
        if (beside)
            (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, face.ink2, UI_LEFT}, face.second);
    }
    struct draw_target target = {
        .rect = rect, .action = button->action, .value = button->value, .enabled = !button->off};
    draw_target(ui->out, target, face.text);
}

/* The least width in which the button stands on one line. */
static int32_t least_width(const struct ui *ui, const struct button *button)
{
    struct face face = face_of(ui, button, COLOUR_INK);
    return face.text_width + (face.icon_px > 0 ? face.icon_px + face.space : 0) + 2 * ui_gap(ui);
}

void ui_actions(struct ui *ui, struct rect *body, const struct button *buttons, uint8_t count)
{
    struct rect_part parts[BUTTONS_MAX];
    struct rect at[BUTTONS_MAX];
    int32_t least = 0;
    for (uint8_t i = 0; i < count; i++) {
        parts[i] = (struct rect_part){least_width(ui, &buttons[i]), i == 0 ? 3 : 1};
        least += parts[i].min + (i > 0 ? ui_gap(ui) : 0);
    }
    int32_t height = ui_px(ui, METRIC_BUTTON);
    if (least <= body->w) {
        (void)rect_columns(rect_cut_bottom(body, height, ui_gap(ui)), ui_gap(ui), parts, count, at);
    } else {
        for (uint8_t i = count; i > 0; i--)
            at[i - 1] = rect_cut_bottom(body, height, ui_gap(ui));
    }
    for (uint8_t i = 0; i < count; i++)
        ui_button(ui, at[i], &buttons[i]);
}
