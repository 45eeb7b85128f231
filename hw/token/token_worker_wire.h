/*
 * token_worker_wire.h - what certkiosk and its token worker say to each other: one message a
 * packet, over a SOCK_SEQPACKET pair.
 *
 *     worker:   hello (after it has locked itself in)
 *     parent:   ask    { number, watch | call, all that token.h hands a driver }
 *     worker:   trace  { a line } ..., where it was started to tell them
 *     worker:   answer { the same number, the error, presence or reply, piv_memory }
 *
 * A line has been masked before it gets here (card_trace.h).
 *
 * Both ends come from one build and run on one machine, so numbers are in its order; but each
 * reads the other's bytes as a stranger's: every length, enum and flag is checked, and a message
 * that has a byte too many is refused. Buffers are the callers', in locked memory.
 */
#ifndef HW_TOKEN_TOKEN_WORKER_WIRE_H
#define HW_TOKEN_TOKEN_WORKER_WIRE_H

#include "hw/token/card_trace.h"
#include "hw/token/token_piv.h"

#define WIRE_VERSION 5
#define WIRE_FD 3 /* of the worker */
#define WIRE_TRACE_OPTION "--trace"
#define WIRE_SITE_MAX 80
#define WIRE_MESSAGE_MAX 75776 /* an identity with all its certificates */
#define WIRE_DATA_MAX TOKEN_CERTIFICATE_MAX
#define WIRE_LINE_SIZE CARD_TRACE_LINE_MAX
#define WIRE_TRACE_MAX (WIRE_LINE_SIZE + 8)
#define WIRE_LINES_MAX 16384 /* of one question */

_Static_assert(TOKEN_CERTIFICATES_MAX *((size_t)TOKEN_CERTIFICATE_MAX + 5) +
                       sizeof(struct piv_memory) + WIRE_SITE_MAX + 256 <=
                   WIRE_MESSAGE_MAX,
               "all certificates, all that goes before, and the fields beside");

struct wire_hello {
    bool has_service; /* PC/SC answers; without it the worker ends by itself */
    bool sandboxed;
};

enum wire_kind { WIRE_WATCH, WIRE_CALL, WIRE_KIND_COUNT };

struct wire_ask {
    uint32_t number;
    enum wire_kind kind;
    uint32_t timeout_ms; /* WATCH */
    enum token_presence presence;
    struct piv_memory memory; /* CALL */
    struct token_request request;

    /* What `request` points to, when it was read: `data` and the PINs are in the message. */
    char id[TOKEN_ID_SIZE];
    struct token_admin admin, admin_was, admin_next;
    struct secret secrets[4];
    struct token_personal personal;
};

struct wire_answer {
    uint32_t number;
    struct err error;
    bool has_service;
    enum token_presence presence; /* WATCH */
    struct piv_memory memory;     /* CALL */
    char site[WIRE_SITE_MAX];     /* of `error`, when it was read */
};

/* What a worker says after its hello, by the first byte. */
enum wire_said { WIRE_SAID_ANSWER, WIRE_SAID_TRACE, WIRE_SAID_COUNT };

size_t wire_put_hello(const struct wire_hello *hello, uint8_t out[WIRE_MESSAGE_MAX]);
size_t wire_put_ask(const struct wire_ask *ask, uint8_t out[WIRE_MESSAGE_MAX]);

/* `reply` is what `call` answers: NULL after a watch. */
size_t wire_put_answer(const struct wire_answer *answer, enum token_call call,
                       const struct token_reply *reply, uint8_t out[WIRE_MESSAGE_MAX]);

/* A line longer than WIRE_LINE_SIZE - 1 is cut. */
size_t wire_put_trace(const char *line, uint8_t out[WIRE_TRACE_MAX]);

/* COUNT: a message of neither kind. */
enum wire_said wire_said(struct bytes message);

/*
 * ERR_MALFORMED: not such a message. The out-parameters are then undefined, and to be wiped as
 * after success. `out_ask->request` borrows from `message` and from `out_ask` itself.
 */
MUST_CHECK struct err wire_get_hello(struct bytes message, struct wire_hello *out_hello);
MUST_CHECK struct err wire_get_ask(struct bytes message, struct wire_ask *out_ask);
MUST_CHECK struct err wire_get_answer(struct bytes message, enum token_call call,
                                      struct wire_answer *out_answer,
                                      struct token_reply *out_reply);
MUST_CHECK struct err wire_get_trace(struct bytes message, char out_line[WIRE_LINE_SIZE]);

#endif
