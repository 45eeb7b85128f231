/*
 * flow.h - what the kiosk does next: one pure function.
 *
 * flow_step() takes where we are and what happened, and gives back where we are now and what
 * must be done. It reads no clock, draws no random number, opens nothing and allocates nothing;
 * so every path a visitor can take is a row in a test.
 *
 *  ATTRACT -touch-> SERVICES -choose-> INSERT -inserted-> READING -> CERTIFICATE -next-> PIN
 *     ^                                   any of these --inserted--^  ^    |               |
 *     |                                              CHOOSE_CERTIFICATE  (not eligible:    v
 *     |                                                                   says why)   PIN_CHECKING
 *     |                                                                                    |
 *     |   DONE <- PRINTING <- WRITING <- ISSUING <- PAY <- ORDERING <- OFFER <-------------'
 *     |    |                     ^          ^        ^                              (open order:
 *     '-TAKE_TOKEN               '----------+--------+---- resumed after PIN --------'  resume)
 *
 * CERTIFICATE -receipt of the order that delivered it-> PRINTING.
 *
 * From everywhere: MESSAGE (what happened, what it means for the money and the token, what to
 * do now), OUT_OF_SERVICE (the ledger cannot be trusted). A removed token ends or suspends the
 * visit; a paid order goes on when the same token is inserted again, at any kiosk.
 *
 * Order of things. An effect that must be durable is journaled first: the flow issues
 * EFFECT_JOURNAL alone, waits for EVENT_JOURNALED of that id, and only then issues the effect
 * that depends on it. So: no order without a durable request, no write without a durable
 * intent and a durable payment (a document in the inbox), no thanks without a durable outcome.
 *
 * The PIN is never here: the application keeps it in locked memory and tells its length.
 */
#ifndef KIOSK_CORE_FLOW_H
#define KIOSK_CORE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "kiosk/base/err.h"
#include "kiosk/core/eligibility.h"
#include "kiosk/core/facts.h"
#include "kiosk/core/profile.h"
#include "kiosk/core/service.h"

#define FLOW_PIN_MIN 6 /* digits; NIST SP 800-73pt2-5, 3.2.1 */
#define FLOW_PIN_MAX 8

enum flow_state {
    FLOW_OUT_OF_SERVICE,
    FLOW_ATTRACT,
    FLOW_SERVICES,
    FLOW_INSERT,
    FLOW_READING, /* token identified, platform's facts looked up, and, where something may be
                     sold, seen whether the token lets this house write */
    FLOW_CHOOSE_CERTIFICATE, /* several of ours on the token */
    FLOW_CERTIFICATE, /* what it is, and whether it can be renewed; or an open order to resume */
    FLOW_PIN,
    FLOW_PIN_CHECKING,
    FLOW_OFFER,    /* warnings, term, price, old and new expiry */
    FLOW_ORDERING, /* request journaled; waiting for the platform's order */
    FLOW_PAY,
    FLOW_ISSUING, /* paid; waiting for the certificate */
    FLOW_WRITING, /* see enum flow_write */
    FLOW_PRINTING,
    FLOW_DONE,
    FLOW_TICKET, /* paid, to be resumed: ticket printed or shown, e.g. while people review */
    FLOW_MESSAGE,
    FLOW_TAKE_TOKEN, /* the visit is over, the token is still in */
    FLOW_STATE_COUNT,
};

/* The steps within FLOW_WRITING, in order; the screen shows them. */
enum flow_write {
    FLOW_WRITE_INTENT,  /* intent is being made durable */
    FLOW_WRITE_TOKEN,   /* write and read back */
    FLOW_WRITE_TEST,    /* a signature by the token, verified with the new certificate */
    FLOW_WRITE_OUTCOME, /* outcome is being made durable */
    FLOW_WRITE_COUNT,
};

