/* Several certificates of platforms served here: the visitor picks by holder and expiry. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/screens.h"

/* Our own ones: those that a platform's CA issued. */
static bool is_ours(const struct ui *ui, const struct fact_certificate *certificate)
{
    return certificate->profile < ui->rules->profile_count && certificate->chain_ok;
}

static void draw_row(struct ui *ui, struct rect rect, uint8_t index)
{
    const struct fact_certificate *certificate = &ui->flow->visit.token.certificates[index];
    const struct profile *profile = &ui->rules->profiles[certificate->profile];
    struct rect in = ui_card(ui, rect);
    if (ui_down(ui, ACTION_CHOOSE, index))
        draw_round(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_colour(ui, COLOUR_DOWN));
    draw_stroke(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_px(ui, METRIC_STROKE),
                ui_colour(ui, COLOUR_OUTLINE));
    int32_t px = ui->theme->type[TYPE_TITLE].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_BUSINESS);
    ui_icon(ui, rect_cut_right(&in, px, ui_gap(ui) / 2), px, COLOUR_INK2, ICON_CHEVRON_RIGHT);
    char date[FORMAT_SIZE];
    char expires[WORDS_TEXT_MAX];
    (void)ui_fill(ui, WORD_CHOOSE_EXPIRES, format_date(certificate->not_after_s, date), NULL,
                  expires);
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t rest = ui_line_height(ui, TYPE_LABEL);
    const char *title = ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
    int32_t platform = ui_paragraph_height(ui, in.w, TYPE_LABEL, title);
    struct rect lines = rect_middle(in, in.w, first + rest + platform);
    (void)ui_line_short(ui, rect_cut_top(&lines, first, 0),
                        (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT}, certificate->holder);
    (void)ui_line(ui, rect_cut_top(&lines, rest, 0),
                  (struct ui_type){TYPE_LABEL_BOLD, COLOUR_INK, UI_LEFT}, expires);
    (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, title);
    ui_touch(ui, rect, ACTION_CHOOSE, index, certificate->holder);
}

void screen_choose(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_CHOOSE_TITLE,
                                       .step = FRAME_CHECK,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_CHOOSE_TRUST};
    static const struct button cancel = {
        .look = BUTTON_QUIET, .word = WORD_CANCEL, .action = ACTION_BACK};
    struct rect body = frame_draw(ui, &frame);
    ui_actions(ui, &body, &cancel, 1);
    const char *text = ui_word(ui, WORD_CHOOSE_TEXT);
    int32_t height = ui_paragraph_height(ui, body.w, TYPE_BODY, text);
    (void)ui_paragraph(ui, rect_cut_top(&body, height, ui_gap(ui)),
                       (struct ui_type){TYPE_BODY, COLOUR_INK2, UI_LEFT}, text);
    const struct fact_token *token = &ui->flow->visit.token;
    int32_t gap = ui->wide || ui->theme->large ? ui_gap(ui) / 2 : ui_gap(ui);
    int32_t least = ui_line_height(ui, TYPE_BUTTON) + 3 * ui_line_height(ui, TYPE_LABEL);
    int32_t most = ui_um(ui, 62000);
    int32_t columns = ui->wide ? 2 : 1;
    int32_t rows = (FACTS_CERTIFICATES_MAX + columns - 1) / columns;
    int32_t size = (body.h - gap * (rows - 1)) / rows;
    size = size > most ? most : size;
    size = size < least ? least : size;
    uint8_t shown = 0;
    struct rect row = {0};
    for (uint8_t i = 0; i < token->certificate_count; i++) {
        if (!is_ours(ui, &token->certificates[i]))
            continue;
        if (shown % columns == 0)
            row = rect_cut_top(&body, size, gap);
        draw_row(ui, rect_cell(row, gap, (uint8_t)columns, 1, (uint8_t)(shown % columns)), i);
        shown++;
    }
}
