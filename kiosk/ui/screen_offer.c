/* What is renewed, for how long, until when and for how much; the price is on the button. */
#include <stddef.h>

#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/screens.h"

#define CHECKS_MAX 4
#define TEXTS_MAX 3

/* Texts that need values live here while the screen is drawn. */
struct offer {
    const struct profile *profile;
    char texts[TEXTS_MAX][WORDS_TEXT_MAX];
    const char *checks[CHECKS_MAX];
    uint8_t count;
};

static void collect(const struct ui *ui, struct offer *offer)
{
    const struct profile *profile = offer->profile;

    offer->checks[offer->count++] = ui_word(ui, WORD_OFFER_SAME_KEY);
    if (profile->renew_reviewed) {
        offer->checks[offer->count++] =
            ui_fill_number(ui, WORD_OFFER_REVIEWED, profile->renew_review_days, offer->texts[0]);
    } else {
        offer->checks[offer->count++] = ui_word(ui, WORD_OFFER_AT_ONCE);
    }
    if (profile->renew_write_days > 0) {
        offer->checks[offer->count++] =
            ui_fill_number(ui, WORD_OFFER_WRITE_DAYS, profile->renew_write_days, offer->texts[1]);
    }
    int64_t gift = ui->flow->visit.term_years == 2   ? profile->gift_2y_fen
                   : ui->flow->visit.term_years == 3 ? profile->gift_3y_fen
                                                     : 0;
    char years[FORMAT_SIZE];
    char worth[FORMAT_SIZE];
    if (gift > 0) {
        offer->checks[offer->count++] =
            ui_fill(ui, WORD_OFFER_GIFT, format_number(ui->flow->visit.term_years, years),
                    format_fen_short(gift, worth), offer->texts[2]);
    }
}

static enum theme_type check_type(const struct ui *ui)
{
    return ui->wide ? TYPE_LABEL : TYPE_BODY;
}

/* Width a check's text has in the panel. */
static int32_t check_width(const struct ui *ui, int32_t panel)
{
    int32_t px = ui->theme->type[TYPE_BODY].px;
    return panel - 2 * ui_px(ui, METRIC_PAD) - px - ui_gap(ui) / 2;
}

static int32_t verdict_height(const struct ui *ui, const struct offer *offer, int32_t width)
{
    int32_t height = ui_line_height(ui, TYPE_HEADING) + 2 * ui_gap(ui) + ui_gap(ui) / 3;
    for (uint8_t i = 0; i < offer->count; i++) {
        height +=
            ui_paragraph_height(ui, check_width(ui, width), check_type(ui), offer->checks[i]) +
            ui_gap(ui) / 4;
    }
    return height;
}

/* As much of it as there is room for. */
static void draw_verdict(struct ui *ui, struct offer *offer, struct rect rect)
{
    while (offer->count > 0 && verdict_height(ui, offer, rect.w) > rect.h)
        offer->count--;
    if (offer->count == 0)
        return;
    int32_t natural = verdict_height(ui, offer, rect.w);
    int32_t space = ui_gap(ui) / 4 + (rect.h - natural) / (offer->count + 2);
    struct rect in = ui_panel(ui, rect, TONE_GOOD);
    struct ui_label label = {
        ICON_VERIFIED, COLOUR_SUCCESS, {TYPE_HEADING, COLOUR_SUCCESS, UI_LEFT}};
    if (space > ui_gap(ui))
        space = ui_gap(ui);
    ui_labelled(ui, rect_cut_top(&in, ui_line_height(ui, TYPE_HEADING), space + ui_gap(ui) / 12),
                &label, ui_word(ui, WORD_OFFER_READY));
    int32_t px = ui->theme->type[TYPE_BODY].px;
    for (uint8_t i = 0; i < offer->count; i++) {
        int32_t height =
            ui_paragraph_height(ui, check_width(ui, rect.w), check_type(ui), offer->checks[i]);
        struct rect row = rect_cut_top(&in, height, space);
        struct rect at = rect_cut_left(&row, px, ui_gap(ui) / 2);
        at.h = ui_line_height(ui, check_type(ui));
        ui_icon(ui, at, px, COLOUR_SUCCESS, ICON_CHECK);
        (void)ui_paragraph(ui, row, (struct ui_type){check_type(ui), COLOUR_INK, UI_LEFT},
                           offer->checks[i]);
    }
}

