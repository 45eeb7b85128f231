#include "tests/golden/samples_order.h"

#include "kiosk/base/text.h"
#include "tests/golden/samples.h"

#define CHECK_URL "https://127.0.0.1:8443/r/2026072814300012?c=7KQ2M9"

static void at(struct flow *flow, enum flow_state state, enum fact_order_status status)
{
    sample_set_order(flow, status);
    flow->state = state;
    flow->token_in = true;
    flow->visit.term_years = 1;
    flow->visit.pin_verified = true;
    (void)text_copy(flow->visit.order.check_url, FACTS_URL_SIZE, CHECK_URL);
}

/* A token torn by an interrupted write: a paid order, and no certificate of ours to read. */
static void tear(struct flow *flow)
{
    flow->visit.token.certificate_count = 0;
    flow->visit.chosen = FACTS_CERTIFICATES_MAX;
    flow->visit.order.old_not_after_s = 0;
}

void sample_offer(struct flow *flow)
{
    at(flow, FLOW_OFFER, FACT_ORDER_NONE);
}

void sample_offer_offline(struct flow *flow)
{
    sample_offer(flow);
    flow->hall.line_up = false;
}

void sample_offer_no_paper(struct flow *flow)
{
    sample_offer(flow);
    flow->hall.printer = FACT_PRINTER_PAPER_OUT;
}

void sample_offer_reviewed(struct flow *flow)
{
    sample_offer(flow);
    flow->visit.token.certificates[0].profile = 1;
    flow->visit.term_years = 3;
}

void sample_ordering(struct flow *flow)
{
    at(flow, FLOW_ORDERING, FACT_ORDER_REQUESTED);
}

void sample_pay(struct flow *flow)
{
    at(flow, FLOW_PAY, FACT_ORDER_TO_PAY);
    flow->deadline_ms = SAMPLES_NOW_MS + 165000;
}

void sample_pay_offline(struct flow *flow)
{
    sample_pay(flow);
    flow->hall.line_up = false;
}

void sample_pay_warning(struct flow *flow)
{
    sample_pay(flow);
    flow->deadline_ms = SAMPLES_NOW_MS + 14000;
    flow->warning = true;
}

void sample_issuing(struct flow *flow)
{
    at(flow, FLOW_ISSUING, FACT_ORDER_TO_MAKE);
}

void sample_writing(struct flow *flow)
{
    at(flow, FLOW_WRITING, FACT_ORDER_TO_WRITE);
    flow->visit.write = FLOW_WRITE_TOKEN;
    flow->deadline_ms = 0;
}

void sample_writing_test(struct flow *flow)
{
    sample_writing(flow);
    flow->visit.write = FLOW_WRITE_TEST;
}

void sample_printing(struct flow *flow)
{
    at(flow, FLOW_PRINTING, FACT_ORDER_DONE);
}

void sample_done(struct flow *flow)
{
    at(flow, FLOW_DONE, FACT_ORDER_DONE);
    flow->visit.printed_known = true;
}

void sample_done_no_paper(struct flow *flow)
{
    sample_done(flow);
    flow->visit.printed = ERR_NO_ROOM;
    flow->hall.printer = FACT_PRINTER_PAPER_OUT;
}

void sample_done_unknown_paper(struct flow *flow)
{
    sample_done(flow);
    flow->visit.printed = ERR_TIMEOUT;
}

void sample_ticket(struct flow *flow)
{
    at(flow, FLOW_TICKET, FACT_ORDER_TO_MAKE);
    flow->visit.printed_known = true;
}

void sample_ticket_review(struct flow *flow)
{
    at(flow, FLOW_TICKET, FACT_ORDER_IN_REVIEW);
    flow->visit.printed_known = true;
    flow->visit.printed = ERR_NO_ROOM;
    flow->visit.token.certificates[0].profile = 1;
}

void sample_take_token(struct flow *flow)
{
    flow->state = FLOW_TAKE_TOKEN;
    flow->token_in = true;
    flow->deadline_ms = 0;
}

void sample_out_of_service(struct flow *flow)
{
    flow->state = FLOW_OUT_OF_SERVICE;
    flow->hall.ledger_ok = false;
    flow->deadline_ms = 0;
}

static void message(struct flow *flow, enum flow_message message, enum fact_order_status status)
{
    at(flow, FLOW_MESSAGE, status);
    flow->message = message;
}

void sample_message_token_unreadable(struct flow *flow)
{
    message(flow, MESSAGE_TOKEN_UNREADABLE, FACT_ORDER_NONE);
    tear(flow);
}

void sample_message_token_foreign(struct flow *flow)
{
    message(flow, MESSAGE_TOKEN_FOREIGN, FACT_ORDER_NONE);
}

void sample_message_pulled_unpaid(struct flow *flow)
{
    message(flow, MESSAGE_PULLED_UNPAID, FACT_ORDER_NONE);
    flow->token_in = false;
}

