/* verdict.h - is this really from our platform and for this kiosk? Seals checked, then read. */
#ifndef SYNC_DAEMON_VERDICT_H
#define SYNC_DAEMON_VERDICT_H

#include "kiosk/pki/keyring.h"
#include "sync/wire/batch.h"

/* Who we are, which keys the platform has, and what time it is at least. */
struct verdict_court {
    const char *kiosk;
    const struct keyring *keys;
    int64_t proven_ms; /* 0: nothing is proven yet */
};

/*
 * ERR_DENIED: not sealed for this kiosk by a key that counts, or about another one. ERR_MALFORMED.
 * An acknowledgement tells a time, and its key is to count then, too.
 */
MUST_CHECK struct err verdict_of_ack(const struct verdict_court *court,
                                     const struct sealed_ack *sealed, struct ack *out_ack);
MUST_CHECK struct err verdict_of_document(const struct verdict_court *court,
                                          const struct feed_document *document);

#endif
