/* stepper.h - the five steps of a visit: done, at hand, to come; by mark, colour and word. */
#ifndef KIOSK_UI_STEPPER_H
#define KIOSK_UI_STEPPER_H

#include "kiosk/ui/frame.h"

/* Draw the steps of `frame` in the middle of the rect's height. */
void stepper_draw(struct ui *ui, struct rect in, const struct frame *frame);

#endif
