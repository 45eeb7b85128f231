#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/theme.h"

static struct themes themes;
static char message[CONFIG_MESSAGE_MAX];

static int load(void **state)
{
    (void)state;
    struct err e = themes_load("assets", 1080, 1920, 0, &themes, message);
    if (failed(e))
        (void)fprintf(stderr, "%s\n", message);
    return failed(e) ? -1 : 0;
}

static void sizes_are_those_of_the_panel(void **state)
{
    (void)state;
    const struct theme *theme = theme_of(&themes, false, false);
    assert_in_range(theme->metric[METRIC_TARGET_MIN], 81, 82);
    assert_int_equal(theme->metric[METRIC_HEADER], 128);
    assert_int_equal(theme->type[TYPE_TITLE].px, 60);
    assert_int_equal(theme->type[TYPE_BODY].px, 32);
    assert_int_equal(theme->type[TYPE_TITLE].face, FONT_BOLD);
}

static void a_finer_panel_has_more_pixels_a_millimetre(void **state)
{
    (void)state;
    struct themes fine;
    assert_false(failed(themes_load("assets", 2160, 3840, 0, &fine, message)));
    assert_int_equal(fine.of[0][0].metric[METRIC_HEADER],
                     2 * theme_of(&themes, false, false)->metric[METRIC_HEADER]);
    struct themes big;
    assert_false(
        failed(themes_load("assets", 1080, 1920, 2 * THEME_PANEL_SHORT_UM, &big, message)));
    assert_int_equal(big.of[0][0].metric[METRIC_HEADER], 64);
}

static void large_text_is_40_pixels_at_least(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPE_COUNT; i++)
        assert_true(theme_of(&themes, false, true)->type[i].px >= 40);
}

static void contrast_is_that_of_wcag(void **state)
{
    (void)state;
    assert_int_equal(theme_contrast(0xFF000000U, 0xFFFFFFFFU), 2100);
    assert_int_equal(theme_contrast(0xFFFFFFFFU, 0xFFFFFFFFU), 100);
    assert_int_equal(theme_contrast(0xFFFFFFFFU, 0xFF0A4FBFU), 728);
}

/* Copy the theme folder to a temporary one, with one line of a file replaced. */
static void copy_with(const char *dir, const char *name, const char *line_start, const char *line)
{
    char path[THEME_PATH_MAX];
    (void)text_print(path, sizeof path, "assets/theme/%s", name);
    FILE *from = fopen(path, "re");
    (void)text_print(path, sizeof path, "%s/theme/%s", dir, name);
    FILE *to = fopen(path, "we");
    assert_non_null(from);
    assert_non_null(to);
    char read[256];
    while (fgets(read, sizeof read, from) != NULL) {
        bool hit = line_start != NULL && strncmp(read, line_start, strlen(line_start)) == 0;
        (void)fputs(hit ? line : read, to);
    }
    (void)fclose(from);
    (void)fclose(to);
}

/* clang-format off */
static const struct {
    const char *name;
    const char *file;
    const char *key, *line; /* the line that starts so, and what stands instead */
    const char *says;
} mistakes[] = {
    {"a colour of five digits", "light.ini", "background =", "background = #12345\n", "[colours] background = #12345: a colour as #RRGGBB"},
    {"a colour with a letter that is no digit", "light.ini", "ink2 =", "ink2 = #41G05C\n", "[colours] ink2 = #41G05C: a colour as #RRGGBB"},
    {"a shadow that says not how much of it", "high_contrast.ini", "shadow =", "shadow = #000000\n", "[colours] shadow = #000000: a colour as #AARRGGBB"},
    {"a target that nobody hits", "sizes.ini", "target_min_um =", "target_min_um = 0\n", "[metrics] target_min_um = 0: a whole number from 12000 to 30000"},
    {"a header as high as the screen", "sizes.ini", "header_um =", "header_um = 200000\n", "[metrics] header_um = 200000: a whole number from 20000 to 50000"},
    {"a text that nobody reads", "sizes.ini", "body_um =", "body_um = 2000\n", "[type] body_um = 2000: a whole number from 4000 to 14000"},
    {"a text as wide as the screen", "sizes.ini", "caption_um =", "caption_um = 100000\n", "[type] caption_um = 100000: a whole number from 4000 to 13000"},
};
/* clang-format on */

static const char *const files[] = {"sizes.ini", "high_contrast.ini", "light.ini"};

static void a_mistake_is_told_with_its_line_and_what_is_allowed(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_theme.XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[THEME_PATH_MAX];
    (void)text_print(path, sizeof path, "%s/theme", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        print_message("  %s\n", mistakes[i].name);
        for (size_t j = 0; j < 3; j++) {
            bool hit = strcmp(files[j], mistakes[i].file) == 0;
            copy_with(dir, files[j], hit ? mistakes[i].key : NULL, mistakes[i].line);
        }
        struct themes none;
        struct err e = themes_load(dir, 1080, 1920, 0, &none, message);
        assert_int_equal(e.code, ERR_MALFORMED);
        (void)text_print(path, sizeof path, "%s/theme/%s:", dir, mistakes[i].file);
        assert_memory_equal(message, path, strlen(path));
        const char *says = strchr(message + strlen(path), ' ');
        assert_non_null(says);
        assert_string_equal(says + 1, mistakes[i].says);
    }
    static const char *const names[] = {"sizes.ini", "high_contrast.ini", "light.ini", ""};
    for (size_t i = 0; i < 4; i++) {
        (void)text_print(path, sizeof path, "%s/theme/%s", dir, names[i]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_the_panel),
        cmocka_unit_test(a_finer_panel_has_more_pixels_a_millimetre),
        cmocka_unit_test(large_text_is_40_pixels_at_least),
        cmocka_unit_test(contrast_is_that_of_wcag),
        cmocka_unit_test(a_mistake_is_told_with_its_line_and_what_is_allowed),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
