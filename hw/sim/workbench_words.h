/* workbench_words.h - the words of the workbench, in Chinese and English, from an INI file. */
#ifndef HW_SIM_WORKBENCH_WORDS_H
#define HW_SIM_WORKBENCH_WORDS_H

#include "kiosk/base/config.h"
#include "kiosk/base/err.h"

#define WORKBENCH_TEXT_MAX 96

enum workbench_word {
    WORD_TITLE,
    WORD_TOKEN,
    WORD_INSERT,
    WORD_PULL,
    WORD_SWAP,
    WORD_RENEWABLE,
    WORD_PHONE,
    WORD_PAY,
    WORD_NOTHING_TO_PAY,
    WORD_PAYING,
    WORD_PAID,
    WORD_PAID_BEFORE,
    WORD_PAY_CLOSED,
    WORD_PAY_FAILED,
    WORD_LINE,
    WORD_LINE_UP,
    WORD_LINE_DOWN,
    WORD_PAPER,
    WORD_PAPER_OK,
    WORD_PAPER_LOW,
    WORD_PAPER_OUT,
    WORD_COVER,
    WORD_COVER_CLOSED,
    WORD_COVER_OPEN,
    WORD_PRINTER,
    WORD_PRINTER_ON,
    WORD_PRINTER_OFF,
    WORD_TRIES,
    WORD_ABSENT,
    WORD_RECEIPT,
    WORD_RECEIPT_NONE,
    WORD_COUNT,
};

struct workbench_text {
    char zh[WORKBENCH_TEXT_MAX];
    char en[WORKBENCH_TEXT_MAX];
};

struct workbench_words {
    struct workbench_text text[WORD_COUNT];
};

/*
 * Read section [workbench], one "key = Chinese | English" for every word. Errors as
 * config_read(); ERR_MALFORMED also for a word without both; `out_message` has
 * CONFIG_MESSAGE_MAX bytes.
 */
MUST_CHECK struct err workbench_words_read(const char *path, struct workbench_words *out_words,
                                           char *out_message);

#endif
