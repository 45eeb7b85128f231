/* describe.c - what can be touched, in words that a script reads as a person reads the screen. */
#include "kiosk/app/describe.h"

#include <string.h>

#include "kiosk/base/text.h"

static const char *const states[FLOW_STATE_COUNT] = {
    [FLOW_OUT_OF_SERVICE] = "out_of_service",
    [FLOW_ATTRACT] = "attract",
    [FLOW_SERVICES] = "services",
    [FLOW_INSERT] = "insert",
    [FLOW_READING] = "reading",
    [FLOW_CHOOSE_CERTIFICATE] = "choose_certificate",
    [FLOW_CERTIFICATE] = "certificate",
    [FLOW_PIN] = "pin",
    [FLOW_PIN_CHECKING] = "pin_checking",
    [FLOW_OFFER] = "offer",
    [FLOW_ORDERING] = "ordering",
    [FLOW_PAY] = "pay",
    [FLOW_ISSUING] = "issuing",
    [FLOW_WRITING] = "writing",
    [FLOW_PRINTING] = "printing",
    [FLOW_DONE] = "done",
    [FLOW_TICKET] = "ticket",
    [FLOW_MESSAGE] = "message",
    [FLOW_TAKE_TOKEN] = "take_token",
};

static const char *const messages[MESSAGE_COUNT] = {
    [MESSAGE_NONE] = "none",
    [MESSAGE_TOKEN_UNREADABLE] = "token_unreadable",
    [MESSAGE_TOKEN_FOREIGN] = "token_foreign",
    [MESSAGE_PULLED_UNPAID] = "pulled_unpaid",
    [MESSAGE_PULLED_PAYING] = "pulled_paying",
    [MESSAGE_PULLED_PAID] = "pulled_paid",
    [MESSAGE_PIN_BLOCKED] = "pin_blocked",
    [MESSAGE_PLATFORM_SILENT] = "platform_silent",
    [MESSAGE_ORDER_REFUSED] = "order_refused",
    [MESSAGE_NOT_PAID] = "not_paid",
    [MESSAGE_CANCELLED] = "cancelled",
    [MESSAGE_WRITE_FAILED] = "write_failed",
    [MESSAGE_STAFF_NEEDED] = "staff_needed",
    [MESSAGE_REFUND] = "refund",
};

static const char *const actions[ACTION_COUNT] = {
    [ACTION_NONE] = "none",
    [ACTION_START] = "start",
    [ACTION_SERVICE] = "service",
    [ACTION_CHOOSE] = "choose",
    [ACTION_TERM] = "term",
    [ACTION_NEXT] = "next",
    [ACTION_BACK] = "back",
    [ACTION_RETRY] = "retry",
    [ACTION_REPRINT] = "reprint",
    [ACTION_FINISH] = "finish",
    [ACTION_CONTINUE] = "continue",
    [ACTION_HOME] = "home",
    [ACTION_HELP] = "help",
    [ACTION_HELP_CLOSE] = "help_close",
    [ACTION_LANGUAGE] = "language",
    [ACTION_LARGE_TEXT] = "large_text",
    [ACTION_HIGH_CONTRAST] = "high_contrast",
    [ACTION_PIN_DIGIT] = "pin_digit",
    [ACTION_PIN_ERASE] = "pin_erase",
    [ACTION_PIN_CLEAR] = "pin_clear",
    [ACTION_LAST_TRY] = "last_try",
    [ACTION_NEXT_ANNOUNCEMENT] = "next_announcement",
};

static const char *const verdicts[VERDICT_COUNT] = {
    [VERDICT_OK] = "ok",
    [VERDICT_FOREIGN] = "foreign",
    [VERDICT_UNKNOWN] = "unknown",
    [VERDICT_TOO_EARLY] = "too_early",
    [VERDICT_TOO_LATE] = "too_late",
    [VERDICT_SINGLE_SEAL] = "single_seal",
    [VERDICT_REVOKED] = "revoked",
    [VERDICT_REPLACED] = "replaced",
    [VERDICT_PIN_BLOCKED] = "pin_blocked",
    [VERDICT_NOT_OFFERED] = "not_offered",
    [VERDICT_REFUSES] = "refuses",
};

static const char *const printers[FACT_PRINTER_COUNT] = {
    [FACT_PRINTER_READY] = "ready",         [FACT_PRINTER_PAPER_LOW] = "paper_low",
    [FACT_PRINTER_PAPER_OUT] = "paper_out", [FACT_PRINTER_COVER_OPEN] = "cover_open",
    [FACT_PRINTER_FAILED] = "failed",       [FACT_PRINTER_SILENT] = "silent",
};

static const char *const ledger_faults[FACT_LEDGER_FAULT_COUNT] = {
    [FACT_LEDGER_UNUSABLE] = "bad",    [FACT_LEDGER_ROLLED_BACK] = "rolled_back",
    [FACT_LEDGER_FORKED] = "forked",   [FACT_LEDGER_NO_KEY] = "no_key",
    [FACT_LEDGER_CHANGED] = "changed", [FACT_LEDGER_NO_FOLDER] = "no_folder",
    [FACT_LEDGER_NO_ROOM] = "no_room",
};

void describe_status(const struct flow *flow, char *out, size_t size)
{
    const struct fact_hall *hall = &flow->hall;

    (void)text_print(
        out, size,
        "state=%s\nmessage=%s\nline=%s\nreader=%s\nprinter=%s\nledger=%s\nroom=%s\nclock=%s\n",
        states[flow->state], messages[flow->message], hall->line_up ? "up" : "down",
        hall->reader_there ? "there" : "gone", printers[hall->printer],
        hall->ledger_ok ? "ok" : ledger_faults[hall->ledger_fault], hall->room_ok ? "ok" : "low",
        hall->clock_trusted ? "trusted" : "untrusted");
}

void describe_screen(const struct flow *flow, const struct draw_list *list, bool pressed, char *out,
                     size_t size)
{
    describe_status(flow, out, size);
    size_t used = strlen(out);
    (void)text_print(
        out + used, size - used,
        "verdict=%s\ntries=%u\nwarning=%d\nhelp=%d\npressed=%d\norder=%s\npay_url=%s\n",
        verdicts[flow->visit.eligibility.verdict], (unsigned)flow->visit.token.tries_left,
        flow->warning, flow->visit.help_open, pressed, flow->visit.order.order_no,
        flow->state == FLOW_PAY ? flow->visit.order.pay_url : "");
    for (uint16_t i = 0; i < list->target_count; i++) {
        const struct draw_target *target = &list->targets[i];
        used = strlen(out);
        (void)text_print(out + used, size - used,
                         "target action=%s value=%u x=%d y=%d w=%d h=%d enabled=%d label=%s\n",
                         actions[target->action], (unsigned)target->value, (int)target->rect.x,
                         (int)target->rect.y, (int)target->rect.w, (int)target->rect.h,
                         target->enabled, draw_label(list, target));
    }
}
