/* Every screen in every look: what a person with a ruler and a magnifying glass would check. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/paint.h"
#include "kiosk/ui/screen.h"
#include "kiosk/ui/sdl_font.h"
#include "tests/golden/samples.h"

#define LONG_SIDE 1920
#define SHORT_SIDE 1080
#define CONTRAST_MIN 450
#define ICON_CONTRAST_MIN 300
#define TARGET_MIN_UM 20000
enum check {
    CHECK_CUT,
    CHECK_ELLIPSIS,
    CHECK_INSIDE,
    CHECK_TARGETS,
    CHECK_CONTRAST,
    CHECK_SAME,
    CHECKS
};

#define VARIANTS 16 /* language, orientation, theme, size */

static struct {
    struct sdl_font *font;
    struct themes themes[2]; /* [landscape] */
    struct words words[LANGUAGE_COUNT];
    struct flow_rules rules;
    struct flow flow;
    struct draw_list list;
    struct paint_cells cells;
    uint32_t pixels[LONG_SIDE * SHORT_SIDE], again[LONG_SIDE * SHORT_SIDE];
    char about[128];
    uint32_t complaints[CHECKS];
} all;

static int unload(void **state)
{
    (void)state;
    sdl_font_close(all.font);
    return 0;
}

/* Draw a sample in one of the 16 looks into all.list. */
static struct look draw(const struct sample *sample, uint32_t variant)
{
    bool wide = (variant & 2) != 0;
    enum language language = (variant & 1) != 0 ? LANGUAGE_EN : LANGUAGE_ZH;
    struct look look = {.width_px = wide ? LONG_SIDE : SHORT_SIDE,
                        .height_px = wide ? SHORT_SIDE : LONG_SIDE,
                        .themes = &all.themes[wide ? 1 : 0],
                        .font = sdl_font_of(all.font),
                        .words = {&all.words[LANGUAGE_ZH], &all.words[LANGUAGE_EN]},
                        .hall_zh = "江城市政务服务中心",
                        .hall_en = "Jiangcheng Government Services",
                        .kiosk = "kiosk-01",
                        .check_url = "https://pay.example.com",
                        .now_ms = SAMPLES_NOW_MS};
    sample_flow(sample, language, &all.flow);
    all.flow.visit.high_contrast = (variant & 4) != 0;
    all.flow.visit.large_text = (variant & 8) != 0;
    (void)text_print(all.about, sizeof all.about, "%s, %s%s%s%s", sample->name,
                     language == LANGUAGE_EN ? "en" : "zh", wide ? ", landscape" : "",
                     all.flow.visit.high_contrast ? ", high contrast" : "",
                     all.flow.visit.large_text ? ", large" : "");
    screen_draw(&look, &all.flow, &all.rules, &all.list);
    return look;
}

/* Count what is wrong and go on: one run says all of it. */
PRINTF_LIKE(2, 3) static void complain(enum check check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s: ", all.about);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    all.complaints[check]++;
}

static void check_cut(const struct look *look)
{
    (void)look;
    if (all.list.dropped > 0 || all.list.cut > 0) {
        complain(CHECK_CUT, "%d texts cut off, %d commands dropped", (int)all.list.cut,
                 (int)all.list.dropped);
    }
}

static void no_text_is_cut_off(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_CUT], 0);
}

static void check_ellipsis(const struct look *look)
{
    (void)look;
    static const char ellipsis[] = "…";
    static const char *const long_data[] = {"choose", "certificate-long-name"};
    for (size_t i = 0; i < ARRAY_LEN(long_data); i++) {
        if (strncmp(all.about, long_data[i], strlen(long_data[i])) == 0)
            return;
    }
    for (uint16_t i = 0; i < all.list.count; i++) {
        const struct draw_command *command = &all.list.commands[i];
        size_t len = command->text_len;
        if (command->kind != DRAW_TEXT || len <= sizeof ellipsis)
            continue;
        const char *end = all.list.text + command->text + len - (sizeof ellipsis - 1);
        if (memcmp(end, ellipsis, sizeof ellipsis - 1) == 0)
            complain(CHECK_ELLIPSIS, "shortened to %s", all.list.text + command->text);
    }
}

static void no_words_of_ours_end_in_an_ellipsis(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_ELLIPSIS], 0);
}

static void check_inside(const struct look *look)
{
    for (uint16_t i = 0; i < all.list.count; i++) {
        const struct draw_command *command = &all.list.commands[i];
        if (command->kind != DRAW_TEXT || command->style.face == FONT_ICONS)
            continue;
        int32_t around = command->style.px / 8 + 1;
        int32_t left = command->bounds.x + around;
        int32_t right = command->bounds.x + command->bounds.w - around;
        if (left < 0 || right > look->width_px || command->y0 > look->height_px)
            complain(CHECK_INSIDE, "outside the window: %s", all.list.text + command->text);
    }
}

