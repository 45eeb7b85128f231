/*
 * runner.h - the flow and the outside world: mail and touches in, effects out.
 *
 * Owns the visit's PIN and the issued certificate of its order. Called by the main thread only.
 */
#ifndef KIOSK_APP_RUNNER_H
#define KIOSK_APP_RUNNER_H

#include "kiosk/app/book.h"
#include "kiosk/app/printer_desk.h"
#include "kiosk/app/token_desk.h"

struct runner;

struct runner_setup {
    const struct flow_rules *rules;
    struct book *book;
    struct token_desk *token;
    /* Print the receipt of `visit`, at `wall_s`, 0 when the clock is not trusted; EVENT_PRINTED
     * answers with `id`. */
    void (*print)(void *context, uint32_t id, const struct visit *visit, int64_t wall_s);
    /* A visit has ended: forget what the screen and caches hold of it. */
    void (*forget)(void *context);
    void *context;
};

/* `setup` is copied, what it points to is borrowed. ERR_NO_ROOM (also: no locked memory for the
 * PIN). */
MUST_CHECK struct err runner_create(const struct runner_setup *setup, struct runner **out_runner);

/* Call it when the token desk has stopped, which may still have had the PIN. NULL is fine. */
void runner_destroy(struct runner *runner);

/* What happened. */
void runner_mail(struct runner *runner, const struct mail *mail);
void runner_touch(struct runner *runner, enum action action, uint32_t value);
void runner_tick(struct runner *runner);

/* What to draw; borrowed until the next call. */
const struct flow *runner_flow(const struct runner *runner);

#endif
