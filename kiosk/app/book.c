#include "kiosk/app/book_inner.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kiosk/app/clock_trust.h"
#include "kiosk/app/disk_room.h"
#include "kiosk/app/keepsake.h"
#include "kiosk/app/mailbox.h"
#include "kiosk/app/news.h"
#include "kiosk/app/nudge.h"
#include "kiosk/app/wipe.h"
#include "kiosk/base/clock.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

#define COMMANDS_MAX 64
#define IDLE_MS 1000
#define STOP_PAUSE_MS 100

static void look_at_room(struct book *book)
{
    if (!disk_room_look(&book->room))
        return;
    book->hall.room_ok = book->room.ok;
    book_tell_hall(book);
}

/* Whether what failed with `e` for want of room is worth another try. */
static bool makes_room(struct book *book, struct err e)
{
    bool made = disk_room_make(&book->room, e);
    if (made)
        look_at_room(book);
    return made;
}

static void open_journal(struct book *book)
{
    static const uint8_t unused[16] = {0};
    enum agreement agreement = AGREEMENT_SAME;

    const char *path = book->setup.journal_path;
    struct err e = journal_open(path, false, unused, book->setup.guard, &book->journal);
    if (makes_room(book, e))
        e = journal_open(path, false, unused, book->setup.guard, &book->journal);
    if (!failed(e))
        e = warden_opened(&book->warden, book->journal);
    if (!failed(e))
        e = book_compare(book, &agreement);
    if (failed(e)) {
        book_cannot_open(book, e);
    } else if (agreement != AGREEMENT_SAME && !book->condemned) {
        book_leave_unused(book, agreement);
    } else if (!book->condemned) {
        (void)disk_room_look(&book->room);
        book->hall.room_ok = book->room.ok;
        book->hall.ledger_ok = true;
        book_tell_hall(book);
    }
}

static void try_open(struct book *book)
{
    mailbox_open(&book->mail);
    if (book->setup.guard == NULL && !book->condemned)
        book_condemn(book, FACT_LEDGER_NO_KEY);
    if (book->journal == NULL && book->setup.guard != NULL && clock_boot_ms() >= book->next_open_ms)
        open_journal(book);
}

/* A condemned journal takes what became of a write that was begun, and no new beginning. */
static bool may_append(struct book *book, const struct journal_draft *draft)
{
    bool begins = text_same(draft->kind, entry_name(ENTRY_ORDER_REQUESTED)) ||
                  text_same(draft->kind, entry_name(ENTRY_WRITE_INTENDED));
    return book->journal != NULL && (!begins || book_judge(book));
}

static struct err own_txid(const struct book *book, const char *once, struct journal_draft *draft)
{
    struct journal_status status;
    struct err e = once[0] != '\0' ? journal_get_status(book->journal, &status) : ERR_OK;
    if (!failed(e) && once[0] != '\0')
        chain_uuid_once(draft->txid, book->setup.kiosk, status.epoch, once);
    return e;
}

static void sign_head(struct book *book)
{
    if (book->journal == NULL || book->condemned)
        return;
    struct err e = warden_sign(&book->warden, book->journal);
    if (makes_room(book, e))
        e = warden_sign(&book->warden, book->journal);
    if (failed(e)) {
        book_out_of_service(book, "journal_sign_head", e);
    } else {
        nudge_look(book->socket, book->setup.syncd_socket);
    }
}

/* A piece of what was not verified since the journal was opened. */
static void verify_on(struct book *book)
{
    uint64_t bad_seq = 0;
    struct err e = book->journal == NULL || book->condemned
                       ? ERR_OK
                       : warden_verify(&book->warden, book->journal, &bad_seq);
    if (failed(e) && bad_seq == 0) {
        book_out_of_service(book, "journal_verify", e);
    } else if (failed(e)) {
        log_event(LOG_LEVEL_ERROR, "journal_verify", "seq=%llu at=\"%s\"",
                  (unsigned long long)bad_seq, e.site);
        book_condemn(book, FACT_LEDGER_CHANGED);
    }
}

static void do_append(struct book *book, const struct command *command)
{
    struct journal_draft draft = record_draft(&command->record);
    struct err e = ERR(ERR_IO, 0, "journal closed");

    if (may_append(book, &draft)) {
        e = own_txid(book, command->record.once, &draft);
        if (!failed(e))
            e = journal_append(book->journal, &draft);
        if (makes_room(book, e))
            e = journal_append(book->journal, &draft);
        if (failed(e))
            book_out_of_service(book, "journal_append", e);
    }
    if (!failed(e))
        warden_appended(&book->warden);
    if (!failed(e))
        nudge_look(book->socket, book->setup.syncd_socket);
    if (command->id == 0)
        return;

    struct mail mail = {.kind = MAIL_EVENT,
                        .event = {.kind = EVENT_JOURNALED, .id = command->id, .result = e.code}};
    post_send(book->setup.post, &mail);
}

