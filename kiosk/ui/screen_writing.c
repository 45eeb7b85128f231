/* The write: the warning outranks the progress, the steps have names, nothing can be pressed. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

static const enum word step_words[FLOW_WRITE_COUNT] = {
    [FLOW_WRITE_INTENT] = WORD_WRITING_INTENT,
    [FLOW_WRITE_TOKEN] = WORD_WRITING_TOKEN,
    [FLOW_WRITE_TEST] = WORD_WRITING_TEST,
    [FLOW_WRITE_OUTCOME] = WORD_WRITING_OUTCOME,
};

/* The picture of a token that stays, then in words; outlined, so that it outranks the rest. */
static void draw_warning(struct ui *ui, struct rect rect)
{
    const char *text = ui_word(ui, WORD_WRITING_WARNING_TEXT);
    struct rect in = ui_panel(ui, rect, TONE_WARN);

    draw_stroke(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_px(ui, METRIC_STROKE),
                ui_colour(ui, COLOUR_WARNING));
    int32_t side = in.h < ui_um(ui, 62000) ? in.h : ui_um(ui, 62000);
    picture_inserted(ui, rect_cut_left(&in, side, ui_gap(ui) * 3 / 2));
    int32_t first = ui_paragraph_height(ui, in.w, TYPE_TITLE, ui_word(ui, WORD_WRITING_WARNING));
    int32_t below = ui_paragraph_height(ui, in.w, TYPE_LABEL, text);
    struct rect lines = rect_middle(in, in.w, first + below);
    (void)ui_paragraph(ui, rect_cut_top(&lines, first, 0),
                       (struct ui_type){TYPE_TITLE, COLOUR_WARNING, UI_LEFT},
                       ui_word(ui, WORD_WRITING_WARNING));
    (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, text);
}

static int32_t warning_height(const struct ui *ui, int32_t width, int32_t picture)
{
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD) - picture - ui_gap(ui) * 3 / 2;
    int32_t text =
        ui_paragraph_height(ui, inner, TYPE_TITLE, ui_word(ui, WORD_WRITING_WARNING)) +
        ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, WORD_WRITING_WARNING_TEXT));
    return (text > picture ? text : picture) + 2 * ui_gap(ui);
}

/* What is being written: a ring that turns, and the date it will be valid until. */
static void draw_what(struct ui *ui, struct rect rect)
{
    char day[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    struct rect in = ui_card(ui, rect);
    int32_t ring = in.h < ui_um(ui, 52000) ? in.h : ui_um(ui, 52000);
    if (ui->wide) {
        struct rect top = rect_cut_top(&in, in.h * 55 / 100, 0);
        ring = (top.h < top.w ? top.h : top.w) * 9 / 10;
        ui_spinner(ui, rect_middle(top, ring, ring), ring / 11);
    } else {
        struct rect left = rect_cut_left(&in, ring, 2 * ui_gap(ui));
        ui_spinner(ui, rect_middle(left, ring, ring), ring / 11);
    }
    enum ui_align align = ui->wide ? UI_CENTRE : UI_LEFT;
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t date = ui_line_height(ui, TYPE_TITLE);
    struct rect lines = rect_middle(in, in.w, date + (certificate != NULL ? 2 : 1) * label);
    (void)ui_line_fit(ui, rect_cut_top(&lines, label, 0),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, align},
                      ui_word(ui, WORD_DONE_UNTIL));
    (void)ui_line_fit(ui, rect_cut_top(&lines, date, 0),
                      (struct ui_type){TYPE_TITLE, COLOUR_INK, align},
                      format_date(ui->flow->visit.order.new_not_after_s, day));
    if (certificate != NULL) {
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, align},
                          certificate->holder);
    }
}

static void draw_steps(struct ui *ui, struct rect rect)
{
    static const enum word notes[] = {[ROW_DONE] = WORD_WRITING_DONE,
                                      [ROW_BUSY] = WORD_WRITING_NOW,
                                      [ROW_NEXT] = WORD_WRITING_NEXT};
    struct order_row rows[FLOW_WRITE_COUNT];
    enum flow_write now = ui->flow->visit.write;

    for (int i = 0; i < FLOW_WRITE_COUNT; i++) {
        enum row_state later = i == (int)now ? ROW_BUSY : ROW_NEXT;
        enum row_state state = i < (int)now ? ROW_DONE : later;
        rows[i] = (struct order_row){
            .state = state, .title = ui_word(ui, step_words[i]), .note = ui_word(ui, notes[state])};
    }
    order_rows(ui, rect, rows, FLOW_WRITE_COUNT);
}

void screen_writing(struct ui *ui)
{
    static const struct frame frame = {
        .title = WORD_WRITING_TITLE, .step = FRAME_WRITE, .calm = WORD_WRITING_CALM};
    struct rect body = frame_draw(ui, &frame);
    struct rect side = ui_side(ui, &body);
    int32_t picture = ui_um(ui, ui->wide || ui->theme->large ? 40000 : 62000);
    int32_t height = warning_height(ui, body.w, picture);

    draw_warning(ui, rect_cut_top(&body, height, ui_gap(ui)));
    if (!ui->wide)
        side = rect_cut_top(&body, body.h * 36 / 100, ui_gap(ui));
    draw_what(ui, side);
    draw_steps(ui, ui_card(ui, body));
}
