#include "kiosk/ui/notice.h"

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"

/* What the notice bar says: the gravest thing first, else the announcement at hand. */
static enum word notice_of(const struct ui *ui, enum icon *out_icon)
{
    const struct fact_hall *hall = &ui->flow->hall;
    *out_icon = ICON_WARNING;
    if (!hall->reader_there)
        return WORD_NOTICE_READER;
    if (!hall->clock_trusted)
        return WORD_NOTICE_CLOCK;
    *out_icon = ICON_WIFI_OFF;
    if (!hall->line_up)
        return WORD_NOTICE_LINE;
    *out_icon = ICON_PRINT;
    if (hall->printer != FACT_PRINTER_READY && hall->printer != FACT_PRINTER_PAPER_LOW)
        return WORD_NOTICE_PAPER;
    return WORD_NONE;
}

static void draw_announcement(struct ui *ui, struct rect rect)
{
    const struct fact_hall *hall = &ui->flow->hall;
    uint8_t index = (uint8_t)(ui->flow->announcement % hall->announcement_count);
    const struct fact_announcement *at = &hall->announcements[index];
    const char *text = ui->language == LANGUAGE_ZH ? at->zh : at->en;
    bool down = ui_down(ui, ACTION_NEXT_ANNOUNCEMENT, 0);
    struct rect in = rect_inset(ui_panel(ui, rect, TONE_INFO), 0, -ui_gap(ui) / 2);
    if (down)
        draw_round(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_colour(ui, COLOUR_DOWN));
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui) * 2 / 3), px, COLOUR_TINT_INK, ICON_CAMPAIGN);
    if (hall->announcement_count > 1) {
        char number[2][FORMAT_SIZE];
        char page[WORDS_TEXT_MAX];
        (void)text_print(page, sizeof page, "%s/%s", format_number(index + 1, number[0]),
                         format_number(hall->announcement_count, number[1]));
        ui_icon(ui, rect_cut_right(&in, px, ui_gap(ui) / 2), px, COLOUR_TINT_INK,
                ICON_CHEVRON_RIGHT);
        int32_t width = ui_width(ui, TYPE_LABEL, page);
        (void)ui_line(ui, rect_cut_right(&in, width, ui_gap(ui)),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, page);
        ui_touch(ui, rect, ACTION_NEXT_ANNOUNCEMENT, 0, ui_word(ui, WORD_ANNOUNCEMENT));
    }
    const char *name = ui_word(ui, WORD_ANNOUNCEMENT);
    int32_t width = ui_width(ui, TYPE_LABEL_BOLD, name);
    (void)ui_line(ui, rect_cut_left(&in, width, ui_gap(ui) * 2 / 3),
                  (struct ui_type){TYPE_LABEL_BOLD, COLOUR_TINT_INK, UI_LEFT}, name);
    (void)ui_line_fit(ui, in, (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, text);
}

int32_t notice_height(const struct ui *ui, int32_t width)
{
    enum icon icon;
    enum word word = notice_of(ui, &icon);
    if (word == WORD_NONE)
        return ui->flow->hall.announcement_count > 0 ? ui_px(ui, METRIC_TARGET_MIN) : 0;
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD) - px - ui_gap(ui) * 2 / 3;
    int32_t text =
        ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, word)) + ui_gap(ui) * 3 / 2;
    return text > ui_px(ui, METRIC_TARGET_MIN) ? text : ui_px(ui, METRIC_TARGET_MIN);
}

void notice_draw(struct ui *ui, struct rect rect)
{
    enum icon icon;
    enum word word = notice_of(ui, &icon);
    if (word == WORD_NONE) {
        draw_announcement(ui, rect);
        return;
    }
    struct rect in = rect_inset(ui_panel(ui, rect, TONE_WARN), 0, -ui_gap(ui) / 2);
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui) * 2 / 3), px, COLOUR_WARNING, icon);
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, ui_word(ui, word));
    (void)ui_paragraph(ui, rect_middle(in, in.w, height),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, ui_word(ui, word));
}
