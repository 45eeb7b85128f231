/* Any text as a file of words or, after "=", as the text of one word of a whole file: refused with
 * a message, or each word can be filled with values and broken into lines that lie inside it. */
#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/ui/text_layout.h"
#include "kiosk/ui/words.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX 65536
#define WIDTH 400
#define ID_SIZE 64

static int32_t width(void *self, struct font_style style, const char *text, size_t len)
{
    (void)self;
    assert(len == 0 || text[len - 1] != '\0');
    return (int32_t)len * style.px / 2;
}

static void lay_out(const char *text)
{
    static const struct font font = {NULL, width, NULL};
    const struct font_style style = {FONT_REGULAR, 40};
    struct text_layout layout;
    const char *end = text + strlen(text);

    text_layout(&font, style, text, WIDTH, &layout);
    assert(layout.count <= TEXT_LAYOUT_LINES_MAX);
    for (size_t i = 0; i < layout.count; i++) {
        struct text_line line = layout.lines[i];
        struct text_run run;
        assert(line.at >= text && line.at + line.len <= end);
        while (text_layout_run(&line, &run))
            assert(run.at >= text && run.at + run.len <= end);
    }
    (void)text_layout_width(&font, style, text);
}

static void try_file(const char *text)
{
    static struct words words;
    char message[WORDS_MESSAGE_MAX] = "";
    char filled[WORDS_TEXT_MAX];
    const char *const values[WORDS_VALUES_MAX] = {"有限公司", text, NULL, "{0}"};

    if (failed(words_parse("f.ini", text, &words, message))) {
        assert(message[0] != '\0');
        return;
    }
    for (int i = 1; i < WORD_COUNT; i++)
        assert(strlen(words_fill(&words, (enum word)i, values, filled)) < WORDS_TEXT_MAX);
    lay_out(words_fill(&words, (enum word)1, values, filled));
}

/* "services_title", as it stands in files. */
static void id_of(enum word word, char id[ID_SIZE])
{
    assert(text_copy(id, ID_SIZE, word_name(word)));
    for (char *c = id; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | ('a' ^ 'A'));
    }
}

/* A whole file in which the first word is `text` up to its line end. */
static void try_word(const char *text)
{
    static char file[FILE_MAX];
    int text_len = (int)strcspn(text, "\n");
    size_t len = 0;

    if (text_len > WORDS_TEXT_MAX)
        return;
    for (int i = 1; i < WORD_COUNT; i++) {
        char id[ID_SIZE];
        id_of((enum word)i, id);
        (void)text_print(file + len, sizeof(file) - len, "%s = %.*s\n", id, i == 1 ? text_len : 1,
                         i == 1 ? text : "x"); /* a broken character at the end is cut off */
        len += strlen(file + len);
    }
    try_file(file);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(fuzz_text_cleanup) char *text = fuzz_text(data, size);

    if (text[0] == '=') {
        try_word(text + 1);
    } else {
        try_file(text);
    }
    if (text_valid(text, strlen(text)))
        lay_out(text);
    return 0;
}
