/*
 * theme.h - colours, sizes and type of the screens, from assets/theme: sizes.ini for all,
 * light.ini and high_contrast.ini for colours.
 *
 * Files speak millimetres (in micrometres, so that numbers stay whole); a theme in memory is
 * already in pixels of the panel. All four looks are loaded once:
 *
 *     struct themes themes;
 *     themes_load("assets", width_px, height_px, 0, &themes, message)
 *     theme_of(&themes, visit.high_contrast, visit.large_text)
 */
#ifndef KIOSK_UI_THEME_H
#define KIOSK_UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/config.h"
#include "kiosk/ui/font.h"

enum theme_colour {
#define THEME_COLOUR(id, key) COLOUR_##id,
#include "kiosk/ui/theme_list.h"
    COLOUR_COUNT,
};

enum theme_metric {
#define THEME_METRIC(id, key, min, max) METRIC_##id,
#include "kiosk/ui/theme_list.h"
    METRIC_COUNT,
};

enum theme_type {
#define THEME_TYPE(id, key, face, max) TYPE_##id,
#include "kiosk/ui/theme_list.h"
    TYPE_COUNT,
};

struct theme {
    uint32_t colour[COLOUR_COUNT];      /* 0xFFRRGGBB */
    int32_t metric[METRIC_COUNT];       /* pixels */
    struct font_style type[TYPE_COUNT]; /* pixels */
    int32_t px_per_m;                   /* of the panel */
    bool large;                         /* large text: fewer secondary texts */
    bool high_contrast;                 /* outlines instead of shadows and tints */
    uint32_t shadow;                    /* 0xAARRGGBB; alpha 0: none */
    uint32_t scrim;                     /* over the screen, behind a dialogue */
};

#define THEME_PATH_MAX 512
#define THEME_PANEL_SHORT_UM 267900 /* the short side of a 21.5" panel, 16:9 */

struct themes {
    struct theme of[2][2]; /* [high contrast][large] */
};

/*
 * Load the theme files from `assets_dir`/theme and scale them for a window of this size on a
 * panel whose short side is `short_um` micrometres (0: THEME_PANEL_SHORT_UM).
 * Errors: those of config_read(); `out_message` has CONFIG_MESSAGE_MAX bytes. `out_themes` is
 * written on success only.
 */
MUST_CHECK struct err themes_load(const char *assets_dir, int32_t width_px, int32_t height_px,
                                  int32_t short_um, struct themes *out_themes, char *out_message);

const struct theme *theme_of(const struct themes *themes, bool high_contrast, bool large);

/* Micrometres of the panel in pixels, rounded. */
int32_t theme_px(const struct theme *theme, int32_t um);

/* WCAG 2.2 contrast of two opaque colours, times 100: 2100 is black on white. */
int32_t theme_contrast(uint32_t a, uint32_t b);

#endif
