#include "kiosk/ui/order_parts.h"

#include <stddef.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"

const struct profile *order_profile(const struct ui *ui)
{
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    if (profile == NULL && ui->rules->profile_count == 1)
        profile = &ui->rules->profiles[0];
    return profile;
}

const char *order_hotline(const struct ui *ui, char *out)
{
    const struct profile *profile = order_profile(ui);
    size_t used = 0;

    out[0] = '\0';
    for (uint8_t i = 0; i < ui->rules->profile_count; i++) {
        const struct profile *one = &ui->rules->profiles[i];
        if (profile != NULL && profile != one)
            continue;
        (void)text_print(out + used, WORDS_TEXT_MAX - used, "%s%s", used > 0 ? " / " : "",
                         one->hotline);
        used = strnlen(out, WORDS_TEXT_MAX - 1);
    }
    return out;
}

const char *order_platform(const struct ui *ui)
{
    const struct profile *profile = order_profile(ui);
    if (profile == NULL)
        return "";
    return ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
}

bool order_paid(const struct ui *ui)
{
    enum fact_order_status status = ui->flow->visit.order.status;
    return status == FACT_ORDER_IN_REVIEW || status == FACT_ORDER_TO_MAKE ||
           status == FACT_ORDER_TO_WRITE;
}

bool order_prints(const struct ui *ui)
{
    enum fact_printer printer = ui->flow->hall.printer;
    return printer == FACT_PRINTER_READY || printer == FACT_PRINTER_PAPER_LOW;
}

int32_t order_money_height(const struct ui *ui)
{
    bool second = !ui->theme->large && !ui->wide;
    return ui_line_height(ui, TYPE_TITLE) + ui_line_height(ui, TYPE_BODY) +
           (second ? ui_line_height(ui, TYPE_LABEL) : 0) + (ui->wide ? 1 : 2) * ui_gap(ui);
}

void order_money(struct ui *ui, struct rect rect)
{
    char amount[FORMAT_SIZE];
    char text[WORDS_TEXT_MAX];
    struct rect in = ui_panel(ui, rect, TONE_GOOD);
    int32_t side = in.h < ui_um(ui, 33000) ? in.h : ui_um(ui, 33000);

    if (!ui->theme->large) {
        struct rect box = rect_middle(rect_cut_left(&in, side, ui_gap(ui) * 3 / 2), side, side);
        draw_round(ui->out, box, side / 2, ui_colour(ui, COLOUR_SUCCESS));
        ui_icon(ui, box, side * 6 / 10, COLOUR_ON_SUCCESS, ICON_VERIFIED_USER);
    }
    bool second = !ui->theme->large && !ui->wide;
    int32_t first = ui_line_height(ui, TYPE_TITLE);
    int32_t below = ui_line_height(ui, TYPE_BODY);
    int32_t third = second ? ui_line_height(ui, TYPE_LABEL) : 0;
    struct rect lines = rect_middle(in, in.w, first + below + third);
    (void)format_fen(ui->flow->visit.order.amount_fen, amount);
    (void)ui_line_fit(ui, rect_cut_top(&lines, first, 0),
                      (struct ui_type){TYPE_TITLE, COLOUR_SUCCESS, UI_LEFT},
                      ui_fill(ui, WORD_ISSUING_PAID, amount, NULL, text));
    (void)ui_line_fit(ui, rect_cut_top(&lines, below, 0),
                      (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT},
                      ui_word(ui, WORD_ISSUING_SAFE));
    if (second) {
        (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                          ui_second(ui, WORD_ISSUING_SAFE));
    }
}

static enum theme_type later_type(const struct ui *ui)
{
    return ui->wide ? TYPE_LABEL : TYPE_BODY;
}

/* What the card says: its words, the last one with the date in `before`. */
static uint8_t later_texts(const struct ui *ui, enum word title, const char *texts[3], char *before)
{
    char day[FORMAT_SIZE];
    int64_t before_s = ui->flow->visit.order.write_before_s;

    texts[0] = ui_word(ui, title);
    texts[1] = ui_word(ui, WORD_TICKET_BRING);
    if (before_s == 0)
        return 2;
    texts[2] = ui_fill(ui, WORD_TICKET_BEFORE, format_date(before_s, day), NULL, before);
    return 3;
}

