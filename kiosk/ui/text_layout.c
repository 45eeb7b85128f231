/*
 * The text is taken unit by unit: a unit is what never breaks inside (a word, an ideograph with
 * the marks that cling to it). A unit that does not fit starts a new line.
 */
#include "kiosk/ui/text_layout.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/words.h"

#define ROUNDING_PX 32 /* more than the rounding of the units of a line can add up to */

/* May not start a line; may not end one. */
static const char no_start[] = "，。！？；：、）》」』】”’%℃…—·,.!?;:)]}/";
static const char no_end[] = "（《「『【“‘([{¥$";
/* Chinese units that stay with the number before them. */
static const char units[] = "年月日天位次元分秒号个份";

static bool in_set(const char *set, uint32_t character)
{
    while (*set != '\0') {
        if (text_next(&set) == character)
            return true;
    }
    return false;
}

static bool is_wide(uint32_t c)
{
    return c >= 0x2E80 && c != 0xFFFD;
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_mark(uint32_t c)
{
    return c == (uint32_t)WORDS_BOLD || c == (uint32_t)WORDS_PLAIN;
}

/* Whether a line may end between two characters that stand side by side. */
static bool may_break(uint32_t before, uint32_t after)
{
    if (in_set(no_start, after) || in_set(no_end, before))
        return false;
    if (is_digit(before) && in_set(units, after))
        return false;
    return is_wide(before) || is_wide(after);
}

static uint32_t peek(const char *at)
{
    return text_next(&at);
}

/* The next character that is seen: marks are passed over. */
static uint32_t peek_seen(const char *at)
{
    uint32_t c = text_next(&at);
    while (is_mark(c))
        c = text_next(&at);
    return c;
}

/* Past the marks that stand at `at`. */
static const char *skip_marks(const char *at)
{
    while (is_mark(peek(at)))
        (void)text_next(&at);
    return at;
}

static bool ends_text(uint32_t c)
{
    return c == 0 || c == ' ' || c == WORDS_NEWLINE;
}

/* End of the unit that starts at `at`, which is at no space, newline or end. A mark that ends bold
 * goes with the unit before it, one that begins bold with the unit after it. */
static const char *unit_end(const char *at)
{
    uint32_t before = text_next(&at);
    for (;;) {
        uint32_t after = peek_seen(at);
        if (ends_text(after))
            return skip_marks(at);
        if (!is_mark(before) && may_break(before, after)) {
            if (peek(at) == (uint32_t)WORDS_PLAIN)
                (void)text_next(&at);
            return at;
        }
        uint32_t next = text_next(&at);
        before = is_mark(next) ? before : next;
    }
}

struct font_style text_layout_style(struct font_style style, bool bold)
{
    if (bold && style.face == FONT_REGULAR)
        style.face = FONT_BOLD;
    return style;
}

bool text_layout_run(struct text_line *line, struct text_run *out_run)
{
    while (line->len > 0 && is_mark((uint32_t)*line->at)) {
        line->bold = *line->at == WORDS_BOLD;
        line->at++;
        line->len--;
    }
    if (line->len == 0)
        return false;
    size_t len = 0;
    while (len < line->len && !is_mark((uint32_t)line->at[len]))
        len++;
    *out_run = (struct text_run){line->at, len, line->bold};
    line->at += len;
    line->len -= len;
    return true;
}

/* Width of a part, and whether it ends bold. */
static int32_t part_width(const struct font *font, struct font_style style, struct text_line part,
                          bool *out_bold)
{
    int32_t width = 0;
    struct text_run run;
    while (text_layout_run(&part, &run))
        width += font->width(font->self, text_layout_style(style, run.bold), run.at, run.len);
    *out_bold = part.bold;
    return width;
}

int32_t text_layout_width(const struct font *font, struct font_style style, const char *text)
{
    bool bold;
    return part_width(font, style, (struct text_line){.at = text, .len = strlen(text)}, &bold);
}

/* The paragraph being broken. */
struct breaker {
    const struct font *font;
    struct font_style style;
    int32_t width;
    bool bold; /* at the point reached */
    struct text_line line;
    int32_t used; /* about how wide the line is: the sum of its units, each rounded */
    struct text_layout *out;
};

static void end_line(struct breaker *breaker, const char *next)
{
    struct text_layout *out = breaker->out;
    if (out->count == TEXT_LAYOUT_LINES_MAX) {
        out->cut = true;
    } else {
        struct text_line line = breaker->line;
        while (line.len > 0 && line.at[line.len - 1] == ' ')
            line.len--;
        bool bold;
        line.width = part_width(breaker->font, breaker->style, line, &bold);
        out->lines[out->count++] = line;
    }
    breaker->line = (struct text_line){.at = next, .bold = breaker->bold};
    breaker->used = 0;
}

/* Width of the line with everything up to `end`. */
static int32_t width_to(const struct breaker *breaker, const char *end)
{
    struct text_line line = breaker->line;
    line.len = (size_t)(end - line.at);
    bool bold;
    return part_width(breaker->font, breaker->style, line, &bold);
}

/* Whether the line still fits with `more` pixels up to `end`. Units are measured one by one, for
 * they come again and again; near the edge the whole line is. */
static bool fits(const struct breaker *breaker, int32_t more, const char *end)
{
    if (breaker->used + more <= breaker->width - ROUNDING_PX)
        return true;
    return breaker->used + more <= breaker->width + ROUNDING_PX &&
           width_to(breaker, end) <= breaker->width;
}

/* A unit wider than a line: as many characters a line as fit, at least one. */
static void break_unit(struct breaker *breaker, const char *at, const char *end)
{
    while (at < end) {
        const char *next = at;
        uint32_t c = text_next(&next);
        if (breaker->line.len > 0 && width_to(breaker, next) > breaker->width)
            end_line(breaker, at);
        if (is_mark(c))
            breaker->bold = c == (uint32_t)WORDS_BOLD;
        breaker->line.len = (size_t)(next - breaker->line.at);
        at = next;
    }
}

static const char *take_unit(struct breaker *breaker, const char *at)
{
    const char *end = unit_end(at);
    struct text_line unit = {at, (size_t)(end - at), 0, breaker->bold};
    bool bold;
    int32_t width = part_width(breaker->font, breaker->style, unit, &bold);
    if (breaker->line.len > 0 && !fits(breaker, width, end))
        end_line(breaker, at);
    if (!fits(breaker, width, end)) {
        break_unit(breaker, at, end);
        breaker->used = width_to(breaker, end);
        return end;
    }
    breaker->bold = bold;
    breaker->used += width;
    breaker->line.len = (size_t)(end - breaker->line.at);
    return end;
}

/* A space, after which the text goes on at `next`; none starts a line. */
static void take_space(struct breaker *breaker, const char *next)
{
    if (breaker->line.len == 0) {
        breaker->line.at = next;
        return;
    }
    breaker->line.len++;
    breaker->used += breaker->font->width(breaker->font->self, breaker->style, " ", 1);
}

void text_layout(const struct font *font, struct font_style style, const char *text, int32_t width,
                 struct text_layout *out_layout)
{
    out_layout->count = 0;
    out_layout->cut = false;
    struct breaker breaker = {
        .font = font, .style = style, .width = width, .line = {.at = text}, .out = out_layout};
    while (*text != '\0' && !out_layout->cut) {
        if (*text == WORDS_NEWLINE) {
            end_line(&breaker, ++text);
        } else if (*text == ' ') {
            text++;
            take_space(&breaker, text);
        } else {
            text = take_unit(&breaker, text);
        }
    }
    if (breaker.line.len > 0 && !out_layout->cut)
        end_line(&breaker, text);
}
