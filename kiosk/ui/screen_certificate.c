/* What is on the token, how long it still lasts, and whether it can be renewed here and now. */
#include <stddef.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/screens.h"
#include "kiosk/ui/verdict.h"

#define YEAR_DAYS 365

/* The big figure: days left, or days over. */
static void draw_days(struct ui *ui, struct rect box, const struct verdict_words *verdict)
{
    int64_t left = ui->flow->visit.eligibility.days_left;
    enum word unit = left > 0 ? (left == 1 ? WORD_CERTIFICATE_DAY_LEFT : WORD_CERTIFICATE_DAYS_LEFT)
                              : WORD_CERTIFICATE_DAYS_OVER;
    if (left == 0)
        unit = WORD_CERTIFICATE_TODAY;
    int64_t part = left >= YEAR_DAYS ? 3600 : left * 3600 / YEAR_DAYS;
    bool amber = verdict->tone == TONE_GOOD || left <= 0;
    struct ring ring = {box, box.w / 11, (int32_t)(part > 0 ? part : 0),
                        amber ? COLOUR_WARNING : COLOUR_PRIMARY};
    ui_ring(ui, &ring, TYPE_BODY, "");
    char days[FORMAT_SIZE];
    (void)format_number(left < 0 ? -left : left, days);
    int32_t figure = box.h * 42 / 100;
    int32_t caption = ui->theme->type[TYPE_CAPTION].px * 13 / 10;
    struct rect lines =
        rect_middle(rect_inset(box, ring.thick, 0), box.w - 2 * ring.thick, figure + caption);
    struct rect number = rect_cut_top(&lines, figure, 0);
    (void)ui_line_fit(ui, rect_middle(number, box.w * 2 / 3, number.h), /* the ring is round */
                      (struct ui_type){TYPE_AMOUNT, COLOUR_INK, UI_CENTRE}, days);
    (void)ui_line_fit(ui, lines, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_CENTRE},
                      ui_word(ui, unit));
}

static int32_t fact_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_LABEL) * 5 / 4;
}

static int32_t ring_side(const struct ui *ui)
{
    return ui_um(ui, ui->theme->large ? 66000 : 52000);
}

/* A long name in landscape takes the smaller type, so that its three lines find room. */
static enum theme_type holder_type(const struct ui *ui)
{
    bool long_one =
        ui_width(ui, TYPE_BUTTON, flow_certificate(ui->flow)->holder) > ui->look->width_px / 2;
    return ui->wide && long_one ? TYPE_LABEL_BOLD : TYPE_BUTTON;
}

static const char *platform_of(const struct ui *ui)
{
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    if (profile == NULL)
        return flow_certificate(ui->flow)->issuer;
    return ui->language == LANGUAGE_ZH ? profile->title_zh : profile->title_en;
}

static int32_t holder_height(const struct ui *ui, int32_t width)
{
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    int32_t ring = ring_side(ui);
    int32_t text = width - ring - ui_gap(ui);
    int32_t name = ui_paragraph_height(ui, text, holder_type(ui), certificate->holder);
    int32_t platform = ui_paragraph_height(ui, text, TYPE_LABEL, platform_of(ui));
    int32_t lines = ui_line_height(ui, TYPE_LABEL) + name + platform;
    return lines > ring ? lines : ring;
}

/* Holder and platform at the left, the ring at the right. */
static void draw_holder(struct ui *ui, struct rect in, const struct verdict_words *verdict)
{
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    int32_t side = ring_side(ui) < in.h ? ring_side(ui) : in.h;
    draw_days(ui, rect_middle(rect_cut_right(&in, side, ui_gap(ui)), side, side), verdict);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t name = ui_paragraph_height(ui, in.w, holder_type(ui), certificate->holder);
    int32_t platform = ui_paragraph_height(ui, in.w, TYPE_LABEL, platform_of(ui));
    struct rect lines = rect_middle(in, in.w, label + name + platform);
    struct ui_label holder = {ICON_BUSINESS, COLOUR_TINT_INK, {TYPE_LABEL, COLOUR_INK2, UI_LEFT}};
    ui_labelled(ui, rect_cut_top(&lines, label, 0), &holder, ui_word(ui, WORD_CERTIFICATE_HOLDER));
    (void)ui_paragraph(ui, rect_cut_top(&lines, name, 0),
                       (struct ui_type){holder_type(ui), COLOUR_INK, UI_LEFT}, certificate->holder);
    (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                       platform_of(ui));
}

