#include "kiosk/ui/words.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"

#define LINE_MAX_BYTES 1024
#define FILE_MAX_BYTES (2 * WORDS_POOL_MAX)
#define PATH_MAX_BYTES 512

static const char *const names[WORD_COUNT] = {
    [WORD_NONE] = "",
#define WORD(id) [WORD_##id] = #id,
#include "kiosk/ui/words_list.h"
#include "kiosk/ui/words_list_order.h"
#undef WORD
};

const char *word_name(enum word word)
{
    assert(word < WORD_COUNT);
    return names[word];
}

static char upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

/* In files ids are in lower case: "services_title" is WORD_SERVICES_TITLE. */
static bool same_name(const char *id, const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (key[i] == upper(key[i]) && key[i] != '_' && !(key[i] >= '0' && key[i] <= '9'))
            return false;
        if (id[i] != upper(key[i]))
            return false;
    }
    return id[len] == '\0';
}

static enum word word_of(const char *key, size_t len)
{
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        if (strlen(names[i]) == len && same_name(names[i], key, len))
            return (enum word)i;
    }
    return WORD_NONE;
}

/* Where we are in a file. */
struct reader {
    const char *name;
    int32_t line;
    char *message;
    struct words words;
};

static struct err bad_line(const struct reader *reader, const char *what, const char *about,
                           size_t about_len)
{
    (void)text_print(reader->message, WORDS_MESSAGE_MAX, "%s:%d: %s: %.*s", reader->name,
                     reader->line, what, (int)(about_len < 100 ? about_len : 100), about);
    return ERR(ERR_MALFORMED, reader->line, "words");
}

/* What a mark in braces becomes; false when `at` is at none. */
static bool mark(const char *at, char *out, size_t *out_len)
{
    static const struct {
        const char *text;
        char is;
    } marks[] = {{"{b}", WORDS_BOLD}, {"{/b}", WORDS_PLAIN}, {"{n}", WORDS_NEWLINE}};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t len = strlen(marks[i].text);
        if (strncmp(at, marks[i].text, len) == 0) {
            *out = marks[i].is;
            *out_len = len;
            return true;
        }
    }
    return false;
}

static bool is_place(const char *at)
{
    return at[0] == '{' && at[1] >= '0' && at[1] < '0' + WORDS_VALUES_MAX && at[2] == '}';
}

static struct err take_text(struct reader *reader, enum word word, const char *from, size_t len)
{
    struct words *words = &reader->words;
    if (words->used + len + 1 > WORDS_POOL_MAX || len >= WORDS_TEXT_MAX)
        return bad_line(reader, "too much text", from, len);
    words->at[word] = (uint16_t)words->used;
    for (size_t i = 0; i < len;) {
        char c = from[i];
        size_t taken = 1;
        if (c == '{' && !mark(from + i, &c, &taken) && !is_place(from + i))
            return bad_line(reader, "not one of {0} to {3}, {b}, {/b}, {n}", from + i, len - i);
        words->pool[words->used++] = c;
        i += taken;
    }
    words->pool[words->used++] = '\0';
    return ERR_OK;
}

static size_t trimmed(const char **from, size_t len)
{
    while (len > 0 && (**from == ' ' || **from == '\t')) {
        (*from)++;
        len--;
    }
    while (len > 0 && ((*from)[len - 1] == ' ' || (*from)[len - 1] == '\t'))
        len--;
    return len;
}

static struct err take_line(struct reader *reader, const char *line, size_t len)
{
    len = trimmed(&line, len);
    if (len == 0 || line[0] == '#' || line[0] == '[')
        return ERR_OK;
    if (!text_valid(line, len))
        return bad_line(reader, "not UTF-8", line, 0);
    const char *equals = memchr(line, '=', len);
    if (equals == NULL)
        return bad_line(reader, "expected \"id = text\"", line, len);
    const char *text = equals + 1;
    size_t text_len = trimmed(&text, len - (size_t)(equals + 1 - line));
    size_t key_len = trimmed(&line, (size_t)(equals - line));
    enum word word = word_of(line, key_len);
    if (word == WORD_NONE)
        return bad_line(reader, "no text has this id", line, key_len);
    if (reader->words.at[word] != 0)
        return bad_line(reader, "stands twice", line, key_len);
    if (text_len == 0)
        return bad_line(reader, "has no text", line, key_len);
    return take_text(reader, word, text, text_len);
}

/* All missing ids in one message, as many as fit. */
static struct err check_missing(const struct reader *reader)
{
    char list[WORDS_MESSAGE_MAX] = "";
    for (int32_t i = 1; i < WORD_COUNT; i++) {
        if (reader->words.at[i] == 0) {
            size_t used = strlen(list);
            (void)text_print(list + used, sizeof list - used, " %s", names[i]);
        }
    }
    if (list[0] == '\0')
        return ERR_OK;
    for (char *c = list; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return bad_line(reader, "ends without", list + 1, strlen(list + 1));
}

struct err words_parse(const char *name, const char *text, struct words *out_words,
                       char *out_message) // NOLINT(readability-non-const-parameter): through reader
{
    struct reader reader = {.name = name, .message = out_message, .words = {.used = 1}};
    while (*text != '\0') {
        reader.line++;
        size_t len = strcspn(text, "\n");
        struct err e = take_line(&reader, text, len);
        if (failed(e))
            return e;
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    struct err e = check_missing(&reader);
    if (failed(e))
        return e;
    *out_words = reader.words;
    return ERR_OK;
}

static void close_file(FILE **file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

struct err words_load(const char *assets_dir, const char *language, struct words *out_words,
                      char *out_message)
{
    char path[PATH_MAX_BYTES];
    bool fits = text_print(path, sizeof path, "%s/words/%s.ini", assets_dir, language);
    CLEANUP(close_file) FILE *file = fits ? fopen(path, "re") : NULL;
    if (file == NULL) {
        int number = fits ? errno : ENAMETOOLONG;
        (void)text_print(out_message, WORDS_MESSAGE_MAX, "%s: cannot be read: %s", path,
                         err_words(number));
        return ERR(ERR_IO, number, "words file");
    }
    char text[FILE_MAX_BYTES];
    size_t len = fread(text, 1, sizeof text - 1, file);
    if (ferror(file) != 0 || len == sizeof text - 1) {
        (void)text_print(out_message, WORDS_MESSAGE_MAX, "%s: cannot be read, or is longer than %d",
                         path, FILE_MAX_BYTES - 1);
        return ERR(ERR_IO, errno, "words file");
    }
    text[len] = '\0';
    return words_parse(path, text, out_words, out_message);
}

const char *words_at(const struct words *words, enum word word)
{
    assert(word < WORD_COUNT);
    return words->pool + words->at[word];
}

const char *words_fill(const struct words *words, enum word word,
                       const char *const values[WORDS_VALUES_MAX], char *out)
{
    const char *from = words_at(words, word);
    size_t used = 0;
    while (*from != '\0' && used + 1 < WORDS_TEXT_MAX) {
        if (!is_place(from)) {
            out[used++] = *from++;
            continue;
        }
        const char *value = values[from[1] - '0'];
        out[used] = '\0';
        (void)text_copy(out + used, WORDS_TEXT_MAX - used, value != NULL ? value : "");
        used += strlen(out + used);
        from += 3;
    }
    out[used] = '\0';
    return out;
}
