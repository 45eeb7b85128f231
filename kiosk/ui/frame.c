#include "kiosk/ui/frame.h"

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/ui/assist.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/stepper.h"

static const enum word weekdays[7] = {WORD_SUNDAY,   WORD_MONDAY, WORD_TUESDAY, WORD_WEDNESDAY,
                                      WORD_THURSDAY, WORD_FRIDAY, WORD_SATURDAY};

static int32_t margin(const struct ui *ui)
{
    return ui_px(ui, ui->wide ? METRIC_MARGIN_WIDE : METRIC_MARGIN);
}

/* Time and day at the right; returns what is left of the header. */
static struct rect draw_clock(struct ui *ui, struct rect in)
{
    int64_t now_s = ui->flow->hall.wall_s;
    struct civil now = civil_of(now_s);
    char clock[FORMAT_SIZE];
    char month[FORMAT_SIZE];
    char day[FORMAT_SIZE];
    char date[WORDS_TEXT_MAX];
    const char *const values[WORDS_VALUES_MAX] = {format_number(now.month, month),
                                                  format_number(now.day, day),
                                                  ui_word(ui, weekdays[now.weekday % 7])};
    (void)words_fill(ui->words, WORD_HEADER_DATE, values, date);
    (void)format_clock(now_s, clock);
    int32_t width = ui_width(ui, TYPE_HEADING, clock);
    int32_t date_width = ui_width(ui, TYPE_CAPTION, date);
    bool dated = !ui->theme->large;
    width = dated && date_width > width ? date_width : width;
    struct rect at = rect_cut_right(&in, width, ui_gap(ui) * 2);
    int32_t top = ui->theme->type[TYPE_HEADING].px * 12 / 10;
    int32_t bottom = dated ? ui->theme->type[TYPE_CAPTION].px * 13 / 10 : 0;
    struct rect lines = rect_middle(at, width, top + bottom);
    (void)ui_line(ui, rect_cut_top(&lines, top, 0),
                  (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_RIGHT}, clock);
    if (dated)
        (void)ui_line(ui, lines, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_RIGHT}, date);
    return in;
}

/* The state of the line; in words where there is room for them. */
static struct rect draw_line_chip(struct ui *ui, struct rect in, bool worded)
{
    bool up = ui->flow->hall.line_up;
    enum tone tone = up ? TONE_GOOD : TONE_WARN;
    enum icon icon = up ? ICON_WIFI : ICON_WIFI_OFF;
    const char *text = ui_word(ui, up ? WORD_LINE_UP : WORD_LINE_DOWN);
    int32_t px = ui->theme->type[TYPE_LABEL_BOLD].px;
    int32_t width = px * 5 / 2;
    if (worded)
        width += ui_width(ui, TYPE_LABEL_BOLD, text) + px / 3;
    struct rect at = rect_middle(rect_cut_right(&in, width, ui_gap(ui)), width, px * 2);
    draw_round(ui->out, at, at.h / 2, ui_colour(ui, tone_tint(tone)));
    if (ui->theme->high_contrast)
        draw_stroke(ui->out, at, at.h / 2, ui_px(ui, METRIC_STROKE), ui_colour(ui, tone_ink(tone)));
    if (worded) {
        struct ui_label label = {
            icon, tone_ink(tone), {TYPE_LABEL_BOLD, tone_ink(tone), UI_CENTRE}};
        ui_labelled(ui, at, &label, text);
    } else {
        ui_icon(ui, at, px * 5 / 4, tone_ink(tone), icon);
    }
    return in;
}

static void draw_hall(struct ui *ui, struct rect in)
{
    bool zh = ui->language == LANGUAGE_ZH;
    const char *first = zh ? ui->look->hall_zh : ui->look->hall_en;
    const char *second = zh ? ui->look->hall_en : ui->look->hall_zh;
    int32_t side = ui_um(ui, 19840);
    struct rect logo = rect_middle(rect_cut_left(&in, side, ui_gap(ui) * 3 / 4), side, side);
    draw_round(ui->out, logo, ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_PRIMARY));
    ui_icon(ui, logo, side * 7 / 10, COLOUR_ON_PRIMARY, ICON_ACCOUNT_BALANCE);
    enum theme_type type = TYPE_BUTTON;
    int32_t top = ui->theme->type[type].px * 13 / 10;
    int32_t bottom = ui->theme->large ? 0 : ui->theme->type[TYPE_CAPTION].px * 13 / 10;
    struct rect lines = rect_middle(in, in.w, top + bottom);
    (void)ui_line_fit(ui, rect_cut_top(&lines, top, 0), (struct ui_type){type, COLOUR_INK, UI_LEFT},
                      first);
    if (bottom > 0)
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_LEFT}, second);
}