int32_t order_later_height(const struct ui *ui, int32_t width, enum word title)
{
    char before[WORDS_TEXT_MAX];
    const char *texts[3];
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    uint8_t count = later_texts(ui, title, texts, before);
    int32_t height = 2 * ui_gap(ui);

    for (uint8_t i = 0; i < count; i++)
        height += ui_paragraph_height(ui, inner, i == 0 ? TYPE_BUTTON : later_type(ui), texts[i]);
    return height;
}

void order_later(struct ui *ui, struct rect rect, enum word title)
{
    char before[WORDS_TEXT_MAX];
    const char *texts[3];
    uint8_t count = later_texts(ui, title, texts, before);
    int32_t height = order_later_height(ui, rect.w, title) - 2 * ui_gap(ui);
    struct rect in = ui_card(ui, rect);
    struct rect lines = rect_middle(in, in.w, height);

    for (uint8_t i = 0; i < count; i++) {
        struct ui_type type = {i == 0 ? TYPE_BUTTON : later_type(ui), COLOUR_INK, UI_LEFT};
        int32_t used = ui_paragraph_height(ui, in.w, type.type, texts[i]);
        (void)ui_paragraph(ui, rect_cut_top(&lines, used, 0), type, texts[i]);
    }
}

/* The tick and "installed" in the middle of a line. */
static void draw_installed(struct ui *ui, struct rect head)
{
    const char *installed = ui_word(ui, WORD_DONE_INSTALLED);
    enum theme_type type = TYPE_TITLE;
    int32_t tick = head.h;
    int32_t room = head.w - tick - ui_gap(ui) / 2;
    if (ui_width(ui, type, installed) > room)
        type = TYPE_HEADING;
    int32_t width = ui_width(ui, type, installed);
    struct rect pair = rect_middle(head, width + tick + ui_gap(ui) / 2, head.h);
    ui_tick(ui, rect_cut_left(&pair, tick, ui_gap(ui) / 2), COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
    (void)ui_line_fit(ui, pair, (struct ui_type){type, COLOUR_SUCCESS, UI_LEFT}, installed);
}

void order_hero(struct ui *ui, struct rect rect, bool facts)
{
    char day[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    struct rect in = ui_card(ui, rect);
    int32_t line = order_fact_height(ui);
    if (facts) {
        int32_t least = ORDER_SUMMARY_ROWS * line;
        struct rect low = rect_cut_bottom(&in, in.h * 4 / 10 < least ? in.h * 4 / 10 : least, 0);
        ui_rule(ui, rect_cut_bottom(&in, ui_gap(ui), 0));
        order_summary(ui, low);
    }
    int32_t title = ui_line_height(ui, TYPE_TITLE);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t holder =
        certificate != NULL ? ui_paragraph_height(ui, in.w, TYPE_BODY, certificate->holder) : 0;
    int32_t hero = ui->theme->type[TYPE_HERO].px * 106 / 100;
    if (title + label + hero + holder > in.h)
        holder = 0;
    int32_t room = in.h - title - label - holder;
    if (hero > room)
        hero = room;
    struct rect lines = rect_middle(in, in.w, title + label + hero + holder);

    draw_installed(ui, rect_inset(rect_cut_top(&lines, title, 0), 0, title / 12));
    ui_pair(ui, rect_cut_top(&lines, label, 0),
            (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_CENTRE}, WORD_DONE_UNTIL);
    (void)format_date(ui->flow->visit.order.new_not_after_s, day);
    struct rect row = rect_cut_top(&lines, hero, 0);
    int32_t most = ui->theme->type[TYPE_HERO].px; /* what the row's height allows of it */
    int32_t width = ui_width(ui, TYPE_HERO, day);
    if (hero < most)
        width = width * hero / most;
    (void)ui_line_fit(ui, rect_middle(row, width < row.w ? width : row.w, hero),
                      (struct ui_type){TYPE_HERO, COLOUR_INK, UI_CENTRE}, day);
    if (holder > 0) {
        (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE},
                           certificate->holder);
    }
}