/* What FLOW_MESSAGE says. Each has words for: what happened, the money, what to do now. */
enum flow_message {
    MESSAGE_NONE,
    MESSAGE_TOKEN_UNREADABLE, /* unknown card, or its answers make no sense */
    MESSAGE_TOKEN_FOREIGN,    /* no certificate of a platform served here */
    MESSAGE_PULLED_UNPAID,    /* removed before payment: nothing was charged */
    MESSAGE_PULLED_PAYING,    /* removed while the code was shown: if paid, insert again */
    MESSAGE_PULLED_PAID,      /* removed after payment: insert the same one, it goes on */
    MESSAGE_PIN_BLOCKED,      /* frozen; where to unlock */
    MESSAGE_PLATFORM_SILENT,  /* no order came: nothing was charged */
    MESSAGE_ORDER_REFUSED,    /* the platform said no */
    MESSAGE_NOT_PAID,         /* time is over: order closed, nothing charged */
    MESSAGE_CANCELLED,        /* visitor left before payment */
    MESSAGE_WRITE_FAILED,     /* paid, not written: try again, or later at any kiosk */
    MESSAGE_STAFF_NEEDED, /* written but its test failed, or the token refuses: staff, refund or new
                             token */
    MESSAGE_REFUND,       /* this order is being refunded */
    MESSAGE_COUNT,
};

/* A touch, by meaning. Digits and erase of the PIN go to the application, which
 * keeps the PIN, and reach the flow as EVENT_PIN_LENGTH. */
enum action {
    ACTION_NONE,
    ACTION_START,   /* attract: begin */
    ACTION_SERVICE, /* + value: enum service */
    ACTION_CHOOSE,  /* + value: index of a certificate */
    ACTION_TERM,    /* + value: years */
    ACTION_NEXT,    /* the primary button of the screen */
    ACTION_BACK,    /* one step back, or cancel */
    ACTION_RETRY,
    ACTION_REPRINT,
    ACTION_FINISH,
    ACTION_CONTINUE, /* answer to the time-out warning */
    ACTION_HOME,
    ACTION_HELP,
    ACTION_HELP_CLOSE,
    ACTION_LANGUAGE,
    ACTION_LARGE_TEXT,
    ACTION_HIGH_CONTRAST,
    ACTION_PIN_DIGIT, /* + value: the application only */
    ACTION_PIN_ERASE, /* the application only */
    ACTION_PIN_CLEAR, /* the application only */
    ACTION_LAST_TRY,  /* consent to spend the last try */
    ACTION_NEXT_ANNOUNCEMENT,
    ACTION_COUNT,
};

enum language { LANGUAGE_ZH, LANGUAGE_EN, LANGUAGE_COUNT };

/* All that is known of a visit; wiped as one when it ends. */
struct visit {
    char id[FACTS_UUID_SIZE]; /* empty between visits */
    enum service service;
    struct fact_token token;
    uint8_t chosen; /* index in token.certificates */
    struct fact_account account;
    struct eligibility eligibility;
    struct fact_order order; /* status NONE until there is one */
    uint8_t term_years;
    bool token_proved;  /* it lets this house write: nothing is sold without */
    bool token_refuses; /* it does not */
    bool pin_verified;
    bool pin_wrong;       /* the last one was; tries_left in token is fresh */
    bool pin_last_try_ok; /* the visitor consented to spend the last one */
    uint8_t pin_len;      /* digits typed; the digits are not here */
    enum flow_write write;
    uint32_t tested; /* parts of the test that were passed when it wanted the PIN last */
    enum flow_state pin_returns_to; /* where a right PIN leads: OFFER, ORDERING, PAY, ISSUING,
                                       WRITING or TICKET */
    enum err_code printed;          /* ERR_NONE: the slip is out; ERR_TIMEOUT: not known */
    bool printed_known;             /* an answer of the printer has come */
    enum err_code failure; /* what the write or the test said, for the screen's small code */
    enum language language;
    bool large_text, high_contrast;
    bool help_open;
};

