/* Every screen in every look: what a person with a ruler and a magnifying glass would check. */
#include "tests/unit/unit.h"

#include <stdarg.h>

#include "kiosk/ui/paint.h"
#include "tests/unit/screens_bench.h"

#define CONTRAST_MIN 450
#define ICON_CONTRAST_MIN 300
#define TARGET_MIN_UM 20000
enum check {
    CHECK_CUT,
    CHECK_ELLIPSIS,
    CHECK_INSIDE,
    CHECK_TARGETS,
    CHECK_CONTRAST,
    CHECK_NAMES,
    CHECK_NEWS,
    CHECK_SAME,
    CHECKS
};

static struct {
    struct paint_cells cells;
    uint32_t pixels[LONG_SIDE * SHORT_SIDE], again[LONG_SIDE * SHORT_SIDE];
    uint32_t complaints[CHECKS];
} all;

/* Count what is wrong and go on: one run says all of it. */
PRINTF_LIKE(2, 3) static void complain(enum check check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s: ", bench.about);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    all.complaints[check]++;
}

static void check_cut(const struct look *look)
{
    (void)look;
    if (bench.list.dropped > 0 || bench.list.cut > 0) {
        complain(CHECK_CUT, "%d texts cut off, %d commands dropped", (int)bench.list.cut,
                 (int)bench.list.dropped);
    }
}

static void no_text_is_cut_off(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_CUT], 0);
}

static bool ends_in(const char *text, size_t len, const char *end)
{
    size_t end_len = strlen(end);
    return len > end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

/* A list may shorten names: what is chosen is then told in full. */
static void check_ellipsis(const struct look *look)
{
    (void)look;
    if (bench.flow.state == FLOW_CHOOSE_CERTIFICATE)
        return;
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        const char *text = bench.list.text + command->text;
        if (bench_is_words(command) && ends_in(text, command->text_len, "…"))
            complain(CHECK_ELLIPSIS, "shortened to %s", text);
    }
}

static void no_text_ends_in_an_ellipsis_but_in_a_list(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_ELLIPSIS], 0);
}

static void check_inside(const struct look *look)
{
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        if (command->kind != DRAW_TEXT || command->style.face == FONT_ICONS)
            continue;
        int32_t around = command->style.px / 8 + 1;
        int32_t left = command->bounds.x + around;
        int32_t right = command->bounds.x + command->bounds.w - around;
        if (left < 0 || right > look->width_px || command->y0 > look->height_px)
            complain(CHECK_INSIDE, "outside the window: %s", bench.list.text + command->text);
    }
}

static void no_text_leaves_the_window(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_INSIDE], 0);
}

static void check_pair(const struct draw_target *a, const struct draw_target *b)
{
    const char *label = draw_label(&bench.list, a);
    const char *other = draw_label(&bench.list, b);
    if (rect_overlaps(a->rect, b->rect))
        complain(CHECK_TARGETS, "%s overlaps %s", label, other);
    if (a->id == b->id)
        complain(CHECK_TARGETS, "%s and %s mean the same", label, other);
}

static void check_targets(const struct look *look)
{
    int32_t least = theme_px(theme_of(look->themes, false, false), TARGET_MIN_UM);
    struct rect window = {0, 0, look->width_px, look->height_px};
    for (uint16_t i = 0; i < bench.list.target_count; i++) {
        const struct draw_target *target = &bench.list.targets[i];
        const char *label = draw_label(&bench.list, target);
        if (target->rect.w < least || target->rect.h < least) {
            complain(CHECK_TARGETS, "too small: %s, %d x %d", label, (int)target->rect.w,
                     (int)target->rect.h);
        }
        if (!rect_inside(target->rect, window))
            complain(CHECK_TARGETS, "not in the window: %s", label);
        for (uint16_t other = 0; other < i; other++)
            check_pair(target, &bench.list.targets[other]);
    }
}

static void targets_are_20_mm_and_apart(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_TARGETS], 0);
}

/* What is under the first letter of a text: the last opaque area painted there before it. */
static uint32_t ground(uint16_t text)
{
    const struct draw_command *command = &bench.list.commands[text];
    int32_t x = command->x0 + 1;
    int32_t y = command->y0 - command->style.px / 3;
    for (uint16_t i = text; i > 0; i--) {
        const struct draw_command *under = &bench.list.commands[i - 1];
        bool area = under->kind == DRAW_FILL || under->kind == DRAW_ROUND;
        if (area && under->colour >> 24 == 0xFF && rect_has(under->bounds, x, y))
            return under->colour;
    }
    return 0;
}

static void check_contrast(const struct look *look)
{
    (void)look;
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        if (command->kind != DRAW_TEXT)
            continue;
        int32_t contrast = theme_contrast(command->colour, ground(i));
        int32_t least = command->style.face == FONT_ICONS ? ICON_CONTRAST_MIN : CONTRAST_MIN;
        if (contrast < least) {
            complain(CHECK_CONTRAST, "contrast %d: %s", (int)contrast,
                     bench.list.text + command->text);
        }
    }
}