static struct order_sources sources(const struct book *book)
{
    return (struct order_sources){.journal = book->journal,
                                  .inbox = book->mail.inbox,
                                  .keys = &book->mail.keys,
                                  .trust = book->setup.trust,
                                  .kiosk = book->setup.kiosk};
}

static struct err find_order(struct book *book, struct fact_order *out_order,
                             struct document_issued *out_issued)
{
    struct order_sources from = sources(book);
    if (book->journal == NULL || book->mail.inbox == NULL)
        return ERR(ERR_IO, 0, "half of the ledger is missing"); /* a paid order may be in it */
    return order_view_of_token(&from, book->watched, out_order, out_issued);
}

static void do_look_up(struct book *book, const struct command *command)
{
    try_open(book);
    struct mail mail = {.kind = MAIL_EVENT, .event = {.kind = EVENT_LOOKED_UP, .id = command->id}};

    (void)text_copy(book->watched, sizeof(book->watched), command->key); /* same size */
    struct order_sources from = sources(book);
    struct err e = ERR(ERR_IO, 0, "no inbox");
    if (book->mail.inbox != NULL)
        e = order_view_account(&from, book->watched, &mail.event.u.found.account);
    if (!failed(e))
        e = find_order(book, &mail.event.u.found.order, &mail.issued);
    if (failed(e))
        log_err("look_up", e);
    mail.event.result = e.code;
    book->last_order = mail.event.u.found.order;
    post_send(book->setup.post, &mail);
    explicit_bzero(&mail, sizeof(mail));
}

static void do_find_kept(struct book *book, uint32_t id, const char *token)
{
    struct mail mail = {.kind = MAIL_KEPT, .event = {.id = id}};
    struct err e = ERR_OK;

    try_open(book);
    struct order_sources from = sources(book);
    if (book->journal != NULL && book->mail.inbox != NULL && !book->condemned)
        e = keepsake_of_token(&from, token, &mail.event.u.order, &mail.issued);
    if (failed(e) && e.code != ERR_NOT_FOUND)
        log_err("keepsake", e);
    post_send(book->setup.post, &mail);
    explicit_bzero(&mail, sizeof(mail));
}

static void do_erase_kept(struct book *book, const char *order)
{
    if (book->journal == NULL)
        return; /* the token will be seen again, or what is kept expires */
    struct err e = journal_kept_erase(book->journal, order);
    if (makes_room(book, e))
        e = journal_kept_erase(book->journal, order);
    if (failed(e))
        book_out_of_service(book, "journal_kept_erase", e);
}

/* What was kept and is past goes. */
static struct err sweep_kept(struct book *book)
{
    struct order_sources from = sources(book);
    if (book->mail.inbox == NULL || !book->hall.clock_trusted)
        return ERR_OK;
    return keepsake_sweep(&from, clock_wall_ms() / 1000);
}

/* False: it could not be read now, look again. */
static bool look_at_order(struct book *book)
{
    struct mail mail = {.kind = MAIL_EVENT, .event = {.kind = EVENT_ORDER}};
    if (book->watched[0] == '\0')
        return true;

    struct err e = find_order(book, &mail.event.u.order, &mail.issued);
    if (failed(e)) {
        if (book->mail.inbox != NULL) /* a missing inbox is looked for every second */
            log_err("order_view", e);
        return e.code != ERR_IO;
    }
    /* NOLINTNEXTLINE(bugprone-*,cert-*): another padding tells the same once more, no harm */
    if (memcmp(&mail.event.u.order, &book->last_order, sizeof(book->last_order)) != 0) {
        book->last_order = mail.event.u.order;
        post_send(book->setup.post, &mail);
    }
    explicit_bzero(&mail, sizeof(mail));
    return true;
}

static void look_at_hall(struct book *book, bool changed)
{
    struct order_sources from = sources(book);
    struct fact_hall hall = book->hall;
    struct inbox_state state = {0};

    if (changed)
        news_read(&from, &hall);
    hall.clock_trusted = !failed(mailbox_state(&book->mail, &state)) && clock_is_trusted(&state);
    /* NOLINTNEXTLINE(bugprone-*,cert-*): another padding tells the same once more, no harm */
    if (memcmp(&hall, &book->hall, sizeof(hall)) == 0)
        return;
    book->hall = hall;
    book_tell_hall(book);
}

