/* receipt.c - the slip, laid out once to measure and drawn in the same pass. */
#include "kiosk/ui/receipt.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/qr.h"
#include "kiosk/ui/text_layout.h"

#define BLACK 0xFF000000U
#define SMALL_LEAST \
    20 /* ems in dots: less than this one bit at 203 dpi shows poorly in Chinese \
        */
#define BODY_LEAST 22

/* The pen on the paper: sizes follow the width, so that 58 mm paper gets a smaller slip. */
struct slip {
    const struct receipt *of;
    struct draw_list *out;
    int32_t width, margin, y;
    int32_t hero, title, heading, body, small; /* ems in dots */
};

static void line_at(struct slip *slip, struct font_style style, int32_t x, const char *text)
{
    struct draw_text command = {.style = style,
                                .colour = BLACK,
                                .x = x,
                                .baseline = slip->y + style.px * 7 / 10 + font_baseline(style.px),
                                .at = text,
                                .len = strlen(text)};
    (void)draw_text(slip->out, slip->of->font, &command);
}

static int32_t width_of(const struct slip *slip, struct font_style style, const char *text)
{
    return slip->of->font->width(slip->of->font->self, style, text, strlen(text));
}

static void advance(struct slip *slip, int32_t px)
{
    slip->y += px * 14 / 10;
}

enum side { SIDE_LEFT, SIDE_CENTRE, SIDE_RIGHT };

static void set_lines(struct slip *slip, struct font_style style, enum side side, int32_t room,
                      const char *text)
{
    struct text_layout layout;

    text_layout(slip->of->font, style, text, room, &layout);
    for (uint8_t i = 0; i < layout.count; i++) {
        const struct text_line *line = &layout.lines[i];
        int32_t over = room - line->width;
        int32_t x = slip->margin + (side == SIDE_CENTRE ? over / 2 : side == SIDE_RIGHT ? over : 0);
        struct draw_text command = {.style = style,
                                    .colour = BLACK,
                                    .x = x,
                                    .baseline =
                                        slip->y + style.px * 7 / 10 + font_baseline(style.px),
                                    .at = line->at,
                                    .len = line->len};
        (void)draw_text(slip->out, slip->of->font, &command);
        advance(slip, style.px);
    }
}

static void paragraph(struct slip *slip, struct font_style style, enum side side, const char *text)
{
    set_lines(slip, style, side, slip->width - 2 * slip->margin, text);
}

/* Bold in the middle; smaller, down to the body, rather than on two lines. */
static void headline(struct slip *slip, int32_t px, const char *text)
{
    struct font_style style = {FONT_BOLD, px};
    while (style.px > slip->body && width_of(slip, style, text) > slip->width - 2 * slip->margin)
        style.px--;
    paragraph(slip, style, SIDE_CENTRE, text);
}

/* Whole dots, so that it is as black after the threshold. */
static void rule(struct slip *slip)
{
    slip->y += slip->body / 2;
    for (int32_t x = slip->margin; x + 6 <= slip->width - slip->margin; x += 10)
        draw_fill(slip->out, (struct rect){x, slip->y, 6, 2}, BLACK);
    slip->y += slip->body / 2 + 2;
}

static const char *word(const struct slip *slip, enum word id)
{
    return words_at(slip->of->words, id);
}

/* Label at the left, value at the right; the value goes below when both do not fit. */
static void row(struct slip *slip, enum word label, const char *value)
{
    struct font_style light = {FONT_REGULAR, slip->body};
    struct font_style strong = {FONT_BOLD, slip->body};
    int32_t left = width_of(slip, light, word(slip, label));
    int32_t right = width_of(slip, strong, value);
    int32_t room = slip->width - 2 * slip->margin;

    line_at(slip, light, slip->margin, word(slip, label));
    if (left + right + slip->body > room)
        advance(slip, slip->body);
    if (right > room) {
        paragraph(slip, strong, SIDE_RIGHT, value);
    } else {
        line_at(slip, strong, slip->width - slip->margin - right, value);
    }
    if (right <= room)
        advance(slip, slip->body);
}

static const char *filled(const struct slip *slip, enum word id, const char *value, char *out)
{
    const char *values[WORDS_VALUES_MAX] = {value};
    return words_fill(slip->of->words, id, values, out);
}

static void draw_head(struct slip *slip)
{
    bool delivered = slip->of->kind == RECEIPT_DELIVERED;

    slip->y += slip->body / 2;
    headline(slip, slip->heading, slip->of->hall);
    paragraph(slip, (struct font_style){FONT_REGULAR, slip->body}, SIDE_CENTRE,
              word(slip, delivered ? WORD_RECEIPT_TITLE : WORD_RECEIPT_TICKET_TITLE));
    rule(slip);
}

/* What was done, and the date that counts: valid until, or to be written before. */
static void draw_result(struct slip *slip)
{
    const struct fact_order *order = &slip->of->visit->order;
    bool delivered = slip->of->kind == RECEIPT_DELIVERED;
    bool reviewed = order->status == FACT_ORDER_IN_REVIEW;
    enum word waiting = reviewed ? WORD_RECEIPT_WAIT_REVIEW : WORD_RECEIPT_WAIT;
    int64_t at_s = delivered ? order->new_not_after_s : order->write_before_s;
    char day[FORMAT_SIZE];

    headline(slip, slip->title, word(slip, delivered ? WORD_RECEIPT_INSTALLED : waiting));
    if (at_s != 0) {
        paragraph(slip, (struct font_style){FONT_REGULAR, slip->body}, SIDE_CENTRE,
                  word(slip, delivered ? WORD_RECEIPT_NEW : WORD_RECEIPT_BEFORE));
        headline(slip, slip->hero, format_date(at_s, day));
    }
    if (!delivered)
        headline(slip, slip->body, word(slip, WORD_RECEIPT_NO_PAY_AGAIN));
    rule(slip);
}

