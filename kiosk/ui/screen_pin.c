/*
 * The PIN: tries left first, keys as on cash machines, no digit is ever shown. Before the last
 * try the visitor is asked whether to spend it.
 */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/screens.h"

#define COLUMNS 4
#define ROWS 4
#define TRY_MARKS_MAX 8

/* What the banner says of the tries left. */
struct tries {
    enum tone tone;
    enum icon icon;
    char first[WORDS_TEXT_MAX];
    const char *second;
};

static struct tries tries_of(const struct ui *ui)
{
    const struct visit *visit = &ui->flow->visit;
    uint8_t left = visit->token.tries_left;
    struct tries tries = {TONE_GOOD, ICON_VERIFIED_USER, "", ui_word(ui, WORD_PIN_FROZEN_AFTER)};
    enum word word = WORD_PIN_TRIES;
    if (visit->pin_wrong) {
        tries.tone = TONE_BAD;
        tries.icon = ICON_ERROR;
        word = left == 1 ? WORD_PIN_WRONG_ONE : WORD_PIN_WRONG;
    } else if (left == 1) {
        tries.tone = TONE_WARN;
        tries.icon = ICON_WARNING;
        word = WORD_PIN_LAST;
    }
    if (left == 1)
        tries.second = ui_word(ui, WORD_PIN_LAST_TEXT);
    if (left == FACTS_TRIES_UNKNOWN) {
        tries.tone = visit->pin_wrong ? TONE_BAD : TONE_WARN;
        word = visit->pin_wrong ? WORD_PIN_WRONG_UNKNOWN : WORD_PIN_UNKNOWN;
    }
    (void)ui_fill_number(ui, word, left, tries.first);
    return tries;
}

/* A mark for each try that is left, where there is room; returns the room beside them. */
static struct rect draw_marks(struct ui *ui, struct rect in, enum tone tone)
{
    uint8_t left = ui->flow->visit.token.tries_left;
    int32_t dot = ui_um(ui, 9900);
    int32_t width = left * dot + (left - 1) * dot / 3;
    if (left == 0 || left > TRY_MARKS_MAX || width >= in.w * 45 / 100)
        return in;
    struct rect row = rect_cut_right(&in, width, ui_gap(ui));
    for (uint8_t i = 0; i < left; i++) {
        struct rect mark = rect_middle(rect_cut_left(&row, dot, dot / 3), dot, dot);
        if (tone == TONE_GOOD) {
            ui_tick(ui, mark, COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
        } else {
            draw_dot(ui->out, mark.x + dot / 2, mark.y + dot / 2, dot / 2,
                     ui_colour(ui, tone_ink(tone)));
        }
    }
    return in;
}

static void draw_tries(struct ui *ui, struct rect rect)
{
    struct tries tries = tries_of(ui);
    struct rect in = ui_panel(ui, rect, tries.tone);
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, tone_ink(tries.tone), tries.icon);
    in = draw_marks(ui, in, tries.tone);
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t second = ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(in, in.w, first + second);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_BUTTON, tone_ink(tries.tone), UI_LEFT}, tries.first);
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, tries.second);
}

static int32_t tries_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_BUTTON) + ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) * 5 / 3;
}

/* The field: a dot for each digit typed, a dash for each that may come. */
static void draw_field(struct ui *ui, struct rect rect)
{
    int32_t radius = ui_px(ui, METRIC_RADIUS_CHIP);
    uint8_t typed = ui->flow->visit.pin_len;
    draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_SURFACE));
    draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_STROKE), ui_colour(ui, COLOUR_TINT_INK));
    struct rect in = rect_inset(rect, ui_gap(ui), 0);
    int32_t dot = ui_um(ui, 4000);
    for (uint8_t i = 0; i < FLOW_PIN_MAX; i++) {
        struct rect cell = rect_cell(in, 0, FLOW_PIN_MAX, 1, i);
        int32_t x = cell.x + cell.w / 2;
        int32_t y = cell.y + cell.h / 2;
        if (i < typed) {
            draw_dot(ui->out, x, y, dot, ui_colour(ui, COLOUR_INK));
            continue;
        }
        enum theme_colour colour = i == typed ? COLOUR_TINT_INK : COLOUR_OFF_LINE;
        draw_round(ui->out, rect_middle(cell, dot * 2, ui_um(ui, 1500)), ui_um(ui, 750),
                   ui_colour(ui, colour));
    }
}

