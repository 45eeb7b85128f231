/* The screens from the offer on, in every look: nothing lies over anything, codes can be read. */
#include "tests/unit/unit.h"

#include "tests/unit/screens_bench.h"

#define MODULE_MIN_PX 8
#define QUIET_MODULES 4
#define WHITE 0xFFFFFFFFU
#define DARKEST 0xFF1F2937U /* a module may be at most this light */

static uint32_t complaints;

static bool is_of_an_order(const struct flow *flow)
{
    return (flow->state >= FLOW_OFFER || flow->state == FLOW_OUT_OF_SERVICE) && !flow->warning;
}

/* Count what is wrong and go on: one run says all of it. */
static void complain(const char *what, const char *text)
{
    (void)fprintf(stderr, "%s: %s: %s\n", bench.about, what, text);
    complaints++;
}

static void each(void (*check)(void))
{
    uint32_t seen = 0;

    complaints = 0;
    for (size_t i = 0; i < sample_count; i++) {
        for (uint32_t variant = 0; variant < VARIANTS; variant++) {
            (void)bench_draw(&samples[i], variant);
            if (!is_of_an_order(&bench.flow))
                continue;
            seen++;
            check();
        }
    }
    assert_true(seen >= 40 * VARIANTS);
    assert_int_equal(complaints, 0);
}

/* Where a line of text has ink, but for the tails of a few letters. */
static struct rect ink_of(const struct draw_command *text)
{
    int32_t px = text->style.px;
    int32_t around = px / 8 + 1;
    return (struct rect){text->bounds.x + around, text->y0 - px * 72 / 100,
                         text->bounds.w - 2 * around, px * 74 / 100};
}

static const char *text_of(const struct draw_command *command)
{
    return bench.list.text + command->text;
}

static void check_texts(void)
{
    for (uint16_t a = 0; a < bench.list.count; a++) {
        const struct draw_command *one = &bench.list.commands[a];
        for (uint16_t b = 0; bench_is_words(one) && b < a; b++) {
            const struct draw_command *other = &bench.list.commands[b];
            if (bench_is_words(other) && rect_overlaps(ink_of(one), ink_of(other)))
                complain(text_of(one), text_of(other));
        }
    }
}

static void no_text_lies_over_another(void **state)
{
    (void)state;
    each(check_texts);
}

static bool is_face(const struct draw_command *command)
{
    return command->kind == DRAW_ROUND || command->kind == DRAW_STROKE ||
           command->kind == DRAW_CODE || (command->kind == DRAW_FILL && command->bounds.h > 8);
}

/* A card, panel or button holds a text, or has nothing to do with it; and none covers it. */
static const char *wrong_with(const struct draw_command *text, const struct draw_command *face)
{
    if (!is_face(face) || !rect_overlaps(ink_of(text), face->bounds))
        return NULL;
    if (!rect_inside(ink_of(text), face->bounds))
        return "crosses an edge";
    return face > text ? "is covered" : NULL; /* later in the list is painted over it */
}

static void check_faces(void)
{
    for (uint16_t a = 0; a < bench.list.count; a++) {
        const struct draw_command *text = &bench.list.commands[a];
        for (uint16_t b = 0; bench_is_words(text) && b < bench.list.count; b++) {
            const char *wrong = wrong_with(text, &bench.list.commands[b]);
            if (wrong != NULL)
                complain(wrong, text_of(text));
        }
    }
}

static void every_text_stays_in_its_card(void **state)
{
    (void)state;
    each(check_faces);
}

/* Of two faces under the same text one lies in the other: no panel sticks out of its card. */
static void check_under(const struct draw_command *text)
{
    const struct draw_command *last = NULL;
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *face = &bench.list.commands[i];
        if (!is_face(face) || !rect_inside(ink_of(text), face->bounds))
            continue;
        bool nested = last == NULL || rect_inside(face->bounds, last->bounds) ||
                      rect_inside(last->bounds, face->bounds);
        if (!nested)
            complain("what it stands on sticks out", text_of(text));
        last = face;
    }
}

static void check_nesting(void)
{
    for (uint16_t i = 0; i < bench.list.count; i++) {
        if (bench_is_words(&bench.list.commands[i]))
            check_under(&bench.list.commands[i]);
    }
}

