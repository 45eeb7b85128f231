/*
 * screens_bench.h - what the tests of the screens share: fonts, themes, words and rules of this
 * repository, and a sample drawn in one of its looks. To be included once, after unit.h.
 */
#ifndef TESTS_UNIT_SCREENS_BENCH_H
#define TESTS_UNIT_SCREENS_BENCH_H

#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/screen.h"
#include "kiosk/ui/sdl_font.h"
#include "tests/golden/samples.h"

#define LONG_SIDE 1920
#define SHORT_SIDE 1080
#define VARIANTS 16 /* language, orientation, theme, size */

static struct {
    struct sdl_font *font;
    struct themes themes[2]; /* [landscape] */
    struct words words[LANGUAGE_COUNT];
    struct flow_rules rules;
    struct flow flow;
    struct draw_list list;
    char about[128];
} bench;

static inline int bench_load(void **state)
{
    (void)state;
    char message[CONFIG_MESSAGE_MAX] = "profiles";
    struct err e = themes_load("assets", SHORT_SIDE, LONG_SIDE, 0, &bench.themes[0], message);
    if (!failed(e))
        e = themes_load("assets", LONG_SIDE, SHORT_SIDE, 0, &bench.themes[1], message);
    if (!failed(e))
        e = words_load("assets", "zh", &bench.words[LANGUAGE_ZH], message);
    if (!failed(e))
        e = words_load("assets", "en", &bench.words[LANGUAGE_EN], message);
    if (!failed(e))
        e = sdl_font_open("assets", &bench.font, message);
    if (failed(e) || !sample_rules("assets", &bench.rules)) {
        (void)fprintf(stderr, "%s\n", message);
        return -1;
    }
    return 0;
}

static inline int bench_unload(void **state)
{
    (void)state;
    sdl_font_close(bench.font);
    return 0;
}

/* Draw a sample in one of the 16 looks into bench.list. */
static inline struct look bench_draw(const struct sample *sample, uint32_t variant)
{
    bool wide = (variant & 2) != 0;
    enum language language = (variant & 1) != 0 ? LANGUAGE_EN : LANGUAGE_ZH;
    struct look look = {.width_px = wide ? LONG_SIDE : SHORT_SIDE,
                        .height_px = wide ? SHORT_SIDE : LONG_SIDE,
                        .themes = &bench.themes[wide ? 1 : 0],
                        .font = sdl_font_of(bench.font),
                        .words = {&bench.words[LANGUAGE_ZH], &bench.words[LANGUAGE_EN]},
                        .hall_zh = "江城市政务服务中心",
                        .hall_en = "Jiangcheng Government Services",
                        .kiosk = "kiosk-01",
                        .check_url = "https://pay.example.com",
                        .now_ms = SAMPLES_NOW_MS};
    sample_flow(sample, language, &bench.flow);
    bench.flow.visit.high_contrast = (variant & 4) != 0;
    bench.flow.visit.large_text = (variant & 8) != 0;
    (void)text_print(bench.about, sizeof bench.about, "%s, %s%s%s%s", sample->name,
                     language == LANGUAGE_EN ? "en" : "zh", wide ? ", landscape" : "",
                     bench.flow.visit.high_contrast ? ", high contrast" : "",
                     bench.flow.visit.large_text ? ", large" : "");
    screen_draw(&look, &bench.flow, &bench.rules, &bench.list);
    return look;
}

static inline const struct sample *bench_sample(const char *name)
{
    for (size_t i = 0; i < sample_count; i++) {
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    }
    fail_msg("no sample %s", name);
    return &samples[0]; /* fail_msg() does not return */
}

static inline bool bench_is_words(const struct draw_command *command)
{
    return command->kind == DRAW_TEXT && command->style.face != FONT_ICONS;
}

#endif
