/*
 * order_parts.h - what the screens from the offer to the end have in common.
 *
 * A token torn by an interrupted write shows no certificate, so its platform may not be known:
 * then nothing is said that only one platform may say.
 */
#ifndef KIOSK_UI_ORDER_PARTS_H
#define KIOSK_UI_ORDER_PARTS_H

#include "kiosk/ui/ui.h"

/* The visit's profile, or the only one of this hall; NULL when it is not known which. */
const struct profile *order_profile(const struct ui *ui);

/* The hotline of the visit's platform, or all of them; in `out` of WORDS_TEXT_MAX bytes. */
const char *order_hotline(const struct ui *ui, char *out);

/* Name of the visit's platform in the visit's language; "" when it is not known. */
const char *order_platform(const struct ui *ui);

/* Whether the visit's order is paid and not delivered. */
bool order_paid(const struct ui *ui);

/* Whether a slip can be printed, as far as the printer says. */
bool order_prints(const struct ui *ui);

/* How a row of a numbered list stands. */
enum row_state { ROW_DONE, ROW_BUSY, ROW_NOW, ROW_NEXT, ROW_BROKEN };

struct order_row {
    enum row_state state;
    const char *title;
    const char *text; /* NULL: none */
    const char *note; /* at the right; NULL: none */
};

#define ORDER_ROWS_MAX 4

/* Rows one below the other, spread over `rect`, with a badge each (tick, number, spinner, broken
 * plug) and a line between them. */
void order_rows(struct ui *ui, struct rect rect, const struct order_row *rows, uint8_t count);
int32_t order_rows_height(const struct ui *ui, const struct order_row *rows, uint8_t count);

/* A green panel: the amount is here, do not pay again. */
void order_money(struct ui *ui, struct rect rect);
int32_t order_money_height(const struct ui *ui);

/* A card: come back later, with what, until when. */
void order_later(struct ui *ui, struct rect rect, enum word title);
int32_t order_later_height(const struct ui *ui, int32_t width, enum word title);

/* A card: installed, and the new date as large as it fits; with `facts` rows of order, amount
 * and invoice below when there is room. */
void order_hero(struct ui *ui, struct rect rect, bool facts);

/* Rows of label and value, as many from the first on as fit. */
struct order_fact {
    const char *value; /* "": left out */
    enum word label;
    bool bold;
};
void order_facts(struct ui *ui, struct rect rect, const struct order_fact *facts, uint8_t count);
int32_t order_fact_height(const struct ui *ui); /* of a short one */
/* Of all of them; a value too long for its row takes lines of its own. */
int32_t order_facts_height(const struct ui *ui, int32_t width, const struct order_fact *facts,
                           uint8_t count);

/* Order number, amount and invoice of the visit, as facts. */
void order_summary(struct ui *ui, struct rect rect);
#define ORDER_SUMMARY_ROWS 3

/* The slip as it is: a picture of it, or the code that stands for it, or the number to note. */
enum order_slip { ORDER_SLIP_COMING, ORDER_SLIP_PRINTED, ORDER_SLIP_UNKNOWN, ORDER_SLIP_NONE };
enum order_slip order_slip(const struct ui *ui);
enum word order_slip_word(const struct ui *ui);
void order_slip_picture(struct ui *ui, struct rect rect);

/* The port and the token below it, arrows up (put it in) or down (take it out) between. */
void order_token_picture(struct ui *ui, struct rect rect, bool up);

#endif
