/* The slip: what is on it, what never is, and that it is one a person can read. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/qr.h"
#include "tests/golden/slips.h"
#include "tests/unit/screens_bench.h"

#define ORDER_NO "2026 0728 1430 0012"
#define MODULE_MIN_DOTS 5

static uint8_t dots[SLIPS_ROWS_MAX * SLIPS_WIDTH_MAX];

static const int32_t widths[] = {576, 384};

static struct receipt make(const struct slip_sample *sample, enum language language)
{
    struct receipt receipt = slip_receipt(sample, &bench.rules, language, &bench.flow);
    receipt.font = sdl_font_of(bench.font);
    receipt.words = &bench.words[language];
    return receipt;
}

static const struct slip_sample *sample_of(const char *name)
{
    for (size_t i = 0; i < slip_sample_count; i++) {
        if (strcmp(slip_samples[i].name, name) == 0)
            return &slip_samples[i];
    }
    fail_msg("no slip %s", name);
    return NULL;
}

static const char *text_of(const struct draw_command *command)
{
    return bench.list.text + command->text;
}

/* Whether a text stands anywhere on the slip, also across its lines. */
static bool says(const char *text)
{
    static char whole[DRAW_TEXT_POOL_MAX];
    size_t used = 0;
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        if (command->kind != DRAW_TEXT)
            continue;
        memcpy(whole + used, text_of(command), command->text_len);
        used += command->text_len;
    }
    whole[used] = '\0';
    return strstr(whole, text) != NULL;
}

static void each(void (*check)(const struct receipt *receipt, int32_t width, int32_t height))
{
    size_t cases = slip_sample_count * LANGUAGE_COUNT * ARRAY_LEN(widths);
    for (size_t i = 0; i < cases; i++) {
        int32_t width = widths[i % ARRAY_LEN(widths)];
        enum language language = (enum language)(i / ARRAY_LEN(widths) % LANGUAGE_COUNT);
        int32_t height = 0;
        struct receipt receipt =
            make(&slip_samples[i / ARRAY_LEN(widths) / LANGUAGE_COUNT], language);
        receipt_draw(&receipt, width, &bench.list, &height);
        check(&receipt, width, height);
    }
}

/* Beside each other on a line, or a line apart. */
static bool are_apart(const struct draw_command *one, const struct draw_command *before)
{
    if (one->y0 != before->y0)
        return one->y0 - before->y0 >= one->style.px;
    return one->x0 > before->x0 + before->bounds.w - before->style.px;
}

static void check_apart(uint16_t at)
{
    for (uint16_t i = 0; i < at; i++) {
        if (bench.list.commands[i].kind == DRAW_TEXT)
            assert_true(are_apart(&bench.list.commands[at], &bench.list.commands[i]));
    }
}

static void check_fits(const struct receipt *receipt, int32_t width, int32_t height)
{
    (void)receipt;
    struct rect page = {0, 0, width, height};
    assert_int_equal(bench.list.dropped, 0);
    assert_in_range(height, 400, SLIPS_ROWS_MAX);
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *one = &bench.list.commands[i];
        assert_true(rect_inside(one->bounds, page));
        if (one->kind == DRAW_TEXT)
            check_apart(i);
    }
}

static void everything_stands_on_the_paper_and_nothing_over_another(void **state)
{
    (void)state;
    each(check_fits);
}

static void check_code(const struct receipt *receipt, int32_t width, int32_t height)
{
    (void)width;
    (void)height;
    struct draw_code expected;
    assert_true(qr_encode(receipt->check_url, &expected));
    assert_int_equal(bench.list.code_count, 1);
    assert_memory_equal(&bench.list.codes[0], &expected, sizeof expected);
    for (uint16_t i = 0; i < bench.list.count; i++) {
        if (bench.list.commands[i].kind == DRAW_CODE)
            assert_true(bench.list.commands[i].thick >= MODULE_MIN_DOTS);
    }
}

static void the_code_is_where_it_can_be_checked(void **state)
{
    (void)state;
    each(check_code);
}

static void check_number(const struct receipt *receipt, int32_t width, int32_t height)
{
    (void)width;
    (void)height;
    assert_true(says(ORDER_NO));
    char first[FACTS_NAME_SIZE]; /* word of the hall; the line may end behind it */
    (void)text_print(first, sizeof first, "%.*s", (int)strcspn(receipt->hall, " "), receipt->hall);
    assert_true(says(first));
    assert_true(says(receipt->kiosk));
    assert_false(says("1970"));
    assert_false(says("{0}"));
}

static void number_hall_and_kiosk_are_on_every_slip(void **state)
{
    (void)state;
    each(check_number);
}

