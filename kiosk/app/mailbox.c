#include "kiosk/app/mailbox.h"

#include <stdlib.h>

#include "kiosk/app/proof_view.h"
#include "kiosk/base/log.h"
#include "sync/wire/statement.h"

static bool add(void *context, const struct inbox_document *document)
{
    const struct statement_paper paper = {.id = document->id,
                                          .key_id = document->key_id,
                                          .version = document->version,
                                          .seal = document->seal,
                                          .body = {document->body, document->body_len}};
    return statements_add(context, &paper).code !=
           ERR_NO_ROOM; /* the others say nothing of a key */
}

static struct err read_keys(struct mailbox *mailbox)
{
    CLEANUP(statements_done) struct statements *said = calloc(1, sizeof(*said));
    if (said == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = inbox_scan(mailbox->inbox, KEYRING_STATEMENT, add, said);
    if (failed(e))
        return e;
    mailbox->keys = *mailbox->file;
    keyring_take_stored(&mailbox->keys, mailbox->kiosk, said->at, said->count);
    return ERR_OK;
}

void mailbox_close(struct mailbox *mailbox)
{
    inbox_close(mailbox->inbox);
    mailbox->inbox = NULL;
}

static struct err read_all(struct mailbox *mailbox)
{
    uint64_t change = 0;
    struct err e = inbox_change(mailbox->inbox, &change);
    if (!failed(e))
        e = read_keys(mailbox);
    if (!failed(e))
        mailbox->change = change;
    return e;
}

void mailbox_open(struct mailbox *mailbox)
{
    if (mailbox->inbox != NULL || failed(inbox_open_read(mailbox->path, &mailbox->inbox)))
        return; /* not made yet, or not to be read: what needs it says so */
    struct err e = inbox_check(mailbox->inbox); /* certkiosk-syncd makes a damaged one anew */
    if (!failed(e))
        e = read_all(mailbox);
    if (!failed(e))
        return;
    log_err("inbox", e);
    mailbox_close(mailbox);
}

struct err mailbox_change(struct mailbox *mailbox, uint64_t *out_change)
{
    uint64_t change = 0;
    struct err e = inbox_change(mailbox->inbox, &change);
    if (!failed(e) && change != mailbox->change)
        e = read_all(mailbox);
    if (failed(e)) {
        log_err("inbox", e);
        mailbox_close(mailbox);
        return e;
    }
    *out_change = mailbox->change;
    return ERR_OK;
}

struct err mailbox_state(const struct mailbox *mailbox, struct inbox_state *out_state)
{
    return proof_view_state(mailbox->inbox, mailbox->kiosk, &mailbox->keys, out_state);
}
