#include "tests/unit/unit.h"

#include <string.h>

#include "kiosk/ui/paint.h"
#include "tests/unit/fake_font.h"

#define WIDTH 300
#define HEIGHT 200
#define WHITE 0xFFFFFFFFU
#define BLACK 0xFF000000U

static struct draw_list list;
static struct paint_cells cells;
static uint32_t pixels[WIDTH * HEIGHT], again[WIDTH * HEIGHT];
static const struct paint_surface surface = {pixels, WIDTH, HEIGHT, WIDTH};
static const struct paint_surface second = {again, WIDTH, HEIGHT, WIDTH};
static const struct rect whole = {0, 0, WIDTH, HEIGHT};

static uint32_t at(int32_t x, int32_t y)
{
    return pixels[y * WIDTH + x];
}

static int start(void **state)
{
    (void)state;
    draw_clear(&list);
    memset(&cells, 0, sizeof cells);
    draw_fill(&list, whole, WHITE);
    return 0;
}

static void paint(void)
{
    paint_list(&surface, &list, &fake_font, whole);
}

/* One of everything, some of it over the edge. */
static void add_scene(int32_t moved)
{
    struct draw_arc arc = {{200, 20, 60, 60}, 8, 300, 2000};
    int32_t from[2] = {5, 190};
    int32_t to[2] = {90, 140};
    struct draw_text text = {{FONT_BOLD, 30}, 0xFF112233U, 20 + moved, 120, "文字", 6};
    draw_shadow(&list, (struct rect){30, 30, 120, 90}, 12, 10, 0x40000000U);
    draw_round(&list, (struct rect){30, 30, 120, 90}, 20, 0xFF3366CCU);
    draw_stroke(&list, (struct rect){-10, 100, 120, 90}, 20, 3, 0xFF33CC66U);
    draw_arc(&list, &arc, 0xFFCC3300U);
    draw_line(&list, from, to, 7, 0x80FF0000U);
    (void)draw_text(&list, &fake_font, &text);
    draw_dot(&list, 270, 170, 50, 0xFF00AAAAU);
}

static void a_round_rect_is_full_inside_and_empty_at_its_corners(void **state)
{
    (void)state;
    draw_round(&list, (struct rect){10, 10, 80, 60}, 20, BLACK);
    paint();
    assert_int_equal(at(10, 10), WHITE);
    assert_int_equal(at(50, 10), BLACK);
    assert_int_equal(at(10, 40), BLACK);
    assert_int_equal(at(89, 69), WHITE);
    assert_int_equal(at(90, 40), WHITE);
    assert_int_equal(at(50, 69), BLACK);
    assert_int_equal(at(50, 70), WHITE);
    uint32_t rim = at(16, 15) & 0xFF;
    assert_in_range(rim, 1, 254);
}

static void a_disc_has_the_area_of_a_disc(void **state)
{
    (void)state;
    draw_dot(&list, 100, 100, 40, BLACK);
    paint();
    double dark = 0.0;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        dark += (255.0 - (double)(pixels[i] & 0xFF)) / 255.0;
    assert_true(dark > 5026.5 - 15.0 && dark < 5026.5 + 15.0);
}

static void a_stroke_is_hollow(void **state)
{
    (void)state;
    draw_stroke(&list, (struct rect){10, 10, 80, 60}, 20, 3, BLACK);
    paint();
    assert_int_equal(at(50, 10), BLACK);
    assert_int_equal(at(50, 12), BLACK);
    assert_int_equal(at(50, 13), WHITE);
    assert_int_equal(at(12, 40), BLACK);
    assert_int_equal(at(13, 40), WHITE);
    assert_int_equal(at(50, 40), WHITE);
}

static void a_square_stroke_paints_no_pixel_twice(void **state)
{
    (void)state;
    draw_stroke(&list, (struct rect){10, 10, 80, 60}, 0, 4, 0x80000000U);
    paint();
    assert_int_equal(at(10, 10), at(50, 10));
    assert_int_equal(at(10, 40), at(50, 10));
    assert_int_equal(at(50, 50), WHITE);
}

