/* fake_font.h - a font without a file: ideographs are an em wide, all else half an em. */
#ifndef TESTS_UNIT_FAKE_FONT_H
#define TESTS_UNIT_FAKE_FONT_H

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/font.h"

static int32_t fake_width(void *self, struct font_style style, const char *text, size_t len)
{
    (void)self;
    const char *end = text + len;
    int32_t width = 0;
    while (text < end)
        width += text_next(&text) >= 0x2E80 ? style.px : style.px / 2;
    return width;
}

/* A grey block over the ideographs' square. */
static bool fake_mask(void *self, struct font_style style, const char *text, size_t len,
                      struct font_mask *out_mask)
{
    static uint8_t grey[FONT_PX_MAX * 64];
    memset(grey, 0x80, sizeof grey);
    int32_t width = fake_width(self, style, text, len);
    if (width > 64)
        width = 64;
    *out_mask = (struct font_mask){.at = grey,
                                   .width = width,
                                   .height = style.px,
                                   .pitch = width,
                                   .top = -style.px * 88 / 100};
    return width > 0;
}

static const struct font fake_font = {NULL, fake_width, fake_mask};

#endif
