#include "kiosk/ui/order_parts.h"

#include <stddef.h>

#include "kiosk/ui/format.h"

#define BADGE_UM 15600

static const struct profile *profile_of(const struct ui *ui)
{
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    return profile != NULL ? profile : &ui->rules->profiles[0];
}

const char *order_hotline(const struct ui *ui)
{
    return profile_of(ui)->hotline;
}

const char *order_platform(const struct ui *ui)
{
    const struct profile *profile = profile_of(ui);
    return ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
}

const char *order_years(const struct ui *ui, enum word one, enum word many, char *out)
{
    uint8_t years = ui->flow->visit.term_years;
    return ui_fill_number(ui, years == 1 ? one : many, years, out);
}

static int32_t row_height(const struct ui *ui, const struct order_row *row)
{
    int32_t text = row->text != NULL ? ui_line_height(ui, TYPE_LABEL) : 0;
    int32_t lines = ui_line_height(ui, TYPE_BUTTON) + text;
    int32_t badge = ui_um(ui, BADGE_UM);
    return (lines > badge ? lines : badge) + ui_gap(ui);
}

int32_t order_rows_height(const struct ui *ui, const struct order_row *rows, uint8_t count)
{
    int32_t height = 0;
    for (uint8_t i = 0; i < count; i++)
        height += row_height(ui, &rows[i]);
    return height;
}

static void draw_badge(struct ui *ui, struct rect box, enum row_state state, uint8_t number)
{
    char text[FORMAT_SIZE];
    int32_t radius = box.w / 2;

    switch (state) {
    case ROW_DONE:
        ui_tick(ui, box, COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
        return;
    case ROW_BROKEN:
        draw_round(ui->out, box, radius, ui_colour(ui, COLOUR_WARNING_TINT));
        if (ui->theme->high_contrast)
            draw_stroke(ui->out, box, radius, ui_px(ui, METRIC_STROKE),
                        ui_colour(ui, COLOUR_WARNING));
        ui_icon(ui, box, box.w * 6 / 10, COLOUR_WARNING, ICON_USB_OFF);
        return;
    case ROW_NOW:
        draw_round(ui->out, box, radius, ui_colour(ui, COLOUR_PRIMARY));
        break;
    case ROW_NEXT:
        draw_stroke(ui->out, box, radius, ui_px(ui, METRIC_STROKE), ui_colour(ui, COLOUR_OUTLINE));
        break;
    }
    enum theme_colour ink = state == ROW_NOW ? COLOUR_ON_PRIMARY : COLOUR_INK2;
    (void)ui_line(ui, box, (struct ui_type){TYPE_BODY_BOLD, ink, UI_CENTRE},
                  format_number(number, text));
}

void order_rows(struct ui *ui, struct rect rect, const struct order_row *rows, uint8_t count)
{
    int32_t badge = ui_um(ui, BADGE_UM);

    for (uint8_t i = 0; i < count; i++) {
        int32_t height = row_height(ui, &rows[i]);
        struct rect row = rect_cut_top(&rect, height, 0);
        struct rect left = rect_cut_left(&row, badge, ui_gap(ui));
        struct rect box = rect_middle(left, badge, badge);
        if (i + 1 < count) {
            int32_t x = box.x + badge / 2;
            int32_t next = row_height(ui, &rows[i + 1]);
            const int32_t from[2] = {x, box.y + badge};
            const int32_t to[2] = {x, left.y + height + (next - badge) / 2};
            enum theme_colour line = rows[i].state == ROW_DONE ? COLOUR_SUCCESS : COLOUR_TRACK;
            draw_line(ui->out, from, to, ui_px(ui, METRIC_STROKE), ui_colour(ui, line));
        }
        draw_badge(ui, box, rows[i].state, (uint8_t)(i + 1));

        int32_t first = ui_line_height(ui, TYPE_BUTTON);
        int32_t below = rows[i].text != NULL ? ui_line_height(ui, TYPE_LABEL) : 0;
        struct rect lines = rect_middle(row, row.w, first + below);
        enum theme_colour ink = rows[i].state == ROW_NEXT ? COLOUR_INK2 : COLOUR_INK;
        (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                          (struct ui_type){TYPE_BUTTON, ink, UI_LEFT}, rows[i].title);
        if (rows[i].text != NULL)
            (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                              rows[i].text);
    }
}

int32_t order_money_height(const struct ui *ui)
{
    int32_t label = ui->theme->large ? 0 : ui_line_height(ui, TYPE_LABEL);
    return ui_line_height(ui, TYPE_TITLE) + ui_line_height(ui, TYPE_BODY) + label + 3 * ui_gap(ui);
}

void order_money(struct ui *ui, struct rect rect)
{
    char amount[FORMAT_SIZE];
    char text[WORDS_TEXT_MAX];
    struct rect in = ui_panel(ui, rect, TONE_GOOD);
    int32_t side = in.h < ui_um(ui, 33000) ? in.h : ui_um(ui, 33000);

    if (!ui->theme->large) {
        struct rect box = rect_middle(rect_cut_left(&in, side, ui_gap(ui) * 3 / 2), side, side);
        draw_round(ui->out, box, side / 2, ui_colour(ui, COLOUR_SUCCESS));
        ui_icon(ui, box, side * 6 / 10, COLOUR_ON_SUCCESS, ICON_VERIFIED_USER);
    }
    int32_t first = ui_line_height(ui, TYPE_TITLE);
    int32_t second = ui_line_height(ui, TYPE_BODY);
    int32_t third = ui->theme->large ? 0 : ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(in, in.w, first + second + third);
    (void)format_fen(ui->flow->visit.order.amount_fen, amount);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_TITLE, COLOUR_SUCCESS, UI_LEFT},
                      ui_fill(ui, WORD_ISSUING_PAID, amount, NULL, text));
    (void)ui_line_fit(ui, rect_cut_top(&lines, second, 0),
                      (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT},
                      ui_word(ui, WORD_ISSUING_SAFE));
    if (third > 0)
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          ui_second(ui, WORD_ISSUING_SAFE));
}

