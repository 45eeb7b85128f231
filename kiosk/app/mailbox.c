#include "kiosk/app/mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/app/proof_view.h"
#include "kiosk/base/log.h"
#include "kiosk/base/text.h"
#include "sync/wire/document.h"

struct pile {
    size_t count;
    struct keyring_statement statements[KEYRING_MAX];
};

static void pile_done(struct pile **pile)
{
    free(*pile);
}

static bool add(void *context, const struct inbox_document *document)
{
    struct pile *pile = context;
    struct keyring_statement *statement = &pile->statements[pile->count];
    struct document_key said;

    if (document->body_len > KEYRING_BODY_MAX ||
        failed(document_read_key((struct bytes){document->body, document->body_len}, &said)) ||
        !text_copy(statement->key.id, sizeof(statement->key.id), document->id))
        return true; /* it says nothing of a key */
    (void)text_copy(statement->key_id, sizeof(statement->key_id), document->key_id); /* same size */
    statement->key.version = document->version;
    statement->key.not_before_s = said.not_before_s;
    statement->key.not_after_s = said.not_after_s;
    statement->key.revoked = said.revoked_s != 0;
    memcpy(statement->key.public_key, said.public_key, sizeof(said.public_key));
    memcpy(statement->seal, document->seal, sizeof(statement->seal));
    memcpy(statement->body, document->body, document->body_len);
    statement->body_len = document->body_len;
    pile->count++;
    return pile->count < KEYRING_MAX;
}

static struct err read_keys(struct mailbox *mailbox)
{
    CLEANUP(pile_done) struct pile *pile = calloc(1, sizeof(*pile));
    if (pile == NULL)
        return ERR(ERR_NO_ROOM, 0, "calloc");
    struct err e = inbox_scan(mailbox->inbox, KEYRING_STATEMENT, add, pile);
    if (failed(e))
        return e;
    mailbox->keys = *mailbox->file;
    keyring_take_stored(&mailbox->keys, mailbox->kiosk, pile->statements, pile->count);
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
