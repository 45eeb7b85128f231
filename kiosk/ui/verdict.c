#include "kiosk/ui/verdict.h"

#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/core/civil.h"
#include "kiosk/ui/format.h"

enum instead { INSTEAD_NONE, INSTEAD_RETURN, INSTEAD_COUNTER, INSTEAD_LINE };

/* A verdict in words, but for those that need figures. */
static const struct {
    enum tone tone;
    enum icon icon;
    enum word title, text;
    enum instead instead;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_OK] = {TONE_GOOD, ICON_VERIFIED, WORD_VERDICT_OK, WORD_NONE, INSTEAD_NONE},
    [VERDICT_FOREIGN] = {TONE_BAD, ICON_ERROR, WORD_VERDICT_FOREIGN, WORD_VERDICT_FOREIGN_TEXT,
                         INSTEAD_COUNTER},
    [VERDICT_UNKNOWN] = {TONE_WARN, ICON_WARNING, WORD_VERDICT_UNKNOWN, WORD_VERDICT_UNKNOWN_TEXT,
                         INSTEAD_COUNTER},
    [VERDICT_TOO_EARLY] = {TONE_WARN, ICON_EVENT_BUSY, WORD_VERDICT_TOO_EARLY,
                           WORD_VERDICT_TOO_EARLY_TEXT, INSTEAD_RETURN},
    [VERDICT_TOO_LATE] = {TONE_BAD, ICON_EVENT_BUSY, WORD_VERDICT_TOO_LATE,
                          WORD_VERDICT_TOO_LATE_TEXT, INSTEAD_COUNTER},
    [VERDICT_SINGLE_SEAL] = {TONE_WARN, ICON_WARNING, WORD_VERDICT_SINGLE_SEAL,
                             WORD_VERDICT_SINGLE_SEAL_TEXT, INSTEAD_COUNTER},
    [VERDICT_REVOKED] = {TONE_BAD, ICON_BLOCK, WORD_VERDICT_REVOKED, WORD_VERDICT_REVOKED_TEXT,
                         INSTEAD_COUNTER},
    [VERDICT_REPLACED] = {TONE_WARN, ICON_WARNING, WORD_VERDICT_REPLACED,
                          WORD_VERDICT_REPLACED_TEXT, INSTEAD_COUNTER},
    [VERDICT_PIN_BLOCKED] = {TONE_BAD, ICON_LOCK, WORD_VERDICT_PIN_BLOCKED,
                             WORD_VERDICT_PIN_BLOCKED_TEXT, INSTEAD_COUNTER},
    [VERDICT_NOT_OFFERED] = {TONE_WARN, ICON_WARNING, WORD_VERDICT_NOT_OFFERED,
                             WORD_VERDICT_NOT_OFFERED_TEXT, INSTEAD_COUNTER},
    [VERDICT_REFUSES] = {TONE_BAD, ICON_BLOCK, WORD_VERDICT_REFUSES, WORD_VERDICT_REFUSES_TEXT,
                         INSTEAD_COUNTER},
};

/* An open order in words. */
static const struct {
    enum tone tone;
    enum icon icon;
    enum word title, text, go_on;
} orders[FACT_ORDER_STATUS_COUNT] = {
    [FACT_ORDER_REQUESTED] = {TONE_INFO, ICON_HOURGLASS, WORD_RESUME_REQUESTED,
                              WORD_RESUME_REQUESTED_TEXT, WORD_CERTIFICATE_RESUME},
    [FACT_ORDER_TO_PAY] = {TONE_INFO, ICON_PAYMENTS, WORD_RESUME_TO_PAY, WORD_RESUME_TO_PAY_TEXT,
                           WORD_CERTIFICATE_RESUME},
    [FACT_ORDER_IN_REVIEW] = {TONE_GOOD, ICON_PEOPLE, WORD_RESUME_REVIEW, WORD_RESUME_REVIEW_TEXT,
                              WORD_CERTIFICATE_RESUME},
    [FACT_ORDER_TO_MAKE] = {TONE_GOOD, ICON_HOURGLASS, WORD_RESUME_PAID, WORD_RESUME_PAID_TEXT,
                            WORD_CERTIFICATE_RESUME},
    [FACT_ORDER_TO_WRITE] = {TONE_GOOD, ICON_VERIFIED_USER, WORD_RESUME_WRITE,
                             WORD_RESUME_WRITE_TEXT, WORD_CERTIFICATE_RESUME},
    [FACT_ORDER_REFUND] = {TONE_INFO, ICON_PAYMENTS, WORD_RESUME_REFUND, WORD_RESUME_REFUND_TEXT,
                           WORD_CERTIFICATE_RESUME},
};

