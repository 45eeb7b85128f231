/*
 * certkiosk-preview - every screen as a PNG, without a window.
 *
 *     certkiosk-preview --out DIR [--only NAME] [--lang zh|en] [--landscape]
 *                       [--theme light|high_contrast] [--large] [--assets DIR]
 *     certkiosk-preview --out DIR --receipt 384|576 [--lang zh|en]      the slips, as burned
 *
 * Says on stderr which texts were cut off.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/paint.h"
#include "kiosk/ui/screen.h"
#include "kiosk/ui/sdl_font.h"
#include "tests/golden/samples.h"
#include "tests/golden/slips.h"

#define PATH_SIZE 512

struct options {
    const char *out, *only, *assets;
    enum language language;
    bool landscape, high_contrast, large;
    int32_t slip_width; /* 0: screens */
};

static struct {
    struct themes themes;
    struct words words[LANGUAGE_COUNT];
    struct flow_rules rules;
    struct draw_list list;
    uint32_t pixels[1920 * 1080];
    uint8_t dots[SLIPS_ROWS_MAX * SLIPS_WIDTH_MAX];
} all;

static bool save_png(const char *path, int32_t width, int32_t height)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_BGRA};
    return png_image_write_to_file(&image, path, 0, all.pixels, 0, NULL) != 0;
}

static bool draw_sample(const struct options *options, const struct look *look,
                        const struct sample *sample)
{
    struct flow flow;
    sample_flow(sample, options->language, &flow);
    flow.visit.high_contrast = options->high_contrast;
    flow.visit.large_text = options->large;
    screen_draw(look, &flow, &all.rules, &all.list);
    struct paint_surface surface = {all.pixels, look->width_px, look->height_px, look->width_px};
    paint_list(&surface, &all.list, look->font,
               (struct rect){0, 0, look->width_px, look->height_px});
    if (all.list.cut > 0 || all.list.dropped > 0) {
        (void)fprintf(stderr, "%s: %d texts cut off, %d commands dropped\n", sample->name,
                      all.list.cut, all.list.dropped);
    }
    char path[PATH_SIZE];
    (void)text_print(path, sizeof path, "%s/%s.png", options->out, sample->name);
    return save_png(path, look->width_px, look->height_px);
}

static bool draw_slip(const struct options *options, const struct look *look,
                      const struct slip_sample *sample)
{
    struct flow flow;
    struct receipt receipt = slip_receipt(sample, &all.rules, options->language, &flow);
    receipt.font = look->font;
    receipt.words = look->words[options->language];
    int32_t height = slip_burn(&receipt, options->slip_width, &all.list, all.dots);
    char path[PATH_SIZE];
    (void)text_print(path, sizeof path, "%s/%s.png", options->out, sample->name);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)options->slip_width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_GRAY};
    return height > 0 && png_image_write_to_file(&image, path, 0, all.dots, 0, NULL) != 0;
}

static bool draw_slips(const struct options *options, const struct look *look)
{
    for (size_t i = 0; i < slip_sample_count; i++) {
        if (!draw_slip(options, look, &slip_samples[i])) {
            (void)fprintf(stderr, "%s: cannot be drawn\n", slip_samples[i].name);
            return false;
        }
    }
    return true;
}

static bool take_option(int option, struct options *out)
{
    switch (option) {
    case 'o':
        out->out = optarg;
        return true;
    case 'n':
        out->only = optarg;
        return true;
    case 'l':
        out->language = text_same(optarg, "en") ? LANGUAGE_EN : LANGUAGE_ZH;
        return true;
    case 't':
        out->high_contrast = text_same(optarg, "high_contrast");
        return true;
    case 'a':
        out->assets = optarg;
        return true;
    case 'w':
        out->landscape = true;
        return true;
    case 'b':
        out->large = true;
        return true;
    case 'r':
        out->slip_width = text_same(optarg, "384") ? 384 : 576;
        return true;
    default:
        return false;
    }
}

static bool read_options(int count, char **values, struct options *out)
{
    static const struct option names[] = {{"out", required_argument, NULL, 'o'},
                                          {"only", required_argument, NULL, 'n'},
                                          {"lang", required_argument, NULL, 'l'},
                                          {"landscape", no_argument, NULL, 'w'},
                                          {"theme", required_argument, NULL, 't'},
                                          {"large", no_argument, NULL, 'b'},
                                          {"assets", required_argument, NULL, 'a'},
                                          {"receipt", required_argument, NULL, 'r'},
                                          {NULL, 0, NULL, 0}};
    *out = (struct options){.assets = "assets"};
    bool ok = true;
    while (ok) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
        int option = getopt_long(count, values, "", names, NULL);
        if (option == -1)
            break;
        ok = take_option(option, out);
    }
    return ok && out->out != NULL;
}

static struct err load(const struct options *options, const struct look *look, char *out_message)
{
    struct err e =
        themes_load(options->assets, look->width_px, look->height_px, 0, &all.themes, out_message);
    if (!failed(e))
        e = words_load(options->assets, "zh", &all.words[LANGUAGE_ZH], out_message);
    if (!failed(e))
        e = words_load(options->assets, "en", &all.words[LANGUAGE_EN], out_message);
    return e;
}

int main(int count, char **values)
{
    struct options options;
    if (!read_options(count, values, &options)) {
        (void)fputs("usage: certkiosk-preview --out DIR [--only NAME] [--lang zh|en] [--landscape]"
                    " [--theme light|high_contrast] [--large] [--assets DIR]\n",
                    stderr);
        return 2;
    }
    struct look look = {.width_px = options.landscape ? 1920 : 1080,
                        .height_px = options.landscape ? 1080 : 1920,
                        .themes = &all.themes,
                        .words = {&all.words[LANGUAGE_ZH], &all.words[LANGUAGE_EN]},
                        .hall_zh = "江城市政务服务中心",
                        .hall_en = "Jiangcheng Government Services",
                        .kiosk = "kiosk-01",
                        .check_url = "https://pay.example.com",
                        .now_ms = SAMPLES_NOW_MS};
    CLEANUP(sdl_font_cleanup) struct sdl_font *font = NULL;
    char message[CONFIG_MESSAGE_MAX] = "profiles";
    struct err e = load(&options, &look, message);
    if (!failed(e))
        e = sdl_font_open(options.assets, &font, message);
    if (failed(e) || !sample_rules(options.assets, &all.rules)) {
        (void)fprintf(stderr, "certkiosk-preview: %s\n", message);
        return 1;
    }
    look.font = sdl_font_of(font);
    if (options.slip_width > 0)
        return draw_slips(&options, &look) ? 0 : 1;
    for (size_t i = 0; i < sample_count; i++) {
        bool wanted = options.only == NULL || strcmp(options.only, samples[i].name) == 0;
        if (wanted && !draw_sample(&options, &look, &samples[i])) {
            (void)fprintf(stderr, "%s: cannot be written\n", samples[i].name);
            return 1;
        }
    }
    return 0;
}
