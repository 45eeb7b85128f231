/* The write: the warning outranks the progress, the steps have names, nothing can be pressed. */
#include <stddef.h>

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

static void draw_warning(struct ui *ui, struct rect rect)
{
    const char *text = ui_word(ui, WORD_WRITING_WARNING_TEXT);
    struct rect in = ui_panel(ui, rect, TONE_WARN);
    int32_t px = ui->theme->type[TYPE_AMOUNT].px;

    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_WARNING, ICON_WARNING);
    int32_t first = ui_line_height(ui, TYPE_TITLE);
    int32_t below = ui_paragraph_height(ui, in.w, TYPE_LABEL, text);
    struct rect lines = rect_middle(in, in.w, first + below);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_TITLE, COLOUR_WARNING, UI_LEFT},
                      ui_word(ui, WORD_WRITING_WARNING));
    (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, text);
}

static int32_t warning_height(const struct ui *ui, int32_t width)
{
    int32_t inner =
        width - 2 * ui_px(ui, METRIC_PAD) - ui->theme->type[TYPE_AMOUNT].px - ui_gap(ui);
    return ui_line_height(ui, TYPE_TITLE) + 3 * ui_gap(ui) +
           ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, WORD_WRITING_WARNING_TEXT));
}

static void draw_steps(struct ui *ui, struct rect rect)
{
    struct order_row rows[FLOW_WRITE_COUNT];
    enum flow_write now = ui->flow->visit.write;

    for (int i = 0; i < FLOW_WRITE_COUNT; i++) {
        enum row_state state = i < (int)now ? ROW_DONE : ROW_NEXT;
        rows[i] = (struct order_row){.state = i == (int)now ? ROW_NOW : state,
                                     .title = ui_word(ui, step_words[i])};
    }
    int32_t height = order_rows_height(ui, rows, FLOW_WRITE_COUNT);
    order_rows(ui, rect_middle(rect, rect.w, height), rows, FLOW_WRITE_COUNT);
}

void screen_writing(struct ui *ui)
{
    static const struct frame frame = {
        .title = WORD_WRITING_TITLE, .step = FRAME_WRITE, .calm = WORD_WRITING_CALM};
    struct rect body = frame_draw(ui, &frame);
    struct rect side = ui_side(ui, &body);
    struct rect warning = rect_cut_top(&body, warning_height(ui, body.w), ui_gap(ui));

    draw_warning(ui, warning);
    if (!ui->wide)
        side = rect_cut_top(&body, body.h * 40 / 100, ui_gap(ui));
    struct rect picture = ui_card(ui, side);
    int32_t ring = ui_um(ui, ui->theme->large ? 24000 : 30000);
    struct rect at = rect_cut_bottom(&picture, ring, ui_gap(ui));
    picture_inserted(ui, picture);
    ui_spinner(ui, rect_middle(at, ring, ring), ring / 11);
    draw_steps(ui, ui_card(ui, body));
}
