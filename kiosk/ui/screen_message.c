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
    enum word retry; /* the button that tries again; WORD_NONE: none */
};

/* clang-format off */
static const struct message_row rows[MESSAGE_COUNT] = {
    [MESSAGE_NONE] = {.title = WORD_CANCELLED_TITLE, .what = WORD_CANCELLED_WHAT, .act = WORD_CANCELLED_DO, .icon = ICON_INFO},
    [MESSAGE_TOKEN_UNREADABLE] = {WORD_TOKEN_UNREADABLE_TITLE, WORD_TOKEN_UNREADABLE_WHAT, WORD_TOKEN_UNREADABLE_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_USB_OFF, FRAME_INSERT, WORD_MESSAGE_RETRY},
    [MESSAGE_TOKEN_FOREIGN] = {WORD_TOKEN_FOREIGN_TITLE, WORD_TOKEN_FOREIGN_WHAT, WORD_TOKEN_FOREIGN_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_KEY_OFF, FRAME_INSERT, WORD_NONE},
    [MESSAGE_PULLED_UNPAID] = {WORD_PULLED_UNPAID_TITLE, WORD_PULLED_UNPAID_WHAT, WORD_PULLED_UNPAID_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_USB_OFF, FRAME_INSERT, WORD_NONE},
    [MESSAGE_PULLED_PAYING] = {WORD_PULLED_PAYING_TITLE, WORD_PULLED_PAYING_WHAT, WORD_PULLED_PAYING_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_USB_OFF, FRAME_PAY, WORD_NONE},
    [MESSAGE_PULLED_PAID] = {WORD_PULLED_PAID_TITLE, WORD_PULLED_PAID_WHAT, WORD_PULLED_PAID_DO,
        WORD_PULLED_PAID_WHAT_TEXT, WORD_PULLED_PAID_DO_TEXT, MONEY_PAID, ICON_USB_OFF, FRAME_WRITE, WORD_NONE},
    [MESSAGE_PIN_BLOCKED] = {WORD_PIN_BLOCKED_TITLE, WORD_PIN_BLOCKED_WHAT, WORD_PIN_BLOCKED_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_LOCK, FRAME_CHECK, WORD_NONE},
    [MESSAGE_PLATFORM_SILENT] = {WORD_PLATFORM_SILENT_TITLE, WORD_PLATFORM_SILENT_WHAT, WORD_PLATFORM_SILENT_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_WIFI_OFF, FRAME_PAY, WORD_MESSAGE_RETRY},
    [MESSAGE_ORDER_REFUSED] = {WORD_ORDER_REFUSED_TITLE, WORD_ORDER_REFUSED_WHAT, WORD_ORDER_REFUSED_DO,
        WORD_NONE, WORD_NONE, MONEY_NONE, ICON_BLOCK, FRAME_PAY, WORD_NONE},
    [MESSAGE_NOT_PAID] = {WORD_NOT_PAID_TITLE, WORD_NOT_PAID_WHAT, WORD_NOT_PAID_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_SCHEDULE, FRAME_PAY, WORD_MESSAGE_AGAIN},
    [MESSAGE_CANCELLED] = {WORD_CANCELLED_TITLE, WORD_CANCELLED_WHAT, WORD_CANCELLED_DO,
        WORD_NONE, WORD_NONE, MONEY_IF_PAID, ICON_INFO, FRAME_PAY, WORD_NONE},
    [MESSAGE_WRITE_FAILED] = {WORD_WRITE_FAILED_TITLE, WORD_WRITE_FAILED_WHAT, WORD_WRITE_FAILED_DO,
        WORD_WRITE_FAILED_WHAT_TEXT, WORD_WRITE_FAILED_DO_TEXT, MONEY_PAID, ICON_WARNING, FRAME_WRITE, WORD_MESSAGE_RETRY},
    [MESSAGE_STAFF_NEEDED] = {WORD_STAFF_NEEDED_TITLE, WORD_STAFF_NEEDED_WHAT, WORD_STAFF_NEEDED_DO,
        WORD_NONE, WORD_NONE, MONEY_PAID, ICON_SUPPORT_AGENT, FRAME_WRITE, WORD_NONE},
    [MESSAGE_REFUND] = {WORD_REFUND_TITLE, WORD_REFUND_WHAT, WORD_REFUND_DO,
        WORD_NONE, WORD_NONE, MONEY_REFUND, ICON_PAYMENTS, FRAME_WRITE, WORD_MESSAGE_AGAIN},
};
/* clang-format on */

/* What the order says goes before what the message would say in general. */
static enum money money_of(const struct ui *ui, const struct message_row *row)
{
    const struct fact_order *order = &ui->flow->visit.order;
    bool payable = order->order_no[0] != '\0' &&
                   (order->status == FACT_ORDER_TO_PAY || order->status == FACT_ORDER_CLOSED ||
                    order->status == FACT_ORDER_REFUSED);