static void draw_entry(struct ui *ui, struct rect rect)
{
    const struct visit *visit = &ui->flow->visit;
    struct rect in = ui_card(ui, rect);
    int32_t line = ui_line_height(ui, TYPE_LABEL);
    char typed[FORMAT_SIZE];
    char least[FORMAT_SIZE];
    char most[FORMAT_SIZE];
    char count[WORDS_TEXT_MAX];
    const char *const values[WORDS_VALUES_MAX] = {format_number(visit->pin_len, typed),
                                                  format_number(FLOW_PIN_MIN, least),
                                                  format_number(FLOW_PIN_MAX, most)};
    (void)words_fill(ui->words, WORD_PIN_COUNT, values, count);
    struct rect top = rect_cut_top(&in, line, ui_gap(ui) / 2);
    struct ui_type type = {TYPE_LABEL, COLOUR_INK2, UI_RIGHT};
    int32_t used = ui_line(ui, top, type, count);
    (void)rect_cut_right(&top, used, ui_gap(ui));
    type.align = UI_LEFT;
    if (ui_width(ui, TYPE_LABEL, ui_word(ui, WORD_PIN_LABEL)) <= top.w)
        (void)ui_line(ui, top, type, ui_word(ui, WORD_PIN_LABEL));
    if (in.h > ui_um(ui, 19000) + line) {
        const struct fact_certificate *certificate = flow_certificate(ui->flow);
        struct ui_label label = {ICON_USB, COLOUR_INK2, {TYPE_LABEL, COLOUR_INK2, UI_LEFT}};
        struct rect bottom = rect_cut_bottom(&in, line, ui_gap(ui) / 2);
        int32_t px = ui->theme->type[TYPE_LABEL].px;
        ui_icon(ui, rect_cut_left(&bottom, px, px / 2), px, label.icon_colour, label.icon);
        if (certificate != NULL)
            (void)ui_line_fit(ui, bottom, label.type, certificate->holder);
    }
    int32_t highest = ui_um(ui, 28000);
    draw_field(ui, in.h > highest ? rect_middle(in, in.w, highest) : in);
}

static int32_t entry_height(const struct ui *ui, bool named)
{
    int32_t line = ui_line_height(ui, TYPE_LABEL);
    int32_t height = line + ui_um(ui, 22000) + ui_gap(ui) * 5 / 2;
    return named ? height + line + ui_gap(ui) / 2 : height;
}

static void draw_digit(struct ui *ui, struct rect rect, uint8_t digit)
{
    int32_t radius = ui_px(ui, METRIC_RADIUS_CHIP) * 6 / 5;
    /* no key lights up: who looks over a shoulder shall not see which one it was */
    draw_round(ui->out, rect, radius, ui_colour(ui, COLOUR_SURFACE));
    draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_STROKE), ui_colour(ui, COLOUR_OUTLINE));
    char text[FORMAT_SIZE];
    (void)format_number(digit, text);
    (void)ui_line(ui, rect, (struct ui_type){TYPE_KEY, COLOUR_INK, UI_CENTRE}, text);
    ui_touch(ui, rect, ACTION_PIN_DIGIT, digit, text);
}

/* Keys 1 to 9 in three rows, 0 below 8; the functions at the right. */
static void draw_keys(struct ui *ui, struct rect in)
{
    int32_t gap = ui_um(ui, 4000);
    static const struct rect_part parts[COLUMNS] = {{0, 10}, {0, 10}, {0, 10}, {0, 12}};
    struct rect columns[COLUMNS];
    (void)rect_columns(in, gap, parts, COLUMNS, columns);
    struct rect cells[COLUMNS][ROWS];
    for (uint8_t column = 0; column < COLUMNS; column++) {
        for (uint8_t row = 0; row < ROWS; row++)
            cells[column][row] = rect_cell(columns[column], gap, 1, ROWS, row);
    }
    for (uint8_t digit = 1; digit <= 9; digit++)
        draw_digit(ui, cells[(digit - 1) % 3][(digit - 1) / 3], digit);
    draw_digit(ui, cells[1][3], 0);
    bool ready = flow_next_allowed(ui->flow, ui->rules);
    bool empty = ui->flow->visit.pin_len == 0;
    const struct button erase = {.look = BUTTON_QUIET,
                                 .icon = ICON_BACKSPACE,
                                 .word = WORD_PIN_ERASE,
                                 .action = ACTION_PIN_ERASE,
                                 .off = empty,
                                 .stacked = true};
    const struct button cancel = {.look = BUTTON_DANGER,
                                  .icon = ICON_CLOSE,
                                  .word = WORD_CANCEL,
                                  .action = ACTION_BACK,
                                  .stacked = true};
    const struct button clear = {.look = BUTTON_CAUTION,
                                 .icon = ICON_UNDO,
                                 .word = WORD_PIN_CLEAR,
                                 .action = ACTION_PIN_CLEAR,
                                 .off = empty,
                                 .stacked = true};
    const struct button enter = {.look = BUTTON_GOOD,
                                 .icon = ICON_CHECK,
                                 .word = WORD_PIN_ENTER,
                                 .action = ACTION_NEXT,
                                 .off = !ready,
                                 .stacked = true};
    struct rect tall = cells[3][2];
    tall.h = cells[3][3].y + cells[3][3].h - tall.y;
    ui_button(ui, cells[2][3], &erase);
    ui_button(ui, cells[3][0], &cancel);
    ui_button(ui, cells[3][1], &clear);
    ui_button(ui, tall, &enter);
}

