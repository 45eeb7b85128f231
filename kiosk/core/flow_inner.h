/*
 * flow_inner.h - what the files of the flow share; nobody else includes it.
 *
 *   flow.c         the dispatcher and the table of states
 *   flow_visit.c   how a visit begins and ends, effects, timers, messages
 *   flow_hall.c    ATTRACT, SERVICES, INSERT, MESSAGE, TAKE_TOKEN, OUT_OF_SERVICE
 *   flow_token.c   READING, CHOOSE_CERTIFICATE, CERTIFICATE
 *   flow_pin.c     PIN, PIN_CHECKING
 *   flow_order.c   OFFER, ORDERING, PAY, ISSUING, and what a document does to an order
 *   flow_write.c   WRITING, PRINTING, DONE, TICKET
 *   flow_rules.c   what can be asked        flow_check.c   what must always hold
 */
#ifndef KIOSK_CORE_FLOW_INNER_H
#define KIOSK_CORE_FLOW_INNER_H

#include "kiosk/core/flow.h"

#define FLOW_IDLE_MS 60000U
#define FLOW_WARN_MS 20000U
#define FLOW_TOKEN_MS 20000U /* longer than a call to the token can take */
#define FLOW_ORDERING_MS 20000U
#define FLOW_PAY_MS 300000U
#define FLOW_ISSUING_MS 60000U
#define FLOW_PRINTING_MS 30000U
#define FLOW_DONE_MS 30000U
#define FLOW_TAKEN_MS 8000U /* token and slip are taken: time to read the date once more */
#define FLOW_READ_MS 15000U /* to read a message to the end, once its token is out */
#define FLOW_DONE_WARN_MS 10000U
#define FLOW_MS_PER_S 1000
#define FLOW_ANNOUNCEMENT_MS 8000U
#define FLOW_REQUEST_LIFE_S 900 /* of a request that the platform never answered */

/* The arguments of one flow_step(), passed along. */
struct step {
    struct flow *flow;
    const struct flow_rules *rules;
    const struct event *event;
    struct effects *out;
};

/* A state: what leads out of it, and when. A handler that is NULL means: nothing happens. */
struct state_row {
    void (*entered)(struct step *step);
    void (*touched)(struct step *step);
    void (*answered)(struct step *step); /* event.id is the awaited one, which is now cleared */
    void (*ordered)(struct step *step);  /* the visit's order has changed */
    void (*removed)(struct step *step);
    void (*inserted)(struct step *step);
    void (*expired)(struct step *step);
    uint32_t timeout_ms; /* 0: stays */
    uint32_t warn_ms;    /* before its end; 0: ends without a warning */
    bool idle;           /* a touch starts the time again */
    bool home;           /* ACTION_HOME is safe here */
};

const struct state_row *flow_row(enum flow_state state);

/* flow_visit.c */
void flow_enter(struct step *step, enum flow_state state);
void flow_say(struct step *step, enum flow_message message);
void flow_arm(struct step *step);                                   /* the time of this state */
uint32_t flow_issue(struct step *step, enum effect_kind kind);      /* its id */
void flow_await(struct step *step, enum effect_kind kind);          /* issue, and wait */
void flow_note(struct step *step, enum entry_kind entry);           /* EFFECT_NOTE */
void flow_journal(struct step *step, enum entry_kind entry);        /* EFFECT_JOURNAL, and wait */
void flow_begin(struct step *step, enum service service);           /* a new visit */
void flow_end(struct step *step);                                   /* wipe it */
void flow_leave(struct step *step);                                 /* TAKE_TOKEN or ATTRACT */
void flow_home(struct step *step);                                  /* TAKE_TOKEN or SERVICES */
void flow_pulled(struct step *step);                                /* says what it means */
bool flow_is_paid(enum fact_order_status status);                   /* and not yet delivered */
bool flow_may_sell(const struct flow *flow);                        /* the way on leads to paying */
bool flow_pay_open(const struct fact_order *order, int64_t wall_s); /* can still be paid */
enum flow_state flow_way_on(const struct flow *flow);               /* where a right PIN leads */
void flow_go_on(struct step *step);                                 /* enter it */

/* flow_hall.c */
void attract_entered(struct step *step);
void attract_touched(struct step *step);
void attract_expired(struct step *step);
void services_touched(struct step *step);
void services_expired(struct step *step);
void insert_touched(struct step *step);
void take_token_removed(struct step *step);
void message_touched(struct step *step);
void message_removed(struct step *step);
void message_ordered(struct step *step);
void token_arrived(struct step *step);

/* flow_token.c */
void reading_entered(struct step *step);
void reading_answered(struct step *step);
void reading_expired(struct step *step);
void leave_touched(struct step *step); /* BACK and FINISH end the visit */
void choose_touched(struct step *step);
void certificate_entered(struct step *step);
void certificate_touched(struct step *step);
void certificate_removed(struct step *step);
void certificate_judge(struct step *step); /* eligibility, as of now */

/* flow_pin.c */
void pin_entered(struct step *step);
void pin_touched(struct step *step);
void pin_typed(struct step *step);
void pin_expired(struct step *step);
void pin_answered(struct step *step);
void pin_silent(struct step *step);

/* flow_order.c */
bool order_take(struct step *step); /* the document in the event into the visit */
void order_leave(struct step *step, enum err_code why); /* see ENTRY_ORDER_LEFT */
void offer_entered(struct step *step);
void offer_touched(struct step *step);
void offer_ordered(struct step *step);
void ordering_touched(struct step *step);
void ordering_answered(struct step *step);
void ordering_ordered(struct step *step);
void ordering_removed(struct step *step);
void ordering_expired(struct step *step);
void pay_touched(struct step *step);
void pay_ordered(struct step *step);
void pay_removed(struct step *step);
void pay_expired(struct step *step);
void issuing_touched(struct step *step);
void issuing_ordered(struct step *step);
void issuing_expired(struct step *step);

/* flow_write.c */
void writing_entered(struct step *step);
void writing_answered(struct step *step);
void writing_removed(struct step *step);
void printing_entered(struct step *step);
void printing_answered(struct step *step);
void printing_expired(struct step *step);
void done_touched(struct step *step);
void done_removed(struct step *step);
void ticket_entered(struct step *step);
void ticket_touched(struct step *step);
void ticket_removed(struct step *step);
void ticket_answered(struct step *step);
void ticket_ordered(struct step *step);

#endif