static void draw_term(struct ui *ui, const struct offer *offer, struct rect rect, uint8_t years)
{
    char text[WORDS_TEXT_MAX];
    char price[FORMAT_SIZE];
    bool chosen = ui->flow->visit.term_years == years;
    bool down = ui_down(ui, ACTION_TERM, years);
    int32_t radius = ui_px(ui, METRIC_RADIUS_CHIP);
    int32_t thick = ui_px(ui, METRIC_STROKE) * (chosen ? 3 : 2) / 2;
    enum theme_colour face = down ? COLOUR_DOWN : chosen ? COLOUR_TINT : COLOUR_SURFACE;
    enum theme_colour ink = chosen ? COLOUR_TINT_INK : COLOUR_INK;

    draw_round(ui->out, rect, radius, ui_colour(ui, face));
    draw_stroke(ui->out, rect, radius, thick,
                ui_colour(ui, chosen ? COLOUR_PRIMARY : COLOUR_OUTLINE));
    int32_t first = ui_line_height(ui, TYPE_BUTTON);
    int32_t below = ui_line_height(ui, TYPE_LABEL);
    struct rect lines = rect_middle(rect, rect.w - ui_gap(ui), first + below);
    struct ui_label label = {
        chosen ? ICON_CHECK_CIRCLE : ICON_NONE, ink, {TYPE_BUTTON, ink, UI_CENTRE}};
    const char *name =
        ui_fill_number(ui, years == 1 ? WORD_OFFER_YEAR : WORD_OFFER_YEARS, years, text);
    ui_labelled(ui, rect_cut_top(&lines, first, 0), &label, name);
    (void)ui_line_fit(
        ui, lines, (struct ui_type){TYPE_LABEL, chosen ? COLOUR_TINT_INK : COLOUR_INK2, UI_CENTRE},
        format_fen_short(profile_renew_fen(offer->profile, years), price));
    ui_touch(ui, rect, ACTION_TERM, years, name);
}

static int32_t term_height(const struct ui *ui)
{
    int32_t lines =
        ui_line_height(ui, TYPE_BUTTON) + ui_line_height(ui, TYPE_LABEL) + ui_gap(ui) / 2;
    return lines > ui_px(ui, METRIC_TARGET_MIN) ? lines : ui_px(ui, METRIC_TARGET_MIN);
}

static void draw_terms(struct ui *ui, const struct offer *offer, struct rect rect)
{
    struct rect_part parts[PROFILE_TERM_YEARS_MAX] = {{0, 1}, {0, 1}, {0, 1}};
    struct rect cells[PROFILE_TERM_YEARS_MAX];
    uint8_t count = (uint8_t)offer->profile->renew_terms_max;

    if (count < 2)
        return; /* nothing to choose */
    (void)rect_columns(rect, ui_gap(ui) * 2 / 3, parts, count, cells);
    for (uint8_t i = 0; i < count; i++)
        draw_term(ui, offer, cells[i], (uint8_t)(i + 1));
}

/* An arrow across the middle of the rect; nothing when it is too short. */
static void draw_arrow(struct ui *ui, struct rect rect)
{
    int32_t tip = ui_gap(ui) / 2;
    if (rect.w < 4 * tip)
        return; /* large text leaves no room for it */
    int32_t y = rect.y + rect.h / 2;
    int32_t end_x = rect.x + rect.w;
    const int32_t from[2] = {rect.x, y};
    const int32_t to[2] = {end_x, y};
    const int32_t up[2] = {end_x - tip, y - tip};
    const int32_t low[2] = {end_x - tip, y + tip};
    int32_t thick = ui_um(ui, 1240);
    draw_line(ui->out, from, to, thick, ui_colour(ui, COLOUR_SUCCESS));
    draw_line(ui->out, up, to, thick, ui_colour(ui, COLOUR_SUCCESS));
    draw_line(ui->out, low, to, thick, ui_colour(ui, COLOUR_SUCCESS));
}

static int32_t expiry_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_LABEL) + ui_line_height(ui, TYPE_TITLE);
}