void sample_message_pulled_paying(struct flow *flow)
{
    message(flow, MESSAGE_PULLED_PAYING, FACT_ORDER_TO_PAY);
    flow->token_in = false;
}

void sample_message_pulled_paid(struct flow *flow)
{
    message(flow, MESSAGE_PULLED_PAID, FACT_ORDER_TO_WRITE);
    flow->token_in = false;
    flow->visit.failure = ERR_GONE;
}

void sample_message_pin_blocked(struct flow *flow)
{
    message(flow, MESSAGE_PIN_BLOCKED, FACT_ORDER_NONE);
}

void sample_message_platform_silent(struct flow *flow)
{
    message(flow, MESSAGE_PLATFORM_SILENT, FACT_ORDER_REQUESTED);
}

void sample_message_order_refused(struct flow *flow)
{
    message(flow, MESSAGE_ORDER_REFUSED, FACT_ORDER_REFUSED);
    (void)text_copy(flow->visit.order.refusal, FACTS_SHORT_SIZE, "too_early");
    flow->visit.order.order_no[0] = '\0';
}

void sample_message_not_paid(struct flow *flow)
{
    message(flow, MESSAGE_NOT_PAID, FACT_ORDER_CLOSED);
}

void sample_message_cancelled(struct flow *flow)
{
    message(flow, MESSAGE_CANCELLED, FACT_ORDER_TO_PAY);
}

void sample_message_write_failed(struct flow *flow)
{
    message(flow, MESSAGE_WRITE_FAILED, FACT_ORDER_TO_WRITE);
    flow->visit.failure = ERR_IO;
}

void sample_message_staff_needed(struct flow *flow)
{
    message(flow, MESSAGE_STAFF_NEEDED, FACT_ORDER_TO_WRITE);
    flow->visit.failure = ERR_CONFLICT;
}

void sample_message_refund(struct flow *flow)
{
    message(flow, MESSAGE_REFUND, FACT_ORDER_REFUND);
}

void sample_issuing_torn(struct flow *flow)
{
    sample_issuing(flow);
    tear(flow);
}

void sample_writing_torn(struct flow *flow)
{
    sample_writing(flow);
    tear(flow);
}

void sample_done_torn(struct flow *flow)
{
    sample_done(flow);
    tear(flow);
}

void sample_done_taken(struct flow *flow)
{
    sample_done(flow);
    flow->token_in = false;
}

/* An order of before its receipts could be checked: no code, the number is all there is. */
void sample_done_no_code(struct flow *flow)
{
    sample_done_no_paper(flow);
    flow->visit.order.check_url[0] = '\0';
}

void sample_ticket_torn(struct flow *flow)
{
    sample_ticket_review(flow);
    tear(flow);
}

void sample_ticket_printing(struct flow *flow)
{
    sample_ticket(flow);
    flow->visit.printed_known = false;
    flow->waiting_for = 7;
}

void sample_ticket_issued(struct flow *flow)
{
    at(flow, FLOW_TICKET, FACT_ORDER_TO_WRITE);
    flow->visit.printed_known = true;
}

void sample_out_of_service_token(struct flow *flow)
{
    sample_out_of_service(flow);
    flow->token_in = true;
}

void sample_out_of_service_rolled_back(struct flow *flow)
{
    sample_out_of_service_token(flow);
    flow->hall.ledger_fault = FACT_LEDGER_ROLLED_BACK;
}

void sample_out_of_service_forked(struct flow *flow)
{
    sample_out_of_service_token(flow);
    flow->hall.ledger_fault = FACT_LEDGER_FORKED;
}

void sample_out_of_service_no_key(struct flow *flow)
{
    sample_out_of_service(flow);
    flow->hall.ledger_fault = FACT_LEDGER_NO_KEY;
}

void sample_out_of_service_changed(struct flow *flow)
{
    sample_out_of_service_token(flow);
    flow->hall.ledger_fault = FACT_LEDGER_CHANGED;
}

void sample_out_of_service_no_folder(struct flow *flow)
{
    sample_out_of_service(flow);
    flow->hall.ledger_fault = FACT_LEDGER_NO_FOLDER;
}

void sample_out_of_service_no_room(struct flow *flow)
{
    sample_out_of_service(flow);
    flow->hall.ledger_fault = FACT_LEDGER_NO_ROOM;
}

void sample_message_pin_blocked_paid(struct flow *flow)
{
    message(flow, MESSAGE_PIN_BLOCKED, FACT_ORDER_TO_WRITE);
    flow->visit.token.tries_left = 0;
    tear(flow);
}

void sample_message_records_silent(struct flow *flow)
{
    message(flow, MESSAGE_PLATFORM_SILENT, FACT_ORDER_NONE);
    flow->visit.order.order_no[0] = '\0';
}

void sample_message_write_failed_pulled(struct flow *flow)
{
    sample_message_write_failed(flow);
    flow->token_in = false;
}

void sample_message_refund_torn(struct flow *flow)
{
    sample_message_refund(flow);
    tear(flow);
}