static void draw_cover(struct ui *ui, struct rect rect)
{
    const char *const lines[2] = {ui_word(ui, WORD_PIN_COVER), NULL};
    struct rect in = ui_panel(ui, rect, TONE_INFO);
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_VISIBILITY_OFF);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_BODY, lines[0]);
    (void)ui_paragraph(ui, rect_middle(in, in.w, height),
                       (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT}, lines[0]);
}

static void draw_tall(struct ui *ui, struct rect body)
{
    draw_tries(ui, rect_cut_top(&body, tries_height(ui), ui_gap(ui)));
    bool roomy = !ui->theme->large;
    draw_entry(ui, rect_cut_top(&body, entry_height(ui, roomy), ui_gap(ui)));
    if (roomy)
        draw_cover(ui, rect_cut_bottom(&body, ui_um(ui, 25800), ui_gap(ui)));
    draw_keys(ui, ui_card(ui, body));
}

/* Landscape: what is typed beside the keys. */
static void draw_wide(struct ui *ui, struct rect body)
{
    struct rect side = rect_cut_right(&body, body.w * 42 / 100, ui_gap(ui));
    draw_keys(ui, ui_card(ui, body));
    draw_tries(ui, rect_cut_top(&side, tries_height(ui), ui_gap(ui)));
    int32_t cover = ui_um(ui, 25800);
    int32_t entry = entry_height(ui, true);
    bool roomy = side.h >= entry + cover + ui_gap(ui) && !ui->theme->large;
    if (roomy)
        draw_cover(ui, rect_cut_bottom(&side, cover, ui_gap(ui)));
    draw_entry(ui, side);
}

/* Before the last try: nothing to type until the visitor consents. */
static void draw_consent(struct ui *ui, struct rect body)
{
    bool unknown = ui->flow->visit.token.tries_left == FACTS_TRIES_UNKNOWN;
    static const struct button buttons[] = {
        {.look = BUTTON_SECOND, .word = WORD_PIN_CONSENT_YES, .action = ACTION_LAST_TRY},
        {.look = BUTTON_PRIMARY, .word = WORD_PIN_CONSENT_NO, .action = ACTION_BACK}};
    ui_actions(ui, &body, buttons, 2);
    const char *text = ui_word(ui, unknown ? WORD_PIN_CONSENT_UNKNOWN_TEXT : WORD_PIN_CONSENT_TEXT);
    struct rect in = ui_panel(ui, body, TONE_WARN);
    int32_t px = ui_um(ui, ui->wide ? 24000 : 40000);
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_BUTTON, text);
    int32_t wrong = ui->flow->visit.pin_wrong ? ui_line_height(ui, TYPE_HEADING) : 0;
    struct rect rows = rect_middle(in, in.w, px + title + height + wrong + 2 * ui_gap(ui));
    ui_icon(ui, rect_cut_top(&rows, px, ui_gap(ui)), px, COLOUR_WARNING, ICON_WARNING);
    if (wrong > 0) {
        (void)ui_line_fit(ui, rect_cut_top(&rows, wrong, 0),
                          (struct ui_type){TYPE_HEADING, COLOUR_ERROR, UI_CENTRE},
                          ui_word(ui, WORD_PIN_WAS_WRONG));
    }
    (void)ui_line_fit(ui, rect_cut_top(&rows, title, ui_gap(ui)),
                      (struct ui_type){TYPE_TITLE, COLOUR_WARNING, UI_CENTRE},
                      ui_word(ui, unknown ? WORD_PIN_CONSENT_UNKNOWN : WORD_PIN_CONSENT_TITLE));
    (void)ui_paragraph(ui, rows, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE}, text);
}

void screen_pin(struct ui *ui)
{
    bool consent = flow_pin_needs_consent(ui->flow) && !ui->flow->visit.pin_last_try_ok;
    const struct frame frame = {.title = WORD_PIN_TITLE,
                                .step = FRAME_CHECK,
                                .amber = consent,
                                .trust_icon = ICON_LOCK,
                                .trust = WORD_PIN_TRUST};
    struct rect body = frame_draw(ui, &frame);
    if (consent) {
        draw_consent(ui, body);
    } else if (ui->wide) {
        draw_wide(ui, body);
    } else {
        draw_tall(ui, body);
    }
}