/* A line of the card below the holder; `value` is empty when the platform did not say. */
struct fact {
    enum word label;
    char value[WORDS_TEXT_MAX];
    enum theme_type type;
};

#define FACTS_MAX 5

static uint8_t facts_of(const struct ui *ui, struct fact out[FACTS_MAX])
{
    const struct fact_account *account = &ui->flow->visit.account;
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    char text[FORMAT_SIZE];
    const struct {
        enum word label;
        enum theme_type type;
        const char *value;
    } rows[FACTS_MAX] = {
        {WORD_CERTIFICATE_ACCOUNT, TYPE_LABEL, account->account},
        {WORD_CERTIFICATE_KEY_NO, TYPE_LABEL, account->key_no},
        {WORD_CERTIFICATE_PHONE, TYPE_LABEL, account->phone_masked},
        {WORD_CERTIFICATE_BEGINS, TYPE_LABEL, NULL},
        {WORD_CERTIFICATE_EXPIRES, TYPE_LABEL_BOLD, NULL},
    };
    uint8_t count = 0;
    for (uint8_t i = 0; i < FACTS_MAX; i++) {
        const char *value = rows[i].value;
        if (i == 1)
            value = format_groups(rows[i].value, text);
        if (i == 3)
            value = format_date_time(certificate->not_before_s, text);
        if (i == 4)
            value = format_date_time(certificate->not_after_s, text);
        /* in large text only what tells certificates apart */
        if (value[0] == '\0' || (ui->theme->large && i < 4))
            continue;
        out[count] = (struct fact){.label = rows[i].label, .type = rows[i].type};
        (void)text_copy(out[count].value, sizeof out[count].value, value);
        count++;
    }
    return count;
}

static int32_t facts_height(const struct ui *ui, int32_t width)
{
    struct fact facts[FACTS_MAX];
    uint8_t count = facts_of(ui, facts);
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    return holder_height(ui, inner) + 3 * ui_gap(ui) + count * fact_height(ui);
}

static void draw_facts(struct ui *ui, struct rect rect, const struct verdict_words *verdict)
{
    struct fact facts[FACTS_MAX];
    uint8_t count = facts_of(ui, facts);
    struct rect in = ui_card(ui, rect);
    int32_t rows = count * fact_height(ui);
    struct rect below = rect_cut_bottom(&in, rows + (in.h - rows - holder_height(ui, in.w)) / 3, 0);
    ui_rule(ui, rect_cut_bottom(&in, ui_gap(ui), 0));
    draw_holder(ui, in, verdict);
    for (uint8_t i = 0; i < count; i++) {
        ui_fact(ui, rect_cell(below, 0, 1, count, i), ui_word(ui, facts[i].label), facts[i].value,
                facts[i].type);
    }
}

static enum theme_type point_type(const struct ui *ui)
{
    return ui->wide ? TYPE_LABEL : TYPE_BODY;
}

static int32_t verdict_height(const struct ui *ui, int32_t width,
                              const struct verdict_words *verdict)
{
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    int32_t height = 2 * ui_gap(ui) + ui_line_height(ui, TYPE_HEADING) + ui_gap(ui) / 2;
    height += verdict->point_count * ui_line_height(ui, point_type(ui)) * 11 / 10;
    if (verdict->text[0] != '\0')
        height += ui_paragraph_height(ui, inner, TYPE_BODY, verdict->text);
    if (verdict->no_charge)
        height += ui_paragraph_height(ui, inner, TYPE_LABEL, ui_word(ui, WORD_VERDICT_NO_CHARGE));
    return height;
}

