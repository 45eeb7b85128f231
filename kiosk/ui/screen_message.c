/*
 * What happened, what it means for the money, what to do now: a row for each message. The money
 * comes first when some was paid.
 */
#include <stddef.h>

#include "kiosk/base/text.h"
#include "kiosk/ui/format.h"
#include "kiosk/ui/frame.h"
#include "kiosk/ui/order_parts.h"
#include "kiosk/ui/picture.h"
#include "kiosk/ui/screens.h"

enum money { MONEY_NONE, MONEY_IF_PAID, MONEY_PAID, MONEY_REFUND };

struct message_row {
    enum word title, what, act;
    enum word what_text, act_text; /* with rows: below what and act */
    enum money money;
    enum icon icon;
    enum frame_step step;
    bool retry;
};

/* clang-format off */
static const struct message_row rows[MESSAGE_COUNT] = {
    [MESSAGE_NONE] = {.title = WORD_CANCELLED_TITLE, .what = WORD_CANCELLED_WHAT, .act = WORD_CANCELLED_DO, .icon = ICON_INFO},
    [MESSAGE_TOKEN_UNREADABLE] = {WORD_TOKEN_UNREADABLE_TITLE, WORD_TOKEN_UNREADABLE_WHAT, WORD_TOKEN_UNREADABLE_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_USB_OFF, FRAME_INSERT, true},
    [MESSAGE_TOKEN_FOREIGN] = {WORD_TOKEN_FOREIGN_TITLE, WORD_TOKEN_FOREIGN_WHAT, WORD_TOKEN_FOREIGN_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_KEY_OFF, FRAME_INSERT, false},
    [MESSAGE_PULLED_UNPAID] = {WORD_PULLED_UNPAID_TITLE, WORD_PULLED_UNPAID_WHAT, WORD_PULLED_UNPAID_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_USB_OFF, FRAME_INSERT, false},
    [MESSAGE_PULLED_PAYING] = {WORD_PULLED_PAYING_TITLE, WORD_PULLED_PAYING_WHAT, WORD_PULLED_PAYING_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_USB_OFF, FRAME_PAY, false},
    [MESSAGE_PULLED_PAID] = {WORD_PULLED_PAID_TITLE, WORD_PULLED_PAID_WHAT, WORD_PULLED_PAID_DO,
        WORD_PULLED_PAID_WHAT_TEXT, WORD_PULLED_PAID_DO_TEXT, MONEY_PAID, ICON_USB_OFF, FRAME_WRITE, false},
    [MESSAGE_PIN_BLOCKED] = {WORD_PIN_BLOCKED_TITLE, WORD_PIN_BLOCKED_WHAT, WORD_PIN_BLOCKED_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_LOCK, FRAME_CHECK, false},
    [MESSAGE_PLATFORM_SILENT] = {WORD_PLATFORM_SILENT_TITLE, WORD_PLATFORM_SILENT_WHAT, WORD_PLATFORM_SILENT_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_WIFI_OFF, FRAME_PAY, true},
    [MESSAGE_ORDER_REFUSED] = {WORD_ORDER_REFUSED_TITLE, WORD_ORDER_REFUSED_WHAT, WORD_ORDER_REFUSED_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_BLOCK, FRAME_PAY, false},
    [MESSAGE_NOT_PAID] = {WORD_NOT_PAID_TITLE, WORD_NOT_PAID_WHAT, WORD_NOT_PAID_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_SCHEDULE, FRAME_PAY, true},
    [MESSAGE_CANCELLED] = {WORD_CANCELLED_TITLE, WORD_CANCELLED_WHAT, WORD_CANCELLED_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_INFO, FRAME_PAY, false},
    [MESSAGE_WRITE_FAILED] = {WORD_WRITE_FAILED_TITLE, WORD_WRITE_FAILED_WHAT, WORD_WRITE_FAILED_DO,
        WORD_WRITE_FAILED_WHAT_TEXT, WORD_WRITE_FAILED_DO_TEXT, MONEY_PAID, ICON_WARNING, FRAME_WRITE, true},
    [MESSAGE_STAFF_NEEDED] = {WORD_STAFF_NEEDED_TITLE, WORD_STAFF_NEEDED_WHAT, WORD_STAFF_NEEDED_DO,
        WORD_NONE, WORD_NONE, MONEY_PAID, ICON_SUPPORT_AGENT, FRAME_WRITE, false},
    [MESSAGE_REFUND] = {WORD_REFUND_TITLE, WORD_REFUND_WHAT, WORD_REFUND_DO,
        WORD_NONE, WORD_NONE, MONEY_REFUND, ICON_PAYMENTS, FRAME_WRITE, false},
};
/* clang-format on */

/* The money, when some was or may have been paid, else a reassuring line. */
static void draw_money(struct ui *ui, struct rect *body, enum money money)
{
    static const enum word words[] = {[MONEY_NONE] = WORD_MONEY_NONE,
                                      [MONEY_IF_PAID] = WORD_MONEY_IF_PAID,
                                      [MONEY_PAID] = WORD_MONEY_PAID,
                                      [MONEY_REFUND] = WORD_MONEY_REFUND};
    if (money == MONEY_PAID) {
        order_money(ui, rect_cut_top(body, order_money_height(ui), ui_gap(ui)));
        return;
    }
    const char *text = ui_word(ui, words[money]);
    int32_t px = ui->theme->type[TYPE_HEADING].px;
    int32_t width = body->w - 2 * ui_px(ui, METRIC_PAD) - px - ui_gap(ui);
    int32_t height = ui_paragraph_height(ui, width, TYPE_BODY_BOLD, text);
    enum tone tone = money == MONEY_NONE ? TONE_GOOD : TONE_INFO;
    struct rect in = ui_panel(ui, rect_cut_top(body, height + 2 * ui_gap(ui), ui_gap(ui)), tone);
    ui_icon(ui, rect_cut_left(&in, px, ui_gap(ui)), px, tone_ink(tone), ICON_VERIFIED_USER);
    (void)ui_paragraph(ui, in, (struct ui_type){TYPE_BODY_BOLD, tone_ink(tone), UI_LEFT}, text);
}

