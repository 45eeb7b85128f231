#include "kiosk/base/text.h"
#include "sync/gateway/page.h"

#define AGAIN_PAY_S 30
#define AGAIN_PAID_S 5

/* How each state looks. */
static const struct face {
    enum page_mood mood;
    enum word_id title;
    enum word_id text;
    unsigned again_s; /* the page asks again after so long; 0: the state is final */
} faces[FACT_ORDER_STATUS_COUNT] = {
    [FACT_ORDER_NONE] = {PAGE_BAD, WORD_MISSING_TITLE, WORD_MISSING_TEXT, 0},
    [FACT_ORDER_REQUESTED] = {PAGE_BAD, WORD_MISSING_TITLE, WORD_MISSING_TEXT, 0},
    [FACT_ORDER_TO_PAY] = {PAGE_CALM, WORD_TO_PAY_TITLE, WORD_SECURE_NOTE, AGAIN_PAY_S},
    [FACT_ORDER_IN_REVIEW] = {PAGE_CALM, WORD_REVIEW_TITLE, WORD_REVIEW_TEXT, AGAIN_PAY_S},
    [FACT_ORDER_TO_MAKE] = {PAGE_GOOD, WORD_PAID_TITLE, WORD_PAID_TEXT, AGAIN_PAID_S},
    [FACT_ORDER_TO_WRITE] = {PAGE_GOOD, WORD_PAID_TITLE, WORD_PAID_TEXT, AGAIN_PAID_S},
    [FACT_ORDER_DONE] = {PAGE_GOOD, WORD_DONE_TITLE, WORD_DONE_TEXT, 0},
    [FACT_ORDER_CLOSED] = {PAGE_BAD, WORD_CLOSED_TITLE, WORD_CLOSED_TEXT, 0},
    [FACT_ORDER_REFUND] = {PAGE_BAD, WORD_REFUND_TITLE, WORD_REFUND_TEXT, 0},
    [FACT_ORDER_REFUSED] = {PAGE_BAD, WORD_REFUSED_TITLE, WORD_REFUSED_TEXT, 0},
};

static void put_head(struct page *page, const struct page_order *shown, enum word_id title)
{
    page_markup(page, "<b>");
    if (shown != NULL && shown->profile != NULL) {
        page_text(page, shown->profile->title_zh);
        page_markup(page, "</b><span class=\"en\" lang=\"en\">");
        page_text(page, shown->profile->title_en);
        page_markup(page, "</span>");
    } else {
        page_word(page, title);
        page_markup(page, "</b>");
    }
    page_markup(page, "</div></header>");
}

static void put_row_time(struct page *page, enum word_id name, int64_t at_s)
{
    if (at_s == 0)
        return;
    page_row_begin(page, name);
    page_time(page, at_s);
    page_row_end(page);
}

static void put_what(struct page *page, const struct order_row *order)
{
    char years[16];

    page_row_begin(page, WORD_WHAT);
    page_word(page, text_same(order->service, "renew") ? WORD_SERVICE_RENEW : WORD_SERVICE_OTHER);
    page_row_end(page);
    page_row_begin(page, WORD_TERM);
    (void)text_print(years, sizeof(years), "%u ", (unsigned)order->term_years);
    page_text(page, years);
    page_text(page, page->words->list[WORD_YEARS].zh);
    page_markup(page, "<span class=\"en\" lang=\"en\">");
    page_text(page, years);
    page_text(page, page->words->list[order->term_years == 1 ? WORD_YEAR : WORD_YEARS].en);
    page_markup(page, "</span>");
    page_row_end(page);
    page_row_begin(page, WORD_ORDER_NO);
    page_text(page, order->order_no);
    page_row_end(page);
}

static void put_hotline(struct page *page, const struct profile *profile)
{
    if (profile == NULL || profile->hotline[0] == '\0')
        return;
    page_row_begin(page, WORD_HOTLINE);
    page_text(page, profile->hotline);
    page_row_end(page);
}

static void put_amount(struct page *page, const struct order_row *order)
{
    page_row_begin(page, WORD_AMOUNT);
    page_fen(page, order->amount_fen);
    page_row_end(page);
}