/* Whether what the flow does next is this order's, and not a new one. */
static bool order_leads(const struct ui *ui)
{
    const struct fact_order *order = &ui->flow->visit.order;
    if (orders[order->status].title == WORD_NONE)
        return false;
    bool unpaid = order->status == FACT_ORDER_REQUESTED || order->status == FACT_ORDER_TO_PAY;
    bool over = order->expires_s != 0 && order->expires_s <= ui->flow->hall.wall_s;
    return !(unpaid && over);
}

static void add_can(struct verdict_words *out, enum icon icon, const char *text)
{
    for (uint8_t i = 0; i < 2; i++) {
        if (out->can[i][0] == '\0') {
            out->can_icon[i] = icon;
            (void)text_copy(out->can[i], WORDS_TEXT_MAX, text);
            return;
        }
    }
}

static void add_point(struct verdict_words *out, const char *text)
{
    if (out->point_count < VERDICT_POINTS_MAX)
        (void)text_copy(out->points[out->point_count++], WORDS_TEXT_MAX, text);
}

static void add_instead(const struct ui *ui, enum instead instead, struct verdict_words *out)
{
    switch (instead) {
    case INSTEAD_NONE:
        return;
    case INSTEAD_RETURN:
        add_can(out, ICON_EVENT, ui_word(ui, WORD_CAN_RETURN));
        break;
    case INSTEAD_COUNTER:
        add_can(out, ICON_PLACE, ui_word(ui, WORD_CAN_COUNTER));
        break;
    case INSTEAD_LINE:
        add_can(out, ICON_WIFI, ui_word(ui, WORD_CAN_LINE));
        break;
    }
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    char text[WORDS_TEXT_MAX];
    if (profile != NULL)
        add_can(out, ICON_PHONE, ui_fill(ui, WORD_CAN_HOTLINE, profile->hotline, NULL, text));
}

static void say_order(const struct ui *ui, struct verdict_words *out)
{
    const struct fact_order *order = &ui->flow->visit.order;
    out->tone = orders[order->status].tone;
    out->icon = orders[order->status].icon;
    out->title = orders[order->status].title;
    char years[FORMAT_SIZE];
    char amount[FORMAT_SIZE];
    (void)ui_fill(ui, orders[order->status].text, format_number(order->term_years, years),
                  format_fen(order->amount_fen, amount), out->text);
    out->go_on = orders[order->status].go_on;
}

static void say_ok(const struct ui *ui, const struct profile *profile, struct verdict_words *out)
{
    const struct visit *visit = &ui->flow->visit;
    char text[WORDS_TEXT_MAX];
    if (profile->renew_opens_days > 0) {
        add_point(out, ui_fill_number(ui, WORD_VERDICT_OK_OPEN, profile->renew_opens_days, text));
    } else {
        add_point(out, ui_word(ui, WORD_VERDICT_OK_ALWAYS));
    }
    if (visit->account.seals == 2)
        add_point(out, ui_word(ui, WORD_VERDICT_OK_SEALS));
    if (visit->token.tries_left != 0 && visit->token.tries_left != FACTS_TRIES_UNKNOWN)
        add_point(out, ui_word(ui, WORD_VERDICT_OK_PIN));
    add_point(out, ui_word(ui, WORD_VERDICT_OK_KEY));
    out->go_on = WORD_CERTIFICATE_RENEW;
}

