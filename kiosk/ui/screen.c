#include "kiosk/ui/screen.h"

#include <assert.h>
#include <stddef.h>

#include "kiosk/ui/frame.h"
#include "kiosk/ui/screens.h"

#define SECOND_MS 1000

/* How each state is shown, and how often it moves by itself. */
static const struct {
    void (*draw)(struct ui *ui);
    uint64_t step_ms; /* 0: stands still */
} screens[FLOW_STATE_COUNT] = {
    [FLOW_ATTRACT] = {screen_attract, 0},
    [FLOW_SERVICES] = {screen_services, 0},
    [FLOW_INSERT] = {screen_insert, SECOND_MS},
    [FLOW_READING] = {screen_reading, UI_SPINNER_STEP_MS},
    [FLOW_CHOOSE_CERTIFICATE] = {screen_choose, 0},
    [FLOW_CERTIFICATE] = {screen_certificate, 0},
    [FLOW_PIN] = {screen_pin, 0},
    [FLOW_PIN_CHECKING] = {screen_reading, UI_SPINNER_STEP_MS},
    [FLOW_OFFER] = {screen_offer, 0},
    [FLOW_ORDERING] = {screen_ordering, UI_SPINNER_STEP_MS},
    [FLOW_PAY] = {screen_pay, UI_SPINNER_STEP_MS},
    [FLOW_ISSUING] = {screen_issuing, UI_SPINNER_STEP_MS},
    [FLOW_WRITING] = {screen_writing, UI_SPINNER_STEP_MS},
    [FLOW_PRINTING] = {screen_printing, UI_SPINNER_STEP_MS},
    [FLOW_DONE] = {screen_done, 0},
    [FLOW_TICKET] = {screen_ticket, 0},
    [FLOW_MESSAGE] = {screen_message, 0},
    [FLOW_TAKE_TOKEN] = {screen_take_token, 0},
    [FLOW_OUT_OF_SERVICE] = {screen_out_of_service, 0},
};

void screen_draw(const struct look *look, const struct flow *flow, const struct flow_rules *rules,
                 struct draw_list *out)
{
    assert(flow->state < FLOW_STATE_COUNT);
    const struct visit *visit = &flow->visit;
    enum language language = visit->language;
    struct ui ui = {.look = look,
                    .flow = flow,
                    .rules = rules,
                    .theme = theme_of(look->themes, visit->high_contrast, visit->large_text),
                    .words = look->words[language],
                    .second = look->words[language == LANGUAGE_ZH ? LANGUAGE_EN : LANGUAGE_ZH],
                    .language = language,
                    .wide = look->width_px > look->height_px,
                    .out = out};
    draw_clear(out);
    draw_fill(out, (struct rect){0, 0, look->width_px, look->height_px},
              ui_colour(&ui, COLOUR_BACKGROUND));
    screens[flow->state].draw(&ui);
    if (flow->warning) {
        frame_warning(&ui);
    } else if (visit->help_open) {
        frame_help(&ui);
    }
}

uint64_t screen_next_change_ms(const struct flow *flow, uint64_t now_ms)
{
    uint64_t step_ms = screens[flow->state].step_ms;
    if (flow->warning)
        step_ms = step_ms == 0 || step_ms > SECOND_MS ? SECOND_MS : step_ms;
    if (step_ms == 0)
        return 0;
    /* a countdown changes with its deadline's seconds, a spinner with the clock's steps */
    uint64_t phase = step_ms == SECOND_MS ? flow->deadline_ms % step_ms : 0;
    return now_ms + step_ms - (now_ms + step_ms - phase) % step_ms;
}