/* What to do, with hotline or order number in it. */
static const char *act_text(const struct ui *ui, enum word word, char *out)
{
    char number[FORMAT_SIZE];
    const char *order_no = format_groups(ui->flow->visit.order.order_no, number);
    bool staff = ui->flow->message == MESSAGE_STAFF_NEEDED;
    return ui_fill(ui, word, staff ? order_no : order_hotline(ui), order_no, out);
}

/* Icon, what happened, what to do: in the middle of a card. */
static void draw_plain(struct ui *ui, struct rect rect, const struct message_row *row)
{
    char act[WORDS_TEXT_MAX];
    struct rect in = ui_card(ui, rect);
    const char *texts[2] = {ui_word(ui, row->what), act_text(ui, row->act, act)};
    int32_t icon = ui_um(ui, ui->wide || ui->theme->large ? 30000 : 49600);
    int32_t label = ui_line_height(ui, TYPE_LABEL_BOLD);
    int32_t heights[2];

    for (int i = 0; i < 2; i++)
        heights[i] = ui_paragraph_height(ui, in.w, TYPE_BODY, texts[i]);
    int32_t all = icon + heights[0] + heights[1] + label + 4 * ui_gap(ui);
    struct rect lines = rect_middle(in, in.w, all < in.h ? all : in.h);
    ui_icon(ui, rect_cut_top(&lines, icon, ui_gap(ui)), icon, COLOUR_WARNING, row->icon);
    (void)ui_paragraph(ui, rect_cut_top(&lines, heights[0], 2 * ui_gap(ui)),
                       (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE}, texts[0]);
    (void)ui_line_fit(ui, rect_cut_top(&lines, label, ui_gap(ui) / 2),
                      (struct ui_type){TYPE_LABEL_BOLD, COLOUR_TINT_INK, UI_CENTRE},
                      ui_word(ui, WORD_MESSAGE_NOW));
    (void)ui_paragraph(ui, lines, (struct ui_type){TYPE_BODY, COLOUR_INK, UI_CENTRE}, texts[1]);
}

/* Paid, not written: three rows, the third is what to do now. */
static void draw_steps(struct ui *ui, struct rect *body, const struct message_row *row)
{
    char number[FORMAT_SIZE];
    char paid[WORDS_TEXT_MAX];
    (void)format_groups(ui->flow->visit.order.order_no, number);
    const struct order_row list[] = {
        {ROW_DONE, ui_word(ui, WORD_TICKET_PAID),
         ui_fill(ui, WORD_TICKET_PAID_TEXT, number, NULL, paid)},
        {ROW_BROKEN, ui_word(ui, row->what), ui_word(ui, row->what_text)},
        {ROW_NOW, ui_word(ui, row->act), ui_word(ui, row->act_text)}};
    int32_t height = order_rows_height(ui, list, ARRAY_LEN(list)) + 2 * ui_gap(ui);
    struct rect in = ui_card(ui, rect_cut_top(body, height, ui_gap(ui)));
    order_rows(ui, in, list, ARRAY_LEN(list));
}

/* "M-406": message and failure, for staff. */
static void draw_staff_code(struct ui *ui, struct rect rect)
{
    char code[FORMAT_SIZE];
    char text[WORDS_TEXT_MAX];
    const char *refusal = ui->flow->visit.order.refusal;

    (void)text_print(code, sizeof(code), "M-%d%02d%s%s", (int)ui->flow->message,
                     (int)ui->flow->visit.failure, refusal[0] != '\0' ? " " : "", refusal);
    (void)ui_line_fit(ui, rect, (struct ui_type){TYPE_CAPTION, COLOUR_INK2, UI_CENTRE},
                      ui_fill(ui, WORD_MESSAGE_CODE, code, NULL, text));
}

void screen_message(struct ui *ui)
{
    const struct message_row *row = &rows[ui->flow->message];
    bool paid = row->money == MONEY_PAID;
    bool can_retry =
        row->retry && (ui->flow->message != MESSAGE_WRITE_FAILED || ui->flow->token_in);
    struct frame frame = {.title = row->title, .step = row->step, .amber = true};
    struct button buttons[2] = {
        {.look = BUTTON_PRIMARY,
         .icon = ICON_REFRESH,
         .word = WORD_MESSAGE_RETRY,
         .action = ACTION_RETRY},
        {.look = BUTTON_QUIET, .word = WORD_MESSAGE_FINISH, .action = ACTION_FINISH}};
    struct rect body = frame_draw(ui, &frame);

    ui_actions(ui, &body, can_retry ? buttons : &buttons[1], can_retry ? 2 : 1);
    draw_staff_code(ui, rect_cut_bottom(&body, ui_line_height(ui, TYPE_CAPTION), ui_gap(ui) / 2));
    struct rect side = paid ? ui_side(ui, &body) : (struct rect){0, 0, 0, 0};
    draw_money(ui, &body, row->money);
    if (row->what_text == WORD_NONE) {
        if (ui->wide && paid) {
            struct rect picture = ui_card(ui, side);
            picture_inserted(ui, picture);
        }
        draw_plain(ui, body, row);
        return;
    }
    draw_steps(ui, &body, row);
    order_later(ui, ui->wide ? side : body, WORD_PULLED_PAID_LATER);
}
