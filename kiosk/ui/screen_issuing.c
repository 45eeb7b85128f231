/* Paid; the platform makes the certificate. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

void screen_issuing(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_ISSUING_TITLE, .step = FRAME_WRITE};
    static const struct button later = {
        .look = BUTTON_QUIET, .word = WORD_ISSUING_LATER, .action = ACTION_FINISH};
    struct rect body = frame_draw(ui, &frame);

    ui_actions(ui, &body, &later, 1);
    order_money(ui, rect_cut_top(&body, order_money_height(ui), ui_gap(ui)));
    order_waiting(ui, ui_card(ui, body), WORD_ISSUING_TITLE, WORD_ISSUING_TEXT);
}
