#include "kiosk/ui/frame.h"

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/ui/format.h"

#define STEPS 5

static const enum word step_words[STEPS] = {WORD_STEP_INSERT, WORD_STEP_CHECK, WORD_STEP_PAY,
                                            WORD_STEP_WRITE, WORD_STEP_DONE};

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

/* How a step is shown. */
enum mark { MARK_DONE, MARK_NOW, MARK_AMBER, MARK_LATER };

static enum mark mark_of(const struct frame *frame, int32_t step)
{
    if (step < (int32_t)frame->step)
        return MARK_DONE;
    if (step > (int32_t)frame->step)
        return MARK_LATER;
    return frame->amber ? MARK_AMBER : MARK_NOW;
}

static void draw_mark(struct ui *ui, struct rect dot, enum mark mark, int32_t number)
{
    int32_t radius = dot.w / 2;
    int32_t halo = dot.w / 10;
    char digit[FORMAT_SIZE];
    (void)format_number(number, digit);
    switch (mark) {
    case MARK_DONE:
        ui_tick(ui, dot, COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
        return;
    case MARK_LATER:
        draw_round(ui->out, dot, radius, ui_colour(ui, COLOUR_SURFACE));
        draw_stroke(ui->out, dot, radius, ui_px(ui, METRIC_STROKE), ui_colour(ui, COLOUR_OUTLINE));
        (void)ui_line(ui, dot, (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK2, UI_CENTRE}, digit);
        return;
    case MARK_NOW:
    case MARK_AMBER:
        break;
    }
    bool amber = mark == MARK_AMBER;
    enum theme_colour ring = amber ? COLOUR_WARNING_TINT : COLOUR_DOWN;
    enum theme_colour ink = amber ? COLOUR_ON_WARNING : COLOUR_ON_PRIMARY;
    draw_round(ui->out, rect_inset(dot, -halo, -halo), radius + halo, ui_colour(ui, ring));
    draw_round(ui->out, dot, radius, ui_colour(ui, amber ? COLOUR_WARNING : COLOUR_PRIMARY));
    (void)ui_line(ui, dot, (struct ui_type){TYPE_BODY_BOLD, ink, UI_CENTRE}, digit);
}

static void draw_steps(struct ui *ui, struct rect in, const struct frame *frame)
{
    int32_t side = ui_um(ui, ui->wide ? 11900 : 13900);
    int32_t label = ui->theme->type[TYPE_LABEL].px * 14 / 10;
    bool second = !ui->wide && !ui->theme->large;
    int32_t height = side + label + (second ? label : 0) + ui_um(ui, 1500);
    struct rect rows = rect_middle(in, in.w, height);
    struct rect dots = rect_cut_top(&rows, side, ui_um(ui, 1500));
    for (int32_t i = 0; i < STEPS; i++) {
        struct rect column = rect_cell(dots, 0, STEPS, 1, (uint8_t)i);
        struct rect dot = rect_middle(column, side, side);
        enum mark mark = mark_of(frame, i + 1);
        if (i + 1 < STEPS) {
            int32_t thick = ui_um(ui, 1240);
            int32_t gap = side / 4;
            struct rect bar = {dot.x + side + gap, dot.y + (side - thick) / 2,
                               column.w - side - 2 * gap, thick};
            draw_round(ui->out, bar, thick / 2,
                       ui_colour(ui, mark == MARK_DONE ? COLOUR_SUCCESS : COLOUR_HAIRLINE));
        }
        draw_mark(ui, dot, mark, i + 1);
        bool now = mark == MARK_NOW || mark == MARK_AMBER;
        struct rect words = rect_cell(rows, 0, STEPS, 1, (uint8_t)i);
        struct ui_type type = {now ? TYPE_LABEL_BOLD : TYPE_LABEL, now ? COLOUR_INK : COLOUR_INK2,
                               UI_CENTRE};
        (void)ui_line_fit(ui, rect_cut_top(&words, label, 0), type, ui_word(ui, step_words[i]));
        if (second)
            (void)ui_line(ui, words, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_CENTRE},
                          ui_second(ui, step_words[i]));
    }
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
        draw_steps(ui, rect_cut_right(&in, in.w * 57 / 100, ui_gap(ui)), frame);
    draw_hall(ui, in);
}

/* One button of the assist bar. */
struct assist {
    enum icon icon;
    enum word word;
    enum action action;
    bool lit, named_twice;
};

