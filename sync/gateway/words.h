/*
 * words.h - the texts of the phone pages in both languages, from gateway.zh.ini and gateway.en.ini
 * in assets/words.
 */
#ifndef SYNC_GATEWAY_WORDS_H
#define SYNC_GATEWAY_WORDS_H

#include "kiosk/base/config.h"
#include "kiosk/base/err.h"

#define WORDS_TEXT_SIZE 145

enum word_id {
    WORD_PAY_TITLE,
    WORD_AMOUNT_DUE,
    WORD_AMOUNT,
    WORD_WHAT,
    WORD_SERVICE_RENEW,
    WORD_SERVICE_OTHER,
    WORD_TERM,
    WORD_YEAR,
    WORD_YEARS,
    WORD_ORDER_NO,
    WORD_PAY_BEFORE,
    WORD_PAID_AT,
    WORD_DELIVERED_AT,
    WORD_PAY_BUTTON,
    WORD_DEMO_NOTE,
    WORD_SECURE_NOTE,
    WORD_PAID_TITLE,
    WORD_PAID_TEXT,
    WORD_REVIEW_TITLE,
    WORD_REVIEW_TEXT,
    WORD_DONE_TITLE,
    WORD_DONE_TEXT,
    WORD_CLOSED_TITLE,
    WORD_CLOSED_TEXT,
    WORD_REFUND_TITLE,
    WORD_REFUND_TEXT,
    WORD_REFUND_LATE_TEXT,
    WORD_REFUSED_TITLE,
    WORD_REFUSED_TEXT,
    WORD_ALREADY_TITLE,
    WORD_ALREADY_TEXT,
    WORD_MISSING_TITLE,
    WORD_MISSING_TEXT,
    WORD_BUSY_TITLE,
    WORD_BUSY_TEXT,
    WORD_RECEIPT_TITLE,
    WORD_RECEIPT_TEXT,
    WORD_STATE,
    WORD_CREATED_AT,
    WORD_TO_PAY_TITLE,
    WORD_HOTLINE,
    WORD_NOTICE_KEEP_INSERTED,
    WORD_NOTICE_RENEW_IN_TIME,
    WORD_COUNT,
};

struct word {
    char zh[WORDS_TEXT_SIZE];
    char en[WORDS_TEXT_SIZE];
};

struct words {
    struct word list[WORD_COUNT];
};

/* Read the two files of the folder; every text must stand in both. Errors and `out_message` as
 * config_read(). */
MUST_CHECK struct err words_read(const char *folder, struct words *out_words, char *out_message);

/* That folder: `given`, or when it is NULL the folder words beside the one of the profiles.
 * `out_path` has FOLDER_PATH_SIZE bytes. ERR_NO_ROOM. */
MUST_CHECK struct err words_folder(const char *profiles, const char *given, char *out_path);

#endif
