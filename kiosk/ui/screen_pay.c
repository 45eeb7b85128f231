/* The code to pay: how much, how long, what for; exactly one code that can be read. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/qr.h"
#include "kiosk/ui/screens.h"

#define FULL_RING_MS 300000
#define FACTS 4

static void draw_ring(struct ui *ui, struct rect box)
{
    char left[FORMAT_SIZE];
    uint64_t now_ms = ui->look->now_ms;
    uint64_t deadline_ms = ui->flow->deadline_ms;
    uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
    uint64_t part = left_ms * 3600 / FULL_RING_MS;
    enum theme_colour colour = ui->flow->warning ? COLOUR_WARNING : COLOUR_PRIMARY;
    struct ring ring = {box, box.w / 12, part > 3600 ? 3600 : (int32_t)part, colour};

    ui_ring(ui, &ring, TYPE_BUTTON, format_countdown(left_ms, left));
}

/* Amount at the left, time at the right. */
static void draw_head(struct ui *ui, struct rect rect)
{
    char amount[FORMAT_SIZE];
    struct rect ring = rect_cut_right(&rect, rect.h, ui_gap(ui));
    draw_ring(ui, ring);

    struct rect amount_at = rect;
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t wide = ui_width(ui, TYPE_LABEL, ui_word(ui, WORD_PAY_LEFT));
    if (!ui->theme->large) {
        struct rect text =
            rect_middle(rect_cut_right(&amount_at, wide, ui_gap(ui)), wide, 2 * label);
        (void)ui_line(ui, rect_cut_top(&text, label, 0),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_RIGHT},
                      ui_word(ui, WORD_PAY_LEFT));
        (void)ui_line_fit(ui, text, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_RIGHT},
                          ui_second(ui, WORD_PAY_LEFT));
    }
    ui_pair(ui, rect_cut_top(&amount_at, label, 0),
            (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, WORD_PAY_AMOUNT);
    (void)ui_line_fit(ui, amount_at, (struct ui_type){TYPE_AMOUNT, COLOUR_INK, UI_LEFT},
                      format_fen(ui->flow->visit.order.amount_fen, amount));
}

/* The four corners around the code. */
static void draw_corners(struct ui *ui, struct rect box)
{
    int32_t arm = box.w / 8;
    int32_t thick = ui_um(ui, 1490);
    uint32_t colour = ui_colour(ui, COLOUR_PRIMARY);

    for (int i = 0; i < 4; i++) {
        int32_t x = i % 2 == 0 ? box.x : box.x + box.w;
        int32_t y = i / 2 == 0 ? box.y : box.y + box.h;
        const int32_t corner[2] = {x, y};
        const int32_t across[2] = {i % 2 == 0 ? x + arm : x - arm, y};
        const int32_t down[2] = {x, i / 2 == 0 ? y + arm : y - arm};
        draw_line(ui->out, corner, across, thick, colour);
        draw_line(ui->out, corner, down, thick, colour);
    }
}

/* Waiting, or the line is down: then the result comes later and nobody pays twice. */
static void draw_state(struct ui *ui, struct rect rect)
{
    if (!ui->flow->hall.line_up) {
        const char *text = ui_word(ui, WORD_PAY_LINE_DOWN);
        struct rect in = rect_inset(ui_panel(ui, rect, TONE_WARN), 0, -ui_gap(ui));
        int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, text);
        (void)ui_paragraph(ui, rect_middle(in, in.w, height),
                           (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_CENTRE}, text);
        return;
    }
    const char *text = ui_word(ui, WORD_PAY_WAITING);
    int32_t px = ui->theme->type[TYPE_BODY].px;
    int32_t width = ui_width(ui, TYPE_BODY_BOLD, text);
    struct rect chip = rect_middle(rect, width + px * 3, px * 9 / 5);
    draw_round(ui->out, chip, chip.h / 2, ui_colour(ui, COLOUR_TINT));
    struct rect in = rect_middle(chip, width + px * 3 / 2, px);
    ui_spinner(ui, rect_cut_left(&in, px, px / 2), px / 7);
    (void)ui_line(ui, in, (struct ui_type){TYPE_BODY_BOLD, COLOUR_TINT_INK, UI_LEFT}, text);
}

