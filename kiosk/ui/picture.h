/*
 * picture.h - pictures of the machine and the token, drawn with the toolkit's shapes.
 *
 * The number on a part is the one on its sticker: 1 token port, 3 receipt slot.
 */
#ifndef KIOSK_UI_PICTURE_H
#define KIOSK_UI_PICTURE_H

#include "kiosk/ui/ui.h"

/* The port in its dark panel; `lit` is the colour of its frame: COLOUR_DEVICE_LIT or _OK. */
void picture_port(struct ui *ui, struct rect rect, enum theme_colour lit, bool named);

/* A token, plug up; fills the rect's height. */
void picture_token(struct ui *ui, struct rect rect);

/* A token in the port, its lamp green. */
void picture_inserted(struct ui *ui, struct rect rect);

/* Chevrons that point up, or down, filling the rect. */
void picture_arrows(struct ui *ui, struct rect rect, bool up);

/* A printed slip hanging out of its slot. */
void picture_slip(struct ui *ui, struct rect rect);

/* The whole machine with the port marked. */
void picture_machine(struct ui *ui, struct rect rect);

#endif
