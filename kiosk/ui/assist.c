#include "kiosk/ui/assist.h"

#include "kiosk/base/macros.h"

/* One button. */
struct assist {
    enum icon icon;
    enum word word;
    enum action action;
    bool lit;   /* filled: what it switches is on */
    bool twice; /* named in the second language too */
};

static enum theme_colour draw_face(struct ui *ui, struct rect rect, const struct assist *assist)
{
    bool down = ui_down(ui, assist->action, 0);
    int32_t radius = ui_px(ui, METRIC_RADIUS_CHIP) * 6 / 5;
    if (assist->lit) {
        draw_round(ui->out, rect, radius,
                   ui_colour(ui, down ? COLOUR_PRIMARY_DOWN : COLOUR_PRIMARY));
        return COLOUR_ON_PRIMARY;
    }
    draw_round(ui->out, rect, radius, ui_colour(ui, down ? COLOUR_DOWN : COLOUR_SURFACE));
    draw_stroke(ui->out, rect, radius, ui_px(ui, METRIC_HAIRLINE),
                ui_colour(ui, COLOUR_BAR_BUTTON_LINE));
    return COLOUR_INK;
}

/* Icon and words side by side: landscape. */
static void draw_beside(struct ui *ui, struct rect rect, const struct assist *assist,
                        enum theme_colour ink)
{
    const char *text = ui_word(ui, assist->word);
    const char *second = ui_second(ui, assist->word);
    int32_t gap = ui_gap(ui) / 2;
    int32_t px = ui->theme->type[TYPE_BUTTON].px * 6 / 5;
    int32_t first = ui_width(ui, TYPE_LABEL_BOLD, text);
    int32_t more = gap + ui_width(ui, TYPE_CAPTION, second);
    struct rect at = rect_inset(rect, gap, 0);
    bool both = assist->twice && !ui->theme->large && px + gap + first + more <= at.w;
    at = rect_middle(at, px + gap + first + (both ? more : 0), at.h);
    ui_icon(ui, rect_cut_left(&at, px, gap), px, ink, assist->icon);
    (void)ui_line(ui, rect_cut_left(&at, first, gap),
                  (struct ui_type){TYPE_LABEL_BOLD, ink, UI_LEFT}, text);
    if (both)
        (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, ink, UI_LEFT}, second);
}

/* One below the other: portrait. */
static void draw_below(struct ui *ui, struct rect rect, const struct assist *assist,
                       enum theme_colour ink)
{
    bool both = assist->twice && !ui->theme->large;
    int32_t px = ui->theme->type[TYPE_BUTTON].px * 6 / 5;
    int32_t first = ui->theme->type[TYPE_LABEL_BOLD].px * 13 / 10;
    int32_t second = both ? ui->theme->type[TYPE_CAPTION].px * 13 / 10 : 0;
    struct rect at = rect_middle(rect, rect.w, px + first + second);
    ui_icon(ui, rect_cut_top(&at, px, 0), px, ink, assist->icon);
    (void)ui_line(ui, rect_cut_top(&at, first, 0),
                  (struct ui_type){TYPE_LABEL_BOLD, ink, UI_CENTRE}, ui_word(ui, assist->word));
    if (both) {
        (void)ui_line(ui, at, (struct ui_type){TYPE_CAPTION, ink, UI_CENTRE},
                      ui_second(ui, assist->word));
    }
}

static void draw_button(struct ui *ui, struct rect rect, const struct assist *assist)
{
    enum theme_colour ink = draw_face(ui, rect, assist);
    if (ui->wide) {
        draw_beside(ui, rect, assist, ink);
    } else {
        draw_below(ui, rect, assist, ink);
    }
    ui_touch(ui, rect, assist->action, 0, ui_word(ui, assist->word));
}

/* Whether the flow lets a visitor go home from here: not while the token or printer is at work. */
static bool has_home(enum flow_state state)
{
    switch (state) {
    case FLOW_SERVICES:
    case FLOW_INSERT:
    case FLOW_READING:
    case FLOW_CHOOSE_CERTIFICATE:
    case FLOW_CERTIFICATE:
    case FLOW_PIN:
    case FLOW_OFFER:
    case FLOW_ORDERING:
    case FLOW_PAY:
    case FLOW_ISSUING:
    case FLOW_DONE:
    case FLOW_TICKET:
    case FLOW_MESSAGE:
        return true;
    case FLOW_OUT_OF_SERVICE:
    case FLOW_ATTRACT:
    case FLOW_PIN_CHECKING:
    case FLOW_WRITING:
    case FLOW_PRINTING:
    case FLOW_TAKE_TOKEN:
    case FLOW_STATE_COUNT:
        return false;
    }
    return false;
}

void assist_draw(struct ui *ui, struct rect in)
{
    const struct visit *visit = &ui->flow->visit;
    const struct assist buttons[] = {
        {ICON_HOME, WORD_ASSIST_HOME, ACTION_HOME, false, true},
        {ICON_FORMAT_SIZE, WORD_ASSIST_LARGE, ACTION_LARGE_TEXT, visit->large_text, true},
        {ICON_CONTRAST, WORD_ASSIST_CONTRAST, ACTION_HIGH_CONTRAST, visit->high_contrast, true},
        {ICON_TRANSLATE, WORD_ASSIST_LANGUAGE, ACTION_LANGUAGE, false, false},
        {ICON_SUPPORT_AGENT, WORD_ASSIST_HELP, ACTION_HELP, true, true},
    };
    uint8_t skip = has_home(ui->flow->state) ? 0 : 1;
    uint8_t count = (uint8_t)(ARRAY_LEN(buttons) - skip);
    for (uint8_t i = 0; i < count; i++)
        draw_button(ui, rect_cell(in, ui_gap(ui) * 2 / 3, count, 1, i), &buttons[i + skip]);
}
