/* Paid, to be resumed: the money first, then the steps that are left, then how to come back. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/qr.h"
#include "kiosk/ui/screens.h"

#define ROWS 3

/* Texts with values live here while the screen is drawn. */
struct texts {
    char paid[WORDS_TEXT_MAX], review[WORDS_TEXT_MAX];
};

static bool is_reviewed(const struct ui *ui)
{
    return ui->flow->visit.order.status == FACT_ORDER_IN_REVIEW;
}

static void fill_rows(const struct ui *ui, struct order_row rows[ROWS], struct texts *texts)
{
    char number[FORMAT_SIZE];
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    bool reviewed = is_reviewed(ui);
    int64_t days = profile != NULL ? profile->renew_review_days : 1;

    (void)format_groups(ui->flow->visit.order.order_no, number);
    rows[0] = (struct order_row){ROW_DONE, ui_word(ui, WORD_TICKET_PAID),
                                 ui_fill(ui, WORD_TICKET_PAID_TEXT, number, NULL, texts->paid)};
    rows[1] = (struct order_row){
        ROW_NOW, ui_word(ui, reviewed ? WORD_TICKET_REVIEW : WORD_TICKET_ISSUE),
        reviewed ? ui_fill_number(ui, WORD_TICKET_REVIEW_TEXT, days, texts->review)
                 : ui_word(ui, WORD_TICKET_ISSUE_TEXT)};
    rows[2] = (struct order_row){ROW_NEXT, ui_word(ui, WORD_TICKET_WRITE),
                                 ui_word(ui, WORD_TICKET_WRITE_TEXT)};
}

/* What came of the slip, in one word. */
static enum word slip_word(const struct ui *ui)
{
    const struct visit *visit = &ui->flow->visit;
    if (!visit->printed_known)
        return WORD_TICKET_PRINTING;
    return visit->printed == ERR_NONE ? WORD_TICKET_PRINTED : WORD_TICKET_SCAN;
}

static void draw_slip(struct ui *ui, struct rect rect)
{
    const struct visit *visit = &ui->flow->visit;
    enum word word = slip_word(ui);
    struct rect in = ui_card(ui, rect);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL_BOLD, ui_word(ui, word));

    (void)ui_paragraph(ui, rect_cut_top(&in, height, ui_gap(ui) / 2),
                       (struct ui_type){TYPE_LABEL_BOLD, COLOUR_INK, UI_CENTRE}, ui_word(ui, word));
    if (word == WORD_TICKET_SCAN)
        (void)qr_draw(ui->out, in, visit->order.check_url);
    else
        picture_slip(ui, in);
}

void screen_ticket(struct ui *ui)
{
    struct frame frame = {.title = is_reviewed(ui) ? WORD_TICKET_REVIEW_TITLE : WORD_TICKET_TITLE,
                          .step = FRAME_WRITE,
                          .amber = true};
    struct button buttons[2] = {
        {.look = BUTTON_PRIMARY, .word = WORD_DONE_FINISH, .action = ACTION_FINISH},
        {.look = BUTTON_SECOND,
         .icon = ICON_REFRESH,
         .word = WORD_TICKET_CHECK,
         .action = ACTION_RETRY,
         .off = !ui->flow->token_in}};
    struct texts texts;
    struct order_row rows[ROWS];
    struct rect body = frame_draw(ui, &frame);
    struct rect side = ui_side(ui, &body);

    fill_rows(ui, rows, &texts);
    ui_actions(ui, ui->wide ? &side : &body, buttons, 2);
    order_money(ui, rect_cut_top(&body, order_money_height(ui), ui_gap(ui)));
    int32_t list = order_rows_height(ui, rows, ROWS) + 2 * ui_gap(ui);
    struct rect in = ui_card(ui, rect_cut_top(&body, list, ui_gap(ui)));
    order_rows(ui, in, rows, ROWS);
    if (!ui->wide)
        side = rect_cut_right(&body, body.w * 36 / 100, ui_gap(ui));
    draw_slip(ui, side);
    order_later(ui, body, WORD_TICKET_LATER);
}
