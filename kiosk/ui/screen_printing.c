/* Delivered; the slip is coming. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

void screen_printing(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_PRINTING_TITLE,
                                       .step = FRAME_DONE,
                                       .trust_icon = ICON_VERIFIED_USER,
                                       .trust = WORD_PRINTING_TEXT};
    struct rect body = frame_draw(ui, &frame);
    struct rect slip = ui->wide ? rect_cut_right(&body, body.w * 45 / 100, ui_gap(ui))
                                : rect_cut_bottom(&body, body.h / 2, ui_gap(ui));
    struct rect in = ui_card(ui, slip);
    int32_t px = ui->theme->type[TYPE_HEADING].px * 5 / 4;
    struct rect row = rect_cut_bottom(&in, ui_line_height(ui, TYPE_HEADING), ui_gap(ui));
    const char *text = ui_word(ui, WORD_PRINTING_TITLE);
    int32_t width = ui_width(ui, TYPE_HEADING, text);

    order_hero(ui, body, ui->wide);
    picture_slip(ui, in);
    row = rect_middle(row, width + px + ui_gap(ui), px);
    ui_spinner(ui, rect_cut_left(&row, px, ui_gap(ui)), px / 7);
    (void)ui_line_fit(ui, row, (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_LEFT}, text);
}