static int32_t state_height(const struct ui *ui, int32_t width)
{
    int32_t chip = ui->theme->type[TYPE_BODY].px * 2;
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    int32_t text = ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, WORD_PAY_LINE_DOWN));
    return ui->flow->hall.line_up ? chip : text + ui_gap(ui);
}

static void draw_code_card(struct ui *ui, struct rect in)
{
    const char *how = ui_word(ui, WORD_PAY_HOW);
    int32_t state = state_height(ui, in.w);
    int32_t text = ui_paragraph_height(ui, in.w, TYPE_BODY_BOLD, how);
    bool second = !ui->theme->large && !ui->wide;
    int32_t below = second ? ui_line_height(ui, TYPE_LABEL) : 0;

    draw_state(ui, rect_cut_bottom(&in, state, ui_gap(ui) / 2));
    struct rect lines = rect_cut_bottom(&in, text + below, ui_gap(ui) / 2);
    (void)ui_paragraph(ui, rect_cut_top(&lines, text, 0),
                       (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_CENTRE}, how);
    if (second)
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE},
                          ui_second(ui, WORD_PAY_HOW));
    int32_t side = in.h < in.w ? in.h : in.w;
    struct rect box = rect_middle(in, side, side);
    struct rect code = qr_draw(ui->out, rect_inset(box, ui_gap(ui) / 3, ui_gap(ui) / 3),
                               ui->flow->visit.order.pay_url);
    draw_corners(ui, rect_inset(code, -ui_gap(ui) / 6, -ui_gap(ui) / 6));
}

static void draw_facts(struct ui *ui, struct rect in)
{
    char what[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    const struct fact {
        enum word label;
        const char *value;
    } facts[FACTS] = {
        {WORD_PAY_WHAT,
         ui_fill_number(ui, WORD_PAY_WHAT_VALUE, ui->flow->visit.order.term_years, what)},
        {WORD_PAY_HOLDER, certificate != NULL ? certificate->holder : ""},
        {WORD_PAY_PAYEE, order_platform(ui)},
        {WORD_PAY_ORDER, format_groups(ui->flow->visit.order.order_no, number)},
    };
    bool stacked = ui->wide;
    for (int i = 0; i < FACTS; i++) {
        int32_t line = ui_line_height(ui, TYPE_LABEL);
        struct rect row = rect_cut_top(&in, stacked ? 2 * line : line, ui_gap(ui) / 3);
        if (!stacked) {
            ui_fact(ui, row, ui_word(ui, facts[i].label), facts[i].value,
                    i == 0 ? TYPE_LABEL_BOLD : TYPE_LABEL);
            continue;
        }
        (void)ui_line_fit(ui, rect_cut_top(&row, line, 0),
                          (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          ui_word(ui, facts[i].label));
        (void)ui_line_fit(ui, row, (struct ui_type){TYPE_LABEL_BOLD, COLOUR_INK, UI_LEFT},
                          facts[i].value);
    }
}

static int32_t head_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_LABEL) + ui_line_height(ui, TYPE_AMOUNT);
}

void screen_pay(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_PAY_TITLE,
                                       .step = FRAME_PAY,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_PAY_TRUST};
    static const struct button cancel = {
        .look = BUTTON_QUIET, .word = WORD_CANCEL, .action = ACTION_BACK};
    struct rect body = frame_draw(ui, &frame);
    struct rect side = ui_side(ui, &body);

    if (ui->wide) {
        ui_actions(ui, &side, &cancel, 1);
        struct rect in = ui_card(ui, side);
        draw_head(ui, rect_cut_top(&in, head_height(ui), ui_gap(ui)));
        ui_rule(ui, rect_cut_top(&in, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui)));
        draw_facts(ui, in);
        draw_code_card(ui, ui_card(ui, body));
        return;
    }
    ui_actions(ui, &body, &cancel, 1);
    int32_t facts = FACTS * (ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 3) + 2 * ui_gap(ui);
    draw_facts(ui, ui_card(ui, rect_cut_bottom(&body, facts, ui_gap(ui))));
    struct rect in = ui_card(ui, body);
    draw_head(ui, rect_cut_top(&in, head_height(ui), ui_gap(ui) / 2));
    ui_rule(ui, rect_cut_top(&in, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui)));
    draw_code_card(ui, in);
}