static void text_stands_out_from_its_ground(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_CONTRAST], 0);
}

static void check_same(const struct look *look)
{
    struct rect rects[PAINT_RECTS_MAX];
    (void)paint_changes(&all.cells, &bench.list, look->width_px, look->height_px, rects);
    screen_draw(look, &bench.flow, &bench.rules, &bench.list);
    uint16_t count = paint_changes(&all.cells, &bench.list, look->width_px, look->height_px, rects);
    if (count != 0)
        complain(CHECK_SAME, "%d rects changed", (int)count);
}

static void a_screen_drawn_again_changes_no_cell(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_SAME], 0);
}

static void a_partial_repaint_equals_a_whole_one(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    all.cells.width = 0;
    for (size_t i = 0; i < sample_count; i++) {
        struct look look = bench_draw(&samples[i], 0);
        struct rect whole = {0, 0, look.width_px, look.height_px};
        struct paint_surface surface = {all.pixels, whole.w, whole.h, whole.w};
        struct paint_surface second = {all.again, whole.w, whole.h, whole.w};
        uint16_t count = paint_changes(&all.cells, &bench.list, whole.w, whole.h, rects);
        for (uint16_t at = 0; at < count; at++)
            paint_list(&surface, &bench.list, look.font, rects[at]);
        paint_list(&second, &bench.list, look.font, whole);
        if (memcmp(all.pixels, all.again, sizeof all.pixels) != 0)
            fail_msg("%s", bench.about);
    }
}

static bool offers(enum action action, uint32_t value)
{
    const struct draw_target *target = draw_find(&bench.list, draw_target_id(action, value));
    return target != NULL && target->enabled;
}

static void what_cannot_be_done_cannot_be_touched(void **state)
{
    (void)state;
    (void)bench_draw(bench_sample("services"), 0);
    assert_true(offers(ACTION_SERVICE, SERVICE_RENEW));
    assert_false(offers(ACTION_SERVICE, SERVICE_UNLOCK));
    (void)bench_draw(bench_sample("services-offline"), 0);
    assert_false(offers(ACTION_SERVICE, SERVICE_RENEW));
    (void)bench_draw(bench_sample("certificate-too-early"), 0);
    assert_false(offers(ACTION_NEXT, 0));
    assert_true(offers(ACTION_BACK, 0));
    (void)bench_draw(bench_sample("pin-empty"), 0);
    assert_false(offers(ACTION_NEXT, 0));
    assert_true(offers(ACTION_PIN_DIGIT, 0));
}

static void the_last_try_is_asked_for_before_a_digit_can_be_typed(void **state)
{
    (void)state;
    (void)bench_draw(bench_sample("pin-consent"), 0);
    assert_true(offers(ACTION_LAST_TRY, 0));
    assert_false(offers(ACTION_PIN_DIGIT, 1));
    (void)bench_draw(bench_sample("pin-last-try"), 0);
    assert_true(offers(ACTION_PIN_DIGIT, 1));
}

static void overlays_take_all_touches(void **state)
{
    (void)state;
    (void)bench_draw(bench_sample("insert-warning"), 0);
    assert_int_equal(bench.list.target_count, 2);
    assert_true(offers(ACTION_CONTINUE, 0));
    (void)bench_draw(bench_sample("services-help"), 0);
    assert_int_equal(bench.list.target_count, 1);
    assert_true(offers(ACTION_HELP_CLOSE, 0));
}

static void a_key_does_not_show_that_it_is_pressed(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    struct look look = bench_draw(bench_sample("pin"), 0);
    (void)paint_changes(&all.cells, &bench.list, look.width_px, look.height_px, rects);
    look.pressed = draw_target_id(ACTION_PIN_DIGIT, 5);
    screen_draw(&look, &bench.flow, &bench.rules, &bench.list);
    assert_int_equal(paint_changes(&all.cells, &bench.list, look.width_px, look.height_px, rects),
                     0);
    look.pressed = draw_target_id(ACTION_NEXT, 0);
    screen_draw(&look, &bench.flow, &bench.rules, &bench.list);
    assert_int_not_equal(
        paint_changes(&all.cells, &bench.list, look.width_px, look.height_px, rects), 0);
}

static void only_what_moves_asks_for_another_frame(void **state)
{
    (void)state;
    sample_flow(bench_sample("services"), LANGUAGE_ZH, &bench.flow);
    assert_int_equal(screen_next_change_ms(&bench.flow, 5000), 0);
    sample_flow(bench_sample("reading"), LANGUAGE_ZH, &bench.flow);
    uint64_t next_ms = screen_next_change_ms(&bench.flow, 5000);
    assert_in_range(next_ms, 5001, 5083);
    sample_flow(bench_sample("insert"), LANGUAGE_ZH, &bench.flow);
    next_ms = screen_next_change_ms(&bench.flow, 5000);
    assert_in_range(next_ms, 5001, 6000);
    assert_int_equal(next_ms % 1000, bench.flow.deadline_ms % 1000);
}

