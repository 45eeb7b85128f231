/* The code to pay: how much, how long, what for; exactly one code that can be read. */
#include <stddef.h>
#include <string.h>

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

/* The ring, and what it means beside it in both languages, in the middle of `rect`. */
static void draw_time(struct ui *ui, struct rect rect, int32_t side)
{
    const char *word = ui_word(ui, WORD_PAY_LEFT);
    struct rect ring = rect_cut_right(&rect, side, ui_gap(ui) * 2 / 3);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    draw_ring(ui, rect_middle(ring, side, side));
    if (ui->theme->large)
        return;
    struct rect lines = rect_middle(rect, rect.w, 2 * label);
    (void)ui_line_fit(ui, rect_cut_top(&lines, label, 0),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_RIGHT}, word);
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_RIGHT},
                      ui_second(ui, WORD_PAY_LEFT));
}

static void draw_amount(struct ui *ui, struct rect rect)
{
    char amount[FORMAT_SIZE];
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    ui_pair(ui, rect_cut_top(&rect, label, 0), (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
            WORD_PAY_AMOUNT);
    (void)ui_line_fit(ui, rect, (struct ui_type){TYPE_AMOUNT, COLOUR_INK, UI_LEFT},
                      format_fen(ui->flow->visit.order.amount_fen, amount));
}

/* Amount at the left, time at the right. */
static void draw_head(struct ui *ui, struct rect rect)
{
    char amount[FORMAT_SIZE];
    int32_t width = ui_width(ui, TYPE_AMOUNT, format_fen(ui->flow->visit.order.amount_fen, amount));
    struct rect left =
        rect_cut_left(&rect, width < rect.w * 6 / 10 ? width : rect.w * 6 / 10, ui_gap(ui));
    draw_amount(ui, left);
    draw_time(ui, rect, rect.h < rect.w ? rect.h : rect.w);
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
    int32_t most = rect.w - px;
    int32_t width = ui_width(ui, TYPE_BODY_BOLD, text);
    int32_t ring = width + px * 3 / 2 <= most ? px * 3 / 2 : 0; /* the words matter more */
    struct rect chip = rect_middle(rect, width + ring + px, px * 9 / 5);
    draw_round(ui->out, chip, chip.h / 2, ui_colour(ui, COLOUR_TINT));
    struct rect in = rect_middle(chip, width + ring, px);
    if (ring > 0)
        ui_spinner(ui, rect_cut_left(&in, px, px / 2), px / 7);
    (void)ui_line_fit(ui, in, (struct ui_type){TYPE_BODY_BOLD, COLOUR_TINT_INK, UI_LEFT}, text);
}

static int32_t state_height(const struct ui *ui, int32_t width)
{
    int32_t chip = ui->theme->type[TYPE_BODY].px * 2;
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    int32_t text = ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, WORD_PAY_LINE_DOWN));
    return ui->flow->hall.line_up ? chip : text + ui_gap(ui);
}

/* The code in its corners, as large as fits. */
static void draw_pay_code(struct ui *ui, struct rect in)
{
    int32_t side = in.h < in.w ? in.h : in.w;
    struct rect box = rect_middle(in, side, side);
    struct rect code = qr_draw(ui->out, rect_inset(box, ui_gap(ui) / 3, ui_gap(ui) / 3),
                               ui->flow->visit.order.pay_url);
    draw_corners(ui, rect_inset(code, -ui_gap(ui) / 6, -ui_gap(ui) / 6));
}

static void draw_code_card(struct ui *ui, struct rect in)
{
    const char *how = ui_word(ui, WORD_PAY_HOW);
    int32_t state = state_height(ui, in.w);
    int32_t text = ui_paragraph_height(ui, in.w, TYPE_BODY_BOLD, how);
    int32_t below = ui->theme->large ? 0 : ui_line_height(ui, TYPE_LABEL);

    draw_state(ui, rect_cut_bottom(&in, state, ui_gap(ui) / 2));
    struct rect lines = rect_cut_bottom(&in, text + below, ui_gap(ui) / 2);
    (void)ui_paragraph(ui, rect_cut_top(&lines, text, 0),
                       (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_CENTRE}, how);
    if (below > 0) {
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE},
                          ui_second(ui, WORD_PAY_HOW));
    }
    draw_pay_code(ui, in);
}

