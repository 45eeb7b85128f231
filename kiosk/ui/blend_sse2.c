/* Four pixels at a time; what is left over, and what is empty or full, goes the short way. */
#include "kiosk/ui/blend.h"

#include <emmintrin.h>
#include <string.h>

void blend_fill(uint32_t *row, int32_t count, uint32_t colour)
{
    const __m128i four = _mm_set1_epi32((int)(colour | 0xFF000000U));
    int32_t i = 0;
    for (; i + 4 <= count; i += 4)
        _mm_storeu_si128((__m128i *)(void *)(row + i), four);
    for (; i < count; i++)
        row[i] = colour | 0xFF000000U;
}

/* Eight times value / 255, rounded. */
static __m128i over_255(__m128i value)
{
    __m128i t = _mm_add_epi16(value, _mm_set1_epi16(128));
    return _mm_srli_epi16(_mm_add_epi16(t, _mm_srli_epi16(t, 8)), 8);
}

/* Two pixels, widened: colour * a + pixel * (255 - a). */
static __m128i blend_two(__m128i pixels, __m128i colour, __m128i a)
{
    __m128i rest = _mm_sub_epi16(_mm_set1_epi16(255), a);
    return over_255(_mm_add_epi16(_mm_mullo_epi16(colour, a), _mm_mullo_epi16(pixels, rest)));
}

static void blend_four(uint32_t row[4], uint32_t coverage, uint32_t colour)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i alpha = _mm_set1_epi16((short)(colour >> 24));
    __m128i wide = _mm_unpacklo_epi8(_mm_set1_epi32((int)(colour | 0xFF000000U)), zero);
    __m128i a =
        over_255(_mm_mullo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128((int)coverage), zero), alpha));
    /* a0 a1 a2 a3 -> a0 x4 a1 x4, a2 x4 a3 x4 */
    __m128i pairs = _mm_unpacklo_epi16(a, a);
    __m128i low = _mm_unpacklo_epi32(pairs, pairs);
    __m128i high = _mm_unpackhi_epi32(pairs, pairs);
    __m128i pixels = _mm_loadu_si128((const __m128i *)(const void *)row);
    __m128i mixed = _mm_packus_epi16(blend_two(_mm_unpacklo_epi8(pixels, zero), wide, low),
                                     blend_two(_mm_unpackhi_epi8(pixels, zero), wide, high));
    mixed = _mm_or_si128(mixed, _mm_set1_epi32((int)0xFF000000U));
    _mm_storeu_si128((__m128i *)(void *)row, mixed);
}

void blend_mask(uint32_t *row, const uint8_t *coverage, int32_t count, uint32_t colour)
{
    int32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint32_t four;
        memcpy(&four, coverage + i, sizeof four);
        if (four != 0)
            blend_four(row + i, four, colour);
    }
    if (i < count) {
        uint32_t pixels[4] = {0};
        uint32_t four = 0;
        memcpy(&four, coverage + i, (size_t)(count - i));
        memcpy(pixels, row + i, (size_t)(count - i) * sizeof *row);
        blend_four(pixels, four, colour);
        memcpy(row + i, pixels, (size_t)(count - i) * sizeof *row);
    }
}
