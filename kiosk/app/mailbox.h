/*
 * mailbox.h - the inbox as certkiosk reads it, with the platform's keys that its seals are judged
 * by: those of the file, and what the statements in the inbox say of keys since.
 *
 *     mailbox_open --> mailbox_change, read `inbox` by `keys` --> mailbox_close --> ...
 *
 * For the ledger's thread alone.
 */
#ifndef KIOSK_APP_MAILBOX_H
#define KIOSK_APP_MAILBOX_H

#include "kiosk/ledger/inbox.h"
#include "kiosk/pki/keyring.h"

struct mailbox {
    const char *path, *kiosk;
    const struct keyring *file;
    struct inbox *inbox; /* NULL: not there yet, or not to be read now */
    struct keyring keys;
    uint64_t change; /* of the inbox when `keys` were read */
};

/* Open the inbox if it is not, and when every row of it is what was written. */
void mailbox_open(struct mailbox *mailbox);

/* As inbox_change(); the keys are those that it says then. After an error it is closed. */
MUST_CHECK struct err mailbox_change(struct mailbox *mailbox, uint64_t *out_change);

/* As proof_view_state(). */
MUST_CHECK struct err mailbox_state(const struct mailbox *mailbox, struct inbox_state *out_state);

/* What was read of it, pages full of documents, is dropped so. */
void mailbox_close(struct mailbox *mailbox);

#endif
