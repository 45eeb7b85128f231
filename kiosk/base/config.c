/* config.c - hides inih: counts the lines, so that each message can say where. */
#include "kiosk/base/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/config_value.h"
#include "kiosk/base/text.h"

#define ROWS_MAX 64
#define FILE_MAX 65536

struct reading {
    const char *name;
    const char *rest; /* of the text */
    int line;
    bool continued; /* the line at hand is indented: inih joins it to the one above */
    const struct config_row *rows;
    size_t row_count;
    bool given[ROWS_MAX];
    uint8_t *out;
    char *message; /* empty as long as all is well; that of the first line stays */
    int message_line;
};

PRINTF_LIKE(2, 3) static void complain(struct reading *reading, const char *format, ...)
{
    char what[CONFIG_MESSAGE_MAX];
    va_list args;

    if (reading->message[0] != '\0' && reading->line >= reading->message_line)
        return;
    reading->message_line = reading->line;
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args); /* cut is fine */
    va_end(args);
    if (reading->line > 0) {
        (void)text_print(reading->message, CONFIG_MESSAGE_MAX, "%s:%d: %s", reading->name,
                         reading->line, what);
    } else {
        (void)text_print(reading->message, CONFIG_MESSAGE_MAX, "%s: %s", reading->name, what);
    }
}

static bool stands_before(const struct config_row *rows, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(rows[i].section, rows[index].section) == 0)
            return true;
    }
    return false;
}

/* The keys of `section`, or, when there is no such section, all sections. */
static void complain_unknown(struct reading *reading, const char *section, const char *key)
{
    char allowed[CONFIG_MESSAGE_MAX] = "";
    bool known = false;

    for (size_t i = 0; i < reading->row_count; i++)
        known = known || strcmp(reading->rows[i].section, section) == 0;
    for (size_t i = 0; i < reading->row_count; i++) {
        const struct config_row *row = &reading->rows[i];
        if (known ? strcmp(row->section, section) != 0 : stands_before(reading->rows, i))
            continue;
        size_t used = strlen(allowed);
        (void)text_print(allowed + used, sizeof(allowed) - used, "%s%s", used > 0 ? ", " : "",
                         known ? row->key : row->section);
    }
    if (known) {
        complain(reading, "[%s] has no key \"%s\"; allowed: %s", section, key, allowed);
    } else {
        complain(reading, "there is no section [%s]; allowed: %s", section, allowed);
    }
}

static int take_pair(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    size_t at = 0;

    while (at < reading->row_count && (strcmp(reading->rows[at].section, section) != 0 ||
                                       strcmp(reading->rows[at].key, key) != 0))
        at++;
    if (at == reading->row_count) {
        complain_unknown(reading, section, key);
        return 1;
    }

    const struct config_row *row = &reading->rows[at];
    if (reading->continued) {
        complain(reading, "an indented line; each line starts with its key or its [section]");
    } else if (reading->given[at]) {
        complain(reading, "[%s] %s stands twice; a key may stand once", section, key);
    } else if (!config_take(row, value, reading->out + row->offset)) {
        char allowed[CONFIG_ALLOWED_MAX];
        config_allowed(row, allowed);
        complain(reading, "[%s] %s = %s: %s", section, key, value, allowed);
    }
    reading->given[at] = true;
    return 1;
}

/* fgets() over the text, counting lines; a line that inih has no room for is a complaint. */
static char *next_line(char *out, int size, void *user)
{
    struct reading *reading = user;
    size_t len = strcspn(reading->rest, "\n");
    size_t room = (size_t)size - 2; /* "\n" and NUL */

    if (*reading->rest == '\0')
        return NULL;
    reading->line++;
    reading->continued = reading->rest[0] == ' ' || reading->rest[0] == '\t';
    if (len > room)
        complain(reading, "a line of %zu bytes; at most %zu", len, room);
    size_t taken = len > room ? room : len;
    memcpy(out, reading->rest, taken);
    out[taken] = '\n';
    out[taken + 1] = '\0';
    reading->rest += len + (reading->rest[len] == '\n' ? 1 : 0);
    return out;
}

static void complain_missing(struct reading *reading)
{
    char allowed[CONFIG_ALLOWED_MAX];

    reading->line = 0;
    for (size_t i = 0; i < reading->row_count; i++) {
        const struct config_row *row = &reading->rows[i];
        if (!row->required || reading->given[i])
            continue;
        config_allowed(row, allowed);
        complain(reading, "[%s] %s is missing: %s", row->section, row->key, allowed);
    }
}

