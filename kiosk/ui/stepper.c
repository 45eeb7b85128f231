#include "kiosk/ui/stepper.h"

#include "kiosk/ui/format.h"

#define STEPS 5

static const enum word step_words[STEPS] = {WORD_STEP_INSERT, WORD_STEP_CHECK, WORD_STEP_PAY,
                                            WORD_STEP_WRITE, WORD_STEP_DONE};

/* How a step is shown. */
enum mark { MARK_DONE, MARK_NOW, MARK_AMBER, MARK_LATER };

static enum mark mark_of(const struct frame *frame, int32_t step)
{
    if (step < (int32_t)frame->step)
        return MARK_DONE;
    if (step > (int32_t)frame->step)
        return MARK_LATER;
    return frame->amber ? MARK_AMBER : MARK_NOW;
}

static void draw_mark(struct ui *ui, struct rect dot, enum mark mark, int32_t number)
{
    int32_t radius = dot.w / 2;
    int32_t halo = dot.w / 10;
    char digit[FORMAT_SIZE];
    (void)format_number(number, digit);
    switch (mark) {
    case MARK_DONE:
        ui_tick(ui, dot, COLOUR_SUCCESS, COLOUR_ON_SUCCESS);
        return;
    case MARK_LATER:
        draw_round(ui->out, dot, radius, ui_colour(ui, COLOUR_SURFACE));
        draw_stroke(ui->out, dot, radius, ui_px(ui, METRIC_STROKE), ui_colour(ui, COLOUR_OUTLINE));
        (void)ui_line(ui, dot, (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK2, UI_CENTRE}, digit);
        return;
    case MARK_NOW:
    case MARK_AMBER:
        break;
    }
    bool amber = mark == MARK_AMBER;
    enum theme_colour ring = amber ? COLOUR_WARNING_TINT : COLOUR_DOWN;
    enum theme_colour ink = amber ? COLOUR_ON_WARNING : COLOUR_ON_PRIMARY;
    draw_round(ui->out, rect_inset(dot, -halo, -halo), radius + halo, ui_colour(ui, ring));
    draw_round(ui->out, dot, radius, ui_colour(ui, amber ? COLOUR_WARNING : COLOUR_PRIMARY));
    (void)ui_line(ui, dot, (struct ui_type){TYPE_BODY_BOLD, ink, UI_CENTRE}, digit);
}

/* Where the dots and words of the steps stand. */
struct steps {
    int32_t side, label; /* of a dot; height of a line of words */
    bool second;         /* with the second language */
    struct rect dots, words;
};

static struct steps steps_of(const struct ui *ui, struct rect in)
{
    struct steps steps = {.side = ui_um(ui, ui->wide ? 11900 : 13900),
                          .label = ui->theme->type[TYPE_LABEL].px * 14 / 10,
                          .second = !ui->wide && !ui->theme->large};
    int32_t gap = ui_um(ui, 1500);
    int32_t lines = steps.second ? 2 * steps.label : steps.label;
    steps.words = rect_middle(in, in.w, steps.side + gap + lines);
    steps.dots = rect_cut_top(&steps.words, steps.side, gap);
    return steps;
}

/* The bar from a step's dot to the next one. */
static void draw_bar(struct ui *ui, struct rect column, struct rect dot, bool done)
{
    int32_t thick = ui_um(ui, 1240);
    int32_t gap = dot.w / 4;
    struct rect bar = {dot.x + dot.w + gap, dot.y + (dot.h - thick) / 2, column.w - dot.w - 2 * gap,
                       thick};
    draw_round(ui->out, bar, thick / 2, ui_colour(ui, done ? COLOUR_SUCCESS : COLOUR_HAIRLINE));
}

static void draw_words(struct ui *ui, struct rect at, const struct steps *steps, enum word word,
                       bool now)
{
    struct ui_type type = {now ? TYPE_LABEL_BOLD : TYPE_LABEL, now ? COLOUR_INK : COLOUR_INK2,
                           UI_CENTRE};
    (void)ui_line_fit(ui, rect_cut_top(&at, steps->label, 0), type, ui_word(ui, word));
    if (steps->second) {
        (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_CENTRE},
                      ui_second(ui, word));
    }
}

void stepper_draw(struct ui *ui, struct rect in, const struct frame *frame)
{
    struct steps steps = steps_of(ui, in);
    for (uint8_t i = 0; i < STEPS; i++) {
        struct rect column = rect_cell(steps.dots, 0, STEPS, 1, i);
        struct rect dot = rect_middle(column, steps.side, steps.side);
        enum mark mark = mark_of(frame, i + 1);
        if (i + 1 < STEPS)
            draw_bar(ui, column, dot, mark == MARK_DONE);
        draw_mark(ui, dot, mark, i + 1);
        draw_words(ui, rect_cell(steps.words, 0, STEPS, 1, i), &steps, step_words[i],
                   mark == MARK_NOW || mark == MARK_AMBER);
    }
}
