/*
 * press.h - from fingers to touches: which target lights up and when it acts. Pure.
 *
 * The first finger wins and all others are palms; a target lights when the finger comes down
 * and acts when it lifts inside, with slop; a finger that leaves cancels. After the page changes
 * nothing acts for `lockout_ms`, so that a second tap never hits what it was not meant for.
 */
#ifndef KIOSK_UI_PRESS_H
#define KIOSK_UI_PRESS_H

#include "kiosk/ui/draw.h"

#define PRESS_HELD_MAX_MS 30000 /* a finger that long is a ghost: the next one takes over */

struct press {
    int32_t down_slop, up_slop; /* in pixels */
    uint64_t lockout_ms;
    bool held;
    int64_t finger;
    uint64_t since_ms, locked_until_ms;
    uint32_t id; /* of the lit target; 0: none */
    uint32_t page;
};

struct press_point {
    int64_t finger;
    int32_t x, y;
    uint64_t now_ms;
};

/* Each says whether the lit target changed. */
bool press_down(struct press *press, const struct draw_list *list, const struct press_point *at);
bool press_move(struct press *press, const struct draw_list *list, const struct press_point *at);

/* The target that acts now; NULL when none. */
const struct draw_target *press_up(struct press *press, const struct draw_list *list,
                                   const struct press_point *at);

/* The page that is shown from now on: another one than before cancels and locks out. */
void press_page(struct press *press, uint32_t page, uint64_t now_ms);

#endif
