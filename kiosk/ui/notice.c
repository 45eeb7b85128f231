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
    if (!hall->room_ok)
        return WORD_NOTICE_ROOM;
    *out_icon = ICON_WIFI_OFF;
    if (!hall->line_up)
        return WORD_NOTICE_LINE;
    *out_icon = ICON_PRINT;
    if (hall->printer != FACT_PRINTER_READY && hall->printer != FACT_PRINTER_PAPER_LOW)
        return WORD_NOTICE_PAPER;
    return WORD_NONE;
}

static const char *announcement(const struct ui *ui, uint8_t index)
{
    const struct fact_announcement *at = &ui->flow->hall.announcements[index];
    return ui->language == LANGUAGE_ZH ? at->zh : at->en;
}

static uint8_t page_at_hand(const struct ui *ui)
{
    return (uint8_t)(ui->flow->announcement % ui->flow->hall.announcement_count);
}

/* "1/2" in `out` of WORDS_TEXT_MAX bytes. */
static const char *page_text(uint8_t index, uint8_t count, char *out)
{
    char number[2][FORMAT_SIZE];
    (void)text_print(out, WORDS_TEXT_MAX, "%s/%s", format_number(index + 1, number[0]),
                     format_number(count, number[1]));
    return out;
}

/* What is left of the bar for the announcement's text. */
static int32_t text_width(const struct ui *ui, int32_t width)
{
    uint8_t count = ui->flow->hall.announcement_count;
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    char page[WORDS_TEXT_MAX];
    width -= 2 * ui_px(ui, METRIC_PAD) + px + ui_gap(ui) * 2 / 3;
    if (count > 1) {
        width -= px + ui_gap(ui) / 2 + ui_gap(ui) +
                 ui_width(ui, TYPE_LABEL, page_text(page_at_hand(ui), count, page));
    }
    return width;
}

/* Of the longest one: the bar stands still while they take turns. */
static int32_t most_height(const struct ui *ui, int32_t room)
{
    int32_t most = 0;
    for (uint8_t i = 0; i < ui->flow->hall.announcement_count; i++) {
        int32_t height = ui_paragraph_height(ui, room, TYPE_LABEL, announcement(ui, i));
        most = height > most ? height : most;
    }
    return most;
}

/* Of the bold word before the text; 0 where two lines of text need its room. */
static int32_t name_width(const struct ui *ui, int32_t text)
{
    int32_t name = ui_width(ui, TYPE_LABEL_BOLD, ui_word(ui, WORD_ANNOUNCEMENT));
    int32_t room = text - name - ui_gap(ui) * 2 / 3;
    return most_height(ui, room) <= 2 * ui_line_height(ui, TYPE_LABEL) ? name : 0;
}

static int32_t announcements_height(const struct ui *ui, int32_t width)
{
    int32_t text = text_width(ui, width);
    int32_t name = name_width(ui, text);
    return most_height(ui, name > 0 ? text - name - ui_gap(ui) * 2 / 3 : text);
}

static void draw_page(struct ui *ui, struct rect rect, struct rect *in)
{
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    char page[WORDS_TEXT_MAX];
    (void)page_text(page_at_hand(ui), ui->flow->hall.announcement_count, page);
    ui_icon(ui, rect_cut_right(in, px, ui_gap(ui) / 2), px, COLOUR_TINT_INK, ICON_CHEVRON_RIGHT);
    int32_t width = ui_width(ui, TYPE_LABEL, page);
    (void)ui_line(ui, rect_cut_right(in, width, ui_gap(ui)),
                  (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT}, page);
    ui_touch(ui, rect, ACTION_NEXT_ANNOUNCEMENT, 0, ui_word(ui, WORD_ANNOUNCEMENT));
}

static void draw_announcement(struct ui *ui, struct rect rect)
{
    const char *text = announcement(ui, page_at_hand(ui));
    bool down = ui_down(ui, ACTION_NEXT_ANNOUNCEMENT, 0);
    struct rect in = rect_inset(ui_panel(ui, rect, TONE_INFO), 0, -ui_gap(ui) / 2);
    int32_t name = name_width(ui, text_width(ui, rect.w));
    if (down)
        draw_round(ui->out, rect, ui_px(ui, METRIC_RADIUS), ui_colour(ui, COLOUR_DOWN));
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui) * 2 / 3), px, COLOUR_TINT_INK, ICON_CAMPAIGN);
    if (ui->flow->hall.announcement_count > 1)
        draw_page(ui, rect, &in);
    if (name > 0) {
        (void)ui_line(ui, rect_cut_left(&in, name, ui_gap(ui) * 2 / 3),
                      (struct ui_type){TYPE_LABEL_BOLD, COLOUR_TINT_INK, UI_LEFT},
                      ui_word(ui, WORD_ANNOUNCEMENT));
    }
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_LABEL, text);
    (void)ui_paragraph(ui, rect_middle(in, in.w, height),
                       (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT}, text);
}

/* The room that text of this height needs. */
static int32_t around(const struct ui *ui, int32_t text)
{
    int32_t least = ui_px(ui, METRIC_TARGET_MIN);
    int32_t all = text + ui_gap(ui) / 2;
    return all > least ? all : least;
}

int32_t notice_height(const struct ui *ui, int32_t width)
{
    enum icon icon;
    enum word word = notice_of(ui, &icon);
    if (word == WORD_NONE && ui->flow->hall.announcement_count == 0)
        return 0;
    if (word == WORD_NONE)
        return around(ui, announcements_height(ui, width));
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
