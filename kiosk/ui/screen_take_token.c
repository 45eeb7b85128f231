/* The visit is over; the token is still in the port. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

void screen_take_token(struct ui *ui)
{
    static const struct frame frame = {
        .title = WORD_TAKE_TOKEN_TITLE, .trust_icon = ICON_LOCK, .trust = WORD_TAKE_TOKEN_TRUST};
    struct rect body = frame_draw(ui, &frame);
    struct rect banner =
        rect_cut_top(&body, ui_line_height(ui, TYPE_HEADING) + 3 * ui_gap(ui), ui_gap(ui));
    struct rect in = ui_panel(ui, banner, TONE_WARN);
    struct rect rows[3];
    const struct rect_part parts[3] = {{0, 30}, {0, 46}, {0, 16}};

    (void)ui_line_fit(ui, in, (struct ui_type){TYPE_HEADING, COLOUR_WARNING, UI_CENTRE},
                      ui_word(ui, WORD_TAKE_TOKEN_TEXT));
    struct rect card = ui_card(ui, body);
    struct rect middle = rect_middle(card, ui->wide ? card.h : card.w * 3 / 4, card.h * 9 / 10);
    (void)rect_rows(middle, ui_gap(ui), parts, 3, rows);
    picture_port(ui, rows[0], COLOUR_DEVICE_OK, true);
    picture_token(ui, rows[1]);
    picture_arrows(ui, rect_middle(rows[2], rows[2].h * 5 / 4, rows[2].h), false);
}