static void draw_expiry(struct ui *ui, struct rect rect)
{
    char now[FORMAT_SIZE];
    char then[FORMAT_SIZE];
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    int64_t until = eligibility_renewed_until(certificate->not_after_s, ui->flow->visit.term_years,
                                              ui->flow->hall.wall_s);
    (void)format_date(certificate->not_after_s, now);
    (void)format_date(until, then);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t left_w = ui_width(ui, TYPE_BODY, now);
    int32_t left_label = ui_width(ui, TYPE_LABEL, ui_word(ui, WORD_OFFER_NOW));
    int32_t right_w = ui_width(ui, TYPE_TITLE, then);
    int32_t right_label = ui_width(ui, TYPE_LABEL, ui_word(ui, WORD_OFFER_THEN));
    struct rect right =
        rect_cut_right(&rect, right_w > right_label ? right_w : right_label, ui_gap(ui));
    struct rect left = rect_cut_left(&rect, left_w > left_label ? left_w : left_label, ui_gap(ui));

    (void)ui_line_fit(ui, rect_cut_top(&left, label, 0),
                      (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                      ui_word(ui, WORD_OFFER_NOW));
    (void)ui_line(ui, left, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT}, now);
    (void)ui_line(ui, rect_cut_top(&right, label, 0),
                  (struct ui_type){TYPE_LABEL, COLOUR_SUCCESS, UI_RIGHT},
                  ui_word(ui, WORD_OFFER_THEN));
    (void)ui_line(ui, right, (struct ui_type){TYPE_TITLE, COLOUR_SUCCESS, UI_RIGHT}, then);
    rect.y = left.y;
    rect.h = left.h;
    draw_arrow(ui, rect);
}

static int32_t total_height(const struct ui *ui)
{
    return ui->theme->type[TYPE_AMOUNT].px * 12 / 10 + ui_gap(ui);
}

/* What is paid in the next step. */
static void draw_total(struct ui *ui, const struct offer *offer, struct rect rect)
{
    char price[FORMAT_SIZE];
    ui_rule(ui, rect_cut_top(&rect, ui_px(ui, METRIC_HAIRLINE), ui_gap(ui) / 2));
    (void)format_fen(profile_renew_fen(offer->profile, ui->flow->visit.term_years), price);
    int32_t width = ui_width(ui, TYPE_AMOUNT, price);
    (void)ui_line_fit(ui, rect_cut_right(&rect, width, ui_gap(ui)),
                      (struct ui_type){TYPE_AMOUNT, COLOUR_INK, UI_RIGHT}, price);
    ui_pair(ui, rect, (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT}, WORD_PAY_AMOUNT);
}

static int32_t choice_height(const struct ui *ui)
{
    return ui_line_height(ui, TYPE_HEADING) + term_height(ui) + expiry_height(ui) +
           7 * ui_gap(ui) / 2;
}

/* The term, what follows from it, and with `total` what it costs. */
static void draw_choice(struct ui *ui, const struct offer *offer, struct rect rect, bool total)
{
    char day[FORMAT_SIZE];
    char text[WORDS_TEXT_MAX];
    int32_t most = choice_height(ui) + (total ? total_height(ui) : 0);
    int32_t more = rect.h > most ? (rect.h - most) / 4 : 0;
    struct rect in = ui_card(ui, rect);
    struct rect head =
        rect_cut_top(&in, ui_line_height(ui, TYPE_HEADING), ui_gap(ui) / 2 + more / 2);

    (void)ui_line(ui, head, (struct ui_type){TYPE_HEADING, COLOUR_INK, UI_LEFT},
                  ui_word(ui, WORD_OFFER_TERM));
    if (!ui->theme->large) {
        (void)ui_line(ui, head, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_RIGHT},
                      ui_fill(ui, WORD_OFFER_PRICES,
                              format_date(offer->profile->prices_as_of_s, day), NULL, text));
    }
    draw_terms(ui, offer, rect_cut_top(&in, term_height(ui) + more, ui_gap(ui)));
    if (total)
        draw_total(ui, offer, rect_cut_bottom(&in, total_height(ui) + more / 2, 0));
    draw_expiry(ui, rect_middle(in, in.w, expiry_height(ui)));
}

/* What stands in the way, or is to be known first. */
static enum word banner_of(const struct ui *ui)
{
    if (!ui->flow->hall.line_up)
        return WORD_OFFER_LINE;
    if (!flow_next_allowed(ui->flow, ui->rules))
        return WORD_OFFER_BLOCKED;
    return order_prints(ui) ? WORD_NONE : WORD_OFFER_NO_PAPER;
}

static void draw_banner(struct ui *ui, struct rect *body)
{
    enum word word = banner_of(ui);
    if (word == WORD_NONE)
        return;
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    int32_t width = body->w - 2 * ui_px(ui, METRIC_PAD) - px - ui_gap(ui);
    int32_t height = ui_paragraph_height(ui, width, TYPE_LABEL, ui_word(ui, word));
    int32_t around = ui->wide ? ui_gap(ui) / 2 : ui_gap(ui); /* landscape is low: a strip */
    struct rect in = ui_panel(ui, rect_cut_top(body, height + 2 * around, ui_gap(ui)), TONE_WARN);
    in = rect_inset(in, 0, around - ui_gap(ui));
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, COLOUR_WARNING, ICON_WARNING);
    (void)ui_paragraph(ui, in, (struct ui_type){TYPE_LABEL, COLOUR_INK, UI_LEFT},
                       ui_word(ui, word));
}