static void no_text_leaves_the_window(void **state)
{
    (void)state;
    assert_int_equal(all.complaints[CHECK_INSIDE], 0);
}

static void check_pair(const struct draw_target *a, const struct draw_target *b)
{
    const char *label = draw_label(&all.list, a);
    const char *other = draw_label(&all.list, b);
    if (rect_overlaps(a->rect, b->rect))
        complain(CHECK_TARGETS, "%s overlaps %s", label, other);
    if (a->id == b->id)
        complain(CHECK_TARGETS, "%s and %s mean the same", label, other);
}

static void check_targets(const struct look *look)
{
    int32_t least = theme_px(theme_of(look->themes, false, false), TARGET_MIN_UM);
    struct rect window = {0, 0, look->width_px, look->height_px};
    for (uint16_t i = 0; i < all.list.target_count; i++) {
        const struct draw_target *target = &all.list.targets[i];
        const char *label = draw_label(&all.list, target);
        if (target->rect.w < least || target->rect.h < least) {
            complain(CHECK_TARGETS, "too small: %s, %d x %d", label, (int)target->rect.w,
                     (int)target->rect.h);
        }
        if (!rect_inside(target->rect, window))
            complain(CHECK_TARGETS, "not in the window: %s", label);
        for (uint16_t other = 0; other < i; other++)
            check_pair(target, &all.list.targets[other]);
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
    const struct draw_command *command = &all.list.commands[text];
    int32_t x = command->x0 + 1;
    int32_t y = command->y0 - command->style.px / 3;
    for (uint16_t i = text; i > 0; i--) {
        const struct draw_command *under = &all.list.commands[i - 1];
        bool area = under->kind == DRAW_FILL || under->kind == DRAW_ROUND;
        if (area && under->colour >> 24 == 0xFF && rect_has(under->bounds, x, y))
            return under->colour;
    }
    return 0;
}

static void check_contrast(const struct look *look)
{
    (void)look;
    for (uint16_t i = 0; i < all.list.count; i++) {
        const struct draw_command *command = &all.list.commands[i];
        if (command->kind != DRAW_TEXT)
            continue;
        int32_t contrast = theme_contrast(command->colour, ground(i));
        int32_t least = command->style.face == FONT_ICONS ? ICON_CONTRAST_MIN : CONTRAST_MIN;
        if (contrast < least) {
            complain(CHECK_CONTRAST, "contrast %d: %s", (int)contrast,
                     all.list.text + command->text);
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
    (void)paint_changes(&all.cells, &all.list, look->width_px, look->height_px, rects);
    screen_draw(look, &all.flow, &all.rules, &all.list);
    uint16_t count = paint_changes(&all.cells, &all.list, look->width_px, look->height_px, rects);
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
        struct look look = draw(&samples[i], 0);
        struct rect whole = {0, 0, look.width_px, look.height_px};
        struct paint_surface surface = {all.pixels, whole.w, whole.h, whole.w};
        struct paint_surface second = {all.again, whole.w, whole.h, whole.w};
        uint16_t count = paint_changes(&all.cells, &all.list, whole.w, whole.h, rects);
        for (uint16_t at = 0; at < count; at++)
            paint_list(&surface, &all.list, look.font, rects[at]);
        paint_list(&second, &all.list, look.font, whole);
        if (memcmp(all.pixels, all.again, sizeof all.pixels) != 0)
            fail_msg("%s", all.about);
    }
}

static const struct sample *named(const char *name)
{
    for (size_t i = 0; i < sample_count; i++) {
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    }
    fail_msg("no sample %s", name);
    return NULL;
}

static bool offers(enum action action, uint32_t value)
{
    const struct draw_target *target = draw_find(&all.list, draw_target_id(action, value));
    return target != NULL && target->enabled;
}

static void what_cannot_be_done_cannot_be_touched(void **state)
{
    (void)state;
    (void)draw(named("services"), 0);
    assert_true(offers(ACTION_SERVICE, SERVICE_RENEW));
    assert_false(offers(ACTION_SERVICE, SERVICE_UNLOCK));
    (void)draw(named("services-offline"), 0);
    assert_false(offers(ACTION_SERVICE, SERVICE_RENEW));
    (void)draw(named("certificate-too-early"), 0);
    assert_false(offers(ACTION_NEXT, 0));
    assert_true(offers(ACTION_BACK, 0));
    (void)draw(named("pin-empty"), 0);
    assert_false(offers(ACTION_NEXT, 0));
    assert_true(offers(ACTION_PIN_DIGIT, 0));
}

static void the_last_try_is_asked_for_before_a_digit_can_be_typed(void **state)
{
    (void)state;
    (void)draw(named("pin-consent"), 0);
    assert_true(offers(ACTION_LAST_TRY, 0));
    assert_false(offers(ACTION_PIN_DIGIT, 1));
    (void)draw(named("pin-last-try"), 0);
    assert_true(offers(ACTION_PIN_DIGIT, 1));
}

static void overlays_take_all_touches(void **state)
{
    (void)state;
    (void)draw(named("insert-warning"), 0);
    assert_int_equal(all.list.target_count, 2);
    assert_true(offers(ACTION_CONTINUE, 0));
    (void)draw(named("services-help"), 0);
    assert_int_equal(all.list.target_count, 1);
    assert_true(offers(ACTION_HELP_CLOSE, 0));
}

static void a_key_does_not_show_that_it_is_pressed(void **state)
{
    (void)state;
    struct rect rects[PAINT_RECTS_MAX];
    struct look look = draw(named("pin"), 0);
    (void)paint_changes(&all.cells, &all.list, look.width_px, look.height_px, rects);
    look.pressed = draw_target_id(ACTION_PIN_DIGIT, 5);
    screen_draw(&look, &all.flow, &all.rules, &all.list);
    assert_int_equal(paint_changes(&all.cells, &all.list, look.width_px, look.height_px, rects), 0);
    look.pressed = draw_target_id(ACTION_NEXT, 0);
    screen_draw(&look, &all.flow, &all.rules, &all.list);
    assert_int_not_equal(paint_changes(&all.cells, &all.list, look.width_px, look.height_px, rects),
                         0);
}

static void only_what_moves_asks_for_another_frame(void **state)
{
    (void)state;
    sample_flow(named("services"), LANGUAGE_ZH, &all.flow);
    assert_int_equal(screen_next_change_ms(&all.flow, 5000), 0);
    sample_flow(named("reading"), LANGUAGE_ZH, &all.flow);
    uint64_t next_ms = screen_next_change_ms(&all.flow, 5000);
    assert_in_range(next_ms, 5001, 5083);
    sample_flow(named("insert"), LANGUAGE_ZH, &all.flow);
    next_ms = screen_next_change_ms(&all.flow, 5000);
    assert_in_range(next_ms, 5001, 6000);
    assert_int_equal(next_ms % 1000, all.flow.deadline_ms % 1000);
}

/* Drawing is what costs: each look is drawn once for all checks. */
static void check_all(const struct sample *sample, uint32_t variant)
{
    struct look look = draw(sample, variant);
    check_cut(&look);
    check_ellipsis(&look);
    check_inside(&look);
    check_targets(&look);
    check_contrast(&look);
    check_same(&look);
}

static int load(void **state)
{
    (void)state;
    char message[CONFIG_MESSAGE_MAX] = "profiles";
    struct err e = themes_load("assets", SHORT_SIDE, LONG_SIDE, 0, &all.themes[0], message);
    if (!failed(e))
        e = themes_load("assets", LONG_SIDE, SHORT_SIDE, 0, &all.themes[1], message);
    if (!failed(e))
        e = words_load("assets", "zh", &all.words[LANGUAGE_ZH], message);
    if (!failed(e))
        e = words_load("assets", "en", &all.words[LANGUAGE_EN], message);
    if (!failed(e))
        e = sdl_font_open("assets", &all.font, message);
    if (failed(e) || !sample_rules("assets", &all.rules)) {
        (void)fprintf(stderr, "%s\n", message);
        return -1;
    }
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
        cmocka_unit_test(no_words_of_ours_end_in_an_ellipsis),
        cmocka_unit_test(no_text_leaves_the_window),
        cmocka_unit_test(targets_are_20_mm_and_apart),
        cmocka_unit_test(text_stands_out_from_its_ground),
        cmocka_unit_test(a_screen_drawn_again_changes_no_cell),
        cmocka_unit_test(a_partial_repaint_equals_a_whole_one),
        cmocka_unit_test(what_cannot_be_done_cannot_be_touched),
        cmocka_unit_test(the_last_try_is_asked_for_before_a_digit_can_be_typed),
        cmocka_unit_test(overlays_take_all_touches),
        cmocka_unit_test(a_key_does_not_show_that_it_is_pressed),
        cmocka_unit_test(only_what_moves_asks_for_another_frame),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
