/*
 * statement.h - what documents say of the platform's keys, as kiosk/pki/keyring.h hears it. For
 * both programs of a kiosk, which have the documents from the inbox and from the feed.
 *
 *     CLEANUP(statements_done) struct statements *statements = calloc(1, sizeof(*statements));
 *     statements_add(), ...  ->  keyring_take_stored() or keyring_take_arriving()
 */
#ifndef SYNC_WIRE_STATEMENT_H
#define SYNC_WIRE_STATEMENT_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/pki/keyring.h"

struct statements {
    size_t count;
    struct keyring_statement at[KEYRING_MAX]; /* 100 kB: keep it on the heap */
};

/* A document of type KEYRING_STATEMENT, from wherever it is. */
struct statement_paper {
    const char *id, *key_id;
    uint64_t version;
    const uint8_t *seal; /* SEAL_LEN bytes */
    struct bytes body;
};

/* Add what `paper` says; its seal is not judged. ERR_NO_ROOM: there are KEYRING_MAX;
 * ERR_MALFORMED: it says nothing of a key. */
MUST_CHECK struct err statements_add(struct statements *statements,
                                     const struct statement_paper *paper);

/* For CLEANUP. */
void statements_done(struct statements **at);

#endif