static int32_t holder_height(const struct ui *ui, int32_t width)
{
    int32_t inner = width - 2 * ui_px(ui, METRIC_PAD);
    return ui_line_height(ui, TYPE_LABEL) + 2 * ui_gap(ui) +
           ui_paragraph_height(ui, inner, TYPE_BUTTON, flow_certificate(ui->flow)->holder) +
           ui_paragraph_height(ui, inner, TYPE_LABEL, order_platform(ui));
}

/* Whose certificate this is. */
static void draw_holder(struct ui *ui, struct rect rect)
{
    const char *holder = flow_certificate(ui->flow)->holder;
    struct rect in = ui_card(ui, rect);
    int32_t label = ui_line_height(ui, TYPE_LABEL);
    int32_t name = ui_paragraph_height(ui, in.w, TYPE_BUTTON, holder);

    ui_pair(ui, rect_cut_top(&in, label, 0), (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
            WORD_PAY_HOLDER);
    (void)ui_paragraph(ui, rect_cut_top(&in, name, 0),
                       (struct ui_type){TYPE_BUTTON, COLOUR_INK, UI_LEFT}, holder);
    (void)ui_paragraph(ui, in, (struct ui_type){TYPE_LABEL, COLOUR_INK2, UI_LEFT},
                       order_platform(ui));
}

/* One below the other; what is over goes to the choice and the verdict. */
static void draw_tall(struct ui *ui, struct offer *offer, struct rect body)
{
    int32_t gap = ui_gap(ui);
    int32_t verdict = verdict_height(ui, offer, body.w);
    int32_t left = body.h - choice_height(ui) - gap - verdict;
    int32_t holder = holder_height(ui, body.w);
    if (left >= holder + gap) {
        left -= holder + gap;
        draw_holder(ui, rect_cut_top(&body, holder, gap));
    }
    bool total = left >= total_height(ui); /* the button says it as well */
    left -= total ? total_height(ui) : 0;
    int32_t choice = choice_height(ui) + (total ? total_height(ui) : 0);
    if (left > 0)
        choice += left * 6 / 10;
    draw_choice(ui, offer, rect_cut_bottom(&body, choice, gap), total);
    draw_verdict(ui, offer, body);
}

static void draw_wide(struct ui *ui, struct offer *offer, struct rect body, struct rect side)
{
    int32_t holder = holder_height(ui, side.w);
    if (side.h >= holder)
        draw_holder(ui, rect_cut_top(&side, holder, ui_gap(ui)));
    draw_verdict(ui, offer, side);
    draw_choice(ui, offer, body, body.h >= choice_height(ui) + total_height(ui));
}

void screen_offer(struct ui *ui)
{
    static const struct frame frame = {.title = WORD_OFFER_TITLE,
                                       .step = FRAME_CHECK,
                                       .trust_icon = ICON_LOCK,
                                       .trust = WORD_OFFER_TRUST};
    char text[WORDS_TEXT_MAX];
    char years[FORMAT_SIZE];
    char price[FORMAT_SIZE];
    struct offer offer = {.profile = flow_profile(ui->flow, ui->rules)};
    struct rect body = frame_draw(ui, &frame);

    if (offer.profile == NULL)
        return; /* the flow never offers a foreign certificate */
    uint8_t term = ui->flow->visit.term_years;
    (void)format_fen_short(profile_renew_fen(offer.profile, term), price);
    struct button buttons[] = {
        {.look = BUTTON_PRIMARY,
         .text = ui_fill(ui, WORD_OFFER_PAY, format_number(term, years), price, text),
         .action = ACTION_NEXT,
         .off = !flow_next_allowed(ui->flow, ui->rules)},
        {.look = BUTTON_QUIET, .word = WORD_BACK, .action = ACTION_BACK}};
    ui_actions(ui, &body, buttons, 2);
    collect(ui, &offer);
    draw_banner(ui, &body);
    if (ui->wide) {
        struct rect side = rect_cut_right(&body, body.w * 44 / 100, ui_gap(ui) * 4 / 3);
        draw_wide(ui, &offer, body, side);
    } else {
        draw_tall(ui, &offer, body);
    }
}
