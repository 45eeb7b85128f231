#include "tests/unit/unit.h"

#include "kiosk/ui/press.h"

static struct draw_list list;
static struct press press;

static int start(void **state)
{
    (void)state;
    draw_clear(&list);
    draw_target(
        &list,
        (struct draw_target){.rect = {0, 0, 100, 100}, .action = ACTION_NEXT, .enabled = true},
        "next");
    draw_target(
        &list,
        (struct draw_target){.rect = {200, 0, 100, 100}, .action = ACTION_BACK, .enabled = true},
        "back");
    press = (struct press){.down_slop = 4, .up_slop = 20, .lockout_ms = 300};
    return 0;
}

static struct press_point at(int64_t finger, int32_t x, int32_t y, uint64_t now_ms)
{
    return (struct press_point){finger, x, y, now_ms};
}

static bool down(int64_t finger, int32_t x, int32_t y, uint64_t now_ms)
{
    struct press_point point = at(finger, x, y, now_ms);
    return press_down(&press, &list, &point);
}

static bool move(int64_t finger, int32_t x, int32_t y, uint64_t now_ms)
{
    struct press_point point = at(finger, x, y, now_ms);
    return press_move(&press, &list, &point);
}

static const struct draw_target *up(int64_t finger, int32_t x, int32_t y, uint64_t now_ms)
{
    struct press_point point = at(finger, x, y, now_ms);
    return press_up(&press, &list, &point);
}

static void a_tap_lights_at_once_and_acts_on_release(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    assert_int_equal(press.id, draw_target_id(ACTION_NEXT, 0));
    const struct draw_target *target = up(1, 55, 52, 1080);
    assert_non_null(target);
    assert_int_equal(target->action, ACTION_NEXT);
    assert_int_equal(press.id, 0);
}

static void a_release_just_outside_still_acts(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    assert_non_null(up(1, 115, 50, 1080));
}

static void a_finger_that_leaves_cancels_for_good(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    assert_false(move(1, 60, 50, 1010));
    assert_true(move(1, 150, 50, 1020));
    assert_false(move(1, 50, 50, 1030));
    assert_null(up(1, 50, 50, 1040));
}

static void other_fingers_are_palms(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    assert_false(down(2, 250, 50, 1005));
    assert_null(up(2, 250, 50, 1010));
    assert_non_null(up(1, 50, 50, 1020));
}

static void a_finger_held_half_a_minute_is_a_ghost(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    assert_true(down(2, 250, 50, 1000 + PRESS_HELD_MAX_MS));
    assert_non_null(up(2, 250, 50, 1000 + PRESS_HELD_MAX_MS + 50));
}

static void a_new_page_cancels_and_locks_out(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    press_page(&press, 7, 1010);
    assert_null(up(1, 50, 50, 1020));
    assert_false(down(1, 50, 50, 1309));
    assert_null(up(1, 50, 50, 1400));
    assert_true(down(1, 50, 50, 1310));
    assert_non_null(up(1, 50, 50, 1400));
}

static void the_same_page_again_locks_nothing(void **state)
{
    (void)state;
    press_page(&press, 7, 0);
    assert_true(down(1, 50, 50, 1000));
    press_page(&press, 7, 1010);
    assert_non_null(up(1, 50, 50, 1020));
}

static void a_target_that_went_away_does_not_act(void **state)
{
    (void)state;
    assert_true(down(1, 50, 50, 1000));
    list.target_count = 0;
    assert_null(up(1, 50, 50, 1020));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_tap_lights_at_once_and_acts_on_release, start),
        cmocka_unit_test_setup(a_release_just_outside_still_acts, start),
        cmocka_unit_test_setup(a_finger_that_leaves_cancels_for_good, start),
        cmocka_unit_test_setup(other_fingers_are_palms, start),
        cmocka_unit_test_setup(a_finger_held_half_a_minute_is_a_ghost, start),
        cmocka_unit_test_setup(a_new_page_cancels_and_locks_out, start),
        cmocka_unit_test_setup(the_same_page_again_locks_nothing, start),
        cmocka_unit_test_setup(a_target_that_went_away_does_not_act, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
