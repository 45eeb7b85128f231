#include "tests/unit/unit.h"

#include "kiosk/base/macros.h"
#include "kiosk/ui/text_layout.h"
#include "tests/unit/fake_font.h"

#define PX 20

/* `wanted` has a | between lines; width is in ideographs. */
static const struct {
    const char *name;
    const char *text;
    int32_t width;
    const char *wanted;
} rows[] = {
    {"ideographs break anywhere", "请选择业务", 2, "请选|择业|务"},
    {"a text that fits is one line", "请选择业务", 5, "请选择业务"},
    {"a comma does not start a line", "请选，择业务", 2, "请|选，|择业|务"},
    {"a full stop clings to its ideograph", "付款后。取走", 3, "付款|后。取|走"},
    {"an opening bracket does not end a line", "您的（证书）到期", 3, "您的|（证|书）到|期"},
    {"Latin words stay whole", "insert your UKey", 4, "insert|your|UKey"},
    {"a space at a break is gone", "ab cd", 1, "ab|cd"},
    {"a Latin word beside ideographs moves as one", "插入UKey后", 3, "插入|UKey后"},
    {"a number keeps its unit", "还要等 53 天", 4, "还要等|53 天"},
    {"a number without a space keeps its unit", "还等53天后", 3, "还等|53天后"},
    {"a word longer than a line is broken", "abcdefgh", 2, "abcd|efgh"},
    {"a new line is one", "一二\n三", 5, "一二|三"},
    {"two new lines leave an empty line", "一\n\n二", 5, "一||二"},
    {"nothing is no line", "", 5, ""},
    {"bold marks take no room", "一\x01二三\x02四", 2, "一\x01二|三\x02四"},
    {"a closing mark after bold does not start a line", "一\x01二三\x02。四", 3,
     "一\x01二|三\x02。四"},
};

static void join(const struct text_layout *layout, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint8_t i = 0; i < layout->count; i++) {
        (void)text_print(out + used, size - used, "%s%.*s", i > 0 ? "|" : "",
                         (int)layout->lines[i].len, layout->lines[i].at);
        used = strlen(out);
    }
}

static void lines_break_as_readers_expect(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct text_layout layout;
        text_layout(&fake_font, (struct font_style){FONT_REGULAR, PX}, rows[i].text,
                    rows[i].width * PX, &layout);
        char lines[256];
        join(&layout, lines, sizeof lines);
        if (strcmp(lines, rows[i].wanted) != 0)
            fail_msg("%s: %s", rows[i].name, lines);
    }
}

static void no_line_is_wider_than_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (int32_t width = 3; width < 12; width++) {
            struct text_layout layout;
            text_layout(&fake_font, (struct font_style){FONT_REGULAR, PX}, rows[i].text, width * PX,
                        &layout);
            for (uint8_t line = 0; line < layout.count; line++)
                assert_true(layout.lines[line].width <= width * PX);
        }
    }
}

static void a_line_knows_that_it_starts_bold(void **state)
{
    (void)state;
    struct text_layout layout;
    text_layout(&fake_font, (struct font_style){FONT_REGULAR, PX}, "一\x01二三\x02四", 2 * PX,
                &layout);
    assert_int_equal(layout.count, 2);
    assert_false(layout.lines[0].bold);
    assert_true(layout.lines[1].bold);
    struct text_run run;
    assert_true(text_layout_run(&layout.lines[1], &run));
    assert_true(run.bold);
    assert_int_equal(run.len, 3);
    assert_true(text_layout_run(&layout.lines[1], &run));
    assert_false(run.bold);
    assert_false(text_layout_run(&layout.lines[1], &run));
}

static void too_many_lines_are_reported(void **state)
{
    (void)state;
    char text[256] = "";
    for (int i = 0; i < TEXT_LAYOUT_LINES_MAX + 1; i++)
        strcat(text, "一\n");
    struct text_layout layout;
    text_layout(&fake_font, (struct font_style){FONT_REGULAR, PX}, text, PX, &layout);
    assert_true(layout.cut);
    assert_int_equal(layout.count, TEXT_LAYOUT_LINES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_break_as_readers_expect),
        cmocka_unit_test(no_line_is_wider_than_asked),
        cmocka_unit_test(a_line_knows_that_it_starts_bold),
        cmocka_unit_test(too_many_lines_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
