/* desk_room.h - a token desk in a room, with a token in the reader, and jobs for it. */
#ifndef TESTS_UNIT_DESK_ROOM_H
#define TESTS_UNIT_DESK_ROOM_H

#include <string.h>

#include "kiosk/app/token_desk.h"
#include "kiosk/base/text.h"
#include "tests/unit/app_room.h"

#define DAY_S 86400

struct desk_room {
    struct room room;
    struct token_desk *desk;
    uint32_t last_id;
};

/* Hand a job over and wait for its answer. */
static inline struct event ask(struct desk_room *at, struct token_job job, enum event_kind answer)
{
    struct mail mail;

    job.id = ++at->last_id;
    (void)text_copy(job.token, sizeof(job.token), TOKEN_SIM_ID);
    token_desk_ask(at->desk, &job);
    room_event(&at->room, answer, &mail);
    assert_int_equal(mail.event.id, job.id);
    return mail.event;
}

static inline struct event identify(struct desk_room *at)
{
    return ask(at, (struct token_job){.kind = TOKEN_JOB_IDENTIFY}, EVENT_IDENTIFIED);
}

static inline struct event prove(struct desk_room *at)
{
    return ask(at, (struct token_job){.kind = TOKEN_JOB_PROVE}, EVENT_PROVED);
}

static inline struct event verify_pin(struct desk_room *at, const char *digits)
{
    struct secret *pin = secret_create();
    assert_non_null(pin);
    assert_false(failed(secret_set(pin, (struct bytes){(const uint8_t *)digits, strlen(digits)})));
    struct event event =
        ask(at, (struct token_job){.kind = TOKEN_JOB_VERIFY_PIN, .pin = pin}, EVENT_PIN_ANSWERED);
    static const struct secret empty = {.len = 0};
    assert_memory_equal(pin, &empty, sizeof(empty)); /* whatever the answer was */
    secret_destroy(pin);
    return event;
}

static inline struct token_job job_of(struct desk_room *at, enum token_job_kind kind,
                                      const struct issue_certificate *issued)
{
    struct token_job job = {.kind = kind,
                            .order = room_order(&at->room, FACT_ORDER_TO_WRITE),
                            .issued = {.slot = ROOM_SLOT, .der_len = issued->len}};
    struct fact_certificate facts = {0};

    memcpy(job.issued.der, issued->der, issued->len);
    if (!failed(certificate_read((struct bytes){issued->der, issued->len}, at->room.trust, &facts)))
        memcpy(job.order.new_fingerprint, facts.fingerprint, FACTS_FINGERPRINT_LEN);
    return job;
}

static inline struct event self_test(struct desk_room *at, const struct issue_certificate *issued)
{
    return ask(at, job_of(at, TOKEN_JOB_TEST, issued), EVENT_TESTED);
}

/* A token in the reader, identified; the PIN not yet shown. */
static inline void open_desk(struct desk_room *at)
{
    struct mail mail;

    *at = (struct desk_room){.last_id = 40};
    room_open(&at->room);
    at->desk = room_token_desk(&at->room);
    room_insert(&at->room);
    room_event(&at->room, EVENT_INSERTED, &mail);
    assert_int_equal(identify(at).result, ERR_NONE);
}

static inline void close_desk(struct desk_room *at)
{
    token_desk_destroy(at->desk);
    room_close(&at->room);
}

#endif
