#include "sync/gateway/words.h"

#include "kiosk/base/text.h"
#include "sync/gateway/folder.h"

static const char *const keys[WORD_COUNT] = {
    [WORD_PAY_TITLE] = "pay_title",
    [WORD_AMOUNT_DUE] = "amount_due",
    [WORD_AMOUNT] = "amount",
    [WORD_WHAT] = "what",
    [WORD_SERVICE_RENEW] = "service_renew",
    [WORD_SERVICE_OTHER] = "service_other",
    [WORD_TERM] = "term",
    [WORD_YEAR] = "year",
    [WORD_YEARS] = "years",
    [WORD_ORDER_NO] = "order_no",
    [WORD_PAY_BEFORE] = "pay_before",
    [WORD_PAID_AT] = "paid_at",
    [WORD_DELIVERED_AT] = "delivered_at",
    [WORD_PAY_BUTTON] = "pay_button",
    [WORD_DEMO_NOTE] = "demo_note",
    [WORD_SECURE_NOTE] = "secure_note",
    [WORD_PAID_TITLE] = "paid_title",
    [WORD_PAID_TEXT] = "paid_text",
    [WORD_REVIEW_TITLE] = "review_title",
    [WORD_REVIEW_TEXT] = "review_text",
    [WORD_DONE_TITLE] = "done_title",
    [WORD_DONE_TEXT] = "done_text",
    [WORD_CLOSED_TITLE] = "closed_title",
    [WORD_CLOSED_TEXT] = "closed_text",
    [WORD_REFUND_TITLE] = "refund_title",
    [WORD_REFUND_TEXT] = "refund_text",
    [WORD_REFUND_LATE_TEXT] = "refund_late_text",
    [WORD_REFUSED_TITLE] = "refused_title",
    [WORD_REFUSED_TEXT] = "refused_text",
    [WORD_ALREADY_TITLE] = "already_title",
    [WORD_ALREADY_TEXT] = "already_text",
    [WORD_MISSING_TITLE] = "missing_title",
    [WORD_MISSING_TEXT] = "missing_text",
    [WORD_BUSY_TITLE] = "busy_title",
    [WORD_BUSY_TEXT] = "busy_text",
    [WORD_RECEIPT_TITLE] = "receipt_title",
    [WORD_RECEIPT_TEXT] = "receipt_text",
    [WORD_STATE] = "state",
    [WORD_CREATED_AT] = "created_at",
    [WORD_TO_PAY_TITLE] = "to_pay_title",
    [WORD_HOTLINE] = "hotline",
    [WORD_NOTICE_KEEP_INSERTED] = "notice_keep_inserted",
    [WORD_NOTICE_RENEW_IN_TIME] = "notice_renew_in_time",
};

/* One language: the text of each word at `offset` in its struct. */
static struct err read_language(const char *folder, const char *name, size_t offset,
                                struct words *words, char *out_message)
{
    struct config_row rows[WORD_COUNT];
    char path[FOLDER_PATH_SIZE];

    _Static_assert(sizeof(struct words) <= CONFIG_STRUCT_MAX, "as config_read() allows");
    for (size_t i = 0; i < WORD_COUNT; i++) {
        rows[i] = (struct config_row){
            .section = "page",
            .key = keys[i],
            .type = CONFIG_TEXT,
            .min = 1,
            .max = WORDS_TEXT_SIZE,
            .offset = offsetof(struct words, list) + i * sizeof(struct word) + offset,
            .required = true,
        };
    }
    struct err e = folder_path(folder, name, ".ini", path);
    return failed(e) ? e : config_read(path, rows, WORD_COUNT, words, sizeof(*words), out_message);
}

struct err words_read(const char *folder, struct words *out_words, char *out_message)
{
    struct words words = {0};

    struct err e =
        read_language(folder, "gateway.zh", offsetof(struct word, zh), &words, out_message);
    if (!failed(e))
        e = read_language(folder, "gateway.en", offsetof(struct word, en), &words, out_message);
    if (!failed(e))
        *out_words = words;
    return e;
}

struct err words_folder(const char *profiles, const char *given, char *out_path)
{
    if (given == NULL)
        return folder_path(profiles, "../words", "", out_path);
    return text_copy(out_path, FOLDER_PATH_SIZE, given) ? ERR_OK : ERR(ERR_NO_ROOM, 0, "path");
}