/* Whether the screen says `name`, spaces aside, on one line or on several one below the other. */
static bool says(const char *name)
{
    static char said[DRAW_TEXT_POOL_MAX];
    char wanted[WORDS_TEXT_MAX];
    size_t len = 0;
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        const char *text = bench.list.text + command->text;
        for (size_t at = 0; bench_is_words(command) && at < command->text_len; at++) {
            if (text[at] != ' ')
                said[len++] = text[at];
        }
    }
    said[len] = '\0';
    len = 0;
    for (; *name != '\0'; name++) {
        if (*name != ' ')
            wanted[len++] = *name;
    }
    wanted[len] = '\0';
    return strstr(said, wanted) != NULL;
}

/* In large text the screen of the certificate does, and those after it have no room. */
static bool names_the_holder(enum flow_state state)
{
    bool later = state == FLOW_OFFER || state == FLOW_PAY;
    return state == FLOW_CERTIFICATE || (later && !bench.flow.visit.large_text);
}

static bool names_the_payee(enum flow_state state)
{
    return state == FLOW_ORDERING || state == FLOW_PAY;
}

static void check_names(const struct look *look)
{
    (void)look;
    const struct fact_certificate *certificate = flow_certificate(&bench.flow);
    const struct profile *profile = flow_profile(&bench.flow, &bench.rules);
    if (certificate == NULL || bench.flow.warning)
        return;
    if (names_the_holder(bench.flow.state) && !says(certificate->holder))
        complain(CHECK_NAMES, "does not say whose it is");
    bool zh = bench.flow.visit.language == LANGUAGE_ZH;
    if (names_the_payee(bench.flow.state) &&
        (profile == NULL || !says(zh ? profile->title_zh : profile->title_en)))
        complain(CHECK_NAMES, "does not say who is paid");
}

static void holder_and_payee_are_said_in_full(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_NAMES], 0);
}

static void check_news(const struct look *look)
{
    (void)look;
    const struct fact_hall *hall = &bench.flow.hall;
    bool others = !hall->line_up || !hall->reader_there || !hall->clock_trusted || !hall->room_ok ||
                  hall->printer != FACT_PRINTER_READY;
    if (bench.flow.state != FLOW_SERVICES || others)
        return;
    bool zh = bench.flow.visit.language == LANGUAGE_ZH;
    for (uint8_t i = 0; i < hall->announcement_count; i++) {
        bench.flow.announcement = i;
        screen_draw(look, &bench.flow, &bench.rules, &bench.list);
        if (bench.list.cut > 0 || !says(zh ? hall->announcements[i].zh : hall->announcements[i].en))
            complain(CHECK_NEWS, "announcement %d is not said in full", i + 1);
    }
}

static void each_announcement_can_be_read_to_its_end(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_NEWS], 0);
}

/* Drawing is what costs: each look is drawn once for all checks. */
static void check_all(const struct sample *sample, uint32_t variant)
{
    struct look look = bench_draw(sample, variant);
    check_cut(&look);
    check_ellipsis(&look);
    check_inside(&look);
    check_targets(&look);
    check_contrast(&look);
    check_names(&look);
    check_news(&look);
    check_same(&look);
}

static int load(void **state)
{
    if (bench_load(state) != 0)
        return -1;
    for (size_t i = 0; i < sample_count; i++) {
        for (uint32_t variant = 0; variant < VARIANTS; variant++)
            check_all(&samples[i], variant);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_is_cut_off),
        cmocka_unit_test(no_text_ends_in_an_ellipsis_but_in_a_list),
        cmocka_unit_test(no_text_leaves_the_window),
        cmocka_unit_test(targets_are_20_mm_and_apart),
        cmocka_unit_test(text_stands_out_from_its_ground),
        cmocka_unit_test(holder_and_payee_are_said_in_full),
        cmocka_unit_test(each_announcement_can_be_read_to_its_end),
        cmocka_unit_test(a_screen_drawn_again_changes_no_cell),
        cmocka_unit_test(a_partial_repaint_equals_a_whole_one),
        cmocka_unit_test(what_cannot_be_done_cannot_be_touched),
        cmocka_unit_test(the_last_try_is_asked_for_before_a_digit_can_be_typed),
        cmocka_unit_test(overlays_take_all_touches),
        cmocka_unit_test(a_key_does_not_show_that_it_is_pressed),
        cmocka_unit_test(only_what_moves_asks_for_another_frame),
    };
    return cmocka_run_group_tests(tests, load, bench_unload);
}
