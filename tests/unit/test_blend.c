#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/ui/blend.h"

#define PIXELS 37

/* What blend.h promises of one channel. */
static uint32_t channel(uint32_t from, uint32_t to, uint32_t coverage, uint32_t alpha)
{
    uint32_t a = (2 * coverage * alpha + 255) / 510;
    return (2 * (to * a + from * (255 - a)) + 255) / 510;
}

static uint32_t pixel(uint32_t from, uint32_t colour, uint32_t coverage)
{
    uint32_t mixed = 0xFF;
    for (int shift = 16; shift >= 0; shift -= 8) {
        mixed = mixed << 8 |
                channel(from >> shift & 0xFF, colour >> shift & 0xFF, coverage, colour >> 24);
    }
    return mixed;
}

static void assert_coverage(uint32_t colour, uint32_t coverage)
{
    static const uint32_t before[4] = {0xFFFFFFFFU, 0xFF000000U, 0xFF123456U, 0xFFF2F5FAU};
    uint32_t row[4];
    uint8_t mask[4];
    memcpy(row, before, sizeof row);
    memset(mask, (int)coverage, sizeof mask);
    blend_mask(row, mask, 4, colour);
    for (size_t at = 0; at < 4; at++)
        assert_int_equal(row[at], pixel(before[at], colour, coverage));
}

static void every_coverage_and_alpha_is_rounded_as_promised(void **state)
{
    (void)state;
    static const uint32_t colours[] = {0xFF0A4FBFU, 0x80FFC400U, 0x01FFFFFFU, 0xFFFFFFFFU,
                                       0x99111827U};
    for (size_t i = 0; i < 5; i++) {
        for (uint32_t coverage = 0; coverage < 256; coverage++)
            assert_coverage(colours[i], coverage);
    }
}

static void any_length_touches_its_own_pixels_only(void **state)
{
    (void)state;
    for (int32_t count = 0; count < PIXELS - 1; count++) {
        uint32_t row[PIXELS];
        uint8_t mask[PIXELS];
        for (size_t i = 0; i < PIXELS; i++) {
            row[i] = 0xFF000000U;
            mask[i] = 255;
        }
        blend_mask(row, mask, count, 0xFFFFFFFFU);
        for (int32_t i = 0; i < PIXELS; i++)
            assert_int_equal(row[i], i < count ? 0xFFFFFFFFU : 0xFF000000U);
    }
}

static void a_fill_is_opaque(void **state)
{
    (void)state;
    uint32_t row[3] = {0};
    blend_fill(row, 2, 0x00123456U);
    assert_int_equal(row[1], 0xFF123456U);
    assert_int_equal(row[2], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_coverage_and_alpha_is_rounded_as_promised),
        cmocka_unit_test(any_length_touches_its_own_pixels_only),
        cmocka_unit_test(a_fill_is_opaque),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
