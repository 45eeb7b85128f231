/* Done: the new date is the hero; what to take, and where. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

/* The code that stands for the slip must be large enough for a phone. */
#define CODE_UM 100000

static void draw_part_head(struct ui *ui, struct rect *in, enum icon icon, enum word word)
{
    int32_t side = ui_um(ui, 13900);
    bool second = !ui->theme->large && order_slip(ui) != ORDER_SLIP_NONE;
    int32_t room = in->w - (second ? side + ui_gap(ui) / 2 : 0);
    int32_t first = ui_paragraph_height(ui, room, TYPE_BODY_BOLD, ui_word(ui, word));
    struct rect head = rect_cut_top(in, first > side ? first : side, ui_gap(ui));

    if (second) {
        struct rect box = rect_cut_left(&head, side, ui_gap(ui) / 2);
        box = rect_middle(box, side, side);
        draw_round(ui->out, box, side / 2, ui_colour(ui, COLOUR_PRIMARY));
        ui_icon(ui, box, side * 6 / 10, COLOUR_ON_PRIMARY, icon);
    }
    (void)ui_paragraph(ui, rect_middle(head, head.w, first),
                       (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_LEFT}, ui_word(ui, word));
}

static void draw_token(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    bool there = ui->flow->token_in;

    draw_part_head(ui, &in, ICON_USB, there ? WORD_DONE_TAKE_TOKEN : WORD_DONE_TOKEN_TAKEN);
    if (there) {
        order_token_picture(ui, in, false);
        return;
    }
    int32_t side = in.h < ui_um(ui, 40000) ? in.h : ui_um(ui, 40000);
    ui_tick(ui, rect_middle(in, side, side), COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
}

static void draw_slip(struct ui *ui, struct rect rect)
{
    struct rect in = ui_card(ui, rect);
    if (order_slip(ui) == ORDER_SLIP_UNKNOWN || order_slip(ui) == ORDER_SLIP_NONE)
        in = rect_inset(in, -ui_px(ui, METRIC_PAD) / 2, 0);
    draw_part_head(ui, &in, ICON_RECEIPT_LONG, order_slip_word(ui));
    order_slip_picture(ui, in);
}

static void draw_tall(struct ui *ui, struct rect body)
{
    struct rect halves[2];
    const struct rect_part parts[2] = {{0, 1}, {0, 1}};
    int32_t facts = ORDER_SUMMARY_ROWS * order_fact_height(ui) + 2 * ui_gap(ui);
    int32_t things = body.h * 40 / 100;
    bool code = order_slip(ui) == ORDER_SLIP_UNKNOWN || order_slip(ui) == ORDER_SLIP_NONE;
    int32_t least = ui_um(ui, CODE_UM) + 3 * ui_line_height(ui, TYPE_BODY_BOLD) + 2 * ui_gap(ui);

    if (code && things < least)
        things = least;
    if (!code || !ui->theme->large)
        order_summary(ui, ui_card(ui, rect_cut_bottom(&body, facts, ui_gap(ui))));
    (void)rect_columns(rect_cut_bottom(&body, things, ui_gap(ui)), ui_gap(ui), parts, 2, halves);
    order_hero(ui, body, false);
    draw_token(ui, halves[0]);
    draw_slip(ui, halves[1]);
}

static void draw_wide(struct ui *ui, struct rect body)
{
    struct rect columns[3];
    const struct rect_part parts[3] = {{0, 50}, {0, 25}, {0, 25}};

    (void)rect_columns(body, ui_gap(ui), parts, 3, columns);
    order_hero(ui, columns[0], true);
    draw_token(ui, columns[1]);
    draw_slip(ui, columns[2]);
}

void screen_done(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_DONE_TITLE,
                                       .step = FRAME_ALL_DONE,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_DONE_TRUST};
    const struct button buttons[] = {{.look = BUTTON_PRIMARY,
                                      .icon = ICON_CHECK,
                                      .word = WORD_DONE_FINISH,
                                      .action = ACTION_FINISH},
                                     {.look = BUTTON_QUIET,
                                      .icon = ICON_PRINT,
                                      .word = WORD_DONE_REPRINT,
                                      .action = ACTION_REPRINT}};
    struct rect body = frame_draw(ui, &frame);

    ui_actions(ui, &body, buttons, order_prints(ui) ? 2 : 1);
    if (ui->wide) {
        draw_wide(ui, body);
    } else {
        draw_tall(ui, body);
    }
}
