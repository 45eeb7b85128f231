#include "tests/golden/samples_names.h"

#include "kiosk/base/text.h"
#include "tests/golden/samples_order.h"

/* Of the platform with the longest name, and its rules: reviewed after payment, gifts. */
static void of_jingdezhen(struct flow *flow)
{
    flow->visit.token.certificates[0].profile = 1;
}

static void of_a_long_name(struct flow *flow)
{
    struct fact_certificate *certificate = &flow->visit.token.certificates[0];
    (void)text_copy(certificate->holder, sizeof certificate->holder, SAMPLES_LONG_HOLDER);
}

void sample_certificate_jingdezhen(struct flow *flow)
{
    sample_offer(flow);
    of_jingdezhen(flow);
    flow->state = FLOW_CERTIFICATE;
}

void sample_offer_jingdezhen(struct flow *flow)
{
    sample_offer(flow);
    of_jingdezhen(flow);
}

void sample_offer_no_paper_jingdezhen(struct flow *flow)
{
    sample_offer_no_paper(flow);
    of_jingdezhen(flow);
    flow->visit.term_years = 3;
}

void sample_ordering_jingdezhen(struct flow *flow)
{
    sample_ordering(flow);
    of_jingdezhen(flow);
}

void sample_pay_jingdezhen(struct flow *flow)
{
    sample_pay(flow);
    of_jingdezhen(flow);
}

void sample_done_jingdezhen(struct flow *flow)
{
    sample_done(flow);
    of_jingdezhen(flow);
}

void sample_offer_long_name(struct flow *flow)
{
    sample_offer(flow);
    of_a_long_name(flow);
}

void sample_offer_no_paper_long_name(struct flow *flow)
{
    sample_offer_no_paper_jingdezhen(flow);
    of_a_long_name(flow);
}

void sample_pay_long_name(struct flow *flow)
{
    sample_pay_jingdezhen(flow);
    of_a_long_name(flow);
}

void sample_done_long_name(struct flow *flow)
{
    sample_done(flow);
    of_a_long_name(flow);
}
