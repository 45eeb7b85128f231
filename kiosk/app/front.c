#include "kiosk/app/front.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/app/describe.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/paint.h"
#include "kiosk/ui/receipt.h"
#include "kiosk/ui/screen.h"
#include "kiosk/ui/theme.h"
#include "kiosk/ui/words.h"

#define DOTS_MAX (PRINTER_ROWS_MAX * PRINTER_WIDTH_80MM / 8)
#define PAPER 0xFFFFFFFFU
#define DARK_BELOW 0x60 /* coverage of a dot from which the head burns it; thin strokes stay */

struct front {
    const struct settings *settings;
    struct window *window;
    struct themes themes;
    struct words words[LANGUAGE_COUNT];
    struct draw_list slip;
    uint32_t pixels[PRINTER_ROWS_MAX * PRINTER_WIDTH_80MM];
    uint8_t dots[DOTS_MAX];
};

static const char *const language_names[LANGUAGE_COUNT] = {
    [LANGUAGE_ZH] = "zh", [LANGUAGE_EN] = "en"};

/* A file that is missing among the assets is a mistake like one that is malformed. */
static struct err as_asset(struct err e)
{
    return e.code == ERR_IO ? ERR(ERR_MALFORMED, e.native, "assets") : e;
}

static struct err load(struct front *front, char *out_message)
{
    struct err e = ERR_OK;

    for (int i = 0; i < LANGUAGE_COUNT && !failed(e); i++) {
        e = as_asset(words_load(front->settings->assets_dir, language_names[i], &front->words[i],
                                out_message));
    }
    if (failed(e))
        return e;

    struct window_options options = {.title = "certkiosk",
                                     .assets_dir = front->settings->assets_dir,
                                     .fullscreen = front->settings->screen_window == 0,
                                     .width_px = (int32_t)front->settings->screen_width,
                                     .height_px = (int32_t)front->settings->screen_height};
    e = window_open(&options, &front->window, out_message);
    if (failed(e))
        return e;
    return as_asset(themes_load(front->settings->assets_dir, window_width(front->window),
                                window_height(front->window), 0, &front->themes, out_message));
}

struct err front_open(const struct settings *settings, struct front **out_front, char *out_message)
{
    struct front *front = calloc(1, sizeof(*front));
    if (front == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    front->settings = settings;

    struct err e = load(front, out_message);
    if (failed(e)) {
        front_close(front);
        return e;
    }
    *out_front = front;
    return ERR_OK;
}

void front_close(struct front *front)
{
    if (front == NULL)
        return;
    window_close(front->window);
    explicit_bzero(front, sizeof(*front));
    free(front);
}

/* Screens that are pages of their own for the finger: a touch meant for one never hits the next. */
static uint32_t page_of(const struct flow *flow)
{
    return ((uint32_t)flow->state << 16) | ((uint32_t)flow->message << 8) |
           (flow->warning ? 2U : 0U) | (flow->visit.help_open ? 1U : 0U);
}

struct err front_show(struct front *front, const struct flow *flow, const struct flow_rules *rules)
{
    struct look look = {.width_px = window_width(front->window),
                        .height_px = window_height(front->window),
                        .themes = &front->themes,
                        .font = window_font(front->window),
                        .words = {&front->words[LANGUAGE_ZH], &front->words[LANGUAGE_EN]},
                        .hall_zh = front->settings->hall_zh,
                        .hall_en = front->settings->hall_en,
                        .kiosk = front->settings->kiosk_id,
                        .check_url = front->settings->platform_check_url,
                        .now_ms = clock_boot_ms(),
                        .pressed = window_pressed(front->window)};

    screen_draw(&look, flow, rules, window_list(front->window));
    return window_show(front->window, page_of(flow));
}

void front_wait(struct front *front, const struct flow *flow, uint64_t deadline_ms,
                struct window_event *out_event)
{
    uint64_t change = screen_next_change_ms(flow, clock_boot_ms());
    uint64_t until = change != 0 && change < deadline_ms ? change : deadline_ms;
    window_wait(front->window, until, out_event);
}

void front_wake(void *front)
{
    window_wake(((struct front *)front)->window);
}

void front_forget(struct front *front)
{
    window_forget(front->window);
    explicit_bzero(&front->slip, sizeof(front->slip));
    explicit_bzero(front->pixels, sizeof(front->pixels));
    explicit_bzero(front->dots, sizeof(front->dots));
}

/* One bit a dot: black where the paper is darker than the threshold. */
static void burn(struct front *front, int32_t width, int32_t height)
{
    memset(front->dots, 0, sizeof(front->dots));
    for (int32_t i = 0; i < width * height; i++) {
        uint32_t green = front->pixels[i] >> 8 & 0xFFU;
        if (green < 0xFFU - DARK_BELOW)
            front->dots[i / 8] |= (uint8_t)(0x80U >> (i % 8));
    }
}

/* Of the visit's certificate. NULL when an interrupted write left none to read and the hall
 * serves several platforms: then the slip names none. */
static const struct profile *profile_of(const struct visit *visit, const struct flow_rules *rules)
{
    uint8_t index = visit->chosen < visit->token.certificate_count
                        ? visit->token.certificates[visit->chosen].profile
                        : FACTS_NO_PROFILE;
    if (index < rules->profile_count)
        return &rules->profiles[index];
    return rules->profile_count == 1 ? &rules->profiles[0] : NULL;
}

struct err front_receipt(struct front *front, const struct visit *visit,
                         const struct flow_rules *rules, int64_t wall_s,
                         struct printer_page *out_page)
{
    bool zh = visit->language == LANGUAGE_ZH;
    struct receipt receipt = {.kind = visit->order.status == FACT_ORDER_DONE ? RECEIPT_DELIVERED
                                                                             : RECEIPT_TICKET,
                              .visit = visit,
                              .profile = profile_of(visit, rules),
                              .font = window_font(front->window),
                              .words = &front->words[visit->language],
                              .hall = zh ? front->settings->hall_zh : front->settings->hall_en,
                              .kiosk = front->settings->kiosk_id,
                              .check_url = visit->order.check_url,
                              .wall_s = wall_s};
    int32_t width = (int32_t)front->settings->printer_width;
    int32_t height = 0;

    receipt_draw(&receipt, width, &front->slip, &height);
    if (height > PRINTER_ROWS_MAX || front->slip.dropped > 0)
        return ERR(ERR_NO_ROOM, height, "receipt");

    struct paint_surface surface = {
        .at = front->pixels, .width = width, .height = height, .pitch = width};
    for (int32_t i = 0; i < width * height; i++)
        front->pixels[i] = PAPER;
    paint_list(&surface, &front->slip, receipt.font, (struct rect){0, 0, width, height});
    burn(front, width, height);
    *out_page = (struct printer_page){
        .width = (uint16_t)width, .rows = (uint16_t)height, .dots = front->dots};
    return ERR_OK;
}

void front_describe(const struct front *front, const struct flow *flow, char *out, size_t size)
{
    describe_screen(flow, window_list(front->window), window_pressed(front->window) != 0, out,
                    size);
}
