#include "tests/golden/samples.h"

#include "tests/golden/samples_names.h"
#include "tests/golden/samples_order.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"

#define DAY_S 86400
#define EXPIRES_S 1788451199 /* 2026-09-03 23:59:59 in Beijing */

static void set_token(struct flow *flow)
{
    struct visit *visit = &flow->visit;
    struct fact_token *token = &visit->token;
    flow->token_in = true;
    (void)text_copy(visit->id, sizeof visit->id, "6f8fd4a8-1f2e-4b8e-9c53-0d52b5a5e8a1");
    (void)text_copy(token->id, sizeof token->id, "36020519118700112233");
    token->tries_left = 5;
    token->certificate_count = 1;
    struct fact_certificate *certificate = &token->certificates[0];
    *certificate = (struct fact_certificate){.slot = 0x9A,
                                             .profile = 0,
                                             .chain_ok = true,
                                             .not_before_s = EXPIRES_S + 1 - (int64_t)365 * DAY_S,
                                             .not_after_s = EXPIRES_S};
    (void)text_copy(certificate->holder, sizeof certificate->holder, "江城市宏远机电有限公司");
    (void)text_copy(certificate->issuer, sizeof certificate->issuer, "certkiosk demo CA norinco");
    visit->account = (struct fact_account){.known = true, .seals = 2};
    (void)text_copy(visit->account.account, sizeof visit->account.account, "hongyuan_jd");
    (void)text_copy(visit->account.key_no, sizeof visit->account.key_no, "360205191187");
    (void)text_copy(visit->account.phone_masked, sizeof visit->account.phone_masked, "138****6021");
    visit->eligibility = (struct eligibility){.verdict = VERDICT_OK,
                                              .opens_s = EXPIRES_S + 1 - (int64_t)60 * DAY_S,
                                              .closes_s = EXPIRES_S + 1 + (int64_t)365 * DAY_S,
                                              .days_left = 37};
    visit->term_years = 1;
    visit->service = SERVICE_RENEW;
}

void sample_set_order(struct flow *flow, enum fact_order_status status)
{
    set_token(flow);
    struct fact_order *order = &flow->visit.order;
    *order = (struct fact_order){.status = status,
                                 .term_years = 1,
                                 .amount_fen = 20000,
                                 .created_s = SAMPLES_NOW_S - 60,
                                 .expires_s = SAMPLES_NOW_S + 552,
                                 .old_not_after_s = EXPIRES_S,
                                 .slot = 0x9A};
    (void)text_copy(order->id, sizeof order->id, "0b2c61f4-4c3a-4b9e-8f20-3f1f9d0a7c55");
    (void)text_copy(order->order_no, sizeof order->order_no, "2026072814300012");
    (void)text_copy(order->pay_url, sizeof order->pay_url,
                    "https://pay.example.com/p/4f1c9d0e7ab25c38d6e1f0a9b7c4d2e3");
    (void)text_copy(order->check_url, sizeof order->check_url,
                    "https://pay.example.com/r/2026072814300012?c=7K4M2Q");
    if (status == FACT_ORDER_TO_PAY || status == FACT_ORDER_REQUESTED)
        return;
    order->paid_s = SAMPLES_NOW_S - 30;
    (void)text_copy(order->method, sizeof order->method, "demo");
    order->write_before_s = SAMPLES_NOW_S + (int64_t)7 * DAY_S;
    order->new_not_before_s = SAMPLES_NOW_S;
    order->new_not_after_s = EXPIRES_S + (int64_t)365 * DAY_S;
    order->has_certificate = status == FACT_ORDER_TO_WRITE || status == FACT_ORDER_DONE;
}

static void attract(struct flow *flow)
{
    flow->state = FLOW_ATTRACT;
}

static void services(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
}

static void services_offline(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->hall.line_up = false;
}

static void services_no_paper(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->hall.printer = FACT_PRINTER_PAPER_OUT;
}

static void services_no_reader(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->hall.reader_there = false;
}

static void services_clock(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->hall.clock_trusted = false;
    flow->hall.announcement_count = 0;
}

static void services_no_room(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->hall.room_ok = false;
}

static void services_help(struct flow *flow)
{
    flow->state = FLOW_SERVICES;
    flow->visit.help_open = true;
}

static void insert(struct flow *flow)
{
    flow->state = FLOW_INSERT;
    flow->deadline_ms = SAMPLES_NOW_MS + 47400;
}

