/* book_inner.h - a book and its commands: book.c carries out what book_ask.c has queued. */
#ifndef KIOSK_APP_BOOK_INNER_H
#define KIOSK_APP_BOOK_INNER_H

#include <stdatomic.h>

#include "kiosk/app/book.h"
#include "kiosk/app/disk_room.h"
#include "kiosk/app/mailbox.h"
#include "kiosk/app/warden.h"
#include "kiosk/app/worker.h"

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

#endif