static void draw_points(struct ui *ui, struct rect in, const struct verdict_words *verdict)
{
    int32_t line = ui_line_height(ui, point_type(ui)) * 11 / 10;
    for (uint8_t i = 0; i < verdict->point_count; i++) {
        struct ui_label label = {
            ICON_CHECK, tone_ink(verdict->tone), {point_type(ui), COLOUR_INK, UI_LEFT}};
        ui_labelled(ui, rect_cut_top(&in, line, 0), &label, verdict->points[i]);
    }
}

static void draw_verdict(struct ui *ui, struct rect rect, const struct verdict_words *verdict)
{
    struct rect in = ui_panel(ui, rect, verdict->tone);
    int32_t title = ui_line_height(ui, TYPE_HEADING);
    int32_t px = ui->theme->type[TYPE_HEADING].px * 5 / 4;
    int32_t all = verdict_height(ui, rect.w, verdict) - 2 * ui_gap(ui);
    in = rect_middle(in, in.w, all < in.h ? all : in.h);
    struct rect head = rect_cut_top(&in, title, ui_gap(ui) / 2);
    ui_icon(ui, rect_cut_left(&head, px, ui_gap(ui) * 2 / 3), px, tone_ink(verdict->tone),
            verdict->icon);
    struct ui_type type = {TYPE_HEADING, tone_ink(verdict->tone), UI_LEFT};
    if (ui_width(ui, TYPE_HEADING, ui_word(ui, verdict->title)) > head.w) {
        (void)ui_line_fit(ui, head, type, ui_word(ui, verdict->title));
    } else {
        ui_pair(ui, head, type, verdict->title);
    }
    if (verdict->text[0] != '\0') {
        int32_t height = ui_paragraph_height(ui, in.w, TYPE_BODY, verdict->text);
        (void)ui_paragraph(ui, rect_cut_top(&in, height, 0),
                           (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT}, verdict->text);
    }
    draw_points(ui, in, verdict);
    if (verdict->no_charge) {
        (void)ui_paragraph(ui, in, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                           ui_word(ui, WORD_VERDICT_NO_CHARGE));
    }
}

static int32_t can_height(const struct ui *ui, int32_t width, const struct verdict_words *verdict)
{
    if (verdict->can[0][0] == '\0')
        return 0;
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD) - px - ui_gap(ui) / 2;
    int32_t height = 2 * ui_gap(ui) + ui_line_height(ui, TYPE_BUTTON);
    for (uint8_t i = 0; i < 2; i++) {
        if (verdict->can[i][0] != '\0')
            height += ui_gap(ui) / 2 + ui_paragraph_height(ui, inner, TYPE_BODY, verdict->can[i]);
    }
    return height;
}

static void draw_can(struct ui *ui, struct rect rect, const struct verdict_words *verdict)
{
    struct rect in = ui_card(ui, rect);
    int32_t all = can_height(ui, rect.w, verdict) - 2 * ui_gap(ui);
    in = rect_middle(in, in.w, all < in.h ? all : in.h);
    (void)ui_line(ui, rect_cut_top(&in, ui_line_height(ui, TYPE_BUTTON), 0),
                  (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT},
                  ui_word(ui, WORD_CERTIFICATE_YOU_CAN));
    int32_t px = ui->theme->type[TYPE_BUTTON].px;
    for (uint8_t i = 0; i < 2 && verdict->can[i][0] != '\0'; i++) {
        (void)rect_cut_top(&in, ui_gap(ui) / 2, 0);
        struct rect text = in;
        struct rect icon = rect_cut_left(&text, px, ui_gap(ui) / 2);
        icon.h = ui_line_height(ui, TYPE_BODY);
        ui_icon(ui, icon, px, COLOUR_TINT_INK, verdict->can_icon[i]);
        int32_t used = ui_paragraph(ui, text, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT},
                                    verdict->can[i]);
        (void)rect_cut_top(&in, used, 0);
    }
}