static void insert_warning(struct flow *flow)
{
    flow->state = FLOW_INSERT;
    flow->warning = true;
    flow->deadline_ms = SAMPLES_NOW_MS + 16400;
}

static void reading(struct flow *flow)
{
    flow->state = FLOW_READING;
    flow->token_in = true;
}

static void choose(struct flow *flow)
{
    flow->state = FLOW_CHOOSE_CERTIFICATE;
    set_token(flow);
    struct fact_token *token = &flow->visit.token;
    for (uint8_t i = 1; i < 4; i++)
        token->certificates[i] = token->certificates[0];
    token->certificate_count = 4;
    token->certificates[1].not_after_s = EXPIRES_S + (int64_t)300 * DAY_S;
    (void)text_copy(token->certificates[1].holder, sizeof token->certificates[1].holder,
                    SAMPLES_LONG_HOLDER);
    token->certificates[2].profile = 1;
}

static void certificate(struct flow *flow)
{
    flow->state = FLOW_CERTIFICATE;
    set_token(flow);
}

static void certificate_long_name(struct flow *flow)
{
    certificate(flow);
    (void)text_copy(flow->visit.token.certificates[0].holder, FACTS_NAME_SIZE,
                    SAMPLES_LONG_HOLDER "第三项目部𠀀");
}

static void too_early(struct flow *flow)
{
    certificate(flow);
    struct fact_certificate *at = &flow->visit.token.certificates[0];
    at->not_before_s += (int64_t)75 * DAY_S;
    at->not_after_s += (int64_t)75 * DAY_S;
    flow->visit.eligibility = (struct eligibility){.verdict = VERDICT_TOO_EARLY,
                                                   .opens_s = EXPIRES_S + 1 + (int64_t)15 * DAY_S,
                                                   .days_left = 112};
}

/* Renewed a moment ago, at a platform where it can be renewed on any day. */
static void certificate_new(struct flow *flow)
{
    certificate(flow);
    struct fact_certificate *at = &flow->visit.token.certificates[0];
    at->not_before_s = SAMPLES_NOW_S - 60;
    at->not_after_s += (int64_t)730 * DAY_S;
    flow->visit.eligibility.days_left = 767;
}

/* ... whose receipt may not have come out. */
static void certificate_receipt(struct flow *flow)
{
    certificate_new(flow);
    struct fact_certificate *at = &flow->visit.token.certificates[0];
    at->fingerprint[0] = 0xA5;
    flow->visit.order = (struct fact_order){
        .status = FACT_ORDER_DONE, .has_certificate = true, .new_fingerprint = {0xA5}};
}

static void receipt_too_early(struct flow *flow)
{
    certificate_receipt(flow);
    flow->visit.eligibility.verdict = VERDICT_TOO_EARLY;
}

static void renewed_too_early(struct flow *flow)
{
    certificate_new(flow);
    flow->visit.eligibility.verdict = VERDICT_TOO_EARLY;
}

static void refused(struct flow *flow, enum verdict verdict)
{
    certificate(flow);
    flow->visit.eligibility.verdict = verdict;
}

static void too_late(struct flow *flow)
{
    refused(flow, VERDICT_TOO_LATE);
    flow->visit.token.certificates[0].not_after_s -= (int64_t)440 * DAY_S;
    flow->visit.token.certificates[0].not_before_s -= (int64_t)440 * DAY_S;
    flow->visit.eligibility.days_left = -403;
}

static void foreign(struct flow *flow)
{
    refused(flow, VERDICT_FOREIGN);
    flow->visit.token.certificates[0].profile = FACTS_NO_PROFILE;
    flow->visit.account = (struct fact_account){0};
}

static void unknown(struct flow *flow)
{
    refused(flow, VERDICT_UNKNOWN);
    flow->visit.account = (struct fact_account){0};
}

static void single_seal(struct flow *flow)
{
    refused(flow, VERDICT_SINGLE_SEAL);
}

static void revoked(struct flow *flow)
{
    refused(flow, VERDICT_REVOKED);
}

static void replaced(struct flow *flow)
{
    refused(flow, VERDICT_REPLACED);
}

static void pin_blocked(struct flow *flow)
{
    refused(flow, VERDICT_PIN_BLOCKED);
    flow->visit.token.tries_left = 0;
}

static void not_offered(struct flow *flow)
{
    refused(flow, VERDICT_NOT_OFFERED);
}

