#include "tests/unit/unit.h"

#include "kiosk/ui/draw.h"
#include "tests/unit/fake_font.h"

static struct draw_list list;

static void add_target(struct rect rect, enum action action, uint32_t value, bool enabled)
{
    draw_target(
        &list,
        (struct draw_target){.rect = rect, .action = action, .value = value, .enabled = enabled},
        "label");
}

static void a_finger_finds_the_target_under_it(void **state)
{
    (void)state;
    draw_clear(&list);
    add_target((struct rect){0, 0, 100, 100}, ACTION_NEXT, 0, true);
    add_target((struct rect){100, 0, 100, 100}, ACTION_TERM, 2, true);
    const struct draw_target *target = draw_hit(&list, 150, 50, 0);
    assert_non_null(target);
    assert_int_equal(target->action, ACTION_TERM);
    assert_int_equal(target->value, 2);
    assert_string_equal(draw_label(&list, target), "label");
    assert_null(draw_hit(&list, 150, 150, 0));
}

static void a_finger_beside_takes_the_nearest_within_the_slop(void **state)
{
    (void)state;
    draw_clear(&list);
    add_target((struct rect){0, 0, 100, 100}, ACTION_NEXT, 0, true);
    add_target((struct rect){120, 0, 100, 100}, ACTION_BACK, 0, true);
    assert_int_equal(draw_hit(&list, 105, 50, 10)->action, ACTION_NEXT);
    assert_int_equal(draw_hit(&list, 114, 50, 10)->action, ACTION_BACK);
    assert_null(draw_hit(&list, 50, 111, 10));
}

static void what_is_off_cannot_be_touched_and_shields_its_place(void **state)
{
    (void)state;
    draw_clear(&list);
    add_target((struct rect){0, 0, 100, 100}, ACTION_NEXT, 0, false);
    add_target((struct rect){100, 0, 100, 100}, ACTION_BACK, 0, true);
    assert_null(draw_hit(&list, 95, 50, 20));
}

static void ids_tell_targets_apart_and_are_never_0(void **state)
{
    (void)state;
    assert_int_not_equal(draw_target_id(ACTION_NONE, 0), 0);
    assert_int_not_equal(draw_target_id(ACTION_TERM, 1), draw_target_id(ACTION_TERM, 2));
    assert_int_not_equal(draw_target_id(ACTION_TERM, 1), draw_target_id(ACTION_CHOOSE, 1));
}

static void what_does_not_fit_is_dropped_and_counted(void **state)
{
    (void)state;
    draw_clear(&list);
    for (int i = 0; i < DRAW_COMMANDS_MAX + 3; i++)
        draw_fill(&list, (struct rect){0, 0, 10, 10}, 0xFFFFFFFFU);
    assert_int_equal(list.count, DRAW_COMMANDS_MAX);
    assert_int_equal(list.dropped, 3);
}

static void an_empty_rect_draws_nothing(void **state)
{
    (void)state;
    draw_clear(&list);
    draw_round(&list, (struct rect){5, 5, 0, 9}, 3, 0xFF000000U);
    draw_stroke(&list, (struct rect){5, 5, 9, -1}, 3, 1, 0xFF000000U);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.dropped, 0);
}

static void hashes_differ_by_what_is_seen(void **state)
{
    (void)state;
    draw_clear(&list);
    struct draw_text text = {{FONT_REGULAR, 20}, 0xFF000000U, 10, 30, "abc", 3};
    (void)draw_text(&list, &fake_font, &text);
    (void)draw_text(&list, &fake_font, &text);
    text.at = "abd";
    (void)draw_text(&list, &fake_font, &text);
    text.at = "abc";
    text.colour = 0xFF000001U;
    (void)draw_text(&list, &fake_font, &text);
    uint64_t first = draw_hash(&list, &list.commands[0]);
    assert_true(first == draw_hash(&list, &list.commands[1]));
    assert_true(first != draw_hash(&list, &list.commands[2]));
    assert_true(first != draw_hash(&list, &list.commands[3]));
}

static void colours_are_mixed_by_channel(void **state)
{
    (void)state;
    assert_int_equal(draw_mix(0xFF000000U, 0xFFFFFFFFU, 0), 0xFF000000U);
    assert_int_equal(draw_mix(0xFF000000U, 0xFFFFFFFFU, 256), 0xFFFFFFFFU);
    assert_int_equal(draw_mix(0xFFFF0000U, 0xFF0000FFU, 128), 0xFF80007FU);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finger_finds_the_target_under_it),
        cmocka_unit_test(a_finger_beside_takes_the_nearest_within_the_slop),
        cmocka_unit_test(what_is_off_cannot_be_touched_and_shields_its_place),
        cmocka_unit_test(ids_tell_targets_apart_and_are_never_0),
        cmocka_unit_test(what_does_not_fit_is_dropped_and_counted),
        cmocka_unit_test(an_empty_rect_draws_nothing),
        cmocka_unit_test(hashes_differ_by_what_is_seen),
        cmocka_unit_test(colours_are_mixed_by_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
