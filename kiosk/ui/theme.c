#include "kiosk/ui/theme.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kiosk/base/text.h"

#define TYPE_UM_MIN 4000 /* below nobody reads it at a kiosk */

/* The files as they are read. */
struct colours {
    int64_t of[COLOUR_COUNT];
    int64_t shadow, scrim;
};

struct sizes {
    int64_t metric[METRIC_COUNT];
    int64_t type[2][TYPE_COUNT]; /* [large] */
};

#define COLOUR_ROW(key, digits, at) \
    {"colours", (key), CONFIG_COLOUR, (digits), 0, NULL, (at), true},
#define NUMBER_ROW(section, key, min, max, at) \
    {(section), (key), CONFIG_NUMBER, (min), (max), NULL, (at), true},

static const struct config_row colour_rows[] = {
#define THEME_COLOUR(id, key) \
    COLOUR_ROW(#key, 6, offsetof(struct colours, of) + COLOUR_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
    COLOUR_ROW("shadow", 8, offsetof(struct colours, shadow))
        COLOUR_ROW("scrim", 8, offsetof(struct colours, scrim))};

static const struct config_row size_rows[] = {
#define THEME_METRIC(id, key, min, max) \
    NUMBER_ROW("metrics", #key, min, max, \
               offsetof(struct sizes, metric) + METRIC_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
#define THEME_TYPE(id, key, face, max) \
    NUMBER_ROW("type", #key, TYPE_UM_MIN, max, \
               offsetof(struct sizes, type[0]) + TYPE_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
#define THEME_TYPE(id, key, face, max) \
    NUMBER_ROW("type_large", #key, TYPE_UM_MIN, max, \
               offsetof(struct sizes, type[1]) + TYPE_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
};

static const enum font_face faces[TYPE_COUNT] = {
#define THEME_TYPE(id, key, face, max) [TYPE_##id] = (face),
#include "kiosk/ui/theme_list.h"
};

static void scale(const struct sizes *sizes, struct theme *out)
{
    for (size_t i = 0; i < METRIC_COUNT; i++)
        out->metric[i] = theme_px(out, (int32_t)sizes->metric[i]);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        int32_t px = theme_px(out, (int32_t)sizes->type[out->large ? 1 : 0][i]);
        out->type[i] = (struct font_style){faces[i], px < FONT_PX_MAX ? px : FONT_PX_MAX};
    }
}

static void colour(const struct colours *colours, struct theme *out)
{
    for (size_t i = 0; i < COLOUR_COUNT; i++)
        out->colour[i] = (uint32_t)colours->of[i];
    out->shadow = (uint32_t)colours->shadow;
    out->scrim = (uint32_t)colours->scrim;
}

/* The path of a theme file in `out_path`, of THEME_PATH_MAX bytes. */
static struct err theme_path(const char *assets_dir, const char *name, char *out_path,
                             char *out_message)
{
    if (text_print(out_path, THEME_PATH_MAX, "%s/theme/%s.ini", assets_dir, name))
        return ERR_OK;
    (void)text_copy(out_message, CONFIG_MESSAGE_MAX, "assets: the path is too long");
    return ERR(ERR_NO_ROOM, 0, "path");
}

static struct err load_sizes(const char *assets_dir, struct sizes *out, char *out_message)
{
    char path[THEME_PATH_MAX];
    struct err e = theme_path(assets_dir, "sizes", path, out_message);
    if (failed(e))
        return e;
    return config_read(path, size_rows, ARRAY_LEN(size_rows), out, sizeof *out, out_message);
}

static struct err load_colours(const char *assets_dir, const char *name, struct theme *out,
                               char *out_message)
{
    char path[THEME_PATH_MAX];
    struct colours colours = {0};
    struct err e = theme_path(assets_dir, name, path, out_message);
    if (!failed(e)) {
        e = config_read(path, colour_rows, ARRAY_LEN(colour_rows), &colours, sizeof colours,
                        out_message);
    }
    if (!failed(e))
        colour(&colours, out);
    return e;
}

// NOLINTNEXTLINE(readability-function-size): a size, a folder and two results
struct err themes_load(const char *assets_dir, int32_t width_px, int32_t height_px,
                       int32_t short_um, struct themes *out_themes, char *out_message)
{
    static const char *const names[2] = {"light", "high_contrast"};
    struct themes themes = {0};
    struct sizes sizes = {0};
    struct err e = load_sizes(assets_dir, &sizes, out_message);
    int64_t short_px = width_px < height_px ? width_px : height_px;
    int64_t um = short_um > 0 ? short_um : THEME_PANEL_SHORT_UM;
    for (size_t i = 0; i < 4 && !failed(e); i++) {
        struct theme *theme = &themes.of[i / 2][i % 2];
        theme->px_per_m = (int32_t)((short_px * 1000000 + um / 2) / um);
        theme->high_contrast = i / 2 == 1;
        theme->large = i % 2 == 1;
        scale(&sizes, theme);
        e = load_colours(assets_dir, names[i / 2], theme, out_message);
    }
    if (!failed(e))
        *out_themes = themes;
    return e;
}

const struct theme *theme_of(const struct themes *themes, bool high_contrast, bool large)
{
    return &themes->of[high_contrast ? 1 : 0][large ? 1 : 0];
}

int32_t theme_px(const struct theme *theme, int32_t um)
{
    int64_t scaled = (int64_t)um * theme->px_per_m;
    int64_t px = (scaled + 500000) / 1000000;
    return um > 0 && px == 0 ? 1 : (int32_t)px;
}

/* Relative luminance of WCAG 2.2. */
static double luminance(uint32_t colour)
{
    static const double weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0.0;
    for (int32_t i = 0; i < 3; i++) {
        double c = (double)(colour >> (16 - 8 * i) & 0xFF) / 255.0;
        sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

int32_t theme_contrast(uint32_t a, uint32_t b)
{
    double first = luminance(a);
    double second = luminance(b);
    double light = first > second ? first : second;
    double dark = first > second ? second : first;
    return (int32_t)((light + 0.05) / (dark + 0.05) * 100.0);
}
