/* bench_ui - frames of the payment screen at 1080x1920, from state to pixels, against filling the
 * same framebuffer once. Runs in the repository's root. */
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/paint.h"
#include "kiosk/ui/screen.h"
#include "kiosk/ui/sdl_font.h"
#include "tests/bench/bench.h"
#include "tests/golden/samples.h"

#define WIDTH 1080
#define HEIGHT 1920
#define ROUNDS 200
#define SECOND_MS 1000
#define MINUTE_MS 60000

static struct {
    struct themes themes;
    struct words words[LANGUAGE_COUNT];
    struct flow_rules rules;
    struct flow flow;
    struct look look;
    struct draw_list list;
    struct paint_cells cells;
    uint32_t pixels[WIDTH * HEIGHT];
    uint64_t changed_px;
} all;

static void frame(void)
{
    struct rect rects[PAINT_RECTS_MAX];
    struct paint_surface surface = {all.pixels, WIDTH, HEIGHT, WIDTH};

    screen_draw(&all.look, &all.flow, &all.rules, &all.list);
    uint16_t count = paint_changes(&all.cells, &all.list, WIDTH, HEIGHT, rects);
    all.changed_px = 0;
    for (uint16_t i = 0; i < count; i++) {
        paint_list(&surface, &all.list, all.look.font, rects[i]);
        all.changed_px += (uint64_t)rects[i].w * (uint64_t)rects[i].h;
    }
}

static void whole(void *context)
{
    (void)context;
    all.cells.width = 0;
    frame();
}

/* The countdown goes on by a second, and starts again before it is over. */
static void second(void *context)
{
    uint64_t passed_ms = all.look.now_ms - SAMPLES_NOW_MS;
    (void)context;

    all.look.now_ms = SAMPLES_NOW_MS + (passed_ms + SECOND_MS) % MINUTE_MS;
    frame();
}

static void unchanged(void *context)
{
    (void)context;
    frame();
}

static void fill(void *context)
{
    static int value;
    (void)context;
    memset(all.pixels, value++ & 0xFF, sizeof(all.pixels));
    __asm__ volatile("" : : "r"(all.pixels) : "memory"); /* it is wanted */
}

static const struct sample *pay_sample(void)
{
    for (size_t i = 0; i < sample_count; i++) {
        if (text_same(samples[i].name, "pay"))
            return &samples[i];
    }
    return NULL;
}

static void load(struct sdl_font **out_font)
{
    char message[CONFIG_MESSAGE_MAX] = "the profiles cannot be read";
    bench_need(!failed(themes_load("assets", WIDTH, HEIGHT, 0, &all.themes, message)), message);
    bench_need(!failed(words_load("assets", "zh", &all.words[LANGUAGE_ZH], message)), message);
    bench_need(!failed(words_load("assets", "en", &all.words[LANGUAGE_EN], message)), message);
    bench_need(!failed(sdl_font_open("assets", out_font, message)), message);
    bench_need(sample_rules("assets", &all.rules) && pay_sample() != NULL, message);
}

int main(void)
{
    struct sdl_font *font = NULL;

    load(&font);
    all.look = (struct look){.width_px = WIDTH,
                             .height_px = HEIGHT,
                             .themes = &all.themes,
                             .font = sdl_font_of(font),
                             .words = {&all.words[LANGUAGE_ZH], &all.words[LANGUAGE_EN]},
                             .hall_zh = "江城市政务服务中心",
                             .hall_en = "Jiangcheng Government Services",
                             .kiosk = "kiosk-01",
                             .check_url = "https://pay.example.com",
                             .now_ms = SAMPLES_NOW_MS};
    sample_flow(pay_sample(), LANGUAGE_ZH, &all.flow);

    double fill_us = bench_us(fill, NULL, ROUNDS);
    double whole_us = bench_us(whole, NULL, ROUNDS);
    double second_us = bench_us(second, NULL, ROUNDS);
    bench_need(all.changed_px > 0 && all.changed_px < (uint64_t)WIDTH * HEIGHT / 10,
               "a second changes nothing, or the whole screen");
    double same_us = bench_us(unchanged, NULL, ROUNDS);
    bench_need(all.changed_px == 0, "an unchanged frame is painted");

    const struct bench_row rows[] = {
        {"ui: full redraw of the pay screen", "us", whole_us, fill_us, "memset of the framebuffer",
         false, 10.0},
        {"ui: one second of the countdown", "us", second_us, fill_us, "memset of the framebuffer",
         false, 1.0},
        {"ui: unchanged frame", "us", same_us, fill_us, "memset of the framebuffer", false, 0.2},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        bench_print(&rows[i]);
    sdl_font_close(font);
    return 0;
}