/* NOLINTNEXTLINE(readability-function-size): a table, a text and a message need seven */
struct err config_parse(const char *name, const char *text, const struct config_row *rows,
                        size_t row_count, void *out, size_t out_size, char *out_message)
{
    uint8_t copy[CONFIG_STRUCT_MAX];
    char message[CONFIG_MESSAGE_MAX] = "";
    struct reading reading = {.name = name,
                              .rest = text,
                              .rows = rows,
                              .row_count = row_count,
                              .out = copy,
                              .message = message};

    assert(row_count <= ROWS_MAX);
    assert(out_size <= CONFIG_STRUCT_MAX);
    memcpy(copy, out, out_size);
    int bad_line = ini_parse_stream(next_line, &reading, take_pair, &reading);
    if (bad_line != 0) {
        reading.line = bad_line;
        complain(&reading, "neither \"[section]\" nor \"key = value\"");
    }
    if (message[0] == '\0')
        complain_missing(&reading);
    if (message[0] != '\0') {
        memcpy(out_message, message, sizeof(message));
        return ERR(ERR_MALFORMED, bad_line, "config_parse");
    }
    memcpy(out, copy, out_size);
    return ERR_OK;
}

/* Fill `text` of FILE_MAX + 1 bytes; one more than FILE_MAX when the file is longer. */
static struct err slurp(const char *path, char *text, size_t *out_len)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return ERR(ERR_IO, errno, "fopen");

    size_t len = fread(text, 1, FILE_MAX + 1, file);
    struct err e = ferror(file) ? ERR(ERR_IO, errno, "fread") : ERR_OK;
    (void)fclose(file); /* only read from: nothing to lose */
    if (!failed(e))
        *out_len = len;
    return e;
}

/* NOLINTNEXTLINE(readability-function-size) */
struct err config_read(const char *path, const struct config_row *rows, size_t row_count, void *out,
                       size_t out_size, char *out_message)
{
    char text[FILE_MAX + 1];
    size_t len = 0;
    struct err e = slurp(path, text, &len);

    if (failed(e)) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s: cannot be read: %s", path,
                         err_words(e.native));
        return e;
    }
    if (len > FILE_MAX || memchr(text, '\0', len) != NULL) {
        (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                         "%s: not a configuration; a text without NUL of at most %d bytes", path,
                         FILE_MAX);
        return ERR(ERR_MALFORMED, 0, "config_read");
    }
    text[len] = '\0';
    return config_parse(path, text, rows, row_count, out, out_size, out_message);
}

struct finding {
    struct reading reading;
    const char *section, *key;
    int line;
};

static char *next_line_of_finding(char *out, int size, void *user)
{
    struct finding *finding = user;
    return next_line(out, size, &finding->reading);
}

static int find_pair(void *user, const char *section, const char *key, const char *value)
{
    struct finding *finding = user;
    (void)value;

    if (strcmp(section, finding->section) == 0 && strcmp(key, finding->key) == 0)
        finding->line = finding->reading.line;
    return 1;
}

int config_line_of(const char *path, const char *section, const char *key)
{
    char text[FILE_MAX + 2];
    char message[CONFIG_MESSAGE_MAX] = "";
    size_t len = 0;
    struct finding finding = {.reading = {.name = path, .rest = text, .message = message},
                              .section = section,
                              .key = key};

    if (failed(slurp(path, text, &len)))
        return 0;
    text[len] = '\0';
    (void)ini_parse_stream(next_line_of_finding, &finding, find_pair,
                           &finding); /* was read before */
    return finding.line;
}

/* What is wrong with a file, by the error of reading it; `out` has CONFIG_ALLOWED_MAX bytes. */
static void print_wrong(struct err why, char *out)
{
    static const char *const words[ERR_CODE_COUNT] = {
        [ERR_DENIED] = "not all who may read or change it should",
        [ERR_MALFORMED] = "what it holds is something else",
        [ERR_UNSUPPORTED] = "what it holds is of another kind",
        [ERR_NO_ROOM] = "it holds too much, or memory is short",
        [ERR_CONFLICT] = "it does not go with the others",
        [ERR_NOT_FOUND] = "it holds none",
    };

    if (why.code == ERR_IO && why.native != 0) {
        (void)text_print(out, CONFIG_ALLOWED_MAX, "cannot be read: %s", err_words(why.native));
    } else {
        const char *known = words[why.code];
        (void)text_copy(out, CONFIG_ALLOWED_MAX, known != NULL ? known : "cannot be read");
    }
}

struct err config_refuse(const struct config_fault *fault, char *out_message)
{
    char wrong[CONFIG_ALLOWED_MAX];
    char place[24] = "";
    int line = config_line_of(fault->path, fault->section, fault->key);

    if (fault->wrong != NULL) {
        (void)text_copy(wrong, sizeof(wrong), fault->wrong);
    } else {
        print_wrong(fault->why, wrong);
    }
    if (line > 0)
        (void)text_print(place, sizeof(place), ":%d", line);
    (void)text_print(out_message, CONFIG_MESSAGE_MAX, "%s%s: [%s] %s = %s: %s: %s", fault->path,
                     place, fault->section, fault->key, fault->value, wrong, fault->allowed);
    return ERR(ERR_MALFORMED, line, "config_refuse");
}