/* Name of the way it was paid; "" when it has none in our words. */
static const char *method_name(const struct slip *slip)
{
    bool demo = text_same(slip->of->visit->order.method, "demo");
    return word(slip, demo ? WORD_METHOD_DEMO : WORD_NONE);
}

/* A row, unless there is nothing to say. */
static void known(struct slip *slip, enum word label, const char *value)
{
    if (value[0] != '\0')
        row(slip, label, value);
}

static void draw_rows(struct slip *slip)
{
    const struct receipt *of = slip->of;
    const struct fact_order *order = &of->visit->order;
    const struct profile *profile = of->profile;
    bool zh = of->visit->language == LANGUAGE_ZH;
    char text[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];

    known(slip, WORD_RECEIPT_ORDER, format_groups(order->order_no, number));
    row(slip, WORD_RECEIPT_SERVICE,
        filled(slip, WORD_RECEIPT_SERVICE_VALUE, format_number(order->term_years, number), text));
    row(slip, WORD_RECEIPT_AMOUNT, format_fen(order->amount_fen, number));
    known(slip, WORD_RECEIPT_METHOD, method_name(slip));
    if (order->old_not_after_s != 0)
        row(slip, WORD_RECEIPT_OLD, format_date(order->old_not_after_s, number));
    if (profile != NULL)
        row(slip, WORD_RECEIPT_PLATFORM, zh ? profile->title_zh : profile->title_en);
    if (profile != NULL)
        known(slip, WORD_RECEIPT_HOTLINE, profile->hotline);
    row(slip, WORD_RECEIPT_TIME,
        of->wall_s != 0 ? format_date_time(of->wall_s, number)
                        : words_at(of->words, WORD_RECEIPT_TIME_UNKNOWN));
    row(slip, WORD_RECEIPT_KIOSK, of->kiosk);
    rule(slip);
}

static int64_t gift_fen(const struct receipt *of)
{
    if (of->visit->order.term_years == 2)
        return of->profile->gift_2y_fen;
    return of->visit->order.term_years == 3 ? of->profile->gift_3y_fen : 0;
}

/* A point of the list: a square of dots, and the text beside it. */
static void note(struct slip *slip, const char *text)
{
    int32_t side = slip->small / 4;
    int32_t margin = slip->margin;

    draw_fill(slip->out,
              (struct rect){margin, slip->y + (slip->small * 14 / 10 - side) / 2, side, side},
              BLACK);
    slip->margin = margin + slip->small * 3 / 4;
    set_lines(slip, (struct font_style){FONT_REGULAR, slip->small}, SIDE_LEFT,
              slip->width - margin - slip->margin, text);
    slip->margin = margin;
}

static void draw_notes(struct slip *slip)
{
    const struct receipt *of = slip->of;
    const struct profile *profile = of->profile;
    char text[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];

    note(slip,
         word(slip, of->kind == RECEIPT_TICKET ? WORD_RECEIPT_RESUME : WORD_RECEIPT_SAME_KEY));
    if (profile == NULL)
        return;
    if (of->visit->order.status == FACT_ORDER_IN_REVIEW && profile->renew_review_days > 0) {
        note(slip, filled(slip, WORD_RECEIPT_REVIEW_DAYS,
                          format_number(profile->renew_review_days, number), text));
    }
    if (profile->invoice_days > 0) {
        note(slip, filled(slip, WORD_RECEIPT_INVOICE, format_number(profile->invoice_days, number),
                          text));
    }
    if (gift_fen(of) > 0)
        note(slip, filled(slip, WORD_RECEIPT_GIFT, format_fen_short(gift_fen(of), number), text));
}

static void draw_check(struct slip *slip)
{
    int32_t side = slip->width * 6 / 10; /* a module of at least 5 dots on 58 mm paper */
    struct rect box = {(slip->width - side) / 2, slip->y, side, side};
    struct rect code = qr_draw(slip->out, box, slip->of->check_url);

    if (rect_empty(code))
        return;
    slip->y = code.y + code.h;
    paragraph(slip, (struct font_style){FONT_REGULAR, slip->small}, SIDE_CENTRE,
              word(slip, WORD_RECEIPT_CHECK));
}

void receipt_draw(const struct receipt *receipt, int32_t width_dots, struct draw_list *out,
                  int32_t *out_height)
{
    struct slip slip = {.of = receipt,
                        .out = out,
                        .width = width_dots,
                        .margin = width_dots / 24,
                        .hero = width_dots * 72 / 576,
                        .title = width_dots * 48 / 576,
                        .heading = width_dots * 34 / 576,
                        .body = width_dots * 28 / 576,
                        .small = width_dots * 24 / 576};
    if (slip.small < SMALL_LEAST)
        slip.small = SMALL_LEAST;
    if (slip.body < BODY_LEAST)
        slip.body = BODY_LEAST;

    draw_clear(out);
    draw_head(&slip);
    draw_result(&slip);
    draw_rows(&slip);
    draw_notes(&slip);
    draw_check(&slip);
    *out_height = slip.y + 2 * slip.body; /* so that the cutter leaves some white */
}
