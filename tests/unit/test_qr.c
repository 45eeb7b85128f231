/* Text as the modules of a QR code. */
#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/ui/qr.h"

static bool is_dark(const struct draw_code *code, int32_t x, int32_t y)
{
    int32_t bit = y * code->modules + x;
    return (code->bits[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

/* The eye of a corner: dark border, light ring, dark middle of 3 x 3. */
static bool has_eye(const struct draw_code *code, int32_t left, int32_t top)
{
    for (int32_t y = 0; y < 7; y++) {
        for (int32_t x = 0; x < 7; x++) {
            int32_t edge_x = x < 6 - x ? x : 6 - x;
            int32_t edge_y = y < 6 - y ? y : 6 - y;
            bool dark = (edge_x < edge_y ? edge_x : edge_y) != 1;
            if (is_dark(code, left + x, top + y) != dark)
                return false;
        }
    }
    return true;
}

static void a_code_has_its_three_eyes_and_a_side_of_its_version(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t modules;
    } rows[] = {{"https://a", 21},
                {"https://pay.example.com/p/4f1c9d0e7ab25c38d6e1f0a9b7c4d2e3", 33},
                {"中文", 21}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct draw_code code;
        assert_true(qr_encode(rows[i].text, &code));
        assert_int_equal(code.modules, rows[i].modules);
        assert_true(has_eye(&code, 0, 0));
        assert_true(has_eye(&code, code.modules - 7, 0));
        assert_true(has_eye(&code, 0, code.modules - 7));
        assert_false(has_eye(&code, code.modules - 7, code.modules - 7));
    }
}

static void what_cannot_be_a_code_leaves_it_as_it_was(void **state)
{
    (void)state;
    char text[2000];
    struct draw_code code = {.modules = 77};

    assert_false(qr_encode("", &code));
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_false(qr_encode(text, &code));
    text[QR_TEXT_MAX] = '\0';
    assert_false(qr_encode(text, &code));
    assert_int_equal(code.modules, 77);
    text[QR_TEXT_MAX - 1] = '\0';
    assert_true(qr_encode(text, &code));
    assert_true(code.modules <= DRAW_CODE_MODULES_MAX);
}

static struct draw_list list;

static void a_code_is_drawn_in_whole_pixels_on_white_with_its_quiet_zone(void **state)
{
    (void)state;
    static const struct {
        struct rect box;
        int32_t module_px; /* of 21 + 8 modules */
    } rows[] = {
        {{0, 0, 290, 290}, 10}, {{5, 7, 289, 400}, 9}, {{5, 7, 400, 319}, 11}, {{0, 0, 29, 29}, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        draw_clear(&list);
        struct rect paper = qr_draw(&list, rows[i].box, "https://a");
        assert_int_equal(paper.w, 29 * rows[i].module_px);
        assert_int_equal(paper.h, paper.w);
        assert_true(rect_inside(paper, rows[i].box));
        assert_int_equal(list.count, 2);
        assert_int_equal(list.commands[0].kind, DRAW_FILL);
        assert_int_equal(list.commands[0].colour, 0xFFFFFFFFU);
        assert_int_equal(list.commands[1].kind, DRAW_CODE);
        assert_int_equal(list.commands[1].thick, rows[i].module_px);
        assert_int_equal(list.commands[1].bounds.x, paper.x + QR_QUIET * rows[i].module_px);
        assert_int_equal(list.commands[1].bounds.y, paper.y + QR_QUIET * rows[i].module_px);
    }
}

static void without_a_text_or_without_room_nothing_is_drawn(void **state)
{
    (void)state;
    draw_clear(&list);
    assert_true(rect_empty(qr_draw(&list, (struct rect){0, 0, 290, 290}, "")));
    assert_true(rect_empty(qr_draw(&list, (struct rect){0, 0, 28, 28}, "https://a")));
    assert_int_equal(list.count, 0);
}

static void draw_one(const char *text)
{
    draw_clear(&list);
    assert_false(rect_empty(qr_draw(&list, (struct rect){0, 0, 290, 290}, text)));
    assert_int_equal(list.code_count, 1);
}

static void a_code_drawn_again_is_kept_and_another_text_is_encoded(void **state)
{
    (void)state;
    struct draw_code fresh;
    assert_true(qr_encode("https://a", &fresh));
    draw_one("https://a");
    assert_memory_equal(&list.codes[0], &fresh, sizeof fresh);

    list.codes[0].bits[9] ^= 0x10; /* to be told from a new one */
    uint8_t marked = list.codes[0].bits[9];
    draw_one("https://a");
    assert_int_equal(list.codes[0].bits[9], marked);

    assert_true(qr_encode("https://b", &fresh));
    draw_one("https://b");
    assert_memory_equal(&list.codes[0], &fresh, sizeof fresh);
}

static void a_list_that_was_wiped_has_kept_no_code(void **state)
{
    (void)state;
    struct draw_code fresh;
    assert_true(qr_encode("https://a", &fresh));
    draw_one("https://a");
    memset(&list, 0, sizeof list);
    assert_null(draw_code_kept(&list, "https://a"));
    assert_null(draw_code_kept(&list, ""));
    draw_one("https://a");
    assert_memory_equal(&list.codes[0], &fresh, sizeof fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_has_its_three_eyes_and_a_side_of_its_version),
        cmocka_unit_test(what_cannot_be_a_code_leaves_it_as_it_was),
        cmocka_unit_test(a_code_is_drawn_in_whole_pixels_on_white_with_its_quiet_zone),
        cmocka_unit_test(a_code_drawn_again_is_kept_and_another_text_is_encoded),
        cmocka_unit_test(a_list_that_was_wiped_has_kept_no_code),
        cmocka_unit_test(without_a_text_or_without_room_nothing_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
