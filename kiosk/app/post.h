/*
 * post.h - how the threads of certkiosk tell the main thread what happened.
 *
 * Each device and the ledger have a thread; each thread pushes mail into one queue; the main thread
 * turns mail into flow events. Mail is a struct by value; nothing else is shared.
 */
#ifndef KIOSK_APP_POST_H
#define KIOSK_APP_POST_H

#include "kiosk/base/queue.h"
#include "kiosk/core/flow.h"
#include "kiosk/pki/certificate.h"
#include "sync/wire/document.h"

#define POST_MAX 64

enum mail_kind {
    MAIL_EVENT,   /* hand `event` to the flow as it is */
    MAIL_LINE,    /* line_up */
    MAIL_READER,  /* reader_there */
    MAIL_PRINTER, /* printer */
    MAIL_LEDGER,  /* ledger_ok, room_ok, clock_trusted, announcements */
    MAIL_KEPT,    /* what is kept of the token that event.id asked for; event.u.order is whose */
    MAIL_QUIT,    /* the process was asked to end */
};

struct mail {
    enum mail_kind kind;
    struct event event;
    struct fact_hall hall; /* the part that `kind` names */
    /* With EVENT_ORDER and EVENT_LOOKED_UP: the certificate that was issued, when it is here.
     * MAIL_KEPT: the one that was kept; der_len 0: none. */
    struct document_issued issued;
};

struct post {
    struct queue queue;
    void (*wake)(void *context); /* called after each push: wakes the screen's loop */
    void *context;
};

MUST_CHECK struct err post_init(struct post *post, void (*wake)(void *), void *context);
void post_done(struct post *post);

/* Push; waits for room up to 2 s. A main thread that takes nothing for so long is dead:
 * the process aborts, and its supervisor starts it again. */
void post_send(struct post *post, const struct mail *mail);

/* The oldest mail, waiting at most `timeout_ms`; false when there is none. */
bool post_take(struct post *post, uint32_t timeout_ms, struct mail *out_mail);

#endif
