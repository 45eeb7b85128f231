/* What lies over a screen: the time-out warning and help. The screen below takes no touches. */
#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"

#define WARNING_MS 20000 /* a full ring */

static int32_t dialogue_width(const struct ui *ui)
{
    int32_t all = ui->look->width_px;
    return ui->wide ? all * 60 / 100 : all - 2 * ui_px(ui, METRIC_MARGIN);
}

/* The width for text in it. */
static int32_t inner_width(const struct ui *ui)
{
    return dialogue_width(ui) - 2 * ui_px(ui, METRIC_PAD);
}

/* Darken all, take all targets away, and give back the card in the middle. */
static struct rect dialogue(struct ui *ui, int32_t height)
{
    struct rect all = {0, 0, ui->look->width_px, ui->look->height_px};
    ui->out->target_count = 0;
    draw_fill(ui->out, all, ui->theme->scrim);
    return ui_card(ui, rect_middle(all, dialogue_width(ui), height + 2 * ui_gap(ui)));
}

void frame_warning(struct ui *ui)
{
    uint64_t now_ms = ui->look->now_ms;
    uint64_t left_ms = ui->flow->deadline_ms > now_ms ? ui->flow->deadline_ms - now_ms : 0;
    int32_t side = ui_um(ui, 39700);
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t button = ui_px(ui, METRIC_BUTTON);
    int32_t gap = ui_gap(ui);
    int32_t text =
        ui_paragraph_height(ui, inner_width(ui), TYPE_BODY, ui_word(ui, WORD_WARNING_TEXT));
    int32_t buttons = ui->wide ? button : 2 * button + gap;
    struct rect in = dialogue(ui, side + title + text + buttons + 4 * gap);
    struct rect ring_at = rect_middle(rect_cut_top(&in, side, gap), side, side);
    char seconds[FORMAT_SIZE];
    (void)format_number((int64_t)((left_ms + 999) / 1000), seconds);
    struct ring ring = {.box = ring_at,
                        .thick = side / 10,
                        .part =
                            (int32_t)(left_ms >= WARNING_MS ? 3600 : left_ms * 3600 / WARNING_MS),
                        .colour = COLOUR_WARNING};
    ui_ring(ui, &ring, TYPE_TITLE, seconds);
    (void)ui_line(ui, rect_cut_top(&in, title, 0),
                  (struct ui_type){TYPE_TITLE, COLOUR_INK, UI_CENTRE},
                  ui_word(ui, WORD_WARNING_TITLE));
    (void)ui_paragraph(ui, rect_cut_top(&in, text, gap),
                       (struct ui_type){TYPE_BODY, COLOUR_INK2, UI_CENTRE},
                       ui_word(ui, WORD_WARNING_TEXT));
    static const struct button go_on = {
        .look = BUTTON_PRIMARY, .word = WORD_WARNING_CONTINUE, .action = ACTION_CONTINUE};
    static const struct button end = {
        .look = BUTTON_QUIET, .word = WORD_WARNING_END, .action = ACTION_HOME};
    struct rect last = rect_cut_bottom(&in, button, gap);
    struct rect first =
        ui->wide ? rect_cut_left(&last, last.w * 6 / 10, gap) : rect_cut_bottom(&in, button, gap);
    ui_button(ui, first, &go_on);
    ui_button(ui, last, &end);
}

static const char *profile_title(const struct ui *ui, uint8_t index)
{
    const struct profile *profile = &ui->rules->profiles[index];
    return ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
}

/* The width for a platform's name and number, right of the icon. */
static int32_t hotline_width(const struct ui *ui)
{
    return inner_width(ui) - ui->theme->type[TYPE_HEADING].px - ui_gap(ui);
}

static int32_t hotline_height(const struct ui *ui, uint8_t index)
{
    return ui_paragraph_height(ui, hotline_width(ui), TYPE_LABEL, profile_title(ui, index)) +
           ui_line_height(ui, TYPE_HEADING);
}

static void draw_hotline(struct ui *ui, struct rect at, uint8_t index)
{
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    ui_icon(ui, rect_cut_left(&at, px, ui_gap(ui)), px, COLOUR_SUCCESS, ICON_PHONE);
    struct rect number = rect_cut_bottom(&at, ui_line_height(ui, TYPE_HEADING), 0);
    (void)ui_paragraph(ui, at, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                       profile_title(ui, index));
    (void)ui_line_fit(ui, number, (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_LEFT},
                      ui->rules->profiles[index].hotline);
}

void frame_help(struct ui *ui)
{
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t button = ui_px(ui, METRIC_BUTTON);
    int32_t gap = ui_gap(ui);
    int32_t text = ui_paragraph_height(ui, inner_width(ui), TYPE_BODY, ui_word(ui, WORD_HELP_TEXT));
    int32_t height = title + text + button + 3 * gap;
    for (uint8_t i = 0; i < ui->rules->profile_count; i++)
        height += hotline_height(ui, i) + gap;
    struct rect in = dialogue(ui, height);
    (void)ui_line(ui, rect_cut_top(&in, title, gap),
                  (struct ui_type){TYPE_TITLE, COLOUR_INK, UI_LEFT}, ui_word(ui, WORD_HELP_TITLE));
    (void)ui_paragraph(ui, rect_cut_top(&in, text, gap),
                       (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT},
                       ui_word(ui, WORD_HELP_TEXT));
    for (uint8_t i = 0; i < ui->rules->profile_count; i++)
        draw_hotline(ui, rect_cut_top(&in, hotline_height(ui, i), gap), i);
    static const struct button close = {.look = BUTTON_PRIMARY,
                                        .icon = ICON_CLOSE,
                                        .word = WORD_HELP_CLOSE,
                                        .action = ACTION_HELP_CLOSE};
    ui_button(ui, rect_cut_bottom(&in, button, 0), &close);
}
