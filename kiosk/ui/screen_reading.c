/* The token is at work: it is read, or it checks the PIN. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

void screen_reading(struct ui *ui)
{
    static const struct frame reading = {.title = WORD_READING_TITLE,
                                         .step = FRAME_INSERT,
                                         .trust_icon = ICON_LOCK,
                                         .trust = WORD_READING_TRUST};
    static const struct frame checking = {.title = WORD_CHECKING_TITLE,
                                          .step = FRAME_CHECK,
                                          .trust_icon = ICON_LOCK,
                                          .trust = WORD_CHECKING_TRUST};
    bool pin = ui->flow->state == FLOW_PIN_CHECKING;
    struct rect body = frame_draw(ui, pin ? &checking : &reading);
    struct rect side = ui_side(ui, &body);
    if (!ui->wide)
        side = rect_cut_top(&body, body.h * 45 / 100, ui_gap(ui));
    struct rect picture = ui_card(ui, side);
    picture_inserted(ui, rect_middle(picture, picture.w, picture.h * 9 / 10));

    struct rect in = ui_card(ui, body);
    const char *text = ui_word(ui, pin ? WORD_CHECKING_TEXT : WORD_READING_TEXT);
    int32_t ring = ui_um(ui, 44600);
    int32_t title = ui_line_height(ui, TYPE_HEADING);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_BODY, text);
    struct rect rows = rect_middle(in, in.w, ring + title + height + 2 * ui_gap(ui));
    struct rect at = rect_cut_top(&rows, ring, 2 * ui_gap(ui));
    ui_spinner(ui, rect_middle(at, ring, ring), ring / 11);
    (void)ui_line_fit(ui, rect_cut_top(&rows, title, 0),
                      (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_CENTRE},
                      ui_word(ui, pin ? WORD_CHECKING_TITLE : WORD_READING_TITLE));
    (void)ui_paragraph(ui, rows, (struct ui_type){TYPE_BODY, COLOUR_INK2, UI_CENTRE}, text);
}
