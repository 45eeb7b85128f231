/*
 * printer_desk.h - the thread that owns the receipt printer: watches it, prints pages.
 */
#ifndef KIOSK_APP_PRINTER_DESK_H
#define KIOSK_APP_PRINTER_DESK_H

#include "hw/printer/printer.h"
#include "kiosk/app/post.h"

#define PRINTER_DESK_DOTS_MAX (PRINTER_ROWS_MAX * PRINTER_WIDTH_80MM / 8)

struct printer_desk;

/* Start the thread; `printer` is the desk's from now on. ERR_NO_ROOM: then
 * the printer is still the caller's. */
MUST_CHECK struct err printer_desk_create(struct printer *printer, struct post *post,
                                          struct printer_desk **out_desk);

/* Finish the page in hand, stop and free. NULL is fine. */
void printer_desk_destroy(struct printer_desk *desk);

/* Print `page`, whose dots are copied; EVENT_PRINTED comes with `id`. One page at a time. */
void printer_desk_print(struct printer_desk *desk, uint32_t id, const struct printer_page *page);

#endif
