/* book_inner.h - a book and its commands: book.c carries out what book_ask.c has queued, with a
 * journal that is in service or not by book_service.c. */
#ifndef KIOSK_APP_BOOK_INNER_H
#define KIOSK_APP_BOOK_INNER_H

#include <stdatomic.h>

#include "kiosk/app/book.h"
#include "kiosk/app/disk_room.h"
#include "kiosk/app/mailbox.h"
#include "kiosk/app/warden.h"
#include "kiosk/app/worker.h"
#include "kiosk/ledger/agreement.h"

enum command_kind {
    COMMAND_APPEND,
    COMMAND_LOOK_UP,
    COMMAND_FIND_KEPT,
    COMMAND_ERASE_KEPT,
    COMMAND_FORGET,
    COMMAND_LOOK,
    COMMAND_STOP
};

struct command {
    enum command_kind kind;
    uint32_t id;
    char key[FACTS_ID_SIZE]; /* a token, or with ERASE_KEPT an order */
    struct record record;
};

struct book {
    struct book_setup setup;
    struct worker worker;
    atomic_bool look_queued;
    int socket;

    struct journal *journal; /* NULL: out of service */
    struct mailbox mail;
    struct warden warden;
    struct disk_room room;
    bool condemned; /* not to be trusted: nothing is begun in it any more */
    uint64_t next_open_ms;
    uint64_t seen_change;
    char watched[FACTS_ID_SIZE]; /* token whose order is watched; "" none */
    struct fact_order last_order;
    struct fact_hall hall; /* last told */
};

/* Queue a command; false, and logged, when it does not fit. */
bool book_push(struct book *book, const struct command *command);

/* Tell of `hall` as it is. */
void book_tell_hall(struct book *book);

/* Close the journal for `e`, met at `event`, until it is tried again. */
void book_out_of_service(struct book *book, const char *event, struct err e);

/* The same with what is known of a journal that does not open. One that was changed is tried less
 * often. */
void book_cannot_open(struct book *book, struct err e);

/* The same with one that just opened, and is not what the platform has: the right one may be in its
 * place another time. */
void book_leave_unused(struct book *book, enum agreement agreement);

/* Begin nothing in it any more, for as long as the process lives: no program can mend it. */
void book_condemn(struct book *book, enum fact_ledger_fault fault);

/* Whether the journal has what the platform acknowledged; AGREEMENT_SAME while that is not known.
 * Errors as agreement_of_state(). */
MUST_CHECK struct err book_compare(struct book *book, enum agreement *out_agreement);

/* Whether something may be begun in it now; one that is not what the platform has is condemned. */
bool book_judge(struct book *book);

#endif
