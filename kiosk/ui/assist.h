/*
 * assist.h - the bar at the bottom of every screen: home, large text, high contrast, language,
 * help.
 */
#ifndef KIOSK_UI_ASSIST_H
#define KIOSK_UI_ASSIST_H

#include "kiosk/ui/ui.h"

/* Home is left out where the flow does not allow it. */
void assist_draw(struct ui *ui, struct rect in);

#endif
