/* Cards, coloured panels, facts, rings: what is looked at. */
#include "kiosk/ui/ui.h"

#define SPINNER_STEPS 12

struct rect ui_card(struct ui *ui, struct rect rect)
{
    int32_t radius = ui_px(ui, METRIC_RADIUS);
    int32_t blur = ui_px(ui, METRIC_SHADOW);
    if (ui->theme->shadow >> 24 != 0) {
        struct rect under = rect;
        under.y += blur / 4;
        draw_shadow(ui->out, under, radius, blur, ui->theme->shadow);
    }
    draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_SURFACE));
    if (ui->theme->high_contrast) {
        draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_CARD_STROKE),
                    ui_colour(ui, COLOUR_CARD_LINE));
    }
    return rect_inset(rect, ui_px(ui, METRIC_PAD), ui_gap(ui));
}

enum theme_colour tone_ink(enum tone tone)
{
    switch (tone) {
    case TONE_INFO:
        return COLOUR_TINT_INK;
    case TONE_GOOD:
        return COLOUR_SUCCESS;
    case TONE_WARN:
        return COLOUR_WARNING;
    case TONE_BAD:
        return COLOUR_ERROR;
    }
    return COLOUR_INK;
}

enum theme_colour tone_tint(enum tone tone)
{
    switch (tone) {
    case TONE_INFO:
        return COLOUR_TINT;
    case TONE_GOOD:
        return COLOUR_SUCCESS_TINT;
    case TONE_WARN:
        return COLOUR_WARNING_TINT;
    case TONE_BAD:
        return COLOUR_ERROR_TINT;
    }
    return COLOUR_TINT;
}

struct rect ui_panel(struct ui *ui, struct rect rect, enum tone tone)
{
    int32_t radius = ui_px(ui, METRIC_RADIUS);
    draw_round(ui->out, rect, radius, ui_colour(ui, tone_tint(tone)));
    if (ui->theme->high_contrast) {
        draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_CARD_STROKE),
                    ui_colour(ui, tone_ink(tone)));
    }
    return rect_inset(rect, ui_px(ui, METRIC_PAD), ui_gap(ui));
}

int32_t ui_banner_height(const struct ui *ui, bool two_lines)
{
    int32_t height = ui_line_height(ui, TYPE_BODY_BOLD) + 2 * ui_gap(ui);
    return two_lines ? height + ui_line_height(ui, TYPE_LABEL) : height;
}

void ui_banner(struct ui *ui, struct rect rect, enum tone tone, enum icon icon,
               const char *const lines[2])
{
    struct rect in = ui_panel(ui, rect, tone);
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, tone_ink(tone), icon);
    bool two = lines[1] != NULL && lines[1][0] != '\0';
    int32_t first = ui_line_height(ui, TYPE_BODY_BOLD);
    int32_t height = first + (two ? ui_line_height(ui, TYPE_LABEL) : 0);
    struct rect text = rect_middle(in, in.w, height);
    (void)ui_line(ui, rect_cut_top(&text, first, 0),
                  (struct ui_type){TYPE_BODY_BOLD, tone_ink(tone), UI_LEFT}, lines[0]);
    if (two)
        (void)ui_line(ui, text, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, lines[1]);
}

void ui_fact(struct ui *ui, struct rect rect, const char *label, const char *value,
             enum theme_type value_type)
{
    int32_t used = ui_line(ui, rect, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, label);
    (void)rect_cut_left(&rect, used, ui_gap(ui));
    (void)ui_line_fit(ui, rect, (struct ui_type){value_type, COLOUR_INK, UI_RIGHT}, value);
}

void ui_rule(struct ui *ui, struct rect at)
{
    int32_t thick = ui_px(ui, METRIC_HAIRLINE);
    draw_fill(ui->out, rect_middle(at, at.w, thick), ui_colour(ui, COLOUR_HAIRLINE));
}

void ui_ring(struct ui *ui, const struct ring *ring, enum theme_type type, const char *text)
{
    struct draw_arc arc = {.box = ring->box, .thick = ring->thick, .from = 0, .sweep = 3600};
    draw_arc(ui->out, &arc, ui_colour(ui, COLOUR_TRACK));
    arc.sweep = ring->part;
    draw_arc(ui->out, &arc, ui_colour(ui, ring->colour));
    (void)ui_line(ui, rect_inset(ring->box, ring->thick, ring->thick),
                  (struct ui_type){type, COLOUR_INK, UI_CENTRE}, text);
}

void ui_spinner(struct ui *ui, struct rect box, int32_t thick)
{
    struct draw_arc arc = {.box = box, .thick = thick, .from = 0, .sweep = 3600};
    draw_arc(ui->out, &arc, ui_colour(ui, COLOUR_TRACK));
    uint64_t step = ui->look->now_ms / UI_SPINNER_STEP_MS % SPINNER_STEPS;
    arc.from = (int32_t)step * 3600 / SPINNER_STEPS;
    arc.sweep = 1000;
    draw_arc(ui->out, &arc, ui_colour(ui, COLOUR_PRIMARY));
}

void ui_tick(struct ui *ui, struct rect box, enum theme_colour circle, enum theme_colour tick)
{
    draw_round(ui->out, box, box.w / 2, ui_colour(ui, circle));
    ui_icon(ui, box, box.w * 7 / 10, tick, ICON_CHECK);
}

struct rect ui_side(const struct ui *ui, struct rect *body)
{
    if (!ui->wide)
        return (struct rect){body->x, body->y, 0, 0};
    return rect_cut_right(body, body->w * 36 / 100, ui_px(ui, METRIC_GAP) * 4 / 3);
}
