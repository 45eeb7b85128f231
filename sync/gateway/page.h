/*
 * page.h - the phone pages: plain HTML that works without scripts; everything that is not
 * markup is escaped.
 */
#ifndef SYNC_GATEWAY_PAGE_H
#define SYNC_GATEWAY_PAGE_H

#include "kiosk/core/profile.h"
#include "sync/gateway/order_row.h"
#include "sync/gateway/words.h"

#define PAGE_MAX 16384

struct page {
    const struct words *words; /* set by the caller before the first call */
    size_t len;
    bool is_cut;
    char text[PAGE_MAX];
};

enum page_mood { PAGE_CALM, PAGE_GOOD, PAGE_BAD };

/* What a page about an order shows. */
struct page_order {
    const struct order_row *order;
    const struct profile *profile; /* NULL: no longer served */
    int64_t delivered_s;           /* 0: not yet */
};

/* The order as its state is: with the button while it is to pay. */
void page_pay(struct page *page, const struct page_order *shown);

/* A second payment was asked for. */
void page_already_paid(struct page *page, const struct page_order *shown);

/* A receipt that is genuine. */
void page_receipt(struct page *page, const struct page_order *shown);

/* Only a title and a text: not found, busy. */
void page_message(struct page *page, enum word_id title, enum word_id text);

/* The pieces: markup as it is; text escaped; a word in both languages. */
void page_begin(struct page *page, enum word_id title, unsigned again_s);
void page_end(struct page *page);
void page_markup(struct page *page, const char *markup);
void page_text(struct page *page, const char *text);
void page_word(struct page *page, enum word_id word);
void page_fen(struct page *page, int64_t amount_fen);
void page_time(struct page *page, int64_t at_s);
void page_banner(struct page *page, enum page_mood mood, enum word_id title, enum word_id text);

/* One line of the table: its name, then between begin and end what it is. */
void page_row_begin(struct page *page, enum word_id name);
void page_row_end(struct page *page);

#endif