/* Without the inbox no time is proven; nothing that needs one is offered then. */
static void distrust_clock(struct book *book)
{
    if (!book->hall.clock_trusted)
        return;
    book->hall.clock_trusted = false;
    book_tell_hall(book);
}

/* Between visits: nothing is left of the last one but what is written down. */
static void forget(struct book *book)
{
    explicit_bzero(book->watched, sizeof(book->watched));
    explicit_bzero(&book->last_order, sizeof(book->last_order));
    sign_head(book);
    if (book->journal != NULL) {
        struct err e = sweep_kept(book);
        if (!failed(e))
            e = journal_checkpoint(book->journal);
        if (makes_room(book, e))
            e = journal_checkpoint(book->journal);
        if (failed(e))
            book_out_of_service(book, "journal_checkpoint", e);
    }
    mailbox_close(&book->mail); /* the next look opens it again */
}

static void look(struct book *book)
{
    uint64_t change = 0;

    atomic_store(&book->look_queued, false);
    try_open(book);
    if (book->journal != NULL)
        look_at_room(book);
    if (book->mail.inbox == NULL) {
        distrust_clock(book);
        return;
    }
    if (failed(mailbox_change(&book->mail, &change)))
        return;
    (void)book_judge(book); /* who it concerns is told */
    bool changed = change != book->seen_change;
    if (changed && look_at_order(book))
        book->seen_change = change;
    look_at_hall(book, changed);
    if (changed && book->watched[0] == '\0')
        forget(book);
}

static WIPE_BELOW bool handle(struct book *book, const struct command *command)
{
    switch (command->kind) {
    case COMMAND_APPEND:
        do_append(book, command);
        (void)look_at_order(book); /* the next look asks again */
        return true;
    case COMMAND_LOOK_UP:
        do_look_up(book, command);
        return true;
    case COMMAND_FIND_KEPT:
        do_find_kept(book, command->id, command->key);
        return true;
    case COMMAND_ERASE_KEPT:
        do_erase_kept(book, command->key);
        return true;
    case COMMAND_FORGET:
        forget(book);
        return true;
    case COMMAND_LOOK:
        look(book);
        return true;
    case COMMAND_STOP:
        return false;
    }
    return true;
}

/* Between commands: sign, or verify on. */
static void use_the_time(struct book *book)
{
    if (warden_shall_sign(&book->warden)) {
        sign_head(book);
    } else {
        verify_on(book);
    }
}

/* The next command; after IDLE_MS without one it is to look. */
static void await(struct book *book, struct command *out)
{
    uint64_t until_ms = clock_boot_ms() + IDLE_MS;
    for (uint64_t now_ms = clock_boot_ms(); now_ms < until_ms; now_ms = clock_boot_ms()) {
        uint32_t left_ms = (uint32_t)(until_ms - now_ms);
        uint32_t pause_ms = warden_pause_ms(&book->warden);
        if (!failed(queue_pop(&book->worker.jobs, pause_ms < left_ms ? pause_ms : left_ms, out)))
            return;
        use_the_time(book);
    }
    *out = (struct command){.kind = COMMAND_LOOK};
}

static void *work(void *context)
{
    struct book *book = context;
    struct command command;
    bool on = true;

    command = (struct command){.kind = COMMAND_LOOK};
    while (on) {
        on = handle(book, &command);
        if (warden_shall_sign(&book->warden))
            sign_head(book);
        wipe_stack();
        if (on)
            await(book, &command);
    }
    sign_head(book);
    journal_close(book->journal);
    mailbox_close(&book->mail);
    return NULL;
}

struct err book_create(const struct book_setup *setup, struct book **out_book)
{
    struct book *book = calloc(1, sizeof(*book));
    if (book == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    book->setup = *setup;
    book->room = (struct disk_room){book->setup.reserve_path, setup->reserve_size, false};
    book->mail = (struct mailbox){
        .path = book->setup.inbox_path, .kiosk = book->setup.kiosk, .file = book->setup.keys};
    book->socket = nudge_open();

    struct err e = worker_start(&book->worker, sizeof(struct command), COMMANDS_MAX, work, book);
    if (failed(e)) {
        nudge_close(book->socket);
        free(book);
        return e;
    }
    *out_book = book;
    return ERR_OK;
}

void book_destroy(struct book *book)
{
    if (book == NULL)
        return;
    static const struct timespec pause = {.tv_nsec = STOP_PAUSE_MS * 1000000L};
    struct command stop = {.kind = COMMAND_STOP};
    while (!book_push(book, &stop))
        (void)nanosleep(&pause, NULL); /* what is queued is to be appended first */
    worker_join(&book->worker);
    nudge_close(book->socket);
    explicit_bzero(book, sizeof(*book));
    free(book);
}