    if (order_paid(ui))
        return MONEY_PAID;
    if (order->status == FACT_ORDER_REFUND)
        return MONEY_REFUND;
    return row->money == MONEY_NONE && payable ? MONEY_IF_PAID : row->money;
}

/* Whether the flow lets the visitor try again now. */
static bool can_retry(const struct ui *ui, const struct message_row *row)
{
    bool there = ui->flow->token_in;
    switch (ui->flow->message) {
    case MESSAGE_WRITE_FAILED:
        return there;
    case MESSAGE_REFUND:
        return there && flow_certificate(ui->flow) != NULL;
    case MESSAGE_NONE:
    case MESSAGE_TOKEN_UNREADABLE:
    case MESSAGE_TOKEN_FOREIGN:
    case MESSAGE_PULLED_UNPAID:
    case MESSAGE_PULLED_PAYING:
    case MESSAGE_PULLED_PAID:
    case MESSAGE_PIN_BLOCKED:
    case MESSAGE_PLATFORM_SILENT:
    case MESSAGE_ORDER_REFUSED:
    case MESSAGE_NOT_PAID:
    case MESSAGE_CANCELLED:
    case MESSAGE_STAFF_NEEDED:
    case MESSAGE_COUNT:
        return row->retry != WORD_NONE;
    }
    return false;
}