static void no_panel_sticks_out_of_its_card(void **state)
{
    (void)state;
    each(check_nesting);
}

/* The white paper that was painted before it, with the quiet zone around it. */
static bool has_paper(uint16_t at)
{
    const struct draw_command *code = &bench.list.commands[at];
    int32_t quiet = QUIET_MODULES * code->thick;
    struct rect all_of_it = rect_inset(code->bounds, -quiet, -quiet);
    for (uint16_t i = 0; i < at; i++) {
        const struct draw_command *paper = &bench.list.commands[i];
        if (paper->kind == DRAW_FILL && paper->colour == WHITE &&
            rect_inside(all_of_it, paper->bounds))
            return true;
    }
    return false;
}

static void check_codes(void)
{
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        if (command->kind != DRAW_CODE)
            continue;
        if (command->thick < MODULE_MIN_PX)
            complain("code", "modules are too small");
        if (!has_paper(i))
            complain("code", "no quiet zone");
        if (theme_contrast(command->colour, WHITE) < theme_contrast(DARKEST, WHITE))
            complain("code", "is not dark");
    }
}

static void codes_are_large_and_dark_on_white(void **state)
{
    (void)state;
    each(check_codes);
}

static uint32_t codes(const char *name, uint32_t variant)
{
    (void)bench_draw(bench_sample(name), variant);
    return bench.list.code_count;
}

static void there_is_one_code_where_one_is_scanned_and_none_elsewhere(void **state)
{
    (void)state;
    static const struct {
        const char *sample;
        uint32_t codes;
    } table[] = {{"pay", 1},           {"pay-offline", 1},        {"done", 0},
                 {"done-no-paper", 1}, {"done-unknown-paper", 1}, {"done-no-code", 0},
                 {"ticket", 0},        {"ticket-review", 1},      {"ticket-printing", 0},
                 {"offer", 0},         {"message-not-paid", 0},   {"message-pulled-paying", 0}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        for (uint32_t variant = 0; variant < VARIANTS; variant++)
            assert_int_equal(codes(table[i].sample, variant), table[i].codes);
    }
}

static bool is_said(const char *text)
{
    for (uint16_t i = 0; i < bench.list.count; i++) {
        const struct draw_command *command = &bench.list.commands[i];
        if (bench_is_words(command) && strstr(text_of(command), text) != NULL)
            return true;
    }
    return false;
}

static uint8_t titles_said(void)
{
    uint8_t said = 0;
    for (uint8_t i = 0; i < bench.rules.profile_count; i++) {
        const struct profile *profile = &bench.rules.profiles[i];
        if (is_said(profile->title_zh) || is_said(profile->title_en))
            said++;
    }
    return said;
}

static void a_torn_token_is_told_nothing_of_a_platform_it_may_not_be_of(void **state)
{
    (void)state;
    static const char *const torn[] = {"issuing-torn", "writing-torn", "done-torn", "ticket-torn"};
    for (size_t i = 0; i < ARRAY_LEN(torn) * VARIANTS; i++) {
        (void)codes(torn[i / VARIANTS], (uint32_t)(i % VARIANTS));
        assert_int_equal(titles_said(), 0);
        assert_false(is_said("1970"));
    }
    (void)codes("pay", 0);
    assert_int_equal(titles_said(), 1);
    (void)codes("message-refund-torn", 0);
    for (uint8_t p = 0; p < bench.rules.profile_count; p++)
        assert_true(is_said(bench.rules.profiles[p].hotline));
}

static void what_is_paid_is_said_in_every_message_about_a_paid_order(void **state)
{
    (void)state;
    static const char *const paid[] = {"message-pulled-paid", "message-write-failed",
                                       "message-staff-needed", "message-pin-blocked-paid"};
    static const char *const unpaid[] = {"message-token-unreadable", "message-order-refused",
                                         "message-records-silent"};
    for (size_t i = 0; i < ARRAY_LEN(paid); i++) {
        (void)codes(paid[i], 0);
        assert_true(is_said("¥200.00"));
    }
    for (size_t i = 0; i < ARRAY_LEN(unpaid); i++) {
        (void)codes(unpaid[i], 0);
        assert_true(is_said(words_at(&bench.words[LANGUAGE_ZH], WORD_MONEY_NONE)));
    }
}

