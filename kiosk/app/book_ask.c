/* What the other threads ask of the book: put into its queue. */
#include "kiosk/app/book_inner.h"

#include "kiosk/base/log.h"
#include "kiosk/base/text.h"

/* A visit has a handful of commands under way: a full queue is a disk that hangs. */
bool book_push(struct book *book, const struct command *command)
{
    struct err e = queue_push(&book->worker.jobs, command);
    if (failed(e))
        log_err("book", e);
    return !failed(e);
}

void book_append(struct book *book, uint32_t id, const struct record *record)
{
    struct command command = {.kind = COMMAND_APPEND, .id = id, .record = *record};
    if (book_push(book, &command) || id == 0)
        return;
    struct mail mail = {.kind = MAIL_EVENT,
                        .event = {.kind = EVENT_JOURNALED, .id = id, .result = ERR_NO_ROOM}};
    post_send(book->setup.post, &mail);
}

static bool push_key(struct book *book, enum command_kind kind, uint32_t id, const char *key)
{
    struct command command = {.kind = kind, .id = id};
    (void)text_copy(command.key, sizeof(command.key), key); /* fits */
    return book_push(book, &command);
}

void book_look_up(struct book *book, uint32_t id, const char *token)
{
    struct mail mail = {.kind = MAIL_EVENT,
                        .event = {.kind = EVENT_LOOKED_UP, .id = id, .result = ERR_NO_ROOM}};
    if (!push_key(book, COMMAND_LOOK_UP, id, token))
        post_send(book->setup.post, &mail);
}

void book_find_kept(struct book *book, uint32_t id, const char *token)
{
    struct mail mail = {.kind = MAIL_KEPT, .event = {.id = id}};
    if (!push_key(book, COMMAND_FIND_KEPT, id, token))
        post_send(book->setup.post, &mail);
}

void book_erase_kept(struct book *book, const char *order)
{
    (void)push_key(book, COMMAND_ERASE_KEPT, 0, order); /* what is left over goes another time */
}

void book_forget(struct book *book)
{
    struct command command = {.kind = COMMAND_FORGET};
    (void)book_push(book, &command); /* the next visit's look-up takes the place of this one's */
}

void book_look(struct book *book)
{
    if (atomic_exchange(&book->look_queued, true))
        return;
    struct command command = {.kind = COMMAND_LOOK};
    (void)book_push(book, &command); /* it looks by itself when it has nothing else to do */
}
