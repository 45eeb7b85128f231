/*
 * frame.h - what all screens have: header, steps, title, assist bar; and what lies over them.
 */
#ifndef KIOSK_UI_FRAME_H
#define KIOSK_UI_FRAME_H

#include "kiosk/ui/ui.h"

enum frame_step {
    FRAME_NO_STEPS, /* no stepper: home */
    FRAME_INSERT,
    FRAME_CHECK,
    FRAME_PAY,
    FRAME_WRITE,
    FRAME_DONE,     /* at it */
    FRAME_ALL_DONE, /* every step ticked */
};

struct frame {
    enum word title; /* WORD_NONE: no title row */
    enum frame_step step;
    bool amber;           /* something is in the way at this step */
    enum icon trust_icon; /* a reassuring line at the bottom, WORD_NONE for none */
    enum word trust;
    enum word calm; /* this sentence instead of the assist bar: nothing to press */
};

/* Draw it all; returns the room between title and trust line, inside the margins. */
struct rect frame_draw(struct ui *ui, const struct frame *frame);

/* Between visits: only the assist bar, without home; returns all that is above it. */
struct rect frame_poster(struct ui *ui);

/* The overlays: time-out warning and help. They take all touches. */
void frame_warning(struct ui *ui);
void frame_help(struct ui *ui);

#endif
