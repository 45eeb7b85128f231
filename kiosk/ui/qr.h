/* qr.h - text as the modules of a QR code (ISO/IEC 18004), and the card that shows one. */
#ifndef KIOSK_UI_QR_H
#define KIOSK_UI_QR_H

#include "kiosk/ui/draw.h"

#define QR_TEXT_MAX DRAW_CODE_TEXT_MAX
#define QR_QUIET 4 /* light modules around the code, on each side */

/* Encode as bytes, error correction M. False when it is empty, too long, or memory is short;
 * `*out` is written on success. */
bool qr_encode(const char *text, struct draw_code *out);

/*
 * The code as large as fits in `rect` with its quiet zone, in whole pixels a module, dark on
 * white in every theme. Returns what it covers, quiet zone included; empty when it cannot be
 * encoded. A code that the list has kept (draw_code_kept) is not made anew.
 */
struct rect qr_draw(struct draw_list *list, struct rect rect, const char *text);

#endif
