/* verdict.h - is this really from our platform and for this kiosk? Seals checked, then read. */
#ifndef SYNC_DAEMON_VERDICT_H
#define SYNC_DAEMON_VERDICT_H

#include "kiosk/pki/seal.h"
#include "sync/wire/batch.h"

/* ERR_DENIED: not sealed by `key` for this kiosk, or about another one. ERR_MALFORMED. */
MUST_CHECK struct err verdict_of_ack(const struct seal_key *key, const char *kiosk,
                                     const struct sealed_ack *sealed, struct ack *out_ack);
MUST_CHECK struct err verdict_of_document(const struct seal_key *key, const char *kiosk,
                                          const struct feed_document *document);

#endif