static void draw_header(struct ui *ui, struct rect header, const struct frame *frame)
{
    draw_fill(ui->out, header, ui_colour(ui, COLOUR_HEADER));
    struct rect line = {header.x, header.y + header.h - ui_px(ui, METRIC_HAIRLINE), header.w,
                        ui_px(ui, METRIC_HAIRLINE)};
    draw_fill(ui->out, line, ui_colour(ui, COLOUR_BAR_LINE));
    struct rect in = rect_inset(header, margin(ui), 0);
    in = draw_clock(ui, in);
    bool stepper = ui->wide && frame->step != FRAME_NO_STEPS;
    in = draw_line_chip(ui, in, !stepper && (ui->wide || !ui->theme->large));
    if (stepper)
        stepper_draw(ui, rect_cut_right(&in, in.w * 57 / 100, ui_gap(ui)), frame);
    draw_hall(ui, in);
}

static void draw_calm(struct ui *ui, struct rect bar, enum word word)
{
    struct rect in = rect_inset(bar, margin(ui), 0);
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_SUPPORT_AGENT);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, ui_word(ui, word));
    (void)ui_paragraph(ui, rect_middle(in, in.w, height),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, ui_word(ui, word));
}

static void draw_bar(struct ui *ui, struct rect bar, const struct frame *frame)
{
    draw_fill(ui->out, bar, ui_colour(ui, COLOUR_BAR));
    struct rect line = {bar.x, bar.y, bar.w, ui_px(ui, METRIC_HAIRLINE)};
    draw_fill(ui->out, line, ui_colour(ui, COLOUR_BAR_LINE));
    if (frame->calm != WORD_NONE) {
        draw_calm(ui, bar, frame->calm);
    } else {
        assist_draw(ui, rect_inset(bar, margin(ui), ui_um(ui, ui->wide ? 3700 : 4600)));
    }
}

static void draw_trust(struct ui *ui, struct rect at, const struct frame *frame)
{
    struct ui_label label = {
        frame->trust_icon, COLOUR_SUCCESS, {TYPE_CAPTION, COLOUR_INK2, UI_CENTRE}};
    ui_labelled(ui, at, &label, ui_word(ui, frame->trust));
}

struct rect frame_poster(struct ui *ui)
{
    static const struct frame none = {.title = WORD_NONE};
    struct rect body = {0, 0, ui->look->width_px, ui->look->height_px};
    enum theme_metric bar = ui->wide ? METRIC_ASSIST_WIDE : METRIC_ASSIST;
    draw_bar(ui, rect_cut_bottom(&body, ui_px(ui, bar), 0), &none);
    return body;
}

struct rect frame_draw(struct ui *ui, const struct frame *frame)
{
    struct rect all = {0, 0, ui->look->width_px, ui->look->height_px};
    struct rect body = all;
    draw_header(ui, rect_cut_top(&body, ui_px(ui, METRIC_HEADER), 0), frame);
    enum theme_metric bar = ui->wide ? METRIC_ASSIST_WIDE : METRIC_ASSIST;
    draw_bar(ui, rect_cut_bottom(&body, ui_px(ui, bar), 0), frame);
    body = rect_inset(body, margin(ui), 0);
    if (!ui->wide && frame->step != FRAME_NO_STEPS) {
        stepper_draw(ui, rect_cut_top(&body, ui_px(ui, METRIC_STEPPER), 0), frame);
    } else {
        (void)rect_cut_top(&body, ui_gap(ui) / (ui->wide ? 2 : 1), 0);
    }
    if (frame->title != WORD_NONE) {
        ui_pair(ui, rect_cut_top(&body, ui_px(ui, METRIC_TITLE), 0),
                (struct ui_type){TYPE_TITLE, COLOUR_INK, UI_LEFT}, frame->title);
    }
    if (frame->trust != WORD_NONE && !(ui->wide && ui->theme->large)) {
        draw_trust(ui, rect_cut_bottom(&body, ui_px(ui, METRIC_TRUST), 0), frame);
    } else {
        (void)rect_cut_bottom(&body, ui_gap(ui), 0);
    }
    return body;
}
