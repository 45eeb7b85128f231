/* Done: the new date is the hero; what to take, and where. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/qr.h"
#include "kiosk/ui/screens.h"

#define FACTS 3

static void draw_hero(struct ui *ui, struct rect rect)
{
    char day[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    struct rect in = ui_card(ui, rect);
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t hero = ui_line_height(ui, TYPE_HERO) * 3 / 4;
    int32_t holder = ui_line_height(ui, TYPE_BODY);
    struct rect lines = rect_middle(in, in.w, title + label + hero + holder + ui_gap(ui));
    struct rect head = rect_cut_top(&lines, title, ui_gap(ui));

    const char *installed = ui_word(ui, WORD_DONE_INSTALLED);
    int32_t width = ui_width(ui, TYPE_TITLE, installed);
    struct rect pair = rect_middle(head, width + title + ui_gap(ui), title);
    ui_tick(ui, rect_cut_left(&pair, title, ui_gap(ui)), COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
    (void)ui_line(ui, pair, (struct ui_type){TYPE_TITLE, COLOUR_SUCCESS, UI_LEFT}, installed);
    ui_pair(ui, rect_cut_top(&lines, label, 0),
            (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE}, WORD_DONE_UNTIL);
    (void)ui_line_fit(ui, rect_cut_top(&lines, hero, 0),
                      (struct ui_type){TYPE_HERO, COLOUR_INK, UI_CENTRE},
                      format_date(ui->flow->visit.order.new_not_after_s, day));
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE},
                      certificate != NULL ? certificate->holder : "");
}

static struct rect draw_part_head(struct ui *ui, struct rect *in, enum icon icon, enum word word)
{
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    bool second = !ui->theme->large;
    int32_t below = second ? ui_line_height(ui, TYPE_LABEL) : 0;
    struct rect head = rect_cut_top(in, first + below, ui_gap(ui));
    struct rect all = head;
    int32_t side = ui_um(ui, 13900);

    if (second) {
        struct rect box = rect_middle(rect_cut_left(&head, side, ui_gap(ui) / 2), side, side);
        draw_round(ui->out, box, side / 2, ui_colour(ui, COLOUR_PRIMARY));
        ui_icon(ui, box, side * 6 / 10, COLOUR_ON_PRIMARY, icon);
    }
    (void)ui_line_fit(ui, rect_cut_top(&head, first, 0),
                      (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT}, ui_word(ui, word));
    if (second)
        (void)ui_line_fit(ui, head, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          ui_second(ui, word));
    return all;
}

static void draw_token(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    struct rect rows[3];
    const struct rect_part parts[3] = {{0, 26}, {0, 48}, {0, 16}};

    (void)draw_part_head(ui, &in, ICON_USB, WORD_DONE_TAKE_TOKEN);
    (void)rect_rows(in, ui_gap(ui) / 2, parts, 3, rows);
    picture_port(ui, rows[0], COLOUR_DEVICE_OK, false);
    picture_token(ui, rows[1]);
    picture_arrows(ui, rect_middle(rows[2], rows[2].h * 5 / 4, rows[2].h), false);
}

/* What came of the slip, said as it is. */
static enum word slip_word(const struct visit *visit)
{
    if (visit->printed == ERR_NONE)
        return WORD_DONE_TAKE_RECEIPT;
    return visit->printed == ERR_TIMEOUT ? WORD_DONE_UNKNOWN_PAPER : WORD_DONE_NO_PAPER;
}

static void draw_slip(struct ui *ui, struct rect rect)
{
    const struct visit *visit = &ui->flow->visit;
    struct rect in = ui_card(ui, rect);

    (void)draw_part_head(ui, &in, ICON_RECEIPT_LONG, slip_word(visit));
    if (visit->printed == ERR_NONE)
        picture_slip(ui, in);
    else
        (void)qr_draw(ui->out, in, visit->order.check_url);
}

static void draw_facts(struct ui *ui, struct rect rect)
{
    char number[FORMAT_SIZE];
    char amount[FORMAT_SIZE];
    char years[FORMAT_SIZE];
    char paid[WORDS_TEXT_MAX];
    char invoice[WORDS_TEXT_MAX];
    const struct fact_order *order = &ui->flow->visit.order;
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    struct rect in = ui_card(ui, rect);
    struct rect rows[FACTS];
    const struct rect_part parts[FACTS] = {{0, 1}, {0, 1}, {0, 1}};

    (void)rect_rows(in, 0, parts, FACTS, rows);
    ui_fact(ui, rows[0], ui_word(ui, WORD_DONE_ORDER), format_groups(order->order_no, number),
            TYPE_LABEL_BOLD);
    ui_fact(ui, rows[1], ui_word(ui, WORD_DONE_PAID),
            ui_fill(ui, WORD_DONE_PAID_VALUE, format_fen(order->amount_fen, amount),
                    format_number(order->term_years, years), paid),
            TYPE_LABEL);
    ui_fact(ui, rows[2], ui_word(ui, WORD_DONE_INVOICE),
            ui_fill_number(ui, WORD_DONE_INVOICE_VALUE, profile != NULL ? profile->invoice_days : 0,
                           invoice),
            TYPE_LABEL);
}

void screen_done(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_DONE_TITLE,
                                       .step = FRAME_ALL_DONE,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_DONE_TRUST};
    enum fact_printer printer = ui->flow->hall.printer;
    bool prints = printer == FACT_PRINTER_READY || printer == FACT_PRINTER_PAPER_LOW;
    struct button buttons[] = {{.look = BUTTON_PRIMARY,
                                .icon = ICON_CHECK,
                                .word = WORD_DONE_FINISH,
                                .action = ACTION_FINISH},
                               {.look = BUTTON_QUIET,
                                .icon = ICON_PRINT,
                                .word = WORD_DONE_REPRINT,
                                .action = ACTION_REPRINT}};
    struct rect body = frame_draw(ui, &frame);
    int32_t facts = FACTS * (ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 3) + 2 * ui_gap(ui);
    struct rect halves[2];
    const struct rect_part parts[2] = {{0, 1}, {0, 1}};

    if (ui->wide) {
        struct rect_part columns[2] = {{0, 10}, {0, 11}};
        struct rect sides[2];
        ui_actions(ui, &body, buttons, prints ? 2 : 1);
        (void)rect_columns(body, ui_gap(ui), columns, 2, sides);
        draw_facts(ui, rect_cut_bottom(&sides[0], facts, ui_gap(ui)));
        draw_hero(ui, sides[0]);
        body = sides[1];
    } else {
        ui_actions(ui, &body, buttons, prints ? 2 : 1);
        draw_facts(ui, rect_cut_bottom(&body, facts, ui_gap(ui)));
        draw_hero(ui, rect_cut_top(&body, body.h * 48 / 100, ui_gap(ui)));
    }
    (void)rect_columns(body, ui_gap(ui), parts, 2, halves);
    draw_token(ui, halves[0]);
    draw_slip(ui, halves[1]);
}
