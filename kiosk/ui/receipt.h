/*
 * receipt.h - the printed slip: what was done, for one visit, as a draw list on a page of dots.
 *
 * Drawn by the same toolkit as the screens, black on white, `width_dots` wide; the height follows
 * from the content. Never on it: names of persons, phone, ID or bank numbers.
 */
#ifndef KIOSK_UI_RECEIPT_H
#define KIOSK_UI_RECEIPT_H

#include "kiosk/core/flow.h"
#include "kiosk/ui/draw.h"
#include "kiosk/ui/words.h"

enum receipt_kind {
    RECEIPT_DELIVERED, /* old and new validity, amount, how paid */
    RECEIPT_TICKET,    /* paid, to be resumed at any kiosk: until when, what to bring */
};

struct receipt {
    enum receipt_kind kind;
    const struct visit *visit;
    const struct profile *profile; /* NULL: a torn token does not tell whose it is */
    const struct font *font;
    const struct words *words; /* of the visit's language */
    const char *hall;          /* name of the hall in that language */
    const char *kiosk;         /* id of this kiosk */
    const char *check_url;     /* in the QR: where anyone can check this receipt */
    int64_t wall_s;            /* 0: not known, which the slip says */
};

/* Emit into `out`, cleared first; `*out_height` is the page's height in dots, at most
 * PRINTER_ROWS_MAX. */
void receipt_draw(const struct receipt *receipt, int32_t width_dots, struct draw_list *out,
                  int32_t *out_height);

#endif