static void token_refuses(struct flow *flow)
{
    refused(flow, VERDICT_REFUSES);
    flow->visit.token_refuses = true;
}

static void certificate_offline(struct flow *flow)
{
    certificate(flow);
    flow->hall.line_up = false;
}

static void resume_write(struct flow *flow)
{
    sample_set_order(flow, FACT_ORDER_TO_WRITE);
    flow->state = FLOW_CERTIFICATE;
}

static void resume_pay(struct flow *flow)
{
    sample_set_order(flow, FACT_ORDER_TO_PAY);
    flow->state = FLOW_CERTIFICATE;
}

static void resume_review(struct flow *flow)
{
    sample_set_order(flow, FACT_ORDER_IN_REVIEW);
    flow->state = FLOW_CERTIFICATE;
}

static void pin_empty(struct flow *flow)
{
    certificate(flow);
    flow->state = FLOW_PIN;
}

static void pin(struct flow *flow)
{
    pin_empty(flow);
    flow->visit.pin_len = 6;
}

static void pin_wrong(struct flow *flow)
{
    pin_empty(flow);
    flow->visit.pin_wrong = true;
    flow->visit.token.tries_left = 3;
}

static void pin_consent(struct flow *flow)
{
    pin_empty(flow);
    flow->visit.pin_wrong = true;
    flow->visit.token.tries_left = 1;
}

static void pin_last_try(struct flow *flow)
{
    pin_consent(flow);
    flow->visit.pin_wrong = false;
    flow->visit.pin_last_try_ok = true;
    flow->visit.pin_len = 3;
}

static void pin_tries_unknown(struct flow *flow)
{
    pin_empty(flow);
    flow->visit.token.tries_left = FACTS_TRIES_UNKNOWN;
}

static void pin_checking(struct flow *flow)
{
    pin(flow);
    flow->state = FLOW_PIN_CHECKING;
}