/* Landscape: the code at the left, the time and what to do at its right. */
static void draw_code_wide(struct ui *ui, struct rect in)
{
    const char *how = ui_word(ui, WORD_PAY_HOW);
    int32_t most = in.w * (ui->theme->large ? 54 : 60) / 100;
    int32_t side = in.h < most ? in.h : most;
    draw_pay_code(ui, rect_cut_left(&in, side, ui_gap(ui)));

    int32_t ring = ui_um(ui, 48000);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t text = ui_paragraph_height(ui, in.w, TYPE_BODY_BOLD, how);
    int32_t state = state_height(ui, in.w);
    int32_t rest = label + text + state + 3 * ui_gap(ui);
    if (ring > in.h - rest)
        ring = in.h - rest;
    int32_t all = ring + rest;
    struct rect rows = rect_middle(in, in.w, all);
    draw_ring(ui, rect_middle(rect_cut_top(&rows, ring, 0), ring, ring));
    (void)ui_line_fit(ui, rect_cut_top(&rows, label, ui_gap(ui)),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE},
                      ui_word(ui, WORD_PAY_LEFT));
    (void)ui_paragraph(ui, rect_cut_top(&rows, text, ui_gap(ui)),
                       (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_CENTRE}, how);
    draw_state(ui, rect_cut_top(&rows, state, 0));
}

/* Texts that need values live here while the screen is drawn. */
struct pay_facts {
    char what[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];
    struct order_fact list[FACTS];
};

static void collect(const struct ui *ui, struct pay_facts *out)
{
    const struct fact_order *order = &ui->flow->visit.order;
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    const struct order_fact facts[FACTS] = {
        {.label = WORD_PAY_WHAT,
         .value = ui_fill_number(ui, WORD_PAY_WHAT_VALUE, order->term_years, out->what),
         .bold = true},
        {.label = WORD_PAY_PAYEE, .value = order_platform(ui)},
        {.label = WORD_PAY_ORDER, .value = format_groups(order->order_no, out->number)},
        {.label = WORD_PAY_HOLDER, .value = certificate != NULL ? certificate->holder : ""},
    };
    memcpy(out->list, facts, sizeof(facts));
}

static int32_t head_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_LABEL) + ui->theme->type[TYPE_AMOUNT].px * 12 / 10;
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
    struct pay_facts facts;

    collect(ui, &facts);
    if (ui->wide) {
        ui_actions(ui, &side, &cancel, 1);
        struct rect in = ui_card(ui, side);
        draw_amount(ui, rect_cut_top(&in, head_height(ui), ui_gap(ui) / 2));
        ui_rule(ui, rect_cut_top(&in, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui) / 2));
        order_facts(ui, in, facts.list, FACTS);
        draw_code_wide(ui, ui_card(ui, body));
        return;
    }
    ui_actions(ui, &body, &cancel, 1);
    int32_t most = ui->theme->large ? FACTS - 1 : FACTS + 2; /* the code needs the room */
    int32_t width = body.w - 2 * ui_px(ui, METRIC_PAD);
    uint8_t rows = FACTS;
    while (order_facts_height(ui, width, facts.list, rows) > most * order_fact_height(ui))
        rows--;
    int32_t height = order_facts_height(ui, width, facts.list, rows) + 2 * ui_gap(ui);
    struct rect card = ui_card(ui, rect_cut_bottom(&body, height, ui_gap(ui)));
    order_facts(ui, card, facts.list, rows);
    struct rect in = ui_card(ui, body);
    draw_head(ui, rect_cut_top(&in, head_height(ui), ui_gap(ui) / 2));
    ui_rule(ui, rect_cut_top(&in, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui) / 2));
    draw_code_card(ui, in);
}
