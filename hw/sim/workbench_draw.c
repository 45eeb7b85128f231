/*
 * workbench_draw.c - one column: title, a row of buttons for each device, what the devices say,
 * and the last receipt. Drawn whole each time: it changes a few times a minute.
 */
#include "hw/sim/workbench_draw.h"

#include <string.h>

#include "hw/sim/workbench_slip.h"
#include "kiosk/base/text.h"

#define FONT_FACE 2 /* Noto Sans CJK SC in the collection */
#define LARGE_PT 17
#define SMALL_PT 12
#define MARGIN 18
#define TITLE_HEIGHT 54
#define ROW_PITCH 60
#define BUTTON_HEIGHT 52
#define LABEL_WIDTH 92
#define GAP 8
#define PAIR_TOP 4 /* Chinese from the top of a button, English below it */
#define PAIR_STEP 25
#define RADIUS 9
#define STATUS_HEIGHT 36
#define CAPTION_HEIGHT 30
#define SLIP_HEIGHT_MIN 120
#define SCREEN_MARGIN 80 /* above and below the window: its frame, a panel of the desktop */
#define SLIP_WIDTH 388
#define LINE_TEXT_MAX 256

struct colour {
    uint8_t r, g, b;
};

static const struct colour background = {0xF2, 0xF5, 0xFA};
static const struct colour header = {0xFF, 0xFF, 0xFF};
static const struct colour surface = {0xFF, 0xFF, 0xFF};
static const struct colour hairline = {0xD3, 0xDC, 0xEA};
static const struct colour ink = {0x11, 0x18, 0x27};
static const struct colour ink_soft = {0x5A, 0x64, 0x75};
static const struct colour primary = {0x0A, 0x4F, 0xBF};
static const struct colour primary_down = {0x08, 0x3E, 0x96};
static const struct colour tint = {0xE3, 0xED, 0xFE};
static const struct colour off = {0xE9, 0xED, 0xF3};
static const struct colour desk = {0xD9, 0xE0, 0xEA};

static void fill(SDL_Surface *to, SDL_Rect box, struct colour colour)
{
    (void)SDL_FillRect(to, &box, SDL_MapRGB(to->format, colour.r, colour.g, colour.b));
}

/* How far a rounded corner keeps from the side, `y` rows from the top. */
static int corner_inset(int y)
{
    int inset = 0;
    int dy = RADIUS - y;
    while (inset < RADIUS && (RADIUS - inset) * (RADIUS - inset) + dy * dy > RADIUS * RADIUS)
        inset++;
    return inset;
}

static void fill_round(SDL_Surface *to, SDL_Rect box, struct colour colour)
{
    for (int y = 0; y < box.h; y++) {
        int edge = y < box.h - 1 - y ? y : box.h - 1 - y;
        int inset = edge < RADIUS ? corner_inset(edge) : 0;
        fill(to, (SDL_Rect){box.x + inset, box.y + y, box.w - 2 * inset, 1}, colour);
    }
}

static void fill_card(SDL_Surface *to, SDL_Rect box, struct colour line, struct colour inside)
{
    fill_round(to, box, line);
    fill_round(to, (SDL_Rect){box.x + 1, box.y + 1, box.w - 2, box.h - 2}, inside);
}

enum place {
    PLACE_LEFT,
    PLACE_CENTER,
    PLACE_RIGHT,
};

/* How a text is set. */
struct type {
    TTF_Font *font;
    struct colour colour;
    enum place place;
};

/* Draw with its left, middle or right top at `at`; returns its width. */
static int draw_text(SDL_Surface *to, const struct type *type, const char *text, SDL_Point at)
{
    SDL_Color colour = {type->colour.r, type->colour.g, type->colour.b, UINT8_MAX};
    SDL_Surface *drawn = text[0] == '\0' ? NULL : TTF_RenderUTF8_Blended(type->font, text, colour);
    if (drawn == NULL)
        return 0;
    int width = drawn->w;
    SDL_Rect box = {at.x, at.y, drawn->w, drawn->h};
    if (type->place == PLACE_CENTER)
        box.x -= width / 2;
    if (type->place == PLACE_RIGHT)
        box.x -= width;
    (void)SDL_BlitSurface(drawn, NULL, to, &box);
    SDL_FreeSurface(drawn);
    return width;
}