static void a_code_is_drawn_module_by_module(void **state)
{
    (void)state;
    static struct draw_code code = {.modules = 3, .bits = {0xA8, 0x80}}; /* 101 010 001 */
    draw_code(&list, &code, 20, 20, 5);
    paint();
    assert_int_equal(at(20, 20), BLACK);
    assert_int_equal(at(25, 20), WHITE);
    assert_int_equal(at(34, 24), BLACK);
    assert_int_equal(at(27, 27), BLACK);
    assert_int_equal(at(20, 30), WHITE);
    assert_int_equal(at(32, 32), BLACK);
}

static void a_first_frame_is_whole_and_the_same_again_changes_nothing(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    add_scene(0);
    assert_int_equal(paint_changes(&cells, &list, WIDTH, HEIGHT, rects), 1);
    assert_memory_equal(&rects[0], &whole, sizeof whole);
    assert_int_equal(paint_changes(&cells, &list, WIDTH, HEIGHT, rects), 0);
}

static void what_moved_is_repainted_and_nothing_else(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    add_scene(0);
    (void)paint_changes(&cells, &list, WIDTH, HEIGHT, rects);
    draw_clear(&list);
    draw_fill(&list, whole, WHITE);
    add_scene(3);
    uint16_t count = paint_changes(&cells, &list, WIDTH, HEIGHT, rects);
    assert_in_range(count, 1, 4);
    for (uint16_t i = 0; i < count; i++) {
        assert_true(rects[i].x + rects[i].w <= 2 * PAINT_CELL);
        assert_true(rects[i].y >= PAINT_CELL);
    }
}

static void painting_what_changed_gives_the_whole_picture(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    for (int32_t moved = 0; moved < 120; moved += 7) {
        draw_clear(&list);
        draw_fill(&list, whole, WHITE);
        add_scene(moved);
        uint16_t count = paint_changes(&cells, &list, WIDTH, HEIGHT, rects);
        for (uint16_t i = 0; i < count; i++)
            paint_list(&surface, &list, &fake_font, rects[i]);
        paint_list(&second, &list, &fake_font, whole);
        assert_memory_equal(pixels, again, sizeof pixels);
    }
}

static void a_clip_of_one_pixel_paints_that_pixel(void **state)
{
    (void)state;
    add_scene(0);
    paint();
    memset(again, 0, sizeof again);
    for (int32_t y = 0; y < HEIGHT; y += 3) {
        for (int32_t x = 0; x < WIDTH; x += 3)
            paint_list(&second, &list, &fake_font, (struct rect){x, y, 1, 1});
    }
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++)
            assert_int_equal(again[y * WIDTH + x], x % 3 == 0 && y % 3 == 0 ? at(x, y) : 0);
    }
}

static void another_size_is_a_whole_frame(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    add_scene(0);
    (void)paint_changes(&cells, &list, WIDTH, HEIGHT, rects);
    assert_int_equal(paint_changes(&cells, &list, WIDTH, HEIGHT - 1, rects), 1);
    assert_int_equal(rects[0].h, HEIGHT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_round_rect_is_full_inside_and_empty_at_its_corners, start),
        cmocka_unit_test_setup(a_disc_has_the_area_of_a_disc, start),
        cmocka_unit_test_setup(a_stroke_is_hollow, start),
        cmocka_unit_test_setup(a_square_stroke_paints_no_pixel_twice, start),
        cmocka_unit_test_setup(a_code_is_drawn_module_by_module, start),
        cmocka_unit_test_setup(a_first_frame_is_whole_and_the_same_again_changes_nothing, start),
        cmocka_unit_test_setup(what_moved_is_repainted_and_nothing_else, start),
        cmocka_unit_test_setup(painting_what_changed_gives_the_whole_picture, start),
        cmocka_unit_test_setup(a_clip_of_one_pixel_paints_that_pixel, start),
        cmocka_unit_test_setup(another_size_is_a_whole_frame, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
