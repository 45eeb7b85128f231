/* Between visits: whose machine this is, what it does, and how to begin. */
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

#define POINTS 3

static const struct {
    enum icon icon;
    enum word word;
} points[POINTS] = {
    {ICON_AUTORENEW, WORD_ATTRACT_POINT_TERM},
    {ICON_SMARTPHONE, WORD_ATTRACT_POINT_PAY},
    {ICON_LOCK, WORD_ATTRACT_POINT_SAFE},
};

static void draw_hall(struct ui *ui, struct rect at)
{
    bool zh = ui->language == LANGUAGE_ZH;
    int32_t side = ui_um(ui, 22000);
    struct rect logo = rect_middle(rect_cut_left(&at, side, ui_gap(ui)), side, side);
    draw_round(ui->out, logo, ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_ON_PRIMARY));
    ui_icon(ui, logo, side * 7 / 10, COLOUR_PRIMARY, ICON_ACCOUNT_BALANCE);
    int32_t first = ui_line_height(ui, TYPE_HEADING);
    int32_t second = ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(at, at.w, first + second);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_HEADING, COLOUR_ON_PRIMARY, UI_LEFT},
                      zh ? ui->look->hall_zh : ui->look->hall_en);
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_ON_PRIMARY, UI_LEFT},
                      zh ? ui->look->hall_en : ui->look->hall_zh);
}

static void draw_title(struct ui *ui, struct rect at)
{
    int32_t first = ui_line_height(ui, TYPE_AMOUNT);
    int32_t second = ui_line_height(ui, TYPE_TITLE);
    int32_t third = ui_line_height(ui, TYPE_BODY);
    struct rect lines = rect_middle(at, at.w, first + second + third);
    struct ui_type type = {TYPE_AMOUNT, COLOUR_ON_PRIMARY, UI_LEFT};
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0), type, ui_word(ui, WORD_ATTRACT_TITLE));
    type.type = TYPE_TITLE;
    (void)ui_line_fit(ui, rect_cut_top(&lines, second, 0), type,
                      ui_word(ui, WORD_ATTRACT_SUBTITLE));
    type.type = TYPE_BODY;
    (void)ui_line_fit(ui, lines, type, ui_second(ui, WORD_ATTRACT_TITLE));
}

static void draw_points(struct ui *ui, struct rect at)
{
    int32_t side = ui_um(ui, 16000);
    for (uint8_t i = 0; i < POINTS; i++) {
        struct rect row = rect_cell(at, 0, 1, POINTS, i);
        struct rect box = rect_middle(rect_cut_left(&row, side, ui_gap(ui)), side, side);
        draw_round(ui->out, box, side / 2, ui_colour(ui, COLOUR_PRIMARY_DOWN));
        ui_icon(ui, box, side * 6 / 10, COLOUR_ON_PRIMARY, points[i].icon);
        (void)ui_line_fit(ui, row, (struct ui_type){TYPE_BUTTON, COLOUR_ON_PRIMARY, UI_LEFT},
                          ui_word(ui, points[i].word));
    }
}

/* The white pill; the whole poster is what can be touched. */
static void draw_touch(struct ui *ui, struct rect at)
{
    bool down = ui_down(ui, ACTION_START, 0);
    draw_round(ui->out, at, at.h / 2, ui_colour(ui, down ? COLOUR_DOWN : COLOUR_ON_PRIMARY));
    int32_t px = ui->theme->type[TYPE_TITLE].px;
    int32_t first = ui_line_height(ui, TYPE_TITLE) * 8 / 10;
    int32_t second = ui->theme->large ? 0 : ui_line_height(ui, TYPE_BODY);
    int32_t width = ui_width(ui, TYPE_TITLE, ui_word(ui, WORD_ATTRACT_TOUCH));
    struct rect in = rect_middle(at, px * 3 / 2 + width, first + second);
    ui_icon(ui, rect_cut_left(&in, px * 3 / 2, 0), px * 5 / 4, COLOUR_PRIMARY, ICON_TOUCH);
    (void)ui_line(ui, rect_cut_top(&in, first, 0),
                  (struct ui_type){TYPE_TITLE, COLOUR_PRIMARY, UI_LEFT},
                  ui_word(ui, WORD_ATTRACT_TOUCH));
    if (second > 0) {
        (void)ui_line_fit(ui, in, (struct ui_type){TYPE_BODY, COLOUR_PRIMARY, UI_LEFT},
                          ui_second(ui, WORD_ATTRACT_TOUCH));
    }
}

/* A white card: the port, and that a token may be put in at once. */
static void draw_insert(struct ui *ui, struct rect at)
{
    struct rect in = ui_card(ui, at);
    if (ui->wide) {
        int32_t height = ui_line_height(ui, TYPE_BUTTON);
        (void)ui_line_fit(ui, rect_cut_bottom(&in, height, 0),
                          (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_CENTRE},
                          ui_word(ui, WORD_ATTRACT_INSERT));
        struct rect port = rect_cut_top(&in, in.h * 30 / 100, ui_gap(ui));
        picture_port(ui, port, COLOUR_DEVICE_LIT, false);
        struct rect arrows = rect_cut_top(&in, in.h * 28 / 100, ui_gap(ui));
        picture_arrows(ui, rect_middle(arrows, arrows.h, arrows.h), true);
        picture_token(ui, in);
        return;
    }
    picture_token(ui, rect_cut_left(&in, in.h * 7 / 10, ui_gap(ui) * 4 / 3));
    int32_t px = ui->theme->type[TYPE_TITLE].px;
    ui_icon(ui, rect_cut_right(&in, px, ui_gap(ui)), px, COLOUR_TINT_INK, ICON_SOUTH_EAST);
    int32_t first = ui_line_height(ui, TYPE_HEADING);
    int32_t second = ui_line_height(ui, TYPE_BODY);
    struct rect lines = rect_middle(in, in.w, first + second);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_LEFT},
                      ui_word(ui, WORD_ATTRACT_INSERT));
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_BODY, COLOUR_INK2, UI_LEFT},
                      ui_second(ui, WORD_ATTRACT_INSERT));
}

void screen_attract(struct ui *ui)
{
    struct rect poster = frame_poster(ui);
    draw_fill(ui->out, poster, ui_colour(ui, COLOUR_PRIMARY));
    ui_touch(ui, poster, ACTION_START, 0, ui_word(ui, WORD_ATTRACT_TOUCH));
    int32_t margin = ui_px(ui, ui->wide ? METRIC_MARGIN_WIDE : METRIC_MARGIN);
    struct rect in = rect_inset(poster, margin, margin / 2);
    if (ui->wide) {
        struct rect side = rect_cut_right(&in, in.w * 34 / 100, margin);
        draw_insert(ui, rect_inset(side, 0, ui_gap(ui)));
    } else {
        draw_insert(ui, rect_cut_bottom(&in, ui_um(ui, 60000), margin));
    }
    int32_t hall = ui_um(ui, 30000);
    struct rect rows[4];
    const struct rect_part parts[4] = {
        {hall, 1}, {ui_um(ui, 62000), 3}, {ui_um(ui, 60000), 1}, {ui_um(ui, 42000), 0}};
    (void)rect_rows(in, 0, parts, 4, rows);
    draw_hall(ui, rect_cut_top(&rows[0], hall, 0));
    draw_title(ui, rows[1]);
    draw_points(ui, rows[2]);
    draw_touch(ui, rect_inset(rows[3], 0, ui_gap(ui) / 2));
}