/* Chinese above, English below it. */
static void draw_pair(const struct workbench_window *window, SDL_Surface *to,
                      const struct workbench_text *text, const struct type *type, SDL_Point at)
{
    struct type small = {window->small, type->colour, type->place};
    (void)draw_text(to, type, text->zh, at);
    (void)draw_text(to, &small, text->en, (SDL_Point){at.x, at.y + PAIR_STEP});
}

/* Chinese with English beside it; returns where it ends. */
static int draw_beside(const struct workbench_window *window, SDL_Surface *to,
                       enum workbench_word word, SDL_Point at)
{
    struct type zh = {window->small, ink, PLACE_LEFT};
    struct type en = {window->small, ink_soft, PLACE_LEFT};
    const struct workbench_text *text = &window->words->text[word];
    at.x += draw_text(to, &zh, text->zh, at) + GAP;
    return at.x + draw_text(to, &en, text->en, at) + GAP;
}

/* Where a button stands follows from the table: same row label, same row. */
static SDL_Rect button_box(size_t index)
{
    int row = 0;
    int column = 0;
    int others = 0;
    for (size_t i = 1; i <= index; i++) {
        bool next = workbench_buttons[i].row != workbench_buttons[i - 1].row;
        row += next ? 1 : 0;
        column = next ? 0 : column + 1;
    }
    for (size_t i = 0; i < workbench_button_count; i++)
        others += i != index && workbench_buttons[i].row == workbench_buttons[index].row ? 1 : 0;
    int width = (WORKBENCH_WIDTH - 2 * MARGIN - LABEL_WIDTH - others * GAP) / (others + 1);
    return (SDL_Rect){MARGIN + LABEL_WIDTH + column * (width + GAP),
                      TITLE_HEIGHT + MARGIN / 2 + row * ROW_PITCH, width, BUTTON_HEIGHT};
}

static int rows_bottom(void)
{
    SDL_Rect last = button_box(workbench_button_count - 1);
    return last.y + last.h;
}

static enum workbench_word button_word(const struct workbench *workbench,
                                       const struct workbench_button *button)
{
    if (button->device != DEVICE_PHONE)
        return button->word;
    switch (atomic_load(&workbench->pay.state)) {
    case PAY_NOTHING:
        return WORD_NOTHING_TO_PAY;
    case PAY_WAITS:
        return WORD_PAY;
    case PAY_RUNS:
        return WORD_PAYING;
    case PAY_DONE:
        return WORD_PAID;
    case PAY_DONE_BEFORE:
        return WORD_PAID_BEFORE;
    case PAY_CLOSED:
        return WORD_PAY_CLOSED;
    case PAY_FAILED:
        return WORD_PAY_FAILED;
    }
    return button->word;
}

struct look {
    struct colour line, inside, text;
};

static struct look button_look(const struct workbench_window *window,
                               const struct workbench *workbench,
                               const struct workbench_button *button)
{
    if (!workbench_is_enabled(workbench, button))
        return (struct look){hairline, off, ink_soft};
    if (window->pushed == button)
        return (struct look){primary_down, primary_down, surface};
    if (button->device == DEVICE_PHONE)
        return (struct look){primary, primary, surface};
    if (workbench_is_state(workbench, button))
        return (struct look){primary, tint, primary};
    return (struct look){hairline, surface, ink};
}

static void draw_button(const struct workbench_window *window, const struct workbench *workbench,
                        SDL_Surface *to, size_t index)
{
    const struct workbench_button *button = &workbench_buttons[index];
    SDL_Rect box = button_box(index);
    struct look look = button_look(window, workbench, button);
    struct type type = {window->large, look.text, PLACE_CENTER};

    fill_card(to, box, look.line, look.inside);
    draw_pair(window, to, &window->words->text[button_word(workbench, button)], &type,
              (SDL_Point){box.x + box.w / 2, box.y + PAIR_TOP});
    if (index == 0 || workbench_buttons[index - 1].row != button->row) {
        struct type label = {window->large, ink, PLACE_LEFT};
        draw_pair(window, to, &window->words->text[button->row], &label,
                  (SDL_Point){MARGIN, box.y + PAIR_TOP});
    }
}