static void draw_assist_button(struct ui *ui, struct rect rect, const struct assist *assist)
{
    bool down = ui_down(ui, assist->action, 0);
    int32_t radius = ui_px(ui, METRIC_RADIUS_CHIP) * 6 / 5;
    enum theme_colour fill = assist->lit ? COLOUR_PRIMARY : COLOUR_SURFACE;
    enum theme_colour fill_down = assist->lit ? COLOUR_PRIMARY_DOWN : COLOUR_DOWN;
    enum theme_colour ink = assist->lit ? COLOUR_ON_PRIMARY : COLOUR_INK;
    draw_round(ui->out, rect, radius, ui_colour(ui, down ? fill_down : fill));
    if (!assist->lit)
        draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_HAIRLINE),
                    ui_colour(ui, COLOUR_BAR_BUTTON_LINE));
    const char *text = ui_word(ui, assist->word);
    bool second = assist->named_twice && !ui->theme->large;
    int32_t icon_px = ui->theme->type[TYPE_BUTTON].px * 6 / 5;
    int32_t first = ui->theme->type[TYPE_LABEL_BOLD].px * 13 / 10;
    int32_t caption = second ? ui->theme->type[TYPE_CAPTION].px * 13 / 10 : 0;
    struct ui_type type = {TYPE_LABEL_BOLD, ink, UI_CENTRE};
    if (ui->wide) {
        struct rect at = rect_inset(rect, ui_gap(ui) / 2, 0);
        int32_t width = icon_px + ui_gap(ui) / 2 + ui_width(ui, TYPE_LABEL_BOLD, text);
        int32_t more = ui_gap(ui) / 2 + ui_width(ui, TYPE_CAPTION, ui_second(ui, assist->word));
        second = second && width + more <= at.w;
        at = rect_middle(at, width + (second ? more : 0), at.h);
        ui_icon(ui, rect_cut_left(&at, icon_px, ui_gap(ui) / 2), icon_px, ink, assist->icon);
        struct rect words = rect_cut_left(&at, width - icon_px - ui_gap(ui) / 2, ui_gap(ui) / 2);
        (void)ui_line(ui, words, type, text);
        if (second)
            (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, ink, UI_LEFT},
                          ui_second(ui, assist->word));
    } else {
        struct rect at = rect_middle(rect, rect.w, icon_px + first + caption);
        ui_icon(ui, rect_cut_top(&at, icon_px, 0), icon_px, ink, assist->icon);
        (void)ui_line(ui, rect_cut_top(&at, first, 0), type, text);
        if (second)
            (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, ink, UI_CENTRE},
                          ui_second(ui, assist->word));
    }
    ui_touch(ui, rect, assist->action, 0, text);
}

/* Whether the flow lets a visitor go home from here: not while the token or printer is at work. */
static bool has_home(enum flow_state state)
{
    switch (state) {
    case FLOW_SERVICES:
    case FLOW_INSERT:
    case FLOW_READING:
    case FLOW_CHOOSE_CERTIFICATE:
    case FLOW_CERTIFICATE:
    case FLOW_PIN:
    case FLOW_OFFER:
    case FLOW_ORDERING:
    case FLOW_PAY:
    case FLOW_ISSUING:
    case FLOW_DONE:
    case FLOW_TICKET:
    case FLOW_MESSAGE:
        return true;
    case FLOW_OUT_OF_SERVICE:
    case FLOW_ATTRACT:
    case FLOW_PIN_CHECKING:
    case FLOW_WRITING:
    case FLOW_PRINTING:
    case FLOW_TAKE_TOKEN:
    case FLOW_STATE_COUNT:
        return false;
    }
    return false;
}

static void draw_assist(struct ui *ui, struct rect bar)
{
    const struct visit *visit = &ui->flow->visit;
    const struct assist buttons[] = {
        {ICON_HOME, WORD_ASSIST_HOME, ACTION_HOME, false, true},
        {ICON_FORMAT_SIZE, WORD_ASSIST_LARGE, ACTION_LARGE_TEXT, visit->large_text, true},
        {ICON_CONTRAST, WORD_ASSIST_CONTRAST, ACTION_HIGH_CONTRAST, visit->high_contrast, true},
        {ICON_TRANSLATE, WORD_ASSIST_LANGUAGE, ACTION_LANGUAGE, false, false},
        {ICON_SUPPORT_AGENT, WORD_ASSIST_HELP, ACTION_HELP, true, true},
    };
    uint8_t skip = has_home(ui->flow->state) ? 0 : 1;
    uint8_t count = (uint8_t)(ARRAY_LEN(buttons) - skip);
    struct rect in = rect_inset(bar, margin(ui), ui_um(ui, ui->wide ? 3700 : 4600));
    for (uint8_t i = 0; i < count; i++)
        draw_assist_button(ui, rect_cell(in, ui_gap(ui) * 2 / 3, count, 1, i), &buttons[i + skip]);
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
    if (frame->calm != WORD_NONE)
        draw_calm(ui, bar, frame->calm);
    else
        draw_assist(ui, bar);
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
    if (!ui->wide && frame->step != FRAME_NO_STEPS)
        draw_steps(ui, rect_cut_top(&body, ui_px(ui, METRIC_STEPPER), 0), frame);
    else
        (void)rect_cut_top(&body, ui_gap(ui) / (ui->wide ? 2 : 1), 0);
    if (frame->title != WORD_NONE)
        ui_pair(ui, rect_cut_top(&body, ui_px(ui, METRIC_TITLE), 0),
                (struct ui_type){TYPE_TITLE, COLOUR_INK, UI_LEFT}, frame->title);
    if (frame->trust != WORD_NONE && !(ui->wide && ui->theme->large))
        draw_trust(ui, rect_cut_bottom(&body, ui_px(ui, METRIC_TRUST), 0), frame);
    else
        (void)rect_cut_bottom(&body, ui_gap(ui), 0);
    return body;
}
