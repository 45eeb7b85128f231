/* Paid; the platform makes the certificate. */
#include <stddef.h>

#include "kiosk/base/err.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

void screen_issuing(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_ISSUING_TITLE, .step = FRAME_WRITE};
    static const struct button later = {
        .look = BUTTON_QUIET, .word = WORD_ISSUING_LATER, .action = ACTION_FINISH};
    const struct order_row rows[] = {{.state = ROW_DONE, .title = ui_word(ui, WORD_TICKET_PAID)},
                                     {.state = ROW_BUSY,
                                      .title = ui_word(ui, WORD_ISSUING_NOW),
                                      .text = ui_word(ui, WORD_ISSUING_TEXT)},
                                     {.state = ROW_NEXT, .title = ui_word(ui, WORD_ISSUING_NEXT)}};
    struct rect body = frame_draw(ui, &frame);
    struct rect side = ui_side(ui, &body);

    ui_actions(ui, ui->wide ? &side : &body, &later, 1);
    order_money(ui, rect_cut_top(&body, order_money_height(ui), ui_gap(ui)));
    if (!ui->wide) {
        int32_t list = order_rows_height(ui, rows, ARRAY_LEN(rows)) + 6 * ui_gap(ui);
        side = body;
        body = rect_cut_top(&side, list, ui_gap(ui));
    }
    order_rows(ui, ui_card(ui, body), rows, ARRAY_LEN(rows));
    picture_inserted(ui, ui_card(ui, side));
}