static void draw_actions(struct ui *ui, struct rect *body, const struct verdict_words *verdict)
{
    bool several = ui->flow->visit.token.certificate_count > 1;
    bool on = verdict->go_on != WORD_NONE && flow_next_allowed(ui->flow, ui->rules);
    bool receipt = flow_receipt_allowed(ui->flow);
    const struct button back = {.look = on || receipt ? BUTTON_QUIET : BUTTON_PRIMARY,
                                .word = several ? WORD_CERTIFICATE_OTHER
                                                : (on ? WORD_CANCEL : WORD_CERTIFICATE_END),
                                .action = ACTION_BACK};
    struct button buttons[3];
    uint8_t count = 0;
    if (receipt) {
        buttons[count++] = (struct button){.look = BUTTON_PRIMARY,
                                           .icon = ICON_PRINT,
                                           .word = WORD_CERTIFICATE_RECEIPT,
                                           .action = ACTION_REPRINT};
    }
    if (on) {
        buttons[count++] = (struct button){.look = receipt ? BUTTON_SECOND : BUTTON_PRIMARY,
                                           .word = verdict->go_on,
                                           .action = ACTION_NEXT};
    }
    buttons[count++] = back;
    ui_actions(ui, body, buttons, count);
}

static void draw_tall(struct ui *ui, struct rect body, const struct verdict_words *verdict)
{
    int32_t can = can_height(ui, body.w, verdict);
    const struct rect_part parts[3] = {
        {facts_height(ui, body.w), 3}, {verdict_height(ui, body.w, verdict), 2}, {can, 2}};
    struct rect rows[3];
    if (!rect_rows(body, ui_gap(ui), parts, can > 0 ? 3 : 2, rows))
        ui->out->cut++;
    draw_facts(ui, rows[0], verdict);
    draw_verdict(ui, rows[1], verdict);
    if (can > 0)
        draw_can(ui, rows[2], verdict);
}

static void draw_wide(struct ui *ui, struct rect body, const struct verdict_words *verdict)
{
    struct rect side = rect_cut_right(&body, body.w * 46 / 100, ui_gap(ui));
    if (facts_height(ui, body.w) > body.h)
        ui->out->cut++;
    draw_facts(ui, body, verdict);
    int32_t can = can_height(ui, side.w, verdict);
    const struct rect_part parts[2] = {{verdict_height(ui, side.w, verdict), 2}, {can, 1}};
    struct rect rows[2];
    bool fits = rect_rows(side, ui_gap(ui), parts, can > 0 ? 2 : 1, rows);
    if (!fits && can > 0) { /* the verdict matters more; help and hotline are in the assist bar */
        can = 0;
        fits = rect_rows(side, 0, parts, 1, rows);
    }
    if (!fits)
        ui->out->cut++;
    draw_verdict(ui, rows[0], verdict);
    if (can > 0)
        draw_can(ui, rows[1], verdict);
}

void screen_certificate(struct ui *ui)
{
    if (flow_certificate(ui->flow) == NULL)
        return;
    struct verdict_words verdict;
    verdict_say(ui, &verdict);
    bool new_order = verdict.go_on == WORD_CERTIFICATE_RENEW;
    const struct frame frame = {.title = WORD_CERTIFICATE_TITLE,
                                .step = FRAME_CHECK,
                                .amber = verdict.tone == TONE_WARN || verdict.tone == TONE_BAD,
                                .trust_icon = ICON_LOCK,
                                .trust = new_order ? WORD_CERTIFICATE_TRUST : WORD_NONE};
    struct rect body = frame_draw(ui, &frame);
    draw_actions(ui, &body, &verdict);
    if (ui->wide) {
        draw_wide(ui, body, &verdict);
    } else {
        draw_tall(ui, body, &verdict);
    }
}
