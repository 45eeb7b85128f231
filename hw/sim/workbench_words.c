#include "hw/sim/workbench_words.h"

#include <string.h>

#include "kiosk/base/text.h"

#define SEPARATOR " | "
#define LINE_TEXT_MAX ((size_t)2 * WORKBENCH_TEXT_MAX)

static const char *const keys[WORD_COUNT] = {
    [WORD_TITLE] = "title",
    [WORD_TOKEN] = "token",
    [WORD_INSERT] = "insert",
    [WORD_PULL] = "pull",
    [WORD_SWAP] = "swap",
    [WORD_RENEWABLE] = "renewable",
    [WORD_PHONE] = "phone",
    [WORD_PAY] = "pay",
    [WORD_NOTHING_TO_PAY] = "nothing_to_pay",
    [WORD_PAYING] = "paying",
    [WORD_PAID] = "paid",
    [WORD_PAID_BEFORE] = "paid_before",
    [WORD_PAY_CLOSED] = "pay_closed",
    [WORD_PAY_FAILED] = "pay_failed",
    [WORD_LINE] = "line",
    [WORD_LINE_UP] = "line_up",
    [WORD_LINE_DOWN] = "line_down",
    [WORD_PAPER] = "paper",
    [WORD_PAPER_OK] = "paper_ok",
    [WORD_PAPER_LOW] = "paper_low",
    [WORD_PAPER_OUT] = "paper_out",
    [WORD_COVER] = "cover",
    [WORD_COVER_CLOSED] = "cover_closed",
    [WORD_COVER_OPEN] = "cover_open",
    [WORD_PRINTER] = "printer",
    [WORD_PRINTER_ON] = "printer_on",
    [WORD_PRINTER_OFF] = "printer_off",
    [WORD_TRIES] = "tries",
    [WORD_ABSENT] = "absent",
    [WORD_RECEIPT] = "receipt",
    [WORD_RECEIPT_NONE] = "receipt_none",
};

struct raw {
    char line[WORD_COUNT][LINE_TEXT_MAX];
};

static bool split(const char *line, struct workbench_text *out_text)
{
    const char *at = strstr(line, SEPARATOR);
    if (at == NULL)
        return false;
    return text_print(out_text->zh, sizeof(out_text->zh), "%.*s", (int)(at - line), line) &&
           text_copy(out_text->en, sizeof(out_text->en), at + strlen(SEPARATOR));
}

struct err workbench_words_read(const char *path, struct workbench_words *out_words,
                                char *out_message)
{
    struct raw raw = {0};
    struct workbench_words words = {.text = {{.zh = ""}}};
    struct config_row rows[WORD_COUNT];

    for (size_t i = 0; i < WORD_COUNT; i++) {
        rows[i] = (struct config_row){.section = "workbench",
                                      .key = keys[i],
                                      .type = CONFIG_TEXT,
                                      .min = 1,
                                      .max = LINE_TEXT_MAX,
                                      .offset = i * LINE_TEXT_MAX,
                                      .required = true};
    }
    struct err e = config_read(path, rows, WORD_COUNT, &raw, sizeof(raw), out_message);
    if (failed(e))
        return e;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (!split(raw.line[i], &words.text[i])) {
            (void)text_print(out_message, CONFIG_MESSAGE_MAX,
                             "%s: [workbench] %s: Chinese%sEnglish", path, keys[i], SEPARATOR);
            return ERR(ERR_MALFORMED, (int)i, "workbench words");
        }
    }
    *out_words = words;
    return ERR_OK;
}