static void out_of_service_says_to_staff_what_is_wrong_with_the_ledger(void **state)
{
    (void)state;
    static const struct {
        const char *sample;
        enum word says;
    } rows[] = {
        {"out-of-service", WORD_OUT_STAFF},
        {"out-of-service-rolled-back", WORD_OUT_STAFF_ROLLED_BACK},
        {"out-of-service-forked", WORD_OUT_STAFF_FORKED},
        {"out-of-service-no-folder", WORD_OUT_STAFF_NO_FOLDER},
        {"out-of-service-no-room", WORD_OUT_STAFF_NO_ROOM},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)codes(rows[i].sample, 0);
        for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
            const char *staff = words_at(&bench.words[LANGUAGE_ZH], rows[k].says);
            char begin[46];
            (void)snprintf(begin, sizeof(begin), "%.45s", staff); /* its first line */
            assert_int_equal(is_said(begin), i == k);
        }
    }
}

/* The kiosk was killed when all was written: who comes back is not to pay once more unawares. */
static void who_was_renewed_today_is_told_so(void **state)
{
    (void)state;
    static const struct {
        const char *sample;
        bool told, again;
    } rows[] = {{"certificate-new", true, true},
                {"certificate-new-too-early", true, false},
                {"certificate", false, false},
                {"certificate-too-early", false, false}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        (void)codes(rows[i].sample, 0);
        assert_int_equal(is_said(words_at(&bench.words[LANGUAGE_ZH], WORD_VERDICT_NEW)),
                         rows[i].told);
        assert_int_equal(is_said("再收一次费"), rows[i].again);
    }
}

static bool is_in_circle(struct rect square, int32_t x, int32_t y)
{
    int64_t across = (int64_t)2 * x - 2 * square.x - square.w;
    int64_t down = (int64_t)2 * y - 2 * square.y - square.h;
    return across * across + down * down <= (int64_t)square.w * square.w;
}

/* Whether a text lies in the hole of a ring, all four corners of it. */
static bool is_in_ring(struct rect ink, const struct draw_command *arc)
{
    struct rect hole = rect_inset(arc->bounds, arc->thick, arc->thick);
    return is_in_circle(hole, ink.x, ink.y) && is_in_circle(hole, ink.x + ink.w, ink.y) &&
           is_in_circle(hole, ink.x, ink.y + ink.h) &&
           is_in_circle(hole, ink.x + ink.w, ink.y + ink.h);
}

static void check_rings(void)
{
    for (uint16_t a = 0; a < bench.list.count; a++) {
        const struct draw_command *arc = &bench.list.commands[a];
        for (uint16_t t = 0; arc->kind == DRAW_ARC && t < bench.list.count; t++) {
            const struct draw_command *text = &bench.list.commands[t];
            if (bench_is_words(text) && rect_overlaps(ink_of(text), arc->bounds) &&
                !is_in_ring(ink_of(text), arc))
                complain("lies on a ring", text_of(text));
        }
    }
}

static void the_days_left_stand_inside_their_ring(void **state)
{
    (void)state;
    static const char *const names[] = {"certificate", "certificate-new", "certificate-too-early"};
    complaints = 0;
    for (size_t i = 0; i < ARRAY_LEN(names) * VARIANTS; i++) {
        (void)codes(names[i / VARIANTS], (uint32_t)(i % VARIANTS));
        check_rings();
    }
    assert_int_equal(complaints, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_lies_over_another),
        cmocka_unit_test(every_text_stays_in_its_card),
        cmocka_unit_test(no_panel_sticks_out_of_its_card),
        cmocka_unit_test(codes_are_large_and_dark_on_white),
        cmocka_unit_test(there_is_one_code_where_one_is_scanned_and_none_elsewhere),
        cmocka_unit_test(a_torn_token_is_told_nothing_of_a_platform_it_may_not_be_of),
        cmocka_unit_test(what_is_paid_is_said_in_every_message_about_a_paid_order),
        cmocka_unit_test(who_was_renewed_today_is_told_so),
        cmocka_unit_test(the_days_left_stand_inside_their_ring),
        cmocka_unit_test(out_of_service_says_to_staff_what_is_wrong_with_the_ledger),
    };
    return cmocka_run_group_tests(tests, bench_load, bench_unload);
}