static void draw_title(const struct workbench_window *window, SDL_Surface *to)
{
    const struct workbench_text *title = &window->words->text[WORD_TITLE];
    struct type large = {window->large, ink, PLACE_LEFT};
    struct type small = {window->small, ink_soft, PLACE_RIGHT};
    const int top = (TITLE_HEIGHT - TTF_FontHeight(window->large)) / 2;

    fill(to, (SDL_Rect){0, 0, WORKBENCH_WIDTH, TITLE_HEIGHT}, header);
    fill(to, (SDL_Rect){0, TITLE_HEIGHT - 1, WORKBENCH_WIDTH, 1}, hairline);
    (void)draw_text(to, &large, title->zh, (SDL_Point){MARGIN, top});
    (void)draw_text(to, &small, title->en, (SDL_Point){WORKBENCH_WIDTH - MARGIN, top + PAIR_TOP});
}

static enum workbench_word device_word(size_t device)
{
    const enum workbench_word words[WORKBENCH_SOCKETS] = {
        [DEVICE_TOKEN] = WORD_TOKEN,
        [DEVICE_PRINTER] = WORD_PRINTER,
        [DEVICE_LINE] = WORD_LINE,
    };
    return words[device];
}

/* Tries left, then whatever does not answer. */
static void draw_status(const struct workbench_window *window, const struct workbench *workbench,
                        SDL_Surface *to)
{
    char tries[LINE_TEXT_MAX];
    SDL_Point at = {MARGIN, rows_bottom() + GAP};
    struct type value = {window->small, ink, PLACE_LEFT};

    workbench_value(workbench->status[DEVICE_TOKEN], "pin", tries, sizeof(tries));
    if (tries[0] != '\0') {
        at.x = draw_beside(window, to, WORD_TRIES, at);
        at.x += draw_text(to, &value, tries, at) + MARGIN;
    }
    for (size_t i = 0; i < WORKBENCH_SOCKETS; i++) {
        if (workbench->status[i][0] != '\0')
            continue;
        struct type type = {window->small, ink_soft, PLACE_LEFT};
        char text[LINE_TEXT_MAX];
        (void)text_print(text, sizeof(text), "%s: %s", window->words->text[device_word(i)].zh,
                         window->words->text[WORD_ABSENT].zh);
        at.x += draw_text(to, &type, text, at) + MARGIN;
    }
}

static int slip_top(void)
{
    return rows_bottom() + STATUS_HEIGHT + CAPTION_HEIGHT;
}

static SDL_Rect slip_panel(const struct workbench_window *window)
{
    int height;
    SDL_GetWindowSize(window->window, NULL, &height);
    return (SDL_Rect){MARGIN, slip_top(), WORKBENCH_WIDTH - 2 * MARGIN,
                      height - slip_top() - MARGIN};
}

static void draw_slip(const struct workbench_window *window, SDL_Surface *to)
{
    SDL_Rect panel = slip_panel(window);
    SDL_Point caption = {panel.x, panel.y - CAPTION_HEIGHT + GAP / 2};
    const char *name = strrchr(window->slip_path, '/');

    (void)draw_beside(window, to, WORD_RECEIPT, caption);
    fill_card(to, panel, hairline, desk);
    if (window->slip == NULL) {
        struct type type = {window->large, ink_soft, PLACE_CENTER};
        draw_pair(window, to, &window->words->text[WORD_RECEIPT_NONE], &type,
                  (SDL_Point){panel.x + panel.w / 2, panel.y + panel.h / 2 - PAIR_STEP});
        return;
    }
    struct type type = {window->small, ink_soft, PLACE_RIGHT};
    (void)draw_text(to, &type, name == NULL ? "" : name + 1,
                    (SDL_Point){panel.x + panel.w, caption.y});
    SDL_Rect inner = {panel.x + 1, panel.y + GAP, panel.w - 2, panel.h - 2 * GAP};
    SDL_Rect part = {0, window->scroll, window->slip->w, inner.h};
    SDL_Rect place = {panel.x + (panel.w - window->slip->w) / 2, inner.y, 0, 0};
    (void)SDL_BlitSurface(window->slip, &part, to, &place);
}

