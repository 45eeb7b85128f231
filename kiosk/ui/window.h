/*
 * window.h - the window, its pixels and the finger on it; the only door to SDL for the others.
 *
 *     window_open(&options, &window)
 *     for (;;) {
 *         window_wait(window, deadline_ms, &event);    sleeps until something happens
 *         ... screen_draw(..., window_list(window));
 *         window_show(window);                         paints and uploads what changed
 *     }
 *
 * A press lights its target at once and acts when the finger lifts inside it (with slop); the
 * first finger wins; after the targets change, none acts for WINDOW_LOCKOUT_MS. One thread,
 * except window_wake().
 */
#ifndef KIOSK_UI_WINDOW_H
#define KIOSK_UI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/err.h"
#include "kiosk/ui/draw.h"
#include "kiosk/ui/font.h"

#define WINDOW_LOCKOUT_MS 300
#define WINDOW_PATH_MAX 512

struct window;

struct window_options {
    const char *title;
    const char *assets_dir; /* fonts.conf is read there */
    bool fullscreen;
    int32_t width_px, height_px; /* of a window; fullscreen takes the panel's */
};

enum window_event_kind {
    WINDOW_NOTHING, /* the deadline passed */
    WINDOW_TOUCHED, /* a target acted: action, value */
    WINDOW_PRESSED, /* the pressed target changed: draw again */
    WINDOW_WOKEN,   /* window_wake() was called */
    WINDOW_EXPOSED, /* draw again: uncovered or resized */
    WINDOW_CLOSED,  /* the user closed a window */
};

struct window_event {
    enum window_event_kind kind;
    enum action action;
    uint32_t value;
};

/* Open the window and the fonts. Errors: ERR_IO (display or font file), ERR_MALFORMED
 * (fonts.conf). `out_message` has CONFIG_MESSAGE_MAX bytes. The caller owns `*out_window`. */
MUST_CHECK struct err window_open(const struct window_options *options, struct window **out_window,
                                  char *out_message);
void window_close(struct window *window); /* NULL is fine */
void window_cleanup(struct window **window);

int32_t window_width(const struct window *window);
int32_t window_height(const struct window *window);
const struct font *window_font(const struct window *window);

/* The list to draw the next frame into; valid until window_close(). */
struct draw_list *window_list(struct window *window);

/* Id of the target under the finger, for `struct look`; 0: none. */
uint32_t window_pressed(const struct window *window);

/* Paint and upload what changed since the last frame. `page` names the screen at hand; when it
 * differs from the last one, the lock-out starts. Errors: ERR_IO. */
MUST_CHECK struct err window_show(struct window *window, uint32_t page);

/* Wait for one event, until `deadline_ms` of the boot clock (0: at most WINDOW_WAIT_MAX_MS). */
#define WINDOW_WAIT_MAX_MS 60000
void window_wait(struct window *window, uint64_t deadline_ms, struct window_event *out_event);

/* Wake window_wait(); from any thread. */
void window_wake(struct window *window);

/* Forget all text that was ever drawn, and the last frame's list; the next frame is whole. */
void window_forget(struct window *window);

/* The pixels as a PNG file. Errors: ERR_IO. */
MUST_CHECK struct err window_save(const struct window *window, const char *path);

#endif
