/*
 * screen.h - what the visitor sees: state in, draw list out. Pure.
 *
 *     screen_draw(&look, &flow, &rules, &out_list)   -> draw commands and touch targets
 *     paint_update(...)  (paint.h)                   -> pixels
 *     draw_hit(&out_list, x, y, slop)                -> what a finger there means
 *
 * One file for each screen: screen_offer.c and so on; screen.c picks by state and draws what
 * all have (header, steps, assist bar, time-out warning, help). How a screen is written: ui.h.
 */
#ifndef KIOSK_UI_SCREEN_H
#define KIOSK_UI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/core/flow.h"
#include "kiosk/ui/draw.h"
#include "kiosk/ui/font.h"
#include "kiosk/ui/theme.h"
#include "kiosk/ui/words.h"

/* What the look of every screen depends on besides the flow. */
struct look {
    int32_t width_px, height_px; /* of the window */
    const struct themes *themes; /* scaled for it; the visit says which of them */
    const struct font *font;
    const struct words *words[LANGUAGE_COUNT];
    const char *hall_zh, *hall_en; /* name of the hall */
    const char *kiosk;             /* id of this kiosk: e-receipt, staff */
    const char *check_url;         /* where anyone can check a receipt */
    uint64_t now_ms;               /* boot clock, for countdowns and spinners */
    uint32_t pressed;              /* id of the target under the finger; 0: none */
};

/* Emit the screen of `flow` into `out`, which is cleared first. */
void screen_draw(const struct look *look, const struct flow *flow, const struct flow_rules *rules,
                 struct draw_list *out);

/* When this screen looks different without an event (countdown, spinner, clock), in boot ms;
 * 0: never. */
uint64_t screen_next_change_ms(const struct flow *flow, uint64_t now_ms);

#endif
