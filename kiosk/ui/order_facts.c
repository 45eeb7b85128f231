/* order_facts.c - facts of an order, its slip, and the pictures that go with them. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/qr.h"

int32_t order_fact_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 3;
}

static enum theme_type value_type(const struct order_fact *fact)
{
    return fact->bold ? TYPE_LABEL_BOLD : TYPE_LABEL;
}

/* Whether label and value stand on one line. */
static bool is_short(const struct ui *ui, int32_t width, const struct order_fact *fact)
{
    return ui_width(ui, TYPE_LABEL, ui_word(ui, fact->label)) + ui_gap(ui) +
               ui_width(ui, value_type(fact), fact->value) <=
           width;
}

/* What is left for the value beside its label. */
static int32_t value_room(const struct ui *ui, int32_t width, const struct order_fact *fact)
{
    return width - ui_width(ui, TYPE_LABEL, ui_word(ui, fact->label)) - ui_gap(ui);
}

/* Whether the value stands on two lines beside its label. */
static bool is_beside(const struct ui *ui, int32_t width, const struct order_fact *fact)
{
    int32_t room = value_room(ui, width, fact);
    return room > width / 2 && ui_paragraph_height(ui, room, value_type(fact), fact->value) <=
                                   2 * ui_line_height(ui, value_type(fact));
}

/* A long value takes two lines beside its label, or else as many as it needs below it. */
static int32_t fact_need(const struct ui *ui, int32_t width, const struct order_fact *fact)
{
    int32_t line = ui_line_height(ui, TYPE_LABEL);
    if (fact->value[0] == '\0')
        return 0;
    if (is_short(ui, width, fact))
        return line;
    if (is_beside(ui, width, fact))
        return 2 * line;
    return line + ui_paragraph_height(ui, width, value_type(fact), fact->value);
}

int32_t order_facts_height(const struct ui *ui, int32_t width, const struct order_fact *facts,
                           uint8_t count)
{
    int32_t height = 0;
    for (uint8_t i = 0; i < count; i++) {
        int32_t need = fact_need(ui, width, &facts[i]);
        height += need > 0 ? need + ui_gap(ui) / 3 : 0;
    }
    return height;
}

static void draw_fact(struct ui *ui, struct rect row, const struct order_fact *fact)
{
    enum theme_type type = value_type(fact);
    int32_t line = ui_line_height(ui, TYPE_LABEL);

    if (is_short(ui, row.w, fact)) {
        ui_fact(ui, row, ui_word(ui, fact->label), fact->value, type);
        return;
    }
    bool beside = is_beside(ui, row.w, fact);
    row = rect_middle(row, row.w, fact_need(ui, row.w, fact));
    struct rect value = row;
    if (beside) {
        (void)rect_cut_left(&value, row.w - value_room(ui, row.w, fact), 0);
    } else {
        (void)rect_cut_top(&value, line, 0);
    }
    (void)ui_line_fit(ui, rect_cut_top(&row, line, 0),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, ui_word(ui, fact->label));
    enum ui_align align = beside ? UI_RIGHT : UI_LEFT;
    (void)ui_paragraph(ui, value, (struct ui_type){type, COLOUR_INK, align}, fact->value);
}

void order_facts(struct ui *ui, struct rect rect, const struct order_fact *facts, uint8_t count)
{
    int32_t used = 0;
    uint8_t shown = 0;

    while (shown < count && used + fact_need(ui, rect.w, &facts[shown]) <= rect.h)
        used += fact_need(ui, rect.w, &facts[shown++]);
    int32_t space = shown > 1 ? (rect.h - used) / shown : 0;
    if (space > ui_gap(ui))
        space = ui_gap(ui);
    struct rect in = rect_middle(rect, rect.w, used + space * shown);
    for (uint8_t i = 0; i < shown; i++) {
        int32_t need = fact_need(ui, rect.w, &facts[i]);
        if (need > 0)
            draw_fact(ui, rect_cut_top(&in, need + space, 0), &facts[i]);
    }
}

void order_summary(struct ui *ui, struct rect rect)
{
    char number[FORMAT_SIZE];
    char amount[FORMAT_SIZE];
    char years[FORMAT_SIZE];
    char paid[WORDS_TEXT_MAX];
    char invoice[WORDS_TEXT_MAX] = "";
    const struct fact_order *order = &ui->flow->visit.order;
    const struct profile *profile = order_profile(ui);

    if (profile != NULL && profile->invoice_days > 0)
        (void)ui_fill_number(ui, WORD_DONE_INVOICE_VALUE, profile->invoice_days, invoice);
    const struct order_fact facts[ORDER_SUMMARY_ROWS] = {
        {.label = WORD_DONE_ORDER, .value = format_groups(order->order_no, number), .bold = true},
        {.label = WORD_DONE_PAID,
         .value = ui_fill(ui, WORD_DONE_PAID_VALUE, format_fen(order->amount_fen, amount),
                          format_number(order->term_years, years), paid)},
        {.label = WORD_DONE_INVOICE, .value = invoice}};
    order_facts(ui, rect, facts, ORDER_SUMMARY_ROWS);
}

enum order_slip order_slip(const struct ui *ui)
{
    const struct visit *visit = &ui->flow->visit;
    if (!visit->printed_known)
        return ORDER_SLIP_COMING;
    if (visit->printed == ERR_NONE)
        return ORDER_SLIP_PRINTED;
    return visit->printed == ERR_TIMEOUT ? ORDER_SLIP_UNKNOWN : ORDER_SLIP_NONE;
}

enum word order_slip_word(const struct ui *ui)
{
    bool code = ui->flow->visit.order.check_url[0] != '\0';
    switch (order_slip(ui)) {
    case ORDER_SLIP_COMING:
        return WORD_PRINTING_TITLE;
    case ORDER_SLIP_PRINTED:
        return WORD_DONE_TAKE_RECEIPT;
    case ORDER_SLIP_UNKNOWN:
        return code ? WORD_DONE_UNKNOWN_PAPER : WORD_DONE_NOTE_NUMBER;
    case ORDER_SLIP_NONE:
        return code ? WORD_DONE_NO_PAPER : WORD_DONE_NOTE_NUMBER;
    }
    return WORD_DONE_NO_PAPER;
}

void order_slip_picture(struct ui *ui, struct rect rect)
{
    enum order_slip slip = order_slip(ui);
    char number[FORMAT_SIZE];

    if (slip == ORDER_SLIP_COMING || slip == ORDER_SLIP_PRINTED) {
        picture_slip(ui, rect);
    } else if (rect_empty(qr_draw(ui->out, rect, ui->flow->visit.order.check_url))) {
        (void)ui_line_fit(ui, rect, (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_CENTRE},
                          format_groups(ui->flow->visit.order.order_no, number));
    }
}

void order_token_picture(struct ui *ui, struct rect rect, bool up)
{
    struct rect rows[3];
    const struct rect_part in[3] = {{0, 32}, {0, 16}, {0, 46}};
    const struct rect_part out[3] = {{0, 32}, {0, 46}, {0, 16}};
    struct rect middle = rect_middle(rect, rect.w < rect.h ? rect.w : rect.h, rect.h);

    (void)rect_rows(middle, ui_gap(ui) / 2, up ? in : out, 3, rows);
    struct rect arrows = rows[up ? 1 : 2];
    picture_port(ui, rows[0], up ? COLOUR_DEVICE_LIT : COLOUR_DEVICE_OK, false);
    picture_token(ui, rows[up ? 2 : 1]);
    picture_arrows(ui, rect_middle(arrows, arrows.h * 5 / 4, arrows.h), up);
}
