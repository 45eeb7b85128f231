/* The font by SDL_ttf: widths, coverage, fallback, and what it keeps. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/config.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/icon.h"
#include "kiosk/ui/sdl_font.h"

static struct sdl_font *sdl;
static const struct font *font;

static int open_font(void **state)
{
    (void)state;
    char message[CONFIG_MESSAGE_MAX];
    if (failed(sdl_font_open("assets", &sdl, message))) {
        (void)fprintf(stderr, "%s\n", message);
        return -1;
    }
    font = sdl_font_of(sdl);
    return 0;
}

static int close_font(void **state)
{
    (void)state;
    sdl_font_close(sdl);
    return 0;
}

static int32_t width(int32_t px, const char *text)
{
    return font->width(font->self, (struct font_style){FONT_REGULAR, px}, text, strlen(text));
}

/* Where ink is, from the baseline and the pen. */
struct ink {
    int32_t left, right, top, bottom;
    int64_t sum;
};

static void add_ink(struct ink *ink, int32_t x, int32_t y, uint8_t coverage)
{
    if (coverage < 64)
        return;
    ink->sum += coverage;
    ink->left = x < ink->left ? x : ink->left;
    ink->right = x > ink->right ? x : ink->right;
    ink->top = y < ink->top ? y : ink->top;
    ink->bottom = y > ink->bottom ? y : ink->bottom;
}

static struct ink ink_of(struct font_style style, const char *text)
{
    struct font_mask mask;
    struct ink ink = {.left = 9999, .right = -9999, .top = 9999, .bottom = -9999};
    assert_true(font->mask(font->self, style, text, strlen(text), &mask));
    for (int32_t y = 0; y < mask.height; y++) {
        for (int32_t x = 0; x < mask.width; x++)
            add_ink(&ink, x + mask.left, y + mask.top, mask.at[y * mask.pitch + x]);
    }
    return ink;
}

static void an_ideograph_is_an_em_wide(void **state)
{
    (void)state;
    assert_int_equal(width(32, "续"), 32);
    assert_int_equal(width(60, "请选择业务"), 300);
    assert_int_equal(width(32, ""), 0);
}

static void the_same_text_in_another_size_has_another_width(void **state)
{
    (void)state;
    /* sizes and digits that differ in the same bits */
    assert_int_not_equal(width(40, "6"), width(42, "4"));
    for (int32_t px = 20; px < 80; px++)
        assert_int_equal(width(px, "签"), px);
}

static void ideographs_look_centred_on_the_baseline_offset(void **state)
{
    (void)state;
    struct ink ink = ink_of((struct font_style){FONT_REGULAR, 100}, "国");
    int32_t middle = (ink.top + ink.bottom) / 2;
    assert_in_range(-middle, font_baseline(100) - 4, font_baseline(100) + 4);
}

static void bold_is_darker(void **state)
{
    (void)state;
    int64_t regular = ink_of((struct font_style){FONT_REGULAR, 40}, "续签").sum;
    int64_t bold = ink_of((struct font_style){FONT_BOLD, 40}, "续签").sum;
    assert_true(bold > regular * 5 / 4);
}

static void an_icon_stands_on_the_baseline_in_its_square(void **state)
{
    (void)state;
    for (int32_t i = 1; i < ICON_COUNT; i++) {
        struct ink ink = ink_of((struct font_style){FONT_ICONS, 96}, icon_text((enum icon)i));
        assert_true(ink.sum > 0);
        assert_true(ink.left >= -1 && ink.right <= 96);
        assert_true(ink.top >= -97 && ink.bottom <= 1);
        int32_t middle = (ink.top + ink.bottom) / 2;
        assert_in_range(-middle, 36, 60);
    }
}

static void a_character_no_font_has_is_a_box_and_not_left_out(void **state)
{
    (void)state;
    static const char nowhere[] = "\xF3\xB0\x80\x80"; /* U+F0000: private use */
    assert_int_equal(width(40, nowhere), 40);
    struct ink ink = ink_of((struct font_style){FONT_REGULAR, 40}, nowhere);
    assert_true(ink.right - ink.left > 30);
    assert_int_equal(width(40, "一\xF3\xB0\x80\x80二"), 120);
}

static void any_length_and_size_is_safe(void **state)
{
    (void)state;
    char text[3 * FONT_TEXT_MAX + 1];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_true(width(20, text) > 0);
    struct font_mask mask;
    (void)font->mask(font->self, (struct font_style){FONT_BOLD, FONT_PX_MAX}, text, 40, &mask);
}

static void the_cache_holds_what_is_asked_however_much_came_before(void **state)
{
    (void)state;
    struct ink first = ink_of((struct font_style){FONT_BOLD, 60}, "可以续签");
    for (int32_t i = 0; i < 2000; i++) {
        char text[32];
        (void)text_print(text, sizeof text, "续签 %d", (int)i);
        (void)ink_of((struct font_style){FONT_BOLD, 40}, text);
    }
    struct ink again = ink_of((struct font_style){FONT_BOLD, 60}, "可以续签");
    assert_memory_equal(&first, &again, sizeof first);
    sdl_font_forget(sdl);
    again = ink_of((struct font_style){FONT_BOLD, 60}, "可以续签");
    assert_memory_equal(&first, &again, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ideograph_is_an_em_wide),
        cmocka_unit_test(the_same_text_in_another_size_has_another_width),
        cmocka_unit_test(ideographs_look_centred_on_the_baseline_offset),
        cmocka_unit_test(bold_is_darker),
        cmocka_unit_test(an_icon_stands_on_the_baseline_in_its_square),
        cmocka_unit_test(a_character_no_font_has_is_a_box_and_not_left_out),
        cmocka_unit_test(any_length_and_size_is_safe),
        cmocka_unit_test(the_cache_holds_what_is_asked_however_much_came_before),
    };
    return cmocka_run_group_tests(tests, open_font, close_font);
}
