/* flow_rules.c - what can be asked of a flow without changing it. */
#include "kiosk/core/flow.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "kiosk/core/civil.h"
#include "kiosk/core/flow_inner.h"

#define RECEIPT_DAYS_MAX 7

static const char *const names[ENTRY_COUNT] = {
    [ENTRY_VISIT_STARTED] = "visit_started",
    [ENTRY_PIN_REFUSED] = "pin_refused",
    [ENTRY_PIN_VERIFIED] = "pin_verified",
    [ENTRY_ORDER_REQUESTED] = "order_requested",
    [ENTRY_ORDER_LEFT] = "order_left",
    [ENTRY_WRITE_INTENDED] = "write_intended",
    [ENTRY_WRITE_FAILED] = "write_failed",
    [ENTRY_DELIVERED] = "delivered",
    [ENTRY_RECEIPT] = "receipt",
    [ENTRY_TOKEN_REPAIR] = "token_repair",
    [ENTRY_VISIT_ENDED] = "visit_ended",
};

const char *entry_name(enum entry_kind kind)
{
    assert(kind < ENTRY_COUNT);
    return names[kind];
}

static bool is_offered(const struct flow_rules *rules, enum service service)
{
    for (uint8_t i = 0; i < rules->profile_count; i++) {
        if (profile_offers(&rules->profiles[i], service_row(service)->name))
            return true;
    }
    return false;
}

enum service_block flow_service_block(const struct flow *flow, const struct flow_rules *rules,
                                      enum service service)
{
    const struct service_row *row = service_row(service);

    if (!is_offered(rules, service))
        return SERVICE_NOT_OFFERED;
    if (row->fulfilment == FULFILMENT_NOT_HERE)
        return SERVICE_AT_COUNTER;
    if (row->needs_token && !flow->hall.reader_there)
        return SERVICE_READER_GONE;
    if (row->needs_paying && !flow->hall.line_up)
        return SERVICE_LINE_DOWN;
    if (!flow->hall.clock_trusted)
        return SERVICE_CLOCK_WRONG;
    if (row->needs_paying && !flow->hall.room_ok)
        return SERVICE_NO_ROOM;
    return SERVICE_HERE;
}

const struct fact_certificate *flow_certificate(const struct flow *flow)
{
    const struct visit *visit = &flow->visit;
    if (visit->chosen >= visit->token.certificate_count)
        return NULL;
    return &visit->token.certificates[visit->chosen];
}

const struct profile *flow_profile(const struct flow *flow, const struct flow_rules *rules)
{
    const struct fact_certificate *certificate = flow_certificate(flow);
    if (certificate == NULL || certificate->profile >= rules->profile_count)
        return NULL;
    return &rules->profiles[certificate->profile];
}

bool flow_receipt_allowed(const struct flow *flow)
{
    const struct fact_order *order = &flow->visit.order;
    const struct fact_certificate *certificate = flow_certificate(flow);

    if (certificate == NULL || order->status != FACT_ORDER_DONE || !order->has_certificate ||
        memcmp(certificate->fingerprint, order->new_fingerprint, FACTS_FINGERPRINT_LEN) != 0)
        return false;
    int64_t days = civil_days_between(certificate->not_before_s, flow->hall.wall_s);
    return days >= 0 && days <= RECEIPT_DAYS_MAX;
}

bool flow_pin_needs_consent(const struct flow *flow)
{
    /* A token that does not tell may be down to its last one. */
    return flow->visit.token.tries_left <= 1 || flow->visit.token.tries_left == FACTS_TRIES_UNKNOWN;
}

static bool certificate_leads_on(const struct flow *flow, const struct flow_rules *rules)
{
    const struct visit *visit = &flow->visit;
    bool here = flow_service_block(flow, rules, visit->service) == SERVICE_HERE;

    switch (flow_way_on(flow)) {
    case FLOW_MESSAGE:
        return true;
    case FLOW_WRITING:
    case FLOW_ISSUING:
    case FLOW_TICKET:
        return visit->token.tries_left != 0; /* paid: what blocks a new order blocks nothing here */
    case FLOW_PAY:
    case FLOW_ORDERING:
        return visit->token.tries_left != 0 && here && !visit->token_refuses;
    case FLOW_OFFER:
        return visit->eligibility.verdict == VERDICT_OK && here && !visit->token_refuses &&
               flow_profile(flow, rules) != NULL;
    case FLOW_OUT_OF_SERVICE:
    case FLOW_ATTRACT:
    case FLOW_SERVICES:
    case FLOW_INSERT:
    case FLOW_READING:
    case FLOW_CHOOSE_CERTIFICATE:
    case FLOW_CERTIFICATE:
    case FLOW_PIN:
    case FLOW_PIN_CHECKING:
    case FLOW_PRINTING:
    case FLOW_DONE:
    case FLOW_TAKE_TOKEN:
    case FLOW_STATE_COUNT:
        return false;
    }
    return false;
}

bool flow_next_allowed(const struct flow *flow, const struct flow_rules *rules)
{
    const struct visit *visit = &flow->visit;

    if (flow->state != FLOW_PIN)
        return certificate_leads_on(flow, rules);
    return visit->pin_len >= FLOW_PIN_MIN && visit->pin_len <= FLOW_PIN_MAX &&
           visit->token.tries_left != 0 &&
           (!flow_pin_needs_consent(flow) || visit->pin_last_try_ok);
}
