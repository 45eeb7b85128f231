/*
 * intake.h - takes a batch of a kiosk's journal: checks signature and chain, stores each entry for
 * ever and applies it once, all in one transaction that is durable before the answer is given.
 *
 * Nothing is stored or applied that the kiosk's device key has not signed: the key of its TLS
 * connection alone says nothing about money, orders or its journal. Kiosks of which no device key
 * is known are refused, unless the platform was told to take them (struct platform).
 */
#ifndef SYNC_GATEWAY_INTAKE_H
#define SYNC_GATEWAY_INTAKE_H

#include "sync/gateway/platform.h"
#include "sync/wire/batch.h"

enum intake_verdict {
    INTAKE_STORED,    /* `ack` says up to where; a repeated batch gets the same answer */
    INTAKE_GAP,       /* nothing stored; `seq` is the one expected */
    INTAKE_FORK,      /* nothing stored; `seq` is known with another content, or its txid is */
    INTAKE_UNSIGNED,  /* nothing stored; the last entry, `seq`, is not the head that is signed, or
                         the kiosk has no device key */
    INTAKE_SIGNATURE, /* nothing stored; the head `seq` is not signed by the kiosk's device key */
    INTAKE_MALFORMED, /* nothing stored; the entry at `seq` does not hash to what it says */
    INTAKE_FULL,      /* nothing stored; too many entries are ahead of their turn already */
};

#define INTAKE_AHEAD_MAX 1000 /* entries of a kiosk that may be ahead of their turn */

struct intake_answer {
    enum intake_verdict verdict;
    uint64_t seq;
    struct ack ack;
};

/* `kiosk` is enrolled and proven by its certificate. Errors are those of the store: then nothing
 * was stored and the same batch may be sent again. */
MUST_CHECK struct err intake_batch(const struct platform *platform, const char *kiosk,
                                   const struct batch *batch, struct intake_answer *out_answer);

/* Apply what a visitor waits for before its turn in a long journal: requests, farewells and intents
 * of orders among these entries, which follow each other. Each is applied once, now or in its turn,
 * where the journal has it again. Any verdict but GAP, without `ack`. Errors as above. */
MUST_CHECK struct err intake_ahead(const struct platform *platform, const char *kiosk,
                                   const struct batch *batch, struct intake_answer *out_answer);

/* How far the kiosk's current journal is stored, without verdicts; inside a transaction. */
MUST_CHECK struct err intake_ack(const struct platform *platform, const char *kiosk,
                                 struct ack *out_ack);

#endif
