/*
 * book.h - the thread that owns journal.db and reads inbox.db.
 *
 *     append  -> durable -> EVENT_JOURNALED
 *     look up -> EVENT_LOOKED_UP, then EVENT_ORDER whenever that token's order changes
 *     look    -> something is new in the inbox
 *     find what is kept -> MAIL_KEPT
 *
 * At start, at each look and before an order or a write is begun the journal is held against what
 * the platform acknowledged (kiosk/ledger/agreement.h); and when it has time the book signs and
 * verifies it (warden.h). One that served and is found to be set back, forked or changed is never
 * trusted again by this process: ledger_ok = false, and it takes only what became of a write that
 * was begun already.
 *
 * When an append fails, or at start the journal does not verify or is not the platform's, the book
 * closes it, says ledger_ok = false, and tries to open it again every few seconds. It never makes
 * a new one: that is `certkiosk --create-ledger`, once in a kiosk's life.
 *
 * A reserve of disk is held (kiosk/ledger/reserve.h). When the disk is full it is given up, so that
 * the order in hand is finished, and room_ok = false until it is whole again.
 */
#ifndef KIOSK_APP_BOOK_H
#define KIOSK_APP_BOOK_H

#include "kiosk/app/post.h"
#include "kiosk/app/record.h"
#include "kiosk/pki/keyring.h"

struct book;

struct book_setup {
    char journal_path[273];
    char inbox_path[273];
    char syncd_socket[273]; /* told "look" after each append */
    char reserve_path[273];
    uint64_t reserve_size; /* bytes of disk held free */
    const char *kiosk;
    const struct journal_guard *guard; /* of the device key; NULL: that cannot be read */
    const struct keyring *keys;
    const struct trust *trust;
    struct post *post;
};

/* Start the thread; `setup` is copied, what it points to is borrowed. ERR_NO_ROOM: memory, or no
 * thread. Whether the journal opens is told by mail. */
MUST_CHECK struct err book_create(const struct book_setup *setup, struct book **out_book);

/* Append what is queued, close and free. NULL is fine. */
void book_destroy(struct book *book);

/* Append; with an id the answer is mailed, with 0 nobody waits. A book that cannot keep up (its
 * disk hangs) answers ERR_NO_ROOM. */
void book_append(struct book *book, uint32_t id, const struct record *record);

/* Look up account and order of `token`, and watch that order from now on. */
void book_look_up(struct book *book, uint32_t id, const char *token);

/* What is kept of `token` since a write that was begun, and which order it is of: see keepsake.h.
 * MAIL_KEPT always comes, with nothing when the ledger cannot tell. */
void book_find_kept(struct book *book, uint32_t id, const char *token);

/* What is kept for `order` is not needed any more. */
void book_erase_kept(struct book *book, const char *order);

/* Stop watching, and forget what was read; called when a visit ends. Checkpoints. */
void book_forget(struct book *book);

/* Something is new in the inbox; from any thread, as often as one likes. */
void book_look(struct book *book);

#endif
