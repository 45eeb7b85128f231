/*
 * ui.h - how a screen is written: the context, text, and the widgets all screens share. Pure.
 *
 * A screen is one function `void screen_x(struct ui *ui)` (screens.h). It asks for the frame,
 * gets the room that is left, cuts it up (rect.h) and puts widgets into the pieces:
 *
 *     static const struct frame frame = {.title = WORD_INSERT_TITLE, .step = 1};
 *     struct rect body = frame_draw(ui, &frame);                 (frame.h)
 *     struct button buttons[] = {
 *         {.look = BUTTON_PRIMARY, .word = WORD_NEXT, .action = ACTION_NEXT},
 *         {.look = BUTTON_QUIET, .word = WORD_CANCEL, .action = ACTION_BACK}};
 *     ui_actions(ui, &body, buttons, 2);           cut off the bottom
 *     struct rect side = ui_side(ui, &body);       landscape: the right third; portrait: empty
 *     struct rect card = ui_card(ui, rect_cut_top(&body, height, ui_gap(ui)));
 *     ui_line(ui, rect_cut_top(&card, ui_line_height(ui, TYPE_BODY), 0),
 *             (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT}, ui_word(ui, WORD_X));
 *
 * Sizes come from the theme, so the same code serves both orientations, both themes and large
 * text. Text that does not fit counts in draw_list.cut, which a test asserts to be 0 for every
 * screen x language x orientation x size.
 */
#ifndef KIOSK_UI_UI_H
#define KIOSK_UI_UI_H

#include "kiosk/ui/icon.h"
#include "kiosk/ui/screen.h"

struct ui {
    const struct look *look;
    const struct flow *flow;
    const struct flow_rules *rules;
    const struct theme *theme;
    const struct words *words;  /* of the visit's language */
    const struct words *second; /* of the other one: small, beside it */
    enum language language;
    bool wide; /* landscape */
    struct draw_list *out;
};

/* ---- sizes and colours ---- */

int32_t ui_px(const struct ui *ui, enum theme_metric metric);
int32_t ui_um(const struct ui *ui, int32_t um); /* micrometres in pixels */
int32_t ui_gap(const struct ui *ui);
uint32_t ui_colour(const struct ui *ui, enum theme_colour colour);
/* Height of a line of this type, with its share of the space between lines. */
int32_t ui_line_height(const struct ui *ui, enum theme_type type);

/* ---- words ---- */

const char *ui_word(const struct ui *ui, enum word word);
const char *ui_second(const struct ui *ui, enum word word);
/* The text with values for {0} and {1} (NULL: none) in `out`, of WORDS_TEXT_MAX bytes. */
const char *ui_fill(const struct ui *ui, enum word word, const char *value0, const char *value1,
                    char *out);
const char *ui_fill_number(const struct ui *ui, enum word word, int64_t number, char *out);

/* ---- text ---- */

enum ui_align { UI_LEFT, UI_CENTRE, UI_RIGHT };

struct ui_type {
    enum theme_type type;
    enum theme_colour colour;
    enum ui_align align;
};

int32_t ui_width(const struct ui *ui, enum theme_type type, const char *text);

/* One line, in the middle of the rect's height; bold marks are heeded. Returns its width. */
int32_t ui_line(struct ui *ui, struct rect rect, struct ui_type type, const char *text);

/* The same for text that may be long: smaller, down to 4.8 mm capitals. What does not fit even then
 * ends in an ellipsis and counts as cut: a name may be long, so it belongs into a paragraph. */
int32_t ui_line_fit(struct ui *ui, struct rect rect, struct ui_type type, const char *text);

/* The same where an ellipsis may stand: in a list, of what is told in full once it is chosen. */
int32_t ui_line_short(struct ui *ui, struct rect rect, struct ui_type type, const char *text);

/* A paragraph from the rect's top; returns the height it took. */
int32_t ui_paragraph(struct ui *ui, struct rect rect, struct ui_type type, const char *text);
int32_t ui_paragraph_height(const struct ui *ui, int32_t width, enum theme_type type,
                            const char *text);

/* The word in this type and, small after it, in the second language, if there is room and the
 * text is not large. Left or centred. */
void ui_pair(struct ui *ui, struct rect rect, struct ui_type type, enum word word);

/* The icon in the middle of the rect, `px` a side. */
void ui_icon(struct ui *ui, struct rect rect, int32_t px, enum theme_colour colour, enum icon icon);

/* Icon and text of one line together in the middle of the rect. */
struct ui_label {
    enum icon icon;
    enum theme_colour icon_colour;
    struct ui_type type;
};
void ui_labelled(struct ui *ui, struct rect rect, const struct ui_label *label, const char *text);

/* ---- panels; each returns the room inside its padding ---- */

struct rect ui_card(struct ui *ui, struct rect rect);

enum tone { TONE_INFO, TONE_GOOD, TONE_WARN, TONE_BAD };
enum theme_colour tone_ink(enum tone tone);
enum theme_colour tone_tint(enum tone tone);
struct rect ui_panel(struct ui *ui, struct rect rect, enum tone tone);

/* A panel with an icon, a bold line and a smaller line (WORD_NONE's "" for none). */
void ui_banner(struct ui *ui, struct rect rect, enum tone tone, enum icon icon,
               const char *const lines[2]);
int32_t ui_banner_height(const struct ui *ui, bool two_lines);

/* A line of label (left) and value (right); `bold` and colour are the value's. */
void ui_fact(struct ui *ui, struct rect rect, const char *label, const char *value,
             enum theme_type value_type);
void ui_rule(struct ui *ui, struct rect at); /* a hairline in the middle of the rect's height */

/* ---- what can be touched ---- */

enum button_look {
    BUTTON_PRIMARY, /* filled: one a screen */
    BUTTON_SECOND,  /* outlined in the primary colour */
    BUTTON_QUIET,   /* outlined in grey: cancel, back */
    BUTTON_DANGER,
    BUTTON_CAUTION,
    BUTTON_GOOD,
};

struct button {
    enum button_look look;
    enum icon icon;
    enum word word;
    const char *text; /* instead of the word's text, when values are in it */
    enum action action;
    uint32_t value;
    bool off;     /* shown, but cannot be touched */
    bool stacked; /* second language below, not beside */
};

void ui_button(struct ui *ui, struct rect rect, const struct button *button);

/* Cut a row of buttons off the bottom of `body` (the first is the widest), in large text one
 * below the other when they do not fit side by side. */
void ui_actions(struct ui *ui, struct rect *body, const struct button *buttons, uint8_t count);

/* Whether the target of this action is under the finger. */
bool ui_down(const struct ui *ui, enum action action, uint32_t value);

/* Register a target that the screen draws itself. */
void ui_touch(struct ui *ui, struct rect rect, enum action action, uint32_t value,
              const char *label);

/* ---- figures ---- */

/* A ring, `part` of 3600 of it filled, with a text in the middle. */
struct ring {
    struct rect box;
    int32_t thick;
    int32_t part;
    enum theme_colour colour;
};
void ui_ring(struct ui *ui, const struct ring *ring, enum theme_type type, const char *text);

/* The ring that turns; 12 steps a second-and-a-bit, from look.now_ms. */
#define UI_SPINNER_STEP_MS 83
void ui_spinner(struct ui *ui, struct rect box, int32_t thick);

/* A tick in a filled circle. */
void ui_tick(struct ui *ui, struct rect box, enum theme_colour circle, enum theme_colour tick);

/* ---- room ---- */

/* In landscape cut the right third off `body` and return it; in portrait an empty rect. */
struct rect ui_side(const struct ui *ui, struct rect *body);

#endif
