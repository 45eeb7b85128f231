#include "kiosk/ui/blend.h"

void blend_fill(uint32_t *row, int32_t count, uint32_t colour)
{
    for (int32_t i = 0; i < count; i++)
        row[i] = colour | 0xFF000000U;
}

/* value / 255, rounded, for value up to 255 * 255. */
static uint32_t over_255(uint32_t value)
{
    uint32_t t = value + 128;
    return (t + (t >> 8)) >> 8;
}

static uint32_t blend_pixel(uint32_t pixel, uint32_t colour, uint32_t a)
{
    uint32_t mixed = 0xFF;
    for (int32_t shift = 16; shift >= 0; shift -= 8) {
        uint32_t from = pixel >> shift & 0xFF;
        uint32_t to = colour >> shift & 0xFF;
        mixed = mixed << 8 | over_255(to * a + from * (255 - a));
    }
    return mixed;
}

void blend_mask(uint32_t *row, const uint8_t *coverage, int32_t count, uint32_t colour)
{
    uint32_t alpha = colour >> 24;
    for (int32_t i = 0; i < count; i++) {
        uint32_t a = over_255(coverage[i] * alpha);
        if (a == 255) {
            row[i] = colour | 0xFF000000U;
        } else if (a > 0) {
            row[i] = blend_pixel(row[i], colour, a);
        }
    }
}
