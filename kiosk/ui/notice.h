/*
 * notice.h - the bar of the home screen that says what is wrong with the machine or the line, or
 * else the announcement at hand.
 */
#ifndef KIOSK_UI_NOTICE_H
#define KIOSK_UI_NOTICE_H

#include "kiosk/ui/ui.h"

/* How high the bar is in this width; 0: nothing to say. */
int32_t notice_height(const struct ui *ui, int32_t width);

void notice_draw(struct ui *ui, struct rect rect);

#endif