/* Who was here today, and perhaps did not see the end of it, is not to pay once more. */
static bool is_new(const struct ui *ui, enum verdict verdict)
{
    const struct fact_certificate *certificate = flow_certificate(ui->flow);
    return certificate != NULL && (verdict == VERDICT_OK || verdict == VERDICT_TOO_EARLY) &&
           civil_days_between(certificate->not_before_s, ui->flow->hall.wall_s) == 0;
}

static void say_new(const struct ui *ui, bool again, struct verdict_words *out)
{
    char date[FORMAT_SIZE];
    out->tone = TONE_INFO;
    out->icon = ICON_VERIFIED;
    out->title = WORD_VERDICT_NEW;
    (void)ui_fill(ui, again ? WORD_VERDICT_NEW_AGAIN : WORD_VERDICT_NEW_TEXT,
                  format_date(flow_certificate(ui->flow)->not_after_s, date), NULL, out->text);
    if (again)
        out->go_on = WORD_CERTIFICATE_RENEW;
}

/* The certificate may be renewed, only not now: the machine or the line is in the way. */
static void say_blocked(const struct ui *ui, enum service_block block, struct verdict_words *out)
{
    bool line = block == SERVICE_LINE_DOWN;
    out->tone = TONE_WARN;
    out->icon = line ? ICON_WIFI_OFF : ICON_WARNING;
    out->title = WORD_VERDICT_BLOCKED;
    (void)text_copy(out->text, sizeof out->text,
                    ui_word(ui, line ? WORD_VERDICT_BLOCKED_LINE : WORD_VERDICT_BLOCKED_MACHINE));
    out->no_charge = true;
    add_instead(ui, line ? INSTEAD_LINE : INSTEAD_COUNTER, out);
}

static void say_refused(const struct ui *ui, const struct profile *profile,
                        struct verdict_words *out)
{
    const struct eligibility *eligibility = &ui->flow->visit.eligibility;
    enum verdict verdict = eligibility->verdict;
    char window[FORMAT_SIZE] = "";
    char date[FORMAT_SIZE];
    char days[FORMAT_SIZE];
    if (profile != NULL) {
        (void)format_number(verdict == VERDICT_TOO_LATE ? profile->renew_late_days
                                                        : profile->renew_opens_days,
                            window);
    }
    int64_t wait = civil_days_between(ui->flow->hall.wall_s, eligibility->opens_s);
    const char *const values[WORDS_VALUES_MAX] = {window, format_date(eligibility->opens_s, date),
                                                  format_number(wait, days)};
    (void)words_fill(ui->words, verdicts[verdict].text, values, out->text);
    out->no_charge = true;
    add_instead(ui, verdicts[verdict].instead, out);
}

void verdict_say(const struct ui *ui, struct verdict_words *out)
{
    memset(out, 0, sizeof *out);
    if (order_leads(ui)) {
        say_order(ui, out);
        return;
    }
    enum verdict verdict = ui->flow->visit.eligibility.verdict;
    const struct profile *profile = flow_profile(ui->flow, ui->rules);
    if (verdict == VERDICT_OK && profile == NULL)
        verdict = VERDICT_FOREIGN;
    out->tone = verdicts[verdict].tone;
    out->icon = verdicts[verdict].icon;
    out->title = verdicts[verdict].title;
    enum service_block block = flow_service_block(ui->flow, ui->rules, ui->flow->visit.service);
    if (is_new(ui, verdict)) {
        say_new(ui, verdict == VERDICT_OK && block == SERVICE_HERE, out);
    } else if (verdict != VERDICT_OK) {
        say_refused(ui, profile, out);
    } else if (block != SERVICE_HERE) {
        say_blocked(ui, block, out);
    } else {
        say_ok(ui, profile, out);
    }
}
