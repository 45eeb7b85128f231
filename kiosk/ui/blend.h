/*
 * blend.h - rows of pixels: 0x??RRGGBB, eight bits a channel.
 *
 * blend_sse2.c and blend_scalar.c do the same to the bit; the build takes one. A channel
 * becomes round((colour * a + pixel * (255 - a)) / 255), a = coverage * alpha / 255.
 */
#ifndef KIOSK_UI_BLEND_H
#define KIOSK_UI_BLEND_H

#include <stdint.h>

/* Set `count` pixels to an opaque colour. */
void blend_fill(uint32_t *row, int32_t count, uint32_t colour);

/* Blend `colour` (0xAARRGGBB) by `coverage`, one byte a pixel. */
void blend_mask(uint32_t *row, const uint8_t *coverage, int32_t count, uint32_t colour);

#endif
