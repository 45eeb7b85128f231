/* Where the port is and what to do there. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

#define FULL_RING_MS 60000

static void draw_where(struct ui *ui, struct rect in)
{
    const char *find = ui_word(ui, WORD_INSERT_FIND);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, find);
    (void)ui_paragraph(ui, rect_cut_bottom(&in, height, 0),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE}, find);
    (void)ui_line_fit(ui, rect_cut_bottom(&in, ui_line_height(ui, TYPE_BODY_BOLD), ui_gap(ui)),
                      (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_CENTRE},
                      ui_word(ui, WORD_INSERT_WHERE));
    int32_t tallest = in.w * 2;
    picture_machine(ui, rect_middle(in, in.w, in.h < tallest ? in.h : tallest));
}

/* Port, arrows, token: one below the other. */
static void draw_how(struct ui *ui, struct rect in)
{
    struct rect rows[3];
    const struct rect_part parts[3] = {{0, 38}, {0, 16}, {0, 42}};
    (void)rect_rows(in, ui_gap(ui), parts, 3, rows);
    int32_t most = rows[0].h * 4;
    picture_port(ui, rect_middle(rows[0], rows[0].w < most ? rows[0].w : most, rows[0].h),
                 COLOUR_DEVICE_LIT, true);
    struct rect arrows = rect_inset(rows[1], 0, rows[1].h / 12);
    picture_arrows(ui, rect_middle(arrows, arrows.h * 4 / 5, arrows.h), true);
    picture_token(ui, rows[2]);
}

static void draw_banner(struct ui *ui, struct rect rect)
{
    uint64_t now_ms = ui->look->now_ms;
    uint64_t deadline_ms = ui->flow->deadline_ms;
    uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
    struct rect in = ui_panel(ui, rect, TONE_INFO);
    int32_t side = in.h + ui_gap(ui);
    struct rect ring_at = rect_middle(rect_cut_right(&in, side, ui_gap(ui)), side, side);
    if (deadline_ms != 0) {
        char seconds[FORMAT_SIZE];
        (void)format_number((int64_t)((left_ms + 999) / 1000), seconds);
        int32_t part = (int32_t)(left_ms * 3600 / FULL_RING_MS);
        struct ring ring = {ring_at, side / 11, part > 3600 ? 3600 : part, COLOUR_PRIMARY};
        ui_ring(ui, &ring, TYPE_BUTTON, seconds);
    }
    int32_t px = ui->theme->type[TYPE_TITLE].px;
    if (!ui->theme->large)
        ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_USB);
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t second = ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(in, in.w, first + second);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_BUTTON, COLOUR_TINT_INK, UI_LEFT},
                      ui_word(ui, WORD_INSERT_NOW));
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                      ui_word(ui, WORD_INSERT_GREEN));
}

void screen_insert(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_INSERT_TITLE,
                                       .step = FRAME_INSERT,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_INSERT_TRUST};
    static const struct button buttons[] = {
        {.look = BUTTON_SECOND,
         .icon = ICON_HELP,
         .word = WORD_INSERT_NO_TOKEN,
         .action = ACTION_HELP,
         .value = 1},
        {.look = BUTTON_QUIET, .word = WORD_CANCEL, .action = ACTION_BACK}};
    struct rect body = frame_draw(ui, &frame);
    ui_actions(ui, &body, buttons, 2);
    int32_t banner = ui_um(ui, ui->wide ? 34000 : 41600);
    struct rect side = ui_side(ui, &body);
    if (ui->wide) {
        draw_banner(ui, rect_cut_top(&side, banner, ui_gap(ui)));
        draw_where(ui, ui_card(ui, side));
        draw_how(ui, ui_card(ui, body));
        return;
    }
    draw_banner(ui, rect_cut_bottom(&body, banner, ui_gap(ui)));
    struct rect in = ui_card(ui, body);
    struct rect where = rect_cut_left(&in, in.w * 34 / 100, ui_gap(ui));
    draw_where(ui, where);
    struct rect line = {where.x + where.w + ui_gap(ui) / 2, in.y, ui_px(ui, METRIC_HAIRLINE), in.h};
    draw_fill(ui->out, line, ui_colour(ui, COLOUR_HAIRLINE));
    (void)rect_cut_left(&in, 0, ui_gap(ui));
    draw_how(ui, in);
}