struct flow {
    enum flow_state state;
    enum flow_message message; /* FLOW_MESSAGE */
    uint64_t since_ms;         /* when this state was entered */
    uint64_t deadline_ms;      /* when it ends by itself; 0: never */
    uint64_t warn_ms;          /* from when the time-out warning shows; 0: no warning */
    bool warning;              /* it shows */
    bool token_in;
    uint32_t waiting_for; /* id of the effect whose answer is awaited; 0: none */
    uint32_t last_id;     /* of effects given out */
    uint8_t announcement; /* which one shows */
    struct fact_hall hall;
    struct visit visit;
};

enum event_kind {
    EVENT_TICK,
    EVENT_TOUCH,      /* action, value */
    EVENT_PIN_LENGTH, /* value: digits typed so far */
    EVENT_HALL,       /* hall */
    EVENT_INSERTED,
    EVENT_REMOVED,
    EVENT_IDENTIFIED,   /* result, token; answers EFFECT_IDENTIFY */
    EVENT_LOOKED_UP,    /* result, account, order; answers EFFECT_LOOK_UP */
    EVENT_PROVED,       /* result; ERR_DENIED, ERR_UNSUPPORTED: the token refuses; answers
                           EFFECT_PROVE */
    EVENT_PIN_ANSWERED, /* result, value: tries left after ERR_DENIED; answers EFFECT_VERIFY_PIN */
    EVENT_JOURNALED,    /* result; answers EFFECT_JOURNAL */
    EVENT_ORDER,        /* order: the order of this visit, as the documents now have it */
    EVENT_WRITTEN,      /* result; answers EFFECT_WRITE */
    EVENT_TESTED,       /* result; ERR_DENIED: the token wants the PIN again, value: parts of the
                           test that are passed; answers EFFECT_SELF_TEST */
    EVENT_PRINTED, /* result: NONE printed, TIMEOUT not known, others not; answers EFFECT_PRINT */
    EVENT_COUNT,
};

struct event {
    enum event_kind kind;
    uint64_t now_ms;    /* since boot */
    uint8_t random[16]; /* fresh for every event */
    uint32_t id;        /* of the effect that is answered */
    enum err_code result;
    enum action action;
    uint32_t value;
    union {
        struct fact_hall hall;
        struct fact_token token;
        struct {
            struct fact_account account;
            struct fact_order order;
        } found;
        struct fact_order order;
    } u;
};

enum effect_kind {
    EFFECT_IDENTIFY,
    EFFECT_LOOK_UP,    /* account and open order of visit.token; and watch its order from now on.
                          Reads what was journaled before it: an order left is CLOSED */
    EFFECT_PROVE,      /* that visit.token lets this house write; changes nothing on it */
    EFFECT_VERIFY_PIN, /* with the PIN typed; the application wipes it when the token has answered
                        */
    EFFECT_WIPE_PIN,
    EFFECT_JOURNAL, /* entry; durable before EVENT_JOURNALED */
    EFFECT_NOTE,    /* entry; no answer, nothing depends on it */
    EFFECT_WRITE,   /* the issued certificate of visit.order into its slot, and read back */
    EFFECT_SELF_TEST,
    EFFECT_PRINT,      /* receipt */
    EFFECT_WIPE_VISIT, /* forget everything: PIN, visit, screen, caches */
};

/* What is journaled. The body is made by sync/wire from the visit as it stands. */
enum entry_kind {
    ENTRY_VISIT_STARTED,
    ENTRY_PIN_REFUSED,
    ENTRY_PIN_VERIFIED,
    ENTRY_ORDER_REQUESTED, /* the request for an order: durable before anything is shown to pay */
    ENTRY_ORDER_LEFT, /* close it, unpaid. In the effect's copy of the visit `failure` says why:
                         ERR_NONE the visitor cancelled, ERR_TIMEOUT, ERR_GONE token pulled,
                         ERR_CONFLICT not the price or term that was shown, ERR_DENIED the token
                         does not let this house write */
    ENTRY_WRITE_INTENDED,
    ENTRY_WRITE_FAILED,
    ENTRY_DELIVERED,    /* written, read back, self-tested */
    ENTRY_RECEIPT,      /* printed, not printed or unknown */
    ENTRY_TOKEN_REPAIR, /* by the application, before the flow hears of a token that was left torn,
                           or with the certificate of an order that is over: `order` names the
                           write that is to be undone, `failure` ERR_NONE that the old certificate
                           is on it again */
    ENTRY_VISIT_ENDED,
    ENTRY_COUNT,
};

