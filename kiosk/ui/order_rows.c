/* order_rows.c - a numbered list: what is done, what is under way, what is left. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/order_parts.h"

#define BADGE_UM 15600

static int32_t row_height(const struct ui *ui, const struct order_row *row)
{
    int32_t text = row->text != NULL ? ui_line_height(ui, TYPE_LABEL) : 0;
    int32_t lines = ui_line_height(ui, TYPE_BUTTON) + text;
    int32_t badge = ui_um(ui, BADGE_UM);
    return (lines > badge ? lines : badge) + ui_gap(ui) / 2;
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
    case ROW_BUSY:
        ui_spinner(ui, box, box.w / 8);
        return;
    case ROW_BROKEN:
        draw_round(ui->out, box, radius, ui_colour(ui, COLOUR_WARNING_TINT));
        if (ui->theme->high_contrast) {
            draw_stroke(ui->out, box, radius, ui_px(ui, METRIC_STROKE),
                        ui_colour(ui, COLOUR_WARNING));
        }
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

static enum theme_colour note_colour(enum row_state state)
{
    switch (state) {
    case ROW_DONE:
        return COLOUR_SUCCESS;
    case ROW_BUSY:
    case ROW_NOW:
        return COLOUR_TINT_INK;
    case ROW_BROKEN:
        return COLOUR_WARNING;
    case ROW_NEXT:
        return COLOUR_INK2;
    }
    return COLOUR_INK2;
}

static void draw_words(struct ui *ui, struct rect row, const struct order_row *words)
{
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t below = words->text != NULL ? ui_line_height(ui, TYPE_LABEL) : 0;
    struct rect lines = rect_middle(row, row.w, first + below);
    enum theme_colour ink = words->state == ROW_NEXT ? COLOUR_INK2 : COLOUR_INK;
    struct rect title = rect_cut_top(&lines, first, 0);

    if (words->note != NULL && !ui->theme->large) {
        enum theme_type type = words->state == ROW_BUSY ? TYPE_LABEL_BOLD : TYPE_LABEL;
        int32_t width = ui_width(ui, type, words->note);
        (void)ui_line(ui, rect_cut_right(&title, width, ui_gap(ui)),
                      (struct ui_type){type, note_colour(words->state), UI_RIGHT}, words->note);
    }
    (void)ui_line_fit(ui, title, (struct ui_type){TYPE_BUTTON, ink, UI_LEFT}, words->title);
    if (words->text != NULL) {
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          words->text);
    }
}

void order_rows(struct ui *ui, struct rect rect, const struct order_row *rows, uint8_t count)
{
    int32_t badge = ui_um(ui, BADGE_UM);
    int32_t natural = order_rows_height(ui, rows, count);
    int32_t more = rect.h > natural ? (rect.h - natural) / count : 0;
    int32_t most = ui_gap(ui) * 3 / 2;
    int32_t last_y = 0;

    more = more < most ? more : most;
    rect = rect_middle(rect, rect.w, natural + more * count);
    for (uint8_t i = 0; i < count; i++) {
        struct rect row = rect_cut_top(&rect, row_height(ui, &rows[i]) + more, 0);
        if (rows[i].state == ROW_BUSY) {
            draw_round(ui->out, rect_inset(row, -ui_gap(ui) / 2, ui_gap(ui) / 8),
                       ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_TINT));
        }
        struct rect box = rect_middle(rect_cut_left(&row, badge, ui_gap(ui)), badge, badge);
        if (i > 0) {
            int32_t x = box.x + badge / 2;
            int32_t space = ui_gap(ui) / 4;
            const int32_t from[2] = {x, last_y + space};
            const int32_t to[2] = {x, box.y - space};
            enum theme_colour line = rows[i - 1].state == ROW_DONE ? COLOUR_SUCCESS : COLOUR_TRACK;
            if (to[1] > from[1])
                draw_line(ui->out, from, to, ui_px(ui, METRIC_STROKE), ui_colour(ui, line));
        }
        last_y = box.y + badge;
        draw_badge(ui, box, rows[i].state, (uint8_t)(i + 1));
        draw_words(ui, row, &rows[i]);
    }
}
