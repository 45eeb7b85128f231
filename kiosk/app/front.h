/*
 * front.h - the face of the kiosk: window, screens and the pages that the printer gets.
 *
 * Main thread only, except front_wake().
 */
#ifndef KIOSK_APP_FRONT_H
#define KIOSK_APP_FRONT_H

#include "hw/printer/printer.h"
#include "kiosk/app/settings.h"
#include "kiosk/core/flow.h"
#include "kiosk/ui/window.h"

struct front;

/* Open the window, fonts, themes and words. ERR_IO, ERR_MALFORMED; `out_message` has
 * CONFIG_MESSAGE_MAX bytes and says what, where and what to do. `settings` is borrowed. */
MUST_CHECK struct err front_open(const struct settings *settings, struct front **out_front,
                                 char *out_message);
void front_close(struct front *front); /* NULL is fine */

/* Draw what `flow` shows now, if anything changed. ERR_IO. */
MUST_CHECK struct err front_show(struct front *front, const struct flow *flow,
                                 const struct flow_rules *rules);

/* Wait for a touch or a wake-up, until `deadline_ms` of the boot clock or until the screen changes
 * by itself. */
void front_wait(struct front *front, const struct flow *flow, uint64_t deadline_ms,
                struct window_event *out_event);

/* Wake front_wait(); from any thread. `front` is a struct front. */
void front_wake(void *front);

/* Forget all personal text: caches, lists. */
void front_forget(struct front *front);

/*
 * The receipt of `visit` as a page of dots; borrowed until the next call. `wall_s` is the time on
 * it, 0 when that is not known. ERR_NO_ROOM: longer than PRINTER_ROWS_MAX.
 */
MUST_CHECK struct err front_receipt(struct front *front, const struct visit *visit,
                                    const struct flow_rules *rules, int64_t wall_s,
                                    struct printer_page *out_page);

/* What is on the screen in words, for tests and the demo: one line a target. At most `size` bytes.
 */
void front_describe(const struct front *front, const struct flow *flow, char *out, size_t size);

#endif