/* "order_requested" and so on. Never NULL. */
const char *entry_name(enum entry_kind kind);

struct effect {
    enum effect_kind kind;
    uint32_t id;
    enum entry_kind entry; /* JOURNAL and NOTE */
    struct visit visit;    /* the visit as it stood when the effect was given out: JOURNAL, NOTE,
                              LOOK_UP, WRITE, SELF_TEST, PRINT */
};

#define FLOW_EFFECTS_MAX 6

struct effects {
    struct effect list[FLOW_EFFECTS_MAX]; /* to be done in this order */
    uint8_t count;
};

/* What the flow may ask without an event: the rules. Never changes during a run. */
struct flow_rules {
    uint8_t profile_count;
    struct profile profiles[FACTS_PROFILES_MAX];
    enum language language; /* at the start of each visit */
};

/* The state at power-on: OUT_OF_SERVICE until a first EVENT_HALL says the ledger is well. */
void flow_init(struct flow *flow, const struct flow_rules *rules, uint64_t now_ms);

/*
 * One step, in place. `*out` is overwritten. An event that means nothing here changes nothing
 * but hall facts and time; a late answer (another id than awaited) is ignored.
 */
void flow_step(struct flow *flow, const struct flow_rules *rules, const struct event *event,
               struct effects *out);

/* When the next EVENT_TICK is needed, in boot ms; 0: not before something happens. */
uint64_t flow_next_tick_ms(const struct flow *flow);

/* Why a service cannot be done now, before any money: SERVICE_HERE, or the first reason. */
enum service_block {
    SERVICE_HERE,
    SERVICE_NOT_OFFERED, /* by no platform of this hall */
    SERVICE_AT_COUNTER,  /* not done by this machine */
    SERVICE_LINE_DOWN,
    SERVICE_READER_GONE,
    SERVICE_CLOCK_WRONG,
    SERVICE_NO_ROOM, /* the disk has room for the order in hand only */
    SERVICE_BLOCK_COUNT,
};
enum service_block flow_service_block(const struct flow *flow, const struct flow_rules *rules,
                                      enum service service);

/*
 * Whether ACTION_NEXT leads on from CERTIFICATE (renew, or go on with an order), from PIN
 * (enough digits, and consent where it needs one) or from OFFER: the primary button is enabled.
 */
bool flow_next_allowed(const struct flow *flow, const struct flow_rules *rules);

/* Whether the chosen certificate was delivered by an order that is known and a few days old at
 * most: at CERTIFICATE its receipt can be had (ACTION_REPRINT). */
bool flow_receipt_allowed(const struct flow *flow);

/* Whether the next PIN typed may be the last the token takes: ACTION_LAST_TRY is asked for. */
bool flow_pin_needs_consent(const struct flow *flow);

/* The profile of the chosen certificate; NULL when none is chosen or it is foreign. */
const struct profile *flow_profile(const struct flow *flow, const struct flow_rules *rules);

/* The chosen certificate; NULL before a token is identified. */
const struct fact_certificate *flow_certificate(const struct flow *flow);

/*
 * Invariants that hold after every step whatever happened: e.g. nothing of a visit is left in
 * ATTRACT, WRITING implies a paid order with a certificate, PAY implies an order to pay, no
 * deadline in WRITING. False when one is broken; `*out_rule` then names it.
 */
bool flow_check(const struct flow *flow, const char **out_rule);

#endif
