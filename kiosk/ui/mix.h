/* mix.h - a product modulo 2^64, for hashes; said so that a sanitizer knows it is meant. */
#ifndef KIOSK_UI_MIX_H
#define KIOSK_UI_MIX_H

#include <stdint.h>

static inline uint64_t mix_product(uint64_t a, uint64_t b)
{
    return (uint64_t)((__extension__(unsigned __int128) a * b) & UINT64_MAX);
}

#endif
