/* receipt.c - the slip, laid out once to measure and drawn in the same pass. */
#include "kiosk/ui/receipt.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/qr.h"
#include "kiosk/ui/text_layout.h"

#define BLACK 0xFF000000U

/* The pen on the paper: sizes follow the width, so that 58 mm paper gets a smaller slip. */
struct slip {
    const struct receipt *of;
    struct draw_list *out;
    int32_t width, margin, y;
    int32_t title, heading, body, small; /* ems in dots */
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

/* A paragraph, centred or from the left. */
static void paragraph(struct slip *slip, struct font_style style, bool centred, const char *text)
{
    struct text_layout layout;
    int32_t room = slip->width - 2 * slip->margin;

    text_layout(slip->of->font, style, text, room, &layout);
    for (uint8_t i = 0; i < layout.count; i++) {
        const struct text_line *line = &layout.lines[i];
        int32_t x = slip->margin + (centred ? (room - line->width) / 2 : 0);
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

static void rule(struct slip *slip)
{
    slip->y += slip->body / 2;
    for (int32_t x = slip->margin; x + 6 <= slip->width - slip->margin; x += 10)
        draw_fill(slip->out, (struct rect){x, slip->y, 6, 2}, BLACK);
    slip->y += slip->body / 2;
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
    if (right > room)
        paragraph(slip, strong, false, value);
    else
        line_at(slip, strong, slip->width - slip->margin - right, value);
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
    const struct receipt *of = slip->of;
    bool delivered = of->kind == RECEIPT_DELIVERED;
    bool reviewed = of->visit->order.status == FACT_ORDER_IN_REVIEW;
    enum word waiting = reviewed ? WORD_RECEIPT_WAIT_REVIEW : WORD_RECEIPT_WAIT;

    slip->y += slip->body / 2;
    paragraph(slip, (struct font_style){FONT_BOLD, slip->heading}, true, of->hall);
    paragraph(slip, (struct font_style){FONT_REGULAR, slip->body}, true,
              word(slip, delivered ? WORD_RECEIPT_TITLE : WORD_RECEIPT_TICKET_TITLE));
    rule(slip);
    paragraph(slip, (struct font_style){FONT_BOLD, slip->title}, true,
              word(slip, delivered ? WORD_RECEIPT_INSTALLED : waiting));
    rule(slip);
}

static const char *method_name(const struct slip *slip)
{
    const char *method = slip->of->visit->order.method;
    return text_same(method, "demo") ? word(slip, WORD_METHOD_DEMO) : method;
}

static void draw_rows(struct slip *slip)
{
    const struct receipt *of = slip->of;
    const struct fact_order *order = &of->visit->order;
    bool zh = of->visit->language == LANGUAGE_ZH;
    char text[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];

    row(slip, WORD_RECEIPT_PLATFORM, zh ? of->profile->title_zh : of->profile->title_en);
    row(slip, WORD_RECEIPT_SERVICE,
        filled(slip, WORD_RECEIPT_SERVICE_VALUE, format_number(order->term_years, number), text));
    row(slip, WORD_RECEIPT_OLD, format_date(order->old_not_after_s, number));
    if (of->kind == RECEIPT_DELIVERED)
        row(slip, WORD_RECEIPT_NEW, format_date(order->new_not_after_s, number));
    row(slip, WORD_RECEIPT_AMOUNT, format_fen(order->amount_fen, number));
    if (order->method[0] != '\0')
        row(slip, WORD_RECEIPT_METHOD, method_name(slip));
    row(slip, WORD_RECEIPT_ORDER, format_groups(order->order_no, number));
    row(slip, WORD_RECEIPT_TIME, format_date_time(of->wall_s, number));
    row(slip, WORD_RECEIPT_KIOSK, of->kiosk);
    row(slip, WORD_RECEIPT_HOTLINE, of->profile->hotline);
    rule(slip);
}

static int64_t gift_fen(const struct receipt *of)
{
    if (of->visit->order.term_years == 2)
        return of->profile->gift_2y_fen;
    return of->visit->order.term_years == 3 ? of->profile->gift_3y_fen : 0;
}

static void note(struct slip *slip, const char *text)
{
    paragraph(slip, (struct font_style){FONT_REGULAR, slip->small}, false, text);
}

static void draw_notes(struct slip *slip)
{
    const struct receipt *of = slip->of;
    const struct fact_order *order = &of->visit->order;
    char text[WORDS_TEXT_MAX];
    char number[FORMAT_SIZE];

    if (of->kind == RECEIPT_TICKET) {
        note(slip, word(slip, WORD_RECEIPT_NO_PAY_AGAIN));
        note(slip, word(slip, WORD_RECEIPT_RESUME));
        if (order->status == FACT_ORDER_IN_REVIEW)
            note(slip, filled(slip, WORD_RECEIPT_REVIEW_DAYS,
                              format_number(of->profile->renew_review_days, number), text));
        if (order->write_before_s != 0)
            note(slip, filled(slip, WORD_RECEIPT_BEFORE, format_date(order->write_before_s, number),
                              text));
    } else {
        note(slip, word(slip, WORD_RECEIPT_SAME_KEY));
    }
    if (of->profile->invoice_days > 0)
        note(slip, filled(slip, WORD_RECEIPT_INVOICE,
                          format_number(of->profile->invoice_days, number), text));
    if (gift_fen(of) > 0)
        note(slip, filled(slip, WORD_RECEIPT_GIFT, format_fen_short(gift_fen(of), number), text));
}

static void draw_check(struct slip *slip)
{
    int32_t side = slip->width * 5 / 10;
    struct rect box = {(slip->width - side) / 2, slip->y, side, side};
    struct rect code = qr_draw(slip->out, box, slip->of->check_url);

    if (rect_empty(code))
        return;
    slip->y = code.y + code.h;
    paragraph(slip, (struct font_style){FONT_REGULAR, slip->small}, true,
              word(slip, WORD_RECEIPT_CHECK));
}

void receipt_draw(const struct receipt *receipt, int32_t width_dots, struct draw_list *out,
                  int32_t *out_height)
{
    struct slip slip = {.of = receipt,
                        .out = out,
                        .width = width_dots,
                        .margin = width_dots / 24,
                        .title = width_dots * 42 / 576,
                        .heading = width_dots * 32 / 576,
                        .body = width_dots * 26 / 576,
                        .small = width_dots * 23 / 576};
    if (slip.small < 18) { /* the least that 203 dpi shows well in Chinese */
        slip.small = 18;
        slip.body = 20;
    }

    draw_clear(out);
    draw_head(&slip);
    draw_rows(&slip);
    draw_notes(&slip);
    draw_check(&slip);
    *out_height = slip.y + slip.body;
}
