/*
 * app_room.h - a kiosk in a temp folder for the tests of its threads: real ledger, real seals and
 * certificates; a token and a printer that a test changes while a thread uses them; the
 * platform is the test, which puts sealed documents into the inbox.
 *
 *     room_open(&room);                          keys, certificates, inbox; an empty journal
 *     struct book *book = room_book(&room);      and so on, with room.post
 *     room_put_order(&room, ...); book_look(book);
 *     room_event(&room, EVENT_ORDER, &mail);
 *     room_close(&room);
 */
#ifndef TESTS_UNIT_APP_ROOM_H
#define TESTS_UNIT_APP_ROOM_H

#include "hw/printer/printer_sim.h"
#include "hw/token/token_sim.h"
#include "kiosk/app/admin_keys.h"
#include "kiosk/app/book.h"
#include "kiosk/app/printer_desk.h"
#include "kiosk/app/token_desk.h"
#include "kiosk/ledger/inbox.h"
#include "kiosk/pki/issue.h"
#include "tests/unit/unit.h"

#define ROOM_KIOSK "hall-7-kiosk-1"
#define ROOM_HOLDER "江城机电"
#define ROOM_SLOT 0x9A
#define ROOM_WAIT_MS 15000 /* long enough under a sanitizer on a busy machine */
#define ROOM_PATH_SIZE 128
#define ROOM_RESERVE 65536 /* bytes of disk */
#define ROOM_ORDER "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

/* The simulator of a device, and a driver that takes a lock around each call of it. */
struct room_token {
    struct token token;
    pthread_mutex_t lock;
    struct token_sim sim;
    uint32_t meddle_in; /* before the n-th call from now; 0: never */
    void (*meddle)(struct room_token *token);
    pthread_t watcher, closer; /* the threads that called these */
};

struct room_printer {
    struct printer printer;
    pthread_mutex_t lock;
    struct printer *inner;
};

struct room {
    char dir[32];
    struct key *seal_pair; /* as saved; `platform` is its seal */
    struct seal_key *platform;
    struct keyring ring; /* with that one */
    struct issue_ca *ca;
    struct admin_keys *keys;
    struct trust *trust;
    struct flow_rules rules;
    uint8_t spki[KEY_PUBLIC_MAX];
    size_t spki_len;
    struct issue_certificate old,
        renewed; /* of the token's key: on it, and its renewal by a year */
    struct fact_certificate old_facts, renewed_facts;
    int64_t paid_s;
    struct inbox *writer;
    uint64_t cursor, version;
    struct post post;
    uint32_t wakes;
    struct room_token token;
    struct token *real; /* what the token desk has instead of it; NULL: nothing */
    char token_id[TOKEN_ID_SIZE];
    struct room_printer printer;
};

void room_open(struct room *room);
void room_close(struct room *room);
void room_path(const struct room *room, const char *name, char out[ROOM_PATH_SIZE]);

/* From now on the token is this one, with a key that is not the room's: certificates are issued
 * for it, account and orders are its. */
void room_take_key(struct room *room, const char *token_id, struct bytes spki);

/* An empty journal and inbox, which nobody has open. */
void room_empty_ledger(struct room *room);

/* In a process that was forked after that: what does not come along, secrets and the platform's
 * hand on the inbox. */
void room_after_fork(struct room *room);

/* Threads with what they need; the caller destroys them. */
struct book *room_book(struct room *room);

/* The same with another device key than the journal was made with; NULL: with none. */
struct book *room_book_of(struct room *room, const struct journal_guard *guard);
struct token_desk *room_token_desk(struct room *room);
struct printer_desk *room_printer_desk(struct room *room);

/* The simulators, to change or look at: between these two the thread waits. */
struct token_sim *room_take_token(struct room *room);
void room_give_token(struct room *room);
struct printer_sim *room_take_printer(struct room *room);
void room_give_printer(struct room *room);

/* What a visitor does with the token. */
void room_insert(struct room *room);
void room_pull(struct room *room);

/* The next mail is of `kind`; fails the test otherwise. */
void room_mail(struct room *room, enum mail_kind kind, struct mail *out_mail);
/* The next event is of `kind`; what is told of the hall before it is passed over. */
void room_event(struct room *room, enum event_kind kind, struct mail *out_mail);
/* Nothing but facts of the hall comes for `ms`. */
void room_no_event(struct room *room, uint32_t ms);

/* An entry that requests the room's order, told from others by `number`. */
struct record room_record(const struct room *room, uint8_t number);
/* The sequence number of the journal's newest entry, by a reader beside the book. */
uint64_t room_head(const struct room *room);

/* The newest entry that was signed. */
uint64_t room_signed(const struct room *room);
/* The next word of the ledger's health is `ok`; other mail is passed over. */
void room_expect_ledger(struct room *room, bool ok);

/* The platform's documents, each newer than the last. */
void room_put(struct room *room, struct inbox_document *document);
void room_put_order(struct room *room, const struct fact_order *order);
void room_put_issued(struct room *room, const char *order, const struct issue_certificate *issued);
void room_put_account(struct room *room); /* its certificate is the old one */
void room_put_account_of(struct room *room, const struct fact_certificate *certificate);
void room_put_notice(struct room *room, const char *id, const char *zh, bool sealed);
void room_prove_clock(struct room *room);

/* The state, with the platform's word for mark and time. */
void room_prove(struct room *room, const struct inbox_state *state);

/* An order of the room's token, as paid and issued. */
struct fact_order room_order(const struct room *room, enum fact_order_status status);

/* A certificate for the room's key that is `ca`'s, or the room's own when that is NULL. */
void room_issue(const struct room *room, const struct issue_ca *ca, int64_t not_after_s,
                struct issue_certificate *out);

#endif