/* The money, when some was or may have been paid, else a reassuring line. */
static void draw_money(struct ui *ui, struct rect *body, enum money money)
{
    static const enum word words[] = {[MONEY_NONE] = WORD_MONEY_NONE,
                                      [MONEY_IF_PAID] = WORD_MONEY_IF_PAID,
                                      [MONEY_PAID] = WORD_MONEY_NONE,
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

/* What happened; where one message has two causes, the one it has now. */
static const char *what_text(const struct ui *ui, const struct message_row *row)
{
    bool requested = ui->flow->visit.order.status != FACT_ORDER_NONE;
    if (ui->flow->message == MESSAGE_PLATFORM_SILENT && !requested)
        return ui_word(ui, WORD_PLATFORM_SILENT_LOOK_UP);
    return ui_word(ui, row->what);
}

/* What to do, with hotline or order number in it. */
static const char *act_text(const struct ui *ui, enum word word, char *out)
{
    char number[FORMAT_SIZE];
    char hotline[WORDS_TEXT_MAX];
    const char *order_no = format_groups(ui->flow->visit.order.order_no, number);
    bool staff = ui->flow->message == MESSAGE_STAFF_NEEDED;
    return ui_fill(ui, word, staff ? order_no : order_hotline(ui, hotline), order_no, out);
}

static bool is_about_port(const struct message_row *row)
{
    return row->icon == ICON_USB_OFF;
}

/* The port and the token where that is the matter, else the icon in a circle. */
static void draw_picture(struct ui *ui, struct rect in, const struct message_row *row)
{
    if (is_about_port(row)) {
        order_token_picture(ui, in, true);
        return;
    }
    int32_t least = in.w < in.h ? in.w : in.h;
    int32_t side = least < ui_um(ui, 62000) ? least : ui_um(ui, 62000);
    struct rect circle = rect_middle(in, side, side);
    draw_round(ui->out, circle, side / 2, ui_colour(ui, COLOUR_WARNING_TINT));
    if (ui->theme->high_contrast) {
        draw_stroke(ui->out, circle, side / 2, ui_px(ui, METRIC_STROKE),
                    ui_colour(ui, COLOUR_WARNING));
    }
    ui_icon(ui, circle, side * 55 / 100, COLOUR_WARNING, row->icon);
}

static int32_t act_height(const struct ui *ui, int32_t width, const char *act)
{
    int32_t inner = width - ui_px(ui, METRIC_PAD);
    return ui_line_height(ui, TYPE_LABEL_BOLD) + ui_gap(ui) * 3 / 2 +
           ui_paragraph_height(ui, inner, TYPE_BODY_BOLD, act);
}

/* What to do now, in a panel. */
static void draw_act(struct ui *ui, struct rect at, const char *act)
{
    draw_round(ui->out, at, ui_px(ui, METRIC_RADIUS_CHIP), ui_colour(ui, COLOUR_TINT));
    at = rect_inset(at, ui_px(ui, METRIC_PAD) / 2, ui_gap(ui) * 3 / 4);
    (void)ui_line_fit(ui, rect_cut_top(&at, ui_line_height(ui, TYPE_LABEL_BOLD), 0),
                      (struct ui_type){TYPE_LABEL_BOLD, COLOUR_TINT_INK, UI_LEFT},
                      ui_word(ui, WORD_MESSAGE_NOW));
    (void)ui_paragraph(ui, at, (struct ui_type){TYPE_BODY_BOLD, COLOUR_INK, UI_LEFT}, act);
}

/* Picture (in landscape if `pictured`), what happened, what to do. */
static void draw_plain(struct ui *ui, struct rect rect, const struct message_row *row,
                       bool pictured)
{
    char text[WORDS_TEXT_MAX];
    struct rect in = ui_card(ui, rect);
    const char *what = what_text(ui, row);
    const char *act = act_text(ui, row->act, text);
    int32_t pad = ui_px(ui, METRIC_PAD);

    if (ui->wide && pictured) {
        struct rect picture = rect_cut_left(&in, in.w * 30 / 100, pad);
        draw_picture(ui, rect_inset(picture, pad / 2, 0), row);
    }
    int32_t height = ui_paragraph_height(ui, in.w, TYPE_BODY, what);
    int32_t below = act_height(ui, in.w, act);
    int32_t gap = ui->wide ? ui_gap(ui) : 2 * ui_gap(ui);
    int32_t all = height + gap + below;
    struct rect lines =
        ui->wide ? rect_middle(in, in.w, all < in.h ? all : in.h) : rect_cut_bottom(&in, all, gap);
    (void)ui_paragraph(ui, rect_cut_top(&lines, height, gap),
                       (struct ui_type){TYPE_BODY, COLOUR_INK, UI_LEFT}, what);
    draw_act(ui, rect_cut_top(&lines, below, 0), act);
    if (!ui->wide) {
        int32_t most = ui_um(ui, 120000);
        draw_picture(ui, rect_middle(in, in.w, in.h < most ? in.h : most), row);
    }
}

/* Paid, not written: three rows, the third is what to do now. */
static void draw_steps(struct ui *ui, struct rect rect, const struct message_row *row)
{
    char number[FORMAT_SIZE];
    char paid[WORDS_TEXT_MAX];
    const struct message_row *act = ui->flow->token_in ? row : &rows[MESSAGE_PULLED_PAID];
    const struct fact_order *order = &ui->flow->visit.order;
    (void)format_groups(order->order_no, number);
    const struct order_row list[] = {
        {.state = ROW_DONE,
         .title = ui_word(ui, WORD_TICKET_PAID),
         .text = order->order_no[0] != '\0' ? ui_fill(ui, WORD_TICKET_PAID_TEXT, number, NULL, paid)
                                            : NULL},
        {.state = ROW_BROKEN, .title = ui_word(ui, row->what), .text = ui_word(ui, row->what_text)},
        {.state = ROW_NOW, .title = ui_word(ui, act->act), .text = ui_word(ui, act->act_text)}};
    order_rows(ui, ui_card(ui, rect), list, ARRAY_LEN(list));
}

static int32_t steps_height(const struct ui *ui)
{
    static const struct order_row row = {.state = ROW_NOW, .title = "", .text = ""};
    return 3 * order_rows_height(ui, &row, 1) + 4 * ui_gap(ui);
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

/* The steps, how it is done, and that it can be done later. */
static void draw_paid(struct ui *ui, struct rect body, struct rect side,
                      const struct message_row *row)
{
    struct rect picture;
    if (ui->wide) {
        int32_t later = order_later_height(ui, side.w, WORD_PULLED_PAID_LATER);
        draw_steps(ui, body, row);
        if (side.h >= later) {
            order_later(ui, rect_cut_bottom(&side, later, ui_gap(ui)), WORD_PULLED_PAID_LATER);
        }
        picture = side;
    } else {
        draw_steps(ui, rect_cut_top(&body, steps_height(ui), ui_gap(ui)), row);
        picture = rect_cut_left(&body, body.w * 38 / 100, ui_gap(ui));
        order_later(ui, body, WORD_PULLED_PAID_LATER);
    }
    if (picture.h < ui_um(ui, 40000))
        return;
    struct rect in = ui_card(ui, picture);
    if (ui->flow->token_in) {
        picture_inserted(ui, in);
    } else {
        order_token_picture(ui, in, true);
    }
}

void screen_message(struct ui *ui)
{
    const struct message_row *row = &rows[ui->flow->message];
    enum money money = money_of(ui, row);
    bool with_steps = money == MONEY_PAID && row->what_text != WORD_NONE;
    bool retry = can_retry(ui, row);
    const struct frame frame = {.title = row->title, .step = row->step, .amber = true};
    const struct button buttons[2] = {
        {.look = BUTTON_PRIMARY, .icon = ICON_REFRESH, .word = row->retry, .action = ACTION_RETRY},
        {.look = BUTTON_QUIET, .word = WORD_MESSAGE_FINISH, .action = ACTION_FINISH}};
    struct rect body = frame_draw(ui, &frame);
    bool columns = ui->wide && money == MONEY_PAID;
    struct rect side = columns ? ui_side(ui, &body) : (struct rect){0, 0, 0, 0};
    struct rect *low = columns ? &side : &body;

    ui_actions(ui, low, retry ? buttons : &buttons[1], retry ? 2 : 1);
    draw_staff_code(ui, rect_cut_bottom(low, ui_line_height(ui, TYPE_CAPTION), ui_gap(ui) / 2));
    draw_money(ui, &body, money);
    if (with_steps) {
        draw_paid(ui, body, side, row);
        return;
    }
    if (columns)
        draw_picture(ui, ui_card(ui, side), row);
    draw_plain(ui, body, row, !columns);
}
