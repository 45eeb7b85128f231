#include "kiosk/ui/icon.h"

#include <assert.h>

/* The code points are all in the private use area U+E000 to U+FFFF: three bytes of UTF-8. */
#define ICON_BYTES(code) \
    { \
        (char)(0xE0 | ((code) >> 12)), (char)(0x80 | (((code) >> 6) & 0x3F)), \
            (char)(0x80 | ((code)&0x3F)), '\0' \
    }

static const char glyphs[ICON_COUNT][4] = {
    [ICON_NONE] = "",
#define ICON(name, code) [ICON_##name] = ICON_BYTES(code),
#include "kiosk/ui/icons_list.h"
#undef ICON
};

const char *icon_text(enum icon icon)
{
    assert(icon < ICON_COUNT);
    return glyphs[icon];
}