static void put_facts(struct page *page, const struct page_order *shown)
{
    const struct order_row *order = shown->order;

    page_markup(page, "<section class=\"card\"><dl>");
    put_what(page, order);
    if (order->status == FACT_ORDER_TO_PAY) {
        put_row_time(page, WORD_PAY_BEFORE, order->expires_s);
    } else {
        put_amount(page, order);
    }
    put_row_time(page, WORD_PAID_AT, order->paid_s);
    put_row_time(page, WORD_DELIVERED_AT, shown->delivered_s);
    put_hotline(page, shown->profile);
    page_markup(page, "</dl></section>");
}

static void put_button(struct page *page, const struct order_row *order)
{
    page_markup(page, "<p class=\"tag\">");
    page_word(page, WORD_DEMO_NOTE);
    page_markup(page, "</p><form method=\"post\" action=\"/p/");
    page_text(page, order->pay_token);
    page_markup(page, "\"><button type=\"submit\">");
    page_text(page, page->words->list[WORD_PAY_BUTTON].zh);
    page_markup(page, " ");
    page_fen(page, order->amount_fen);
    page_markup(page, "<span class=\"en\" lang=\"en\">");
    page_text(page, page->words->list[WORD_PAY_BUTTON].en);
    page_markup(page, " ");
    page_fen(page, order->amount_fen);
    page_markup(page, "</span></button></form><p class=\"note\">");
    page_word(page, WORD_SECURE_NOTE);
    page_markup(page, "</p>");
}

static enum word_id text_of(const struct page_order *shown)
{
    if (shown->order->status == FACT_ORDER_REFUND && shown->delivered_s != 0)
        return WORD_REFUND_LATE_TEXT;
    return faces[shown->order->status].text;
}

void page_pay(struct page *page, const struct page_order *shown)
{
    const struct face *face = &faces[shown->order->status];
    bool to_pay = shown->order->status == FACT_ORDER_TO_PAY;

    page_begin(page, to_pay ? WORD_PAY_TITLE : face->title, face->again_s);
    put_head(page, shown, WORD_PAY_TITLE);
    if (to_pay) {
        page_markup(page, "<section class=\"card due\"><p>");
        page_word(page, WORD_AMOUNT_DUE);
        page_markup(page, "</p><div class=\"fen\">");
        page_fen(page, shown->order->amount_fen);
        page_markup(page, "</div></section>");
    } else {
        page_banner(page, face->mood, face->title, text_of(shown));
    }
    put_facts(page, shown);
    if (to_pay)
        put_button(page, shown->order);
    page_end(page);
}

void page_already_paid(struct page *page, const struct page_order *shown)
{
    page_begin(page, WORD_ALREADY_TITLE, 0);
    put_head(page, shown, WORD_PAY_TITLE);
    page_banner(page, PAGE_GOOD, WORD_ALREADY_TITLE, WORD_ALREADY_TEXT);
    put_facts(page, shown);
    page_end(page);
}

void page_receipt(struct page *page, const struct page_order *shown)
{
    page_begin(page, WORD_RECEIPT_TITLE, 0);
    put_head(page, shown, WORD_RECEIPT_TITLE);
    page_banner(page, faces[shown->order->status].mood, WORD_RECEIPT_TITLE, WORD_RECEIPT_TEXT);
    page_markup(page, "<section class=\"card\"><dl>");
    page_row_begin(page, WORD_STATE);
    page_word(page, faces[shown->order->status].title);
    page_row_end(page);
    put_what(page, shown->order);
    put_amount(page, shown->order);
    put_row_time(page, WORD_CREATED_AT, shown->order->created_s);
    put_row_time(page, WORD_PAID_AT, shown->order->paid_s);
    put_row_time(page, WORD_DELIVERED_AT, shown->delivered_s);
    put_hotline(page, shown->profile);
    page_markup(page, "</dl></section>");
    page_end(page);
}

void page_message(struct page *page, enum word_id title, enum word_id text)
{
    page_begin(page, title, 0);
    put_head(page, NULL, WORD_PAY_TITLE);
    page_banner(page, PAGE_BAD, title, text);
    page_end(page);
}
