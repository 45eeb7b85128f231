#include "tests/unit/unit.h"

#include "kiosk/ui/rect.h"

static void assert_rect(struct rect is, struct rect wanted)
{
    assert_int_equal(is.x, wanted.x);
    assert_int_equal(is.y, wanted.y);
    assert_int_equal(is.w, wanted.w);
    assert_int_equal(is.h, wanted.h);
}

static void cutting_takes_from_a_side_and_leaves_the_gap(void **state)
{
    (void)state;
    struct rect left = {10, 20, 100, 50};
    assert_rect(rect_cut_top(&left, 10, 5), (struct rect){10, 20, 100, 10});
    assert_rect(left, (struct rect){10, 35, 100, 35});
    assert_rect(rect_cut_right(&left, 30, 2), (struct rect){80, 35, 30, 35});
    assert_rect(left, (struct rect){10, 35, 68, 35});
    assert_rect(rect_cut_bottom(&left, 5, 0), (struct rect){10, 65, 68, 5});
    assert_rect(rect_cut_left(&left, 8, 1), (struct rect){10, 35, 8, 30});
    assert_rect(left, (struct rect){19, 35, 59, 30});
}

static void rows_get_their_least_size_and_share_the_rest(void **state)
{
    (void)state;
    static const struct rect_part parts[3] = {{20, 0}, {10, 1}, {10, 2}};
    struct rect rows[3];
    assert_true(rect_rows((struct rect){0, 0, 50, 110}, 5, parts, 3, rows));
    assert_rect(rows[0], (struct rect){0, 0, 50, 20});
    assert_rect(rows[1], (struct rect){0, 25, 50, 30});
    assert_rect(rows[2], (struct rect){0, 60, 50, 50});
}

static void rows_that_do_not_fit_say_so(void **state)
{
    (void)state;
    static const struct rect_part parts[2] = {{20, 0}, {30, 1}};
    struct rect rows[2];
    assert_false(rect_rows((struct rect){0, 0, 50, 50}, 5, parts, 2, rows));
    assert_int_equal(rows[1].h, 30);
}

static void a_grid_fills_its_room_to_the_last_pixel(void **state)
{
    (void)state;
    struct rect in = {7, 9, 101, 53};
    struct rect last = rect_cell(in, 4, 3, 2, 5);
    assert_int_equal(last.x + last.w, in.x + in.w);
    assert_int_equal(last.y + last.h, in.y + in.h);
    for (uint8_t a = 0; a < 6; a++) {
        assert_true(rect_inside(rect_cell(in, 4, 3, 2, a), in));
        for (uint8_t b = 0; b < a; b++)
            assert_false(rect_overlaps(rect_cell(in, 4, 3, 2, a), rect_cell(in, 4, 3, 2, b)));
    }
}

static void rects_that_only_touch_do_not_overlap(void **state)
{
    (void)state;
    assert_false(rect_overlaps((struct rect){0, 0, 10, 10}, (struct rect){10, 0, 10, 10}));
    assert_true(rect_overlaps((struct rect){0, 0, 11, 10}, (struct rect){10, 0, 10, 10}));
    assert_true(rect_has((struct rect){0, 0, 10, 10}, 9, 9));
    assert_false(rect_has((struct rect){0, 0, 10, 10}, 10, 9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_takes_from_a_side_and_leaves_the_gap),
        cmocka_unit_test(rows_get_their_least_size_and_share_the_rest),
        cmocka_unit_test(rows_that_do_not_fit_say_so),
        cmocka_unit_test(a_grid_fills_its_room_to_the_last_pixel),
        cmocka_unit_test(rects_that_only_touch_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
