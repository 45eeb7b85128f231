#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "sync/gateway/page.h"

static const char style[] =
    "*{box-sizing:border-box}"
    "body{margin:0;background:#f1f5fb;color:#10182b;font:16px/1.5 -apple-system,'Noto Sans CJK SC',"
    "'PingFang SC','Microsoft YaHei',sans-serif}"
    "h1,p,b{text-wrap:balance}"
    "main{max-width:430px;margin:0 auto;padding:0 16px 32px}"
    "header{display:flex;align-items:center;gap:12px;padding:16px;margin:0 -16px 16px;"
    "background:#fff;border-bottom:1px solid #dbe3f0}"
    "header svg{width:40px;height:40px;flex:none}"
    "header b{font-size:18px;line-height:1.25;display:block}"
    ".en{display:block;color:#475069;font-size:13px;line-height:1.35;font-weight:400}"
    ".card{background:#fff;border-radius:18px;box-shadow:0 2px 10px #0a2a5c14;padding:20px;"
    "margin-bottom:14px}"
    ".due{text-align:center;padding:24px 20px 22px}"
    ".due p{margin:0;font-size:16px}.due p .en{display:inline;margin-left:6px}"
    ".fen{font-size:52px;font-weight:700;line-height:1.2;letter-spacing:-1px;"
    "font-variant-numeric:tabular-nums;margin-top:4px}"
    "dl{margin:0}dl div{display:flex;justify-content:space-between;align-items:center;gap:20px;"
    "padding:12px 0;border-top:1px solid #e8edf6}dl div:first-child{border-top:0;padding-top:0}"
    "dl div:last-child{padding-bottom:0}"
    "dt{color:#475069;white-space:nowrap;line-height:1.3}dd{margin:0;text-align:right;"
    "font-weight:600;line-height:1.3;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}"
    "button{display:block;width:100%;min-height:64px;border:0;border-radius:16px;background:#"
    "0b4fc4;"
    "color:#fff;font:inherit;font-size:21px;font-weight:700;line-height:1.25;padding:10px;"
    "cursor:pointer}button:active{background:#083c97}"
    "button:focus-visible{outline:3px solid #ffb020;outline-offset:2px}button .en{color:#dbe7ff}"
    ".note{text-align:center;font-size:14px;color:#475069;margin:14px 0 0}"
    ".tag{display:block;text-align:center;background:#fff4d6;color:#6b4a00;border-radius:12px;"
    "padding:8px 12px;font-size:14px;margin:0 0 14px}.tag .en{color:#6b4a00}"
    ".banner{text-align:center;padding:30px 20px 26px}.banner svg{width:72px;height:72px}"
    ".banner h1{font-size:26px;line-height:1.25;margin:12px 0 0}.banner h1 .en{font-size:16px}"
    ".banner p{margin:14px 0 0}";

static const char bank[] =
    "<svg viewBox=\"0 0 40 40\" aria-hidden=\"true\"><rect width=\"40\" "
    "height=\"40\" rx=\"10\" fill=\"#0b4fc4\"/><path d=\"M20 8l11 6v2H9v-2zM11 "
    "18h3v9h-3zm7.5 0h3v9h-3zM26 18h3v9h-3zM9 29h22v3H9z\" "
    "fill=\"#fff\"/></svg>";

static const char *const mood_icons[] = {
    [PAGE_CALM] =
        "<svg viewBox=\"0 0 72 72\" aria-hidden=\"true\"><circle cx=\"36\" cy=\"36\" r=\"34\" "
        "fill=\"#0b4fc4\"/><path d=\"M36 18v20l13 8\" fill=\"none\" stroke=\"#fff\" "
        "stroke-width=\"6\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>",
    [PAGE_GOOD] =
        "<svg viewBox=\"0 0 72 72\" aria-hidden=\"true\"><circle cx=\"36\" cy=\"36\" r=\"34\" "
        "fill=\"#0b6b3a\"/><path d=\"M21 37l11 11 20-22\" fill=\"none\" stroke=\"#fff\" "
        "stroke-width=\"6\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>",
    [PAGE_BAD] =
        "<svg viewBox=\"0 0 72 72\" aria-hidden=\"true\"><circle cx=\"36\" cy=\"36\" r=\"34\" "
        "fill=\"#b3261e\"/><path d=\"M36 19v22M36 52v1\" fill=\"none\" stroke=\"#fff\" "
        "stroke-width=\"7\" stroke-linecap=\"round\"/></svg>",
};

static void page_append(struct page *page, const char *at, size_t len)
{
    if (page->is_cut || len >= PAGE_MAX - page->len) {
        page->is_cut = true;
        return;
    }
    memcpy(page->text + page->len, at, len);
    page->len += len;
    page->text[page->len] = '\0';
}

void page_markup(struct page *page, const char *markup)
{
    page_append(page, markup, strlen(markup));
}

void page_text(struct page *page, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const escapes[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

    while (*text != '\0') {
        size_t plain = strcspn(text, special);
        page_append(page, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        page_markup(page, escapes[strchr(special, *text) - special]);
        text++;
    }
}

void page_word(struct page *page, enum word_id word)
{
    page_text(page, page->words->list[word].zh);
    page_markup(page, "<span class=\"en\" lang=\"en\">");
    page_text(page, page->words->list[word].en);
    page_markup(page, "</span>");
}

void page_fen(struct page *page, int64_t amount_fen)
{
    char text[32];

    (void)text_print(text, sizeof(text), "¥%lld.%02lld", (long long)(amount_fen / 100),
                     (long long)(amount_fen % 100));
    page_text(page, text);
}

void page_time(struct page *page, int64_t at_s)
{
    struct civil at = civil_of(at_s);
    char text[32];

    (void)text_print(text, sizeof(text), "%04d-%02d-%02d %02d:%02d", (int)at.year, at.month, at.day,
                     at.hour, at.minute);
    page_text(page, text);
}

void page_begin(struct page *page, enum word_id title, unsigned again_s)
{
    char again[64] = "";

    page->len = 0;
    page->is_cut = false;
    if (again_s > 0) {
        (void)text_print(again, sizeof(again), "<meta http-equiv=\"refresh\" content=\"%u\">",
                         again_s);
    }
    page_markup(page, "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                      "<meta name=\"color-scheme\" content=\"light\">");
    page_markup(page, again);
    page_markup(page, "<title>");
    page_text(page, page->words->list[title].zh);
    page_markup(page, "</title><style>");
    page_markup(page, style);
    page_markup(page, "</style></head><body><main><header>");
    page_markup(page, bank);
    page_markup(page, "<div>");
}

void page_end(struct page *page)
{
    page_markup(page, "</main></body></html>\n");
}

void page_banner(struct page *page, enum page_mood mood, enum word_id title, enum word_id text)
{
    page_markup(page, "<section class=\"card banner\">");
    page_markup(page, mood_icons[mood]);
    page_markup(page, "<h1>");
    page_word(page, title);
    page_markup(page, "</h1><p>");
    page_word(page, text);
    page_markup(page, "</p></section>");
}

void page_row_begin(struct page *page, enum word_id name)
{
    page_markup(page, "<div><dt>");
    page_word(page, name);
    page_markup(page, "</dt><dd>");
}

void page_row_end(struct page *page)
{
    page_markup(page, "</dd></div>");
}
