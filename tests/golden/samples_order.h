/* samples_order.h - the samples from the offer to the end of a visit, one function each. */
#ifndef TESTS_GOLDEN_SAMPLES_ORDER_H
#define TESTS_GOLDEN_SAMPLES_ORDER_H

#include "kiosk/core/flow.h"

void sample_offer(struct flow *flow);
void sample_offer_offline(struct flow *flow);
void sample_offer_no_paper(struct flow *flow);
void sample_offer_reviewed(struct flow *flow);
void sample_ordering(struct flow *flow);
void sample_pay(struct flow *flow);
void sample_pay_offline(struct flow *flow);
void sample_pay_warning(struct flow *flow);
void sample_issuing(struct flow *flow);
void sample_writing(struct flow *flow);
void sample_writing_test(struct flow *flow);
void sample_printing(struct flow *flow);
void sample_done(struct flow *flow);
void sample_done_no_paper(struct flow *flow);
void sample_done_unknown_paper(struct flow *flow);
void sample_ticket(struct flow *flow);
void sample_ticket_review(struct flow *flow);
void sample_take_token(struct flow *flow);
void sample_out_of_service(struct flow *flow);
void sample_message_token_unreadable(struct flow *flow);
void sample_message_token_foreign(struct flow *flow);
void sample_message_pulled_unpaid(struct flow *flow);
void sample_message_pulled_paying(struct flow *flow);
void sample_message_pulled_paid(struct flow *flow);
void sample_message_pin_blocked(struct flow *flow);
void sample_message_platform_silent(struct flow *flow);
void sample_message_order_refused(struct flow *flow);
void sample_message_not_paid(struct flow *flow);
void sample_message_cancelled(struct flow *flow);
void sample_message_write_failed(struct flow *flow);
void sample_message_staff_needed(struct flow *flow);
void sample_message_refund(struct flow *flow);
void sample_issuing_torn(struct flow *flow);
void sample_writing_torn(struct flow *flow);
void sample_done_torn(struct flow *flow);
void sample_done_taken(struct flow *flow);
void sample_done_no_code(struct flow *flow);
void sample_ticket_torn(struct flow *flow);
void sample_ticket_printing(struct flow *flow);
void sample_ticket_issued(struct flow *flow);
void sample_out_of_service_token(struct flow *flow);
void sample_out_of_service_rolled_back(struct flow *flow);
void sample_out_of_service_forked(struct flow *flow);
void sample_out_of_service_no_key(struct flow *flow);
void sample_out_of_service_changed(struct flow *flow);
void sample_out_of_service_no_folder(struct flow *flow);
void sample_out_of_service_no_room(struct flow *flow);
void sample_message_pin_blocked_paid(struct flow *flow);
void sample_message_records_silent(struct flow *flow);
void sample_message_write_failed_pulled(struct flow *flow);
void sample_message_refund_torn(struct flow *flow);

/* In samples.c: the token and its certificate, and an order of this status. */
void sample_set_order(struct flow *flow, enum fact_order_status status);

#endif