void order_later(struct ui *ui, struct rect rect, enum word title)
{
    char day[FORMAT_SIZE];
    char before[WORDS_TEXT_MAX];
    int64_t before_s = ui->flow->visit.order.write_before_s;
    struct rect in = ui_card(ui, rect);
    const char *bring = ui_word(ui, WORD_TICKET_BRING);
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, bring);
    int32_t line = before_s != 0 ? ui_line_height(ui, TYPE_LABEL) : 0;
    struct rect lines = rect_middle(in, in.w, first + height + line);

    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT}, ui_word(ui, title));
    (void)ui_paragraph(ui, rect_cut_top(&lines, height, 0),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, bring);
    if (line > 0)
        (void)ui_line_fit(
            ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT},
            ui_fill(ui, WORD_TICKET_BEFORE, format_date(before_s, day), NULL, before));
}

void order_waiting(struct ui *ui, struct rect rect, enum word title, enum word text)
{
    const char *below = ui_word(ui, text);
    int32_t ring = ui_um(ui, 44600);
    int32_t first = ui_line_height(ui, TYPE_HEADING);
    int32_t height = ui_paragraph_height(ui, rect.w, TYPE_BODY, below);
    struct rect rows = rect_middle(rect, rect.w, ring + first + height + 2 * ui_gap(ui));
    struct rect at = rect_cut_top(&rows, ring, 2 * ui_gap(ui));

    ui_spinner(ui, rect_middle(at, ring, ring), ring / 11);
    (void)ui_line_fit(ui, rect_cut_top(&rows, first, 0),
                      (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_CENTRE}, ui_word(ui, title));
    (void)ui_paragraph(ui, rows, (struct ui_type){TYPE_BODY, COLOUR_INK2, UI_CENTRE}, below);
}
