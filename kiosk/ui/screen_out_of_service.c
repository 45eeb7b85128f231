/* Calm, and honest: not here, but elsewhere; what was paid is safe; one line for the staff. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/screens.h"

static const enum word staff_words[FACT_LEDGER_FAULT_COUNT] = {
    [FACT_LEDGER_UNUSABLE] = WORD_OUT_STAFF,
    [FACT_LEDGER_ROLLED_BACK] = WORD_OUT_STAFF_ROLLED_BACK,
    [FACT_LEDGER_FORKED] = WORD_OUT_STAFF_FORKED,
    [FACT_LEDGER_NO_KEY] = WORD_OUT_STAFF_NO_KEY,
    [FACT_LEDGER_CHANGED] = WORD_OUT_STAFF_CHANGED,
    [FACT_LEDGER_NO_FOLDER] = WORD_OUT_STAFF_NO_FOLDER,
    [FACT_LEDGER_NO_ROOM] = WORD_OUT_STAFF_NO_ROOM,
};

static const char *title_of(const struct ui *ui, const struct profile *profile)
{
    return ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
}

static int32_t hotlines_height(const struct ui *ui, int32_t width)
{
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    int32_t height = ui_line_height(ui, TYPE_BODY_BOLD) + ui_gap(ui) / 2 + 2 * ui_gap(ui);
    for (uint8_t i = 0; i < ui->rules->profile_count; i++) {
        height +=
            ui_paragraph_height(ui, inner, TYPE_LABEL, title_of(ui, &ui->rules->profiles[i])) +
            ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 2;
    }
    return height;
}

static void draw_hotlines(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    int32_t line = ui_line_height(ui, TYPE_LABEL);
    struct ui_label label = {ICON_PHONE, COLOUR_TINT_INK, {TYPE_BODY_BOLD, COLOUR_INK, UI_LEFT}};

    ui_labelled(ui, rect_cut_top(&in, ui_line_height(ui, TYPE_BODY_BOLD), ui_gap(ui) / 2), &label,
                ui_word(ui, WORD_OUT_HOTLINE));
    for (uint8_t i = 0; i < ui->rules->profile_count; i++) {
        const struct profile *profile = &ui->rules->profiles[i];
        const char *title = title_of(ui, profile);
        int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, title);
        (void)ui_paragraph(ui, rect_cut_top(&in, height, 0),
                           (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, title);
        (void)ui_line_fit(ui, rect_cut_top(&in, line, ui_gap(ui) / 2),
                          (struct ui_type){TYPE_LABEL_BOLD, COLOUR_INK, UI_LEFT}, profile->hotline);
    }
}

/* The calm part: not here, but elsewhere; and the money is safe. */
static void draw_calm(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    const char *texts[2] = {ui_word(ui, WORD_OUT_TEXT), ui_word(ui, WORD_OUT_MONEY)};
    int32_t most = ui_um(ui, 62000);
    int32_t heights[2];
    for (int i = 0; i < 2; i++)
        heights[i] = ui_paragraph_height(ui, in.w, TYPE_BODY_BOLD, texts[i]);
    int32_t room = in.h - heights[0] - heights[1] - 3 * ui_gap(ui);
    int32_t side = room < most ? room : most;
    struct rect rows = rect_middle(in, in.w, side + heights[0] + heights[1] + 3 * ui_gap(ui));
    struct rect circle = rect_cut_top(&rows, side, 2 * ui_gap(ui));

    circle = rect_middle(circle, side, side);
    draw_round(ui->out, circle, side / 2, ui_colour(ui, COLOUR_WARNING_TINT));
    ui_icon(ui, circle, side * 55 / 100, COLOUR_WARNING, ICON_BUILD);
    for (int i = 0; i < 2; i++) {
        (void)ui_paragraph(ui, rect_cut_top(&rows, heights[i], ui_gap(ui)),
                           (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_CENTRE}, texts[i]);
    }
}

/* Whose token is still in must not forget it. */
static void draw_take_token(struct ui *ui, struct rect *body)
{
    struct rect in = rect_cut_top(body, ui_px(ui, METRIC_TARGET_MIN), ui_gap(ui));
    draw_round(ui->out, in, ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_WARNING_TINT));
    struct ui_label label = {ICON_USB, COLOUR_WARNING, {TYPE_BODY_BOLD, COLOUR_WARNING, UI_CENTRE}};
    ui_labelled(ui, in, &label, ui_word(ui, WORD_TAKE_TOKEN_TITLE));
}

void screen_out_of_service(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_OUT_TITLE};
    struct rect body = frame_draw(ui, &frame);
    const char *staff = ui_word(ui, staff_words[ui->flow->hall.ledger_fault]);
    int32_t small = ui_paragraph_height(ui, body.w, TYPE_CAPTION, staff);
    int32_t lines = hotlines_height(ui, body.w);

    if (ui->flow->token_in)
        draw_take_token(ui, &body);
    (void)ui_paragraph(ui, rect_cut_bottom(&body, small, ui_gap(ui)),
                       (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_LEFT}, staff);
    struct rect side = ui_side(ui, &body);
    draw_hotlines(ui, ui->wide ? side : rect_cut_bottom(&body, lines, ui_gap(ui)));
    draw_calm(ui, body);
}