static void no_person_phone_or_account_is_on_a_slip(void **state)
{
    (void)state;
    for (size_t i = 0; i < slip_sample_count; i++) {
        int32_t height = 0;
        struct receipt receipt = make(&slip_samples[i], LANGUAGE_ZH);
        struct visit *visit = &bench.flow.visit;
        static const char *const marks[] = {"QHOLDER", "QISSUER",  "QSERIAL", "QACCOUNT",
                                            "QKEYNO",  "QPHONE",   "QTOKEN",  "QVISIT",
                                            "QPAYURL", "QREFUSAL", "QORDERID"};
        (void)text_copy(visit->token.certificates[0].holder, FACTS_NAME_SIZE, marks[0]);
        (void)text_copy(visit->token.certificates[0].issuer, FACTS_NAME_SIZE, marks[1]);
        (void)text_copy(visit->token.certificates[0].serial, FACTS_ID_SIZE, marks[2]);
        (void)text_copy(visit->account.account, FACTS_SHORT_SIZE, marks[3]);
        (void)text_copy(visit->account.key_no, FACTS_SHORT_SIZE, marks[4]);
        (void)text_copy(visit->account.phone_masked, FACTS_SHORT_SIZE, marks[5]);
        (void)text_copy(visit->token.id, FACTS_ID_SIZE, marks[6]);
        (void)text_copy(visit->id, FACTS_UUID_SIZE, marks[7]);
        (void)text_copy(visit->order.pay_url, FACTS_URL_SIZE, marks[8]);
        (void)text_copy(visit->order.refusal, FACTS_SHORT_SIZE, marks[9]);
        (void)text_copy(visit->order.id, FACTS_UUID_SIZE, marks[10]);
        receipt_draw(&receipt, 576, &bench.list, &height);
        for (size_t m = 0; m < ARRAY_LEN(marks); m++)
            assert_false(says(marks[m]));
    }
}

static void draw(const char *name, enum language language)
{
    int32_t height = 0;
    struct receipt receipt = make(sample_of(name), language);
    receipt_draw(&receipt, 576, &bench.list, &height);
}

static void a_slip_says_what_was_done_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *slip, *text;
        bool said;
    } rows[] = {
        {"delivered", "证书安装成功", true},
        {"delivered", "2027-09-03", true},
        {"delivered", "¥200.00", true},
        {"delivered", "兵器工业集团采购电子商务平台", true},
        {"delivered", "京东卡", false},
        {"delivered", "不用再付一次", false},
        {"delivered", "时间", true},
        {"delivered", "本机时间待校准", false},
        {"delivered-no-clock", "时间", true},
        {"delivered-no-clock", "本机时间待校准", true},
        {"delivered-3-years", "赠 ¥50 京东卡", true},
        {"delivered-3-years", "续签 3 年", true},
        {"ticket", "已付款 · 待写入", true},
        {"ticket", "不用再付一次", true},
        {"ticket", "2026-08-04", true},
        {"ticket", "证书安装成功", false},
        {"ticket", "2027-09-03", false},
        {"ticket-review", "等平台审核", true},
        {"ticket-review", "审核一般 1 个工作日", true},
        {"delivered-torn", "兵器工业集团", false},
        {"delivered-torn", "景德镇", false},
        {"delivered-torn", "4000-555-811", false},
        {"delivered-torn", "发票", false},
        {"delivered-torn", "2027-09-03", true},
        {"ticket-torn", "审核一般", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        draw(rows[i].slip, LANGUAGE_ZH);
        if (says(rows[i].text) != rows[i].said)
            fail_msg("%s: %s", rows[i].slip, rows[i].text);
    }
}

static void a_slip_without_a_place_to_check_has_no_code_and_no_words_about_one(void **state)
{
    (void)state;
    int32_t height = 0;
    struct receipt receipt = make(sample_of("delivered"), LANGUAGE_ZH);
    receipt.check_url = "";
    receipt_draw(&receipt, 576, &bench.list, &height);
    assert_int_equal(bench.list.code_count, 0);
    assert_false(says(words_at(&bench.words[LANGUAGE_ZH], WORD_RECEIPT_CHECK)));
}

/* Share of black dots in the rows from `top` on, in thousandths. */
static int32_t blackness(int32_t width, int32_t top, int32_t rows)
{
    int32_t black = 0;
    for (int32_t i = top * width; i < (top + rows) * width; i++)
        black += dots[i] == 0 ? 1 : 0;
    return black * 1000 / (rows * width);
}

static void a_burned_slip_has_ink_and_ends_in_white(void **state)
{
    (void)state;
    for (size_t w = 0; w < ARRAY_LEN(widths); w++) {
        struct receipt receipt = make(sample_of("delivered"), LANGUAGE_ZH);
        int32_t height = slip_burn(&receipt, widths[w], &bench.list, dots);
        assert_in_range(height, 400, SLIPS_ROWS_MAX);
        assert_in_range(blackness(widths[w], 0, height), 50, 250);
        assert_int_equal(blackness(widths[w], height - 24, 24), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_stands_on_the_paper_and_nothing_over_another),
        cmocka_unit_test(the_code_is_where_it_can_be_checked),
        cmocka_unit_test(number_hall_and_kiosk_are_on_every_slip),
        cmocka_unit_test(no_person_phone_or_account_is_on_a_slip),
        cmocka_unit_test(a_slip_says_what_was_done_and_no_more),
        cmocka_unit_test(a_slip_without_a_place_to_check_has_no_code_and_no_words_about_one),
        cmocka_unit_test(a_burned_slip_has_ink_and_ends_in_white),
    };
    return cmocka_run_group_tests(tests, bench_load, bench_unload);
}
