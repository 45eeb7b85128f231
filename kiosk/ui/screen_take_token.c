/* The visit is over; the token is still in the port. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

void screen_take_token(struct ui *ui)
{
    static const struct frame frame = {
        .title = WORD_TAKE_TOKEN_TITLE, .trust_icon = ICON_LOCK, .trust = WORD_TAKE_TOKEN_TRUST};
    struct rect body = frame_draw(ui, &frame);
    const char *text = ui_word(ui, WORD_TAKE_TOKEN_TEXT);
    int32_t inner = body.w - 2 * ui_px(ui, METRIC_PAD);
    int32_t height = ui_paragraph_height(ui, inner, TYPE_HEADING, text);
    struct rect in =
        ui_panel(ui, rect_cut_top(&body, height + 2 * ui_gap(ui), ui_gap(ui)), TONE_WARN);

    (void)ui_paragraph(ui, in, (struct ui_type){TYPE_HEADING, COLOUR_WARNING, UI_CENTRE}, text);
    struct rect card = ui_card(ui, body);
    order_token_picture(ui, rect_middle(card, card.w, card.h * 92 / 100), false);
}
