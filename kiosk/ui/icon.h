/* icon.h - the icons of the screens: glyphs of the font Material Icons. */
#ifndef KIOSK_UI_ICON_H
#define KIOSK_UI_ICON_H

enum icon {
    ICON_NONE,
#define ICON(name, code) ICON_##name,
#include "kiosk/ui/icons_list.h"
#undef ICON
    ICON_COUNT,
};

/* The glyph as UTF-8, for FONT_ICONS; "" for ICON_NONE. Never NULL. */
const char *icon_text(enum icon icon);

#endif
