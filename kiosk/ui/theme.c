#include "kiosk/ui/theme.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "kiosk/base/text.h"

#define COLOUR_TEXT_SIZE 10 /* #AARRGGBB */
#define METRIC_UM_MAX 200000

/* The files as they are read. */
struct colours {
    char of[COLOUR_COUNT][COLOUR_TEXT_SIZE];
    char shadow[COLOUR_TEXT_SIZE], scrim[COLOUR_TEXT_SIZE];
};

struct sizes {
    int64_t metric[METRIC_COUNT];
    int64_t type[2][TYPE_COUNT]; /* [large] */
};

#define COLOUR_ROW(key, at) {"colours", (key), CONFIG_TEXT, 7, COLOUR_TEXT_SIZE, NULL, (at), true},
#define NUMBER_ROW(section, key, min, at) \
    {(section), (key), CONFIG_NUMBER, (min), METRIC_UM_MAX, NULL, (at), true},

static const struct config_row colour_rows[] = {
#define THEME_COLOUR(id, key) \
    COLOUR_ROW(#key, offsetof(struct colours, of) + (size_t)COLOUR_##id * COLOUR_TEXT_SIZE)
#include "kiosk/ui/theme_list.h"
    COLOUR_ROW("shadow", offsetof(struct colours, shadow))
        COLOUR_ROW("scrim", offsetof(struct colours, scrim))};

static const struct config_row size_rows[] = {
#define THEME_METRIC(id, key) \
    NUMBER_ROW("metrics", #key, 0, offsetof(struct sizes, metric) + METRIC_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
#define THEME_TYPE(id, key, face) \
    NUMBER_ROW("type", #key, 2000, offsetof(struct sizes, type[0]) + TYPE_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
#define THEME_TYPE(id, key, face) \
    NUMBER_ROW("type_large", #key, 2000, \
               offsetof(struct sizes, type[1]) + TYPE_##id * sizeof(int64_t))
#include "kiosk/ui/theme_list.h"
};

static const enum font_face faces[TYPE_COUNT] = {
#define THEME_TYPE(id, key, face) [TYPE_##id] = (face),
#include "kiosk/ui/theme_list.h"
};

static const char *const colour_keys[COLOUR_COUNT] = {
#define THEME_COLOUR(id, key) [COLOUR_##id] = #key,
#include "kiosk/ui/theme_list.h"
};

static int32_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#RRGGBB" or, where `translucent`, "#AARRGGBB". */
static bool read_colour(const char *text, bool translucent, uint32_t *out_colour)
{
    size_t digits = translucent ? 8 : 6;
    if (text[0] != '#' || strlen(text) != digits + 1)
        return false;
    uint32_t colour = translucent ? 0 : 0xFF;
    for (size_t i = 1; i <= digits; i++) {
        int32_t digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        colour = (colour & 0x0FFFFFFFU) << 4 | (uint32_t)digit;
    }
    *out_colour = colour;
    return true;
}

static struct err bad_colour(const char *path, const char *key, const char *text, char *out_message)
{
    (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                     "%s: [colours] %s = %s: a colour is #RRGGBB, shadow and scrim #AARRGGBB", path,
                     key, text);
    return ERR(ERR_MALFORMED, 0, "colour");
}

static void scale(const struct sizes *sizes, struct theme *out)
{
    for (size_t i = 0; i < METRIC_COUNT; i++)
        out->metric[i] = theme_px(out, (int32_t)sizes->metric[i]);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        int32_t px = theme_px(out, (int32_t)sizes->type[out->large ? 1 : 0][i]);
        out->type[i] = (struct font_style){faces[i], px < FONT_PX_MAX ? px : FONT_PX_MAX};
    }
}

static struct err colour(const char *path, const struct colours *colours, struct theme *out,
                         char *out_message)
{
    for (size_t i = 0; i < COLOUR_COUNT; i++) {
        if (!read_colour(colours->of[i], false, &out->colour[i]))
            return bad_colour(path, colour_keys[i], colours->of[i], out_message);
    }
    if (!read_colour(colours->shadow, true, &out->shadow))
        return bad_colour(path, "shadow", colours->shadow, out_message);
    if (!read_colour(colours->scrim, true, &out->scrim))
        return bad_colour(path, "scrim", colours->scrim, out_message);
    return ERR_OK;
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
    return failed(e) ? e : colour(path, &colours, out, out_message);
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
