/* The request is on its way to the platform. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

void screen_ordering(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_ORDERING_TITLE,
                                       .step = FRAME_PAY,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_ORDERING_TRUST};
    static const struct button cancel = {
        .look = BUTTON_QUIET, .word = WORD_CANCEL, .action = ACTION_BACK};
    struct rect body = frame_draw(ui, &frame);

    ui_actions(ui, &body, &cancel, 1);
    order_waiting(ui, ui_card(ui, body), WORD_ORDERING_TITLE, WORD_ORDERING_TEXT);
}
