/*
 * order_parts.h - what the screens from the offer to the end have in common.
 */
#ifndef KIOSK_UI_ORDER_PARTS_H
#define KIOSK_UI_ORDER_PARTS_H

#include "kiosk/ui/ui.h"

/* The hotline of the visit's platform; the first platform's when none is known. */
const char *order_hotline(const struct ui *ui);

/* Name of the visit's platform in the visit's language. */
const char *order_platform(const struct ui *ui);

/* The word with a year for 1 and years for more. */
const char *order_years(const struct ui *ui, enum word one, enum word many, char *out);

/* How a row of a numbered list stands. */
enum row_state { ROW_DONE, ROW_NOW, ROW_NEXT, ROW_BROKEN };

struct order_row {
    enum row_state state;
    const char *title;
    const char *text; /* NULL: none */
};

#define ORDER_ROWS_MAX 4

/* Rows one below the other with a badge each (tick, number, broken plug) and a line between them.
 */
void order_rows(struct ui *ui, struct rect rect, const struct order_row *rows, uint8_t count);
int32_t order_rows_height(const struct ui *ui, const struct order_row *rows, uint8_t count);

/* A green panel: the amount is here, do not pay again. */
void order_money(struct ui *ui, struct rect rect);
int32_t order_money_height(const struct ui *ui);

/* A card: come back later, with what, until when. */
void order_later(struct ui *ui, struct rect rect, enum word title);

/* A large spinner with a title and a text in the middle of `rect`. */
void order_waiting(struct ui *ui, struct rect rect, enum word title, enum word text);

#endif
