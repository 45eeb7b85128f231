/* Paid, to be resumed: the money first, then the steps that are left, then how to come back. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

#define ROWS 3

/* Texts with values live here while the screen is drawn. */
struct texts {
    char paid[WORDS_TEXT_MAX], review[WORDS_TEXT_MAX], before[WORDS_TEXT_MAX];
};

/* The platform's part: people review, the certificate is made, or it is there. */
static struct order_row platform_row(const struct ui *ui, struct texts *texts)
{
    const struct fact_order *order = &ui->flow->visit.order;
    const struct profile *profile = order_profile(ui);

    if (order->status == FACT_ORDER_TO_WRITE && order->has_certificate)
        return (struct order_row){.state = ROW_DONE, .title = ui_word(ui, WORD_TICKET_ISSUED)};
    if (order->status != FACT_ORDER_IN_REVIEW) {
        return (struct order_row){.state = ROW_NOW,
                                  .title = ui_word(ui, WORD_TICKET_ISSUE),
                                  .text = ui_word(ui, WORD_TICKET_ISSUE_TEXT)};
    }
    bool promised = profile != NULL && profile->renew_review_days > 0;
    return (struct order_row){.state = ROW_NOW,
                              .title = ui_word(ui, WORD_TICKET_REVIEW),
                              .text = promised ? ui_fill_number(ui, WORD_TICKET_REVIEW_TEXT,
                                                                profile->renew_review_days,
                                                                texts->review)
                                               : NULL};
}

static void fill_rows(const struct ui *ui, struct order_row rows[ROWS], struct texts *texts)
{
    char value[FORMAT_SIZE];
    const struct fact_order *order = &ui->flow->visit.order;

    rows[0] = (struct order_row){.state = ROW_DONE, .title = ui_word(ui, WORD_TICKET_PAID)};
    if (order->order_no[0] != '\0') {
        rows[0].text = ui_fill(ui, WORD_TICKET_PAID_TEXT, format_groups(order->order_no, value),
                               NULL, texts->paid);
    }
    rows[1] = platform_row(ui, texts);
    rows[2] = (struct order_row){.state = rows[1].state == ROW_DONE ? ROW_NOW : ROW_NEXT,
                                 .title = ui_word(ui, WORD_TICKET_WRITE),
                                 .text = ui_word(ui, WORD_TICKET_WRITE_TEXT)};
    bool code = order_slip(ui) == ORDER_SLIP_NONE || order_slip(ui) == ORDER_SLIP_UNKNOWN;
    if (ui->theme->large && (ui->wide || code)) /* the code and the next step need the room */
        rows[0].text = rows[1].text = NULL;
    if (ui->wide && order->write_before_s != 0) {
        rows[2].text = ui_fill(ui, WORD_TICKET_BEFORE, format_date(order->write_before_s, value),
                               NULL, texts->before);
    }
}

static void draw_slip(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    const char *text = ui_word(ui, order_slip_word(ui));

    in = rect_inset(in, -ui_px(ui, METRIC_PAD) / 2, 0);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL_BOLD, text);
    (void)ui_paragraph(ui, rect_cut_top(&in, height, ui_gap(ui) / 2),
                       (struct ui_type){TYPE_LABEL_BOLD, COLOUR_INK, UI_CENTRE}, text);
    order_slip_picture(ui, in);
}

/* Finish; look again, or write when it is there; print again when it can be. */
static void draw_actions(struct ui *ui, struct rect *at, bool issued)
{
    struct button finish = {.look = issued ? BUTTON_QUIET : BUTTON_PRIMARY,
                            .word = WORD_DONE_FINISH,
                            .action = ACTION_FINISH};
    struct button again = {.look = issued ? BUTTON_PRIMARY : BUTTON_SECOND,
                           .icon = ICON_REFRESH,
                           .word = issued ? WORD_TICKET_GO_ON : WORD_TICKET_CHECK,
                           .action = ACTION_RETRY};
    struct button print = {.look = BUTTON_QUIET,
                           .icon = ICON_PRINT,
                           .word = WORD_DONE_REPRINT,
                           .action = ACTION_REPRINT};
    struct button buttons[3];
    uint8_t count = 0;

    if (issued && ui->flow->token_in)
        buttons[count++] = again;
    buttons[count++] = finish;
    if (!issued && ui->flow->token_in)
        buttons[count++] = again;
    if (order_prints(ui) && ui->flow->waiting_for == 0 && order_slip(ui) != ORDER_SLIP_COMING)
        buttons[count++] = print;
    ui_actions(ui, at, buttons, count);
}

static enum word title_of(const struct ui *ui)
{
    return ui->flow->visit.order.status == FACT_ORDER_IN_REVIEW ? WORD_TICKET_REVIEW_TITLE
                                                                : WORD_TICKET_TITLE;
}

void screen_ticket(struct ui *ui)
{
    const struct frame frame = {.title = title_of(ui), .step = FRAME_WRITE, .amber = true};
    struct texts texts;
    struct order_row rows[ROWS];
    struct rect body = frame_draw(ui, &frame);

    fill_rows(ui, rows, &texts);
    draw_actions(ui, &body, rows[1].state == ROW_DONE);
    struct rect side = ui_side(ui, &body);
    order_money(ui, rect_cut_top(&body, order_money_height(ui), ui_gap(ui)));
    if (ui->wide) {
        order_rows(ui, ui_card(ui, body), rows, ROWS);
        draw_slip(ui, side);
        return;
    }
    int32_t list = order_rows_height(ui, rows, ROWS) + 3 * ui_gap(ui);
    order_rows(ui, ui_card(ui, rect_cut_top(&body, list, ui_gap(ui))), rows, ROWS);
    draw_slip(ui, rect_cut_right(&body, body.w * 46 / 100, ui_gap(ui)));
    order_later(ui, body, WORD_TICKET_LATER);
}
