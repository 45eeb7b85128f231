/* Delivered; the slip is coming. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

void screen_printing(struct ui *ui)
{
    static const struct frame frame = {
        .title = WORD_PRINTING_TITLE, .step = FRAME_DONE, .calm = WORD_PRINTING_TITLE};
    struct rect body = frame_draw(ui, &frame);

    order_waiting(ui, ui_card(ui, body), WORD_PRINTING_TITLE, WORD_PRINTING_TEXT);
}
