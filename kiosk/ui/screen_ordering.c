/* The request is on its way to the platform; what was chosen stays in sight. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

#define FACTS 3

static void draw_order(struct ui *ui, struct rect rect)
{
    char what[WORDS_TEXT_MAX];
    char amount[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    const struct fact_order *order = &ui->flow->visit.order;
    const struct order_fact facts[FACTS] = {
        {.label = WORD_PAY_WHAT,
         .value = ui_fill_number(ui, WORD_PAY_WHAT_VALUE, order->term_years, what),
         .bold = true},
        {.label = WORD_PAY_PAYEE, .value = order_platform(ui)},
        {.label = WORD_PAY_HOLDER, .value = certificate != NULL ? certificate->holder : ""}};
    struct rect in = ui_card(ui, rect);
    int32_t label = ui_line_height(ui, TYPE_LABEL);

    ui_pair(ui, rect_cut_top(&in, label, 0), (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
            WORD_PAY_AMOUNT);
    struct rect amount_at =
        rect_cut_top(&in, ui->theme->type[TYPE_AMOUNT].px * 12 / 10, ui_gap(ui) / 2);
    (void)ui_line_fit(ui, amount_at, (struct ui_type){TYPE_AMOUNT, COLOUR_INK, UI_LEFT},
                      format_fen(order->amount_fen, amount));
    ui_rule(ui, rect_cut_top(&in, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui) / 2));
    order_facts(ui, in, facts, FACTS);
}

static void draw_waiting(struct ui *ui, struct rect rect)
{
    const char *below = ui_word(ui, WORD_ORDERING_TEXT);
    struct rect in = ui_card(ui, rect);
    int32_t most = ui_um(ui, 62000);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_BODY, below);
    int32_t ring = in.h - height - 2 * ui_gap(ui) < most ? in.h - height - 2 * ui_gap(ui) : most;
    struct rect rows = rect_middle(in, in.w, ring + height + 2 * ui_gap(ui));
    struct rect at = rect_cut_top(&rows, ring, 2 * ui_gap(ui));

    ui_spinner(ui, rect_middle(at, ring, ring), ring / 11);
    (void)ui_paragraph(ui, rows, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE}, below);
}

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
    struct rect order = ui->wide ? rect_cut_right(&body, body.w / 2, ui_gap(ui))
                                 : rect_cut_top(&body, body.h * 42 / 100, ui_gap(ui));
    draw_order(ui, order);
    draw_waiting(ui, body);
}