static void load_slip(struct workbench_window *window, const char *path)
{
    if (text_same(window->slip_path, path))
        return;
    (void)text_copy(window->slip_path, sizeof(window->slip_path), path);
    SDL_FreeSurface(window->slip);
    window->slip = path[0] == '\0' ? NULL : workbench_slip_read(path, SLIP_WIDTH);
    window->scroll = 0;
}

void workbench_window_draw(struct workbench_window *window, const struct workbench *workbench)
{
    SDL_Surface *to = SDL_GetWindowSurface(window->window);
    if (to == NULL)
        return;
    load_slip(window, workbench->receipt);
    fill(to, (SDL_Rect){0, 0, to->w, to->h}, background);
    draw_title(window, to);
    for (size_t i = 0; i < workbench_button_count; i++)
        draw_button(window, workbench, to, i);
    draw_status(window, workbench, to);
    draw_slip(window, to);
    (void)SDL_UpdateWindowSurface(window->window);
}

const struct workbench_button *workbench_window_hit(int x, int y)
{
    SDL_Point at = {x, y};
    for (size_t i = 0; i < workbench_button_count; i++) {
        SDL_Rect box = button_box(i);
        if (SDL_PointInRect(&at, &box))
            return &workbench_buttons[i];
    }
    return NULL;
}

void workbench_window_scroll(struct workbench_window *window, int rows)
{
    int most = window->slip == NULL ? 0 : window->slip->h - slip_panel(window).h + 2 * GAP;
    window->scroll += rows;
    if (window->scroll > most)
        window->scroll = most;
    if (window->scroll < 0)
        window->scroll = 0;
}

/* On a low screen the receipt has less room; it can be scrolled to its end. */
static int height_on_screen(void)
{
    SDL_Rect screen;
    int most = WORKBENCH_HEIGHT_MAX;
    if (SDL_GetDisplayUsableBounds(0, &screen) == 0 && screen.h - SCREEN_MARGIN < most)
        most = screen.h - SCREEN_MARGIN;
    return most > slip_top() + SLIP_HEIGHT_MIN ? most : slip_top() + SLIP_HEIGHT_MIN;
}

struct err workbench_window_open(struct workbench_window *window,
                                 const struct workbench_words *words, const char *font_file)
{
    char title[LINE_TEXT_MAX];
    const struct workbench_text *text = &words->text[WORD_TITLE];

    *window = (struct workbench_window){.words = words};
    (void)text_print(title, sizeof(title), "%s %s", text->zh, text->en);
    if (SDL_Init(SDL_INIT_VIDEO) != 0 || TTF_Init() != 0)
        return ERR(ERR_IO, 0, "SDL_Init");
    window->large = TTF_OpenFontIndex(font_file, LARGE_PT, FONT_FACE);
    window->small = TTF_OpenFontIndex(font_file, SMALL_PT, FONT_FACE);
    if (window->large == NULL || window->small == NULL)
        return ERR(ERR_IO, 0, "TTF_OpenFontIndex");
    window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                      WORKBENCH_WIDTH, height_on_screen(), 0);
    return window->window == NULL ? ERR(ERR_IO, 0, "SDL_CreateWindow") : ERR_OK;
}

void workbench_window_close(struct workbench_window *window)
{
    SDL_FreeSurface(window->slip);
    if (window->window != NULL)
        SDL_DestroyWindow(window->window);
    if (window->large != NULL)
        TTF_CloseFont(window->large);
    if (window->small != NULL)
        TTF_CloseFont(window->small);
    if (TTF_WasInit() != 0)
        TTF_Quit();
    SDL_Quit();
}