const struct sample samples[] = {
    {"attract", attract},
    {"services", services},
    {"services-offline", services_offline},
    {"services-no-paper", services_no_paper},
    {"services-no-reader", services_no_reader},
    {"services-clock", services_clock},
    {"services-no-room", services_no_room},
    {"services-help", services_help},
    {"insert", insert},
    {"insert-warning", insert_warning},
    {"reading", reading},
    {"choose", choose},
    {"certificate", certificate},
    {"certificate-long-name", certificate_long_name},
    {"certificate-jingdezhen", sample_certificate_jingdezhen},
    {"certificate-new", certificate_new},
    {"certificate-new-too-early", renewed_too_early},
    {"certificate-receipt", certificate_receipt},
    {"certificate-receipt-too-early", receipt_too_early},
    {"certificate-too-early", too_early},
    {"certificate-too-late", too_late},
    {"certificate-foreign", foreign},
    {"certificate-unknown", unknown},
    {"certificate-single-seal", single_seal},
    {"certificate-revoked", revoked},
    {"certificate-replaced", replaced},
    {"certificate-pin-blocked", pin_blocked},
    {"certificate-not-offered", not_offered},
    {"certificate-refuses", token_refuses},
    {"certificate-offline", certificate_offline},
    {"certificate-resume-write", resume_write},
    {"certificate-resume-pay", resume_pay},
    {"certificate-resume-review", resume_review},
    {"pin-empty", pin_empty},
    {"pin", pin},
    {"pin-wrong", pin_wrong},
    {"pin-consent", pin_consent},
    {"pin-last-try", pin_last_try},
    {"pin-tries-unknown", pin_tries_unknown},
    {"pin-checking", pin_checking},
    {"offer", sample_offer},
    {"offer-offline", sample_offer_offline},
    {"offer-no-paper", sample_offer_no_paper},
    {"offer-reviewed", sample_offer_reviewed},
    {"offer-jingdezhen", sample_offer_jingdezhen},
    {"offer-no-paper-jingdezhen", sample_offer_no_paper_jingdezhen},
    {"offer-long-name", sample_offer_long_name},
    {"offer-no-paper-long-name", sample_offer_no_paper_long_name},
    {"ordering", sample_ordering},
    {"ordering-jingdezhen", sample_ordering_jingdezhen},
    {"pay", sample_pay},
    {"pay-jingdezhen", sample_pay_jingdezhen},
    {"pay-long-name", sample_pay_long_name},
    {"pay-offline", sample_pay_offline},
    {"pay-warning", sample_pay_warning},
    {"issuing", sample_issuing},
    {"issuing-torn", sample_issuing_torn},
    {"writing", sample_writing},
    {"writing-test", sample_writing_test},
    {"writing-torn", sample_writing_torn},
    {"printing", sample_printing},
    {"done", sample_done},
    {"done-jingdezhen", sample_done_jingdezhen},
    {"done-long-name", sample_done_long_name},
    {"done-no-paper", sample_done_no_paper},
    {"done-unknown-paper", sample_done_unknown_paper},
    {"done-torn", sample_done_torn},
    {"done-taken", sample_done_taken},
    {"done-no-code", sample_done_no_code},
    {"ticket", sample_ticket},
    {"ticket-review", sample_ticket_review},
    {"ticket-torn", sample_ticket_torn},
    {"ticket-printing", sample_ticket_printing},
    {"ticket-issued", sample_ticket_issued},
    {"take-token", sample_take_token},
    {"out-of-service", sample_out_of_service},
    {"out-of-service-token", sample_out_of_service_token},
    {"out-of-service-rolled-back", sample_out_of_service_rolled_back},
    {"out-of-service-forked", sample_out_of_service_forked},
    {"out-of-service-no-key", sample_out_of_service_no_key},
    {"out-of-service-changed", sample_out_of_service_changed},
    {"out-of-service-no-folder", sample_out_of_service_no_folder},
    {"out-of-service-no-room", sample_out_of_service_no_room},
    {"message-token-unreadable", sample_message_token_unreadable},
    {"message-token-foreign", sample_message_token_foreign},
    {"message-pulled-unpaid", sample_message_pulled_unpaid},
    {"message-pulled-paying", sample_message_pulled_paying},
    {"message-pulled-paid", sample_message_pulled_paid},
    {"message-pin-blocked", sample_message_pin_blocked},
    {"message-pin-blocked-paid", sample_message_pin_blocked_paid},
    {"message-platform-silent", sample_message_platform_silent},
    {"message-records-silent", sample_message_records_silent},
    {"message-order-refused", sample_message_order_refused},
    {"message-not-paid", sample_message_not_paid},
    {"message-cancelled", sample_message_cancelled},
    {"message-write-failed", sample_message_write_failed},
    {"message-write-failed-pulled", sample_message_write_failed_pulled},
    {"message-staff-needed", sample_message_staff_needed},
    {"message-refund", sample_message_refund},
    {"message-refund-torn", sample_message_refund_torn},
};
const size_t sample_count = ARRAY_LEN(samples);

/* As long as the platform's own. */
static const struct fact_announcement announcements[] = {
    {"温馨提示：写入证书时请勿拔出UKey，完成后请记得取走。",
     "Please leave the UKey in place while the certificate is written, and take it with you at the "
     "end."},
    {"请在证书到期前及时续费，以免影响投标。7月30日 22:00 起服务升级，约 2 小时。",
     "Please renew before your certificate expires, so that no bid is missed. Maintenance on 30 "
     "July from 22:00, 2 hours."},
};

void sample_flow(const struct sample *sample, enum language language, struct flow *out_flow)
{
    *out_flow = (struct flow){.deadline_ms = SAMPLES_NOW_MS + 40000};
    struct fact_hall *hall = &out_flow->hall;
    hall->line_up = hall->reader_there = hall->ledger_ok = hall->clock_trusted = hall->room_ok =
        true;
    hall->printer = FACT_PRINTER_READY;
    hall->wall_s = SAMPLES_NOW_S;
    hall->announcement_count = ARRAY_LEN(announcements);
    memcpy(hall->announcements, announcements, sizeof announcements);
    sample->set(out_flow);
    out_flow->visit.language = language;
}

bool sample_rules(const char *assets_dir, struct flow_rules *out_rules)
{
    static const char *const names[] = {"norinco", "jingdezhen"};
    struct flow_rules rules = {.profile_count = ARRAY_LEN(names)};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[512];
        char message[CONFIG_MESSAGE_MAX];
        (void)text_print(path, sizeof path, "%s/profiles/%s.ini", assets_dir, names[i]);
        struct err e = config_read(path, profile_rows, profile_row_count, &rules.profiles[i],
                                   sizeof rules.profiles[i], message);
        if (failed(e)) {
            (void)fprintf(stderr, "%s\n", message);
            return false;
        }
    }
    *out_rules = rules;
    return true;
}
